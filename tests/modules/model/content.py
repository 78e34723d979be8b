"""The checkouts of workshops on a modelled host."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.modules.model.area import Answer, Area, Commands
from wod.facts import END
from wod.facts import content as facts


@dataclass
class Content(Area):
    content: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    def read_content(self, paths: list[str], _s: str) -> Answer:
        return [line for path in paths for line in self._checkout(path)] + [END]

    def _checkout(self, path: str) -> Answer:
        if path not in self.content:
            return [f"path={path}", "kind=none"]
        commit, mode, user = self.content[path]
        return [f"path={path}", f"owner={mode} {user} {user}", "kind=ours", f"commit={commit}"]

    def check_out(self, arguments: list[str], _s: str) -> None:
        path, commit, _bundle, user, mode, *_ = arguments
        self.content[path] = (commit, mode, user)


COMMANDS = Commands(scripts={facts._SCRIPT: "read_content"}, programs={("content_checkout", ""): "check_out"})
