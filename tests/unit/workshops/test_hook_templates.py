"""Hooks that are templates: they count as hooks, and are judged as the engine will render them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.workshops.conftest import Copy, told
from wod.workshops.findings import errors

PRIVATE = "post-copy-WKSHP-Bash.sh"


def template(copy: Copy, kind: str, more: str = "") -> str:
    """Make a public hook of WKSHP-Bash a template with one line more, its last; the name of its file."""
    path = copy.public / f"scripts/{kind}-WKSHP-Bash.sh"
    path.rename(f"{path}.j2")
    Path(f"{path}.j2").write_text(f"{path.name}\n{more}\n")
    return f"{path.name}.j2"


def test_a_template_is_a_hook(copy):
    for kind in ("create", "post-copy", "cleanup", "reset"):
        template(copy, kind, "echo {{ BRANDING }} {{ STDID }} {{ hostvars[inventory_hostname]['MLPORT-WKSHP-Bash'] }}")
    assert told(copy.lint()) == []


def test_without_either_the_reset_hook_is_missing(copy):
    (copy.public / "scripts" / template(copy, "reset")).unlink()
    assert told(copy.lint()) == [("wod.yml", 10, "error", "missing-hook")]


@pytest.mark.parametrize(
    ("line", "rule", "says"),
    [
        ("echo {{ BRANDNIG }}", "template-undefined", "did you mean BRANDING?"),
        ("echo {{ HTTPPORT }}", "template-undefined", "HTTPPORT"),
        ("echo {{ PASSSTU }}", "template-undefined", "varpass: true"),
        ("echo {{ WODBETOKEN }}", "template-secret", "or a hook"),
        ("echo {{ 1 | nonsense }}", "template-syntax", "nonsense"),
        ("{% if STDID %}", "template-syntax", "endif"),
        ("echo ${#x}", "template-syntax", "{% raw %}"),
    ],
)
@pytest.mark.parametrize("kind", ["create", "post-copy", "cleanup", "reset"])
def test_a_fault_has_its_file_and_line(copy, kind, line, rule, says):
    name = template(copy, kind, line)
    assert told(copy.lint()) == [(name, 2, "error", rule)]
    assert says in copy.lint()[0].text


def test_an_inactive_workshops_hook_does_not_block(copy):
    template(copy, "create", "echo {{ BRANDNIG }}")
    copy.change("WKSHP-Bash/wod.yml", "active: true", "active: false")
    assert [(each.severity, each.blocks) for each in copy.lint()] == [("error", False)]


def test_what_the_create_hook_provides_is_there_after_it_only(copy):
    copy.change("scripts/create-WKSHP-Bash.sh", "mkdir", "echo HTTPPORT: 8080\nmkdir")
    template(copy, "post-copy", "echo {{ HTTPPORT }}")
    name = template(copy, "cleanup", "echo {{ HTTPPORT }}")
    assert told(copy.lint()) == [(name, 2, "error", "template-undefined")]


def test_what_a_create_hook_uses_is_not_what_it_provides(copy):
    name = template(copy, "create", "echo {{ HTTPPORT }}")
    copy.change("WKSHP-Bash/1-WKSHP-Files.ipynb", "# Files", "# {{ HTTPPORT }}")
    assert {each[0] for each in told(copy.lint())} == {name, "1-WKSHP-Files.ipynb"}
    copy.change(f"scripts/{name}", "create-", "echo HTTPPORT: 1\ncreate-")
    assert {each[0] for each in told(copy.lint())} == {name}


def test_private_hooks_are_judged_too(copy):
    path = copy.private / f"scripts/{PRIVATE}"
    path.rename(f"{path}.j2")
    Path(f"{path}.j2").write_text("echo {{ BRANDNIG }}\n")
    assert told(copy.lint()) == [(f"{PRIVATE}.j2", 1, "error", "template-undefined")]


def test_the_script_is_used_and_not_its_template(copy):
    path = copy.public / "scripts/create-WKSHP-Bash.sh"
    Path(f"{path}.j2").write_text("echo {{ BRANDNIG }}\n")
    assert told(copy.lint()) == [("create-WKSHP-Bash.sh.j2", 1, "warning", "hook-template")]


def test_a_script_that_is_no_template_may_hold_braces(copy):
    copy.change("scripts/create-WKSHP-Bash.sh", "mkdir", "docker ps --format '{{ .Names }}'; echo ${#x}\nmkdir")
    assert told(copy.lint()) == []


def test_what_is_compiled_is_rendered_with_either_name(copy):
    copy.change("WKSHP-Bash/wod.yml", "compile: false", "compile: 'get-x.shc'")
    path = copy.public / "scripts/get-x.shc.j2"
    path.write_text("#!/bin/bash\necho {{ BRANDNIG }}\n")
    assert told(copy.lint()) == [("get-x.shc.j2", 2, "error", "template-undefined")]
    path.rename(path.with_suffix(""))
    assert told(copy.lint()) == [("get-x.shc", 2, "error", "template-undefined")]
    path.with_suffix("").write_text("#!/bin/bash\necho {{ BRANDING }}\n")
    assert told(copy.lint()) == []


def test_a_template_that_is_no_text(copy):
    name = template(copy, "create")
    (copy.public / f"scripts/{name}").write_bytes(b"echo \xff\n")
    assert told(copy.lint()) == [(name, 1, "error", "encoding")]


def test_a_hosts_settings_judge(copy):
    template(copy, "create", "echo {{ OCENDPOINT }} {{ MY_OWN }}")
    assert len(errors(copy.lint(variables={"OCENDPOINT": None}))) == 1
    assert told(copy.lint(variables={"OCENDPOINT": None, "MY_OWN": "x"})) == [
        ("create-WKSHP-Bash.sh.j2", 2, "warning", "template-unset")
    ]
