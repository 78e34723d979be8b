"""Files, folders and links of a modelled host, what is in the files, and when each was changed."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from tests.modules.model.area import Answer, Area, Commands
from wod.facts import END, texts
from wod.facts import files as facts
from wod.inventory import TEMP_DIR
from wod.operations import files as operations
from wod.operations import stamp


@dataclass
class Files(Area):
    paths: dict[str, facts.PathState] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    hosts_file: str = "127.0.0.1 localhost\n"

    def read_paths(self, paths: list[str], _s: str) -> Answer:
        states = ((path, self.paths.get(path, facts.PathState("none"))) for path in paths)
        return [*(f"{s.kind}|{s.mode:o}|{s.user}|{s.group}|{s.detail}|{path}" for path, s in states), END]

    def read_texts(self, paths: list[str], _s: str) -> Answer:
        encoded = {path: base64.b64encode(self.texts.get(path, "").encode()).decode() for path in paths}
        return [line for path in paths for line in (f"file={path}", encoded[path]) if line] + [END]

    def read_stamp(self, _a: list[str], _s: str) -> Answer:
        return [*self.texts.get(stamp.PATH, "").splitlines(), END]

    def write(self, arguments: list[str], text: str) -> None:
        path, owner, mode, *_ = arguments
        self.texts[path] = text
        self._put(path, "file", owner, mode, hashlib.sha256(text.encode()).hexdigest())

    def attributes(self, arguments: list[str], _s: str) -> None:
        path, owner, mode = arguments
        self._put(path, self.paths[path].kind, owner, mode, self.paths[path].detail)

    def mkdir(self, arguments: list[str], _s: str) -> None:
        path, owner, mode = arguments
        self._put(path, "dir", owner, mode, "-")

    def secret(self, arguments: list[str], _s: str) -> None:
        self._put(arguments[0], "file", "root:root", "600", "made there")

    def remove(self, arguments: list[str], _s: str) -> None:
        del self.paths[arguments[0]]

    def rm(self, words: list[str], _s: str) -> None:
        del self.paths[words[-1]]

    def stock(self, command: str) -> Answer:
        """pyinfra's own files.block on /etc/hosts, carried out on a copy."""
        assert "/etc/hosts" in command, command
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder, "hosts")
            copy.write_text(self.hosts_file)
            line = command.replace("/etc/hosts", str(copy)).replace(TEMP_DIR, folder)
            done = subprocess.run(["sh", "-c", line], capture_output=True, text=True)
            self.hosts_file = copy.read_text()
        if done.returncode != 0:
            raise LookupError(done.stderr)
        return done.stdout.splitlines()

    def _put(self, path: str, kind: str, owner: str, mode: str, detail: str) -> None:
        user, group = owner.split(":")
        self.paths[path] = facts.PathState(kind, int(mode, 8), user, group, detail)
        self.changed[path] = self.clock


COMMANDS = Commands(
    scripts={
        facts._SCRIPT: "read_paths",
        texts._SCRIPT: "read_texts",
        operations._WRITE: "write",
        operations._ATTRIBUTES: "attributes",
        operations._MKDIR: "mkdir",
        operations._MAKE_ONCE: "secret",
        operations._REMOVE: "remove",
    },
    fragments={'cat "$1"': "read_stamp"},
    tools={"rm": "rm"},
)
