"""What a modelled host runs of ours and of others: environments of Python, and trees of Node.js."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.modules.model.area import Answer, Commands
from tests.modules.model.files import Files
from wod import apisettings, enginesettings
from wod.facts import END, venvtree
from wod.facts import nodetree as node_facts
from wod.operations import hubtree, nodetree, wheeltree

PARTS = (enginesettings.LINK, apisettings.LINK)


@dataclass
class Environments(Files):
    tree: str = ""
    parts: dict[str, str] = field(default_factory=dict)

    def read_tree(self, arguments: list[str], _s: str) -> Answer:
        digest = self.parts.get(arguments[0], "") if arguments[0] in PARTS else self.tree
        return [f"complete={digest}", *(["python=yes"] if digest else []), END]

    def build(self, arguments: list[str], _s: str) -> None:
        link, self.tree, *_ = arguments
        self.changed[link] = self.changed[f"{link}/.wod-complete"] = self.clock

    def build_part(self, arguments: list[str], _s: str) -> None:
        assert arguments[0] in PARTS

    def switch_part(self, arguments: list[str], _s: str) -> None:
        link, self.parts[link], *_ = arguments
        self.changed[link] = self.changed[f"{link}/.wod-complete"] = self.clock

    def read_node(self, arguments: list[str], _s: str) -> Answer:
        return [f"complete={self.parts.get(arguments[0], '')}", END]

    def build_node(self, arguments: list[str], _s: str) -> None:
        self.switch_part(arguments, _s)

    def log_in_node(self, arguments: list[str], _s: str) -> None:
        self.paths[arguments[2]] = self.paths[arguments[0]]


COMMANDS = Commands(
    scripts={
        venvtree._SCRIPT: "read_tree",
        hubtree._BUILD + hubtree._SWITCH: "build",
        wheeltree._BUILD: "build_part",
        wheeltree._SWITCH: "switch_part",
        node_facts._SCRIPT: "read_node",
        nodetree._BUILD: "build_node",
        nodetree._ACCOUNTS: "log_in_node",
    }
)
