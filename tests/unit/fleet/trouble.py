"""A site of modelled hosts, of which some make trouble, and what runs on it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.modules.conftest import INVENTORY, REPOSITORY, FakeSite

WOD = Path(sys.executable).with_name("wod")
TROUBLE = """
import time
import deploys.modules.fail2ban
from pyinfra import host
from wod.fleet import health, record

record.code = lambda: "the same all the time, though somebody may be editing this checkout"
apply = deploys.modules.fail2ban.apply
def apply_with_trouble():
    trouble = Path({folder!r}, host.name.rpartition("/")[2] + ".trouble")
    what = trouble.read_text() if trouble.exists() else ""
    if what == "bug":
        raise RuntimeError("a bug in a deploy")
    if what == "hang":
        time.sleep(600)
    apply()
deploys.modules.fail2ban.apply = apply_with_trouble
health.check = lambda inventory, hosts: {{
    name: Path({folder!r}, "ill").read_text() if name == "@fake/be1" and Path({folder!r}, "ill").exists() else ""
    for name in hosts
}}
"""


def refused_port() -> int:
    """A port of loopback at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@dataclass
class TroubledSite:
    """Backends ``be1`` … of which ``trouble`` says what each does: "bug", "hang", or a handler that fails."""

    site: FakeSite

    @property
    def folder(self) -> Path:
        return self.site.folder

    @property
    def inventory(self) -> Path:
        return self.folder / "inventory.py"

    @property
    def environment(self) -> dict[str, str]:
        return {"WOD_PRIVATE": str(self.folder / "private"), "WOD_STATE": str(self.folder / "state")}

    def trouble(self, name: str, what: str) -> None:
        (self.folder / f"{name}.trouble").write_text(what)

    def heal(self, name: str) -> None:
        (self.folder / f"{name}.trouble").unlink()

    def start(self, *words: str) -> subprocess.Popen[str]:
        """``wod WORDS`` on this site."""
        return subprocess.Popen(
            [WOD, *words, "-i", str(self.inventory)],
            cwd=self.folder,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wod(self, *words: str) -> tuple[int, str, str]:
        """``(exit code, standard output, standard error)``."""
        process = self.start(*words)
        out, err = process.communicate(timeout=300)
        return process.returncode, out, err

    def rollout(self, *words: str) -> tuple[int, dict[str, dict[str, Any]], dict[str, Any]]:
        """``(exit code, results by host, the whole report)`` of ``wod rollout --json``."""
        code, out, err = self.wod("rollout", "--yes", "--json", *words)
        assert out, err
        report = json.loads(out)
        return code, {host["host"].rpartition("/")[2]: host for host in report["hosts"]}, report


def troubled(folder: Path, count: int, unreachable: bool = False) -> TroubledSite:
    """``count`` backends, and with ``unreachable`` one more, ``gone``, whose SSH port refuses connections."""
    names = [f"be{number}" for number in range(1, count + 1)]
    hosts = [f'Host("@fake/{name}", number={number})' for number, name in enumerate(names, 1)]
    if unreachable:
        ssh = {"ssh_port": refused_port(), "ssh_user": "nobody"}
        hosts.append(f'Host("gone", number={count + 1}, address="127.0.0.1", ssh={ssh!r})')
    site = FakeSite(folder, hosts=", ".join(hosts), models=names)
    given = {"repository": str(REPOSITORY), "folder": str(folder), "root": str(REPOSITORY), "hosts": site.hosts}
    (folder / "inventory.py").write_text(INVENTORY.format(**given) + TROUBLE.format(folder=str(folder)))
    return TroubledSite(site)
