"""The documentation names what there is, and its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from deploys.modules import ORDER
from wod.cli import GROUPS, wod

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def commands() -> list[str]:
    context = click.Context(wod)
    found = []
    for name in GROUPS:
        command = wod.get_command(context, name)
        words = [f" {each}" for each in command.list_commands(context)] if isinstance(command, click.Group) else [""]
        found += [f"wod {name}{word}" for word in words]
    return found


@pytest.mark.parametrize("command", commands())
def test_every_command_is_in_the_reference(command: str) -> None:
    assert f"`{command}" in (ROOT / "docs/reference/commands.md").read_text()


@pytest.mark.parametrize("module", ORDER)
def test_every_module_says_what_it_changes(module: str) -> None:
    assert f"## {module}\n" in (ROOT / "docs/topics/host-changes.md").read_text()


@pytest.mark.parametrize("module", ORDER)
def test_every_module_has_its_file(module: str) -> None:
    assert (ROOT / f"deploys/modules/{module}.py").is_file()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    prose = re.sub(r"`[^`\n]*`", "", page.read_text())
    targets = re.findall(r"\]\((?!https?:|mailto:)([^)#\s]+)", prose)
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_readmes_commands_are_the_makefiles() -> None:
    rules = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    named = re.findall(r"^make ([a-z]+)", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert named
    assert set(named) <= set(rules)


def test_ci_runs_what_the_readme_says() -> None:
    assert "exec make test" in (ROOT / ".ci/run").read_text()
