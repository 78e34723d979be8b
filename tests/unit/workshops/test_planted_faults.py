"""One fault planted in the clean samples, and the finding it gives: exactly one, at its file and line."""

from __future__ import annotations

import json
from typing import NamedTuple

import pytest

from tests.unit.workshops.conftest import told

BASH, PYTHON, SSH = "WKSHP-Bash/wod.yml", "WKSHP-Python/wod.yml", "WKSHP-SSH-Keys/wod.yml"
CELLS, FILES = "WKSHP-JupyterLab/1-WKSHP-Cells.ipynb", "WKSHP-JupyterLab/2-WKSHP-Files.ipynb"
HERE = "# Cells"
MONO = "monoappliance: false\nmultiappliance: false"
RESET = "scripts/reset-WKSHP-Bash.sh"


class Plant(NamedTuple):
    """``old`` becomes ``new`` in ``file``; the finding stands in the line that then holds ``mark``, 1 for none."""

    rule: str
    file: str
    old: str
    new: str
    mark: str
    severity: str = "error"
    says: str = ""


PLANTS = [
    Plant("unknown-key", BASH, "beta: false", "beta: false\ncapacty: 3", "capacty", says="did you mean capacity?"),
    Plant("unknown-key", BASH, "beta: false", "beta: false\nmonoAppliance: true", "monoA", says="mean monoappliance?"),
    Plant("unknown-key", BASH, "beta: false", "beta: false\nlocation: x", "location", says="remove the line"),
    Plant("unknown-key", BASH, "beta: false", "beta: false\n[1, 2]: x", "[1, 2]"),
    Plant("duplicate-key", BASH, "beta: false", "beta: false\ncapacity: 2", "capacity: 2", says="line 7"),
    Plant("missing-key", BASH, "capacity: 5\n", "", "", says="capacity is missing"),
    Plant("missing-key", BASH, "duration: 2\n", "", "", "warning", says="counts as 4"),
    Plant("type", BASH, "active: true", "active: perhaps", "active", says='true or false, not "perhaps"'),
    Plant("type", BASH, "capacity: 5", "capacity: five", "capacity"),
    Plant("type", BASH, "capacity: 5", "capacity: -5", "capacity"),
    Plant("type", BASH, "capacity: 5", "capacity: [5]", "capacity"),
    Plant("type", BASH, "name: 'Bash - The command line'", "name: ''", "name: ''", says="not empty, not empty"),
    Plant("type", BASH, "category: ['Open Source', 'Linux']", "category: Linux", "category", says="a list of texts"),
    Plant("type", BASH, "compile: false", "compile: true", "compile"),
    Plant("type", BASH, "presenter: 'The WoD team'", "presenter: {a: b}", "presenter", says="a mapping"),
    Plant("yaml", BASH, "name: '", "name: a: '", "name", says="in quotes"),
    Plant("yaml", BASH, "beta: false", "beta: \x01", "beta"),
    Plant("merge-conflict", BASH, "beta: false", "<<<<<<< HEAD\nbeta: false", "<<<"),
    Plant("range-form", BASH, "[13, 17]", "[13-17]", "range", says="[13-17]"),
    Plant("range-form", BASH, "[13, 17]", "[17, 13]", "range"),
    Plant("range-form", BASH, "[13, 17]", "[0, 3]", "range"),
    Plant("range-form", BASH, "[13, 17]", "13", "range"),
    Plant("range-overlap", PYTHON, "[6, 12]", "[6, 13]", "range", says="student 13 with WKSHP-Bash"),
    Plant("range-overlap", SSH, "[18, 19]", "[14, 19]", "range", says="students 14 to 17 with WKSHP-Bash ([13, 17], "),
    Plant("capacity", BASH, "capacity: 5", "capacity: 6", "capacity", says="the 5 seats"),
    Plant("duration", BASH, "duration: 2", "duration: 0", "duration"),
    Plant("duration", BASH, "duration: 2", "duration: 240", "duration", "warning"),
    Plant("priority", BASH, "priority: 3", "priority: 3000", "priority", "warning"),
    Plant("appliance", BASH, MONO, MONO.replace("false", "true"), "multi", says="exclude each other"),
    Plant("duplicate-name", PYTHON, "Python - First steps", "bash - the command line", "name", says="WKSHP-Bash"),
    Plant("image-name", BASH, "wkshp-bash.svg'\ncat", "WOD-Badge-Bash'\ncat", "badgeImg", "warning", says="its ending"),
    Plant("image-name", BASH, "'/img/wod/wkshp-bash.svg'", "tbd", "workshopImg", "warning"),
    Plant("image-name", BASH, "'/img/wod/SpeakerImages/wod-team.svg'", "'???'", "avatar", "warning"),
    Plant("dead-link", BASH, "replayLink: ''", "replayLink: 'https://youtu.be/'", "replayLink", "warning"),
    Plant("missing-script", BASH, "compile: false", "compile: 'get-x.sh'", "compile", says="names get-x.sh"),
    Plant("missing-hook", PYTHON, "reset: false", "reset: true", "reset", says="reset-WKSHP-Python.sh"),
    Plant("template-undefined", CELLS, HERE, "# {{ BRANDNIG }}", "BRANDNIG", says="did you mean BRANDING?"),
    Plant("template-undefined", CELLS, HERE, "# {{ PASSSTU }}", "PASSSTU", says="varpass: true"),
    Plant("template-undefined", SSH, "varpass: true", "varpass: false", "", says="varpass: true"),
    Plant("template-undefined", CELLS, HERE, "# {{ hostvars[inventory_hostname]['X'] }}", "hostvars", says="X is not"),
    Plant("template-undefined", CELLS, HERE, "# {{ HTTPPORT }}", "HTTPPORT", says="create hook must provide it"),
    Plant("template-secret", CELLS, HERE, "# {{ WODBETOKEN }}", "WODBETOKEN", says="must not reach a participant"),
    Plant("template-syntax", CELLS, HERE, "# {% if MODEWS %}", "MODEWS", says="endif"),
    Plant("template-syntax", CELLS, HERE, "# {{ 1 | nonsense }}", "nonsense", says="nonsense"),
    Plant("template-syntax", CELLS, HERE, '# {{ vars[\\"X\\"] }}', "vars", says="single quotes"),
    Plant("template-syntax", CELLS, HERE, "# ${#x}", "${#x}", says="{% raw %}"),
    Plant("notebook-json", CELLS, '"cells": [', '"cells": [,', '"cells"', says="not JSON"),
    Plant("notebook-format", CELLS, '"nbformat": 4,', '"nbformat": "x",', "", says="no nbformat"),
    Plant("notebook-format", FILES, '"cell_type": "code"', '"cell_type": "cod"', "PATH-LINE", says="valid notebook"),
    Plant("notebook-rendered", CELLS, HERE, "# {{ '\\\\' if MODEWS == 'CHLG' }}x", "MODEWS", says="MODEWS=CHLG"),
    Plant("merge-conflict", RESET, "rm -rf", "=======\n>>>>>>> b\nrm -rf", ">>> b"),
    Plant("merge-conflict", "WKSHP-Bash/README.md", "The command", "<<<<<<< a\nThe command", "<<<", "warning"),
    Plant("secret", RESET, "rm -rf", f"TOKEN={'a1' * 12}\nrm -rf", "TOKEN", "warning", says="password or token"),
    Plant("secret", CELLS, HERE, "# gh" + "p_" + "a" * 36, "_aaa", "warning", says="GitHub token"),
    Plant("secret", "WKSHP-Bash/README.md", "The", "-----BEGIN " + "PRIVATE KEY-----\nThe", "BEGIN", "warning"),
]


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: f"{plant.rule}-{PLANTS.index(plant)}")
def test_the_planted_fault_is_found_where_it_is(copy, plant):
    path = copy.change(plant.file, plant.old, plant.new)
    findings = [each for each in copy.lint() if each.rule == plant.rule and each.severity == plant.severity]
    assert findings, "nothing was found"
    assert plant.says in findings[0].text
    if plant.rule != "template-undefined" or plant.file != SSH:  # that one is found in the notebooks that use it
        assert [each.path for each in findings] == [path]
        assert findings[0].line == expected_line(path, plant)


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: f"{plant.rule}-{PLANTS.index(plant)}")
def test_one_fault_gives_no_finding_of_another_rule(copy, plant):
    copy.change(plant.file, plant.old, plant.new)
    echoes = {"template-undefined"} if plant.rule == "yaml" else set()
    assert {each.rule for each in copy.lint()} - echoes == {plant.rule}


def expected_line(path, plant: Plant) -> int:
    text = path.read_text()
    if plant.mark == "PATH-LINE":  # the brace that opens the cell
        return text[: text.index('"cell_type": "cod"')].count("\n")
    lines = text.split("\n")
    return next(number for number, line in enumerate(lines, 1) if plant.mark in line) if plant.mark else 1


def test_what_is_inactive_is_judged_less_severely(copy):
    copy.change(PYTHON, "[6, 12]", "[6, 13]")
    copy.change(PYTHON, "active: true", "active: false")
    copy.change(PYTHON, "capacity: 7", "capacity: 70")
    assert [(each.rule, each.severity, each.blocks) for each in copy.lint()] == [
        ("capacity", "warning", False),
        ("range-overlap", "warning", False),
    ]


def test_errors_of_an_inactive_workshop_do_not_block(copy):
    copy.change(PYTHON, "active: true", "active: false")
    copy.change(PYTHON, "beta: false", "beta: perhaps")
    assert [(each.severity, each.active, each.blocks) for each in copy.lint()] == [("error", False, False)]


def test_what_cannot_be_read_may_be_active_and_blocks(copy):
    copy.change(PYTHON, "active: true", "active: true: false")
    assert [each.blocks for each in copy.lint()] == [True]


def test_a_file_that_is_not_utf8(copy):
    path = copy.public / BASH
    path.write_bytes(path.read_bytes().replace(b"beta: false", b"beta: \xff"))
    assert told(copy.lint()) == [("wod.yml", 14, "error", "encoding")]


def test_the_range_must_be_on_the_backend(copy):
    assert told(copy.lint(first=2)) == [("wod.yml", 9, "error", "range-bounds")]
    assert {each.path.parent.name for each in copy.lint(last=12)} == {
        "WKSHP-Bash",
        "WKSHP-SSH-Keys",
        "WKSHP-House-Rules",
    }


def test_files_that_are_missing(copy):
    (copy.public / "WKSHP-Bash/0-ReadMeFirst.ipynb").unlink()
    (copy.public / "WKSHP-Python/wod.yml").unlink()
    (copy.public / RESET).unlink()
    assert told(copy.lint()) == [
        ("0-ReadMeFirst.ipynb", 1, "error", "missing-readme"),
        ("wod.yml", 10, "error", "missing-hook"),
        ("wod.yml", 1, "warning", "missing-wodyml"),
    ]


def test_names_of_directories_and_hooks(copy):
    (copy.public / "WKSHP-Python").rename(copy.public / "WKSHP-Python_1")
    (copy.public / "scripts/create-WKSHP-Bash.sh").rename(copy.public / "scripts/create-WKSHP-Bsh.sh")
    (copy.public / RESET).chmod(0o644)
    assert told(copy.lint()) == [
        ("wod.yml", 1, "error", "directory-name"),
        ("create-WKSHP-Bsh.sh", 1, "warning", "orphan-hook"),
        ("reset-WKSHP-Bash.sh", 1, "warning", "hook-mode"),
    ]


def test_a_create_hook_may_provide_variables(copy):
    copy.change("WKSHP-Bash/README.md", "The", "{{ NOT_RENDERED }} The")
    copy.change("WKSHP-Bash/1-WKSHP-Files.ipynb", "# Files", "# {{ HTTPPORT }} {{ MY_OWN }}")
    assert len(copy.lint()) == 2
    copy.change("scripts/create-WKSHP-Bash.sh", "mkdir", "echo HTTPPORT: 1; echo MY_OWN: 2\nmkdir")
    assert copy.lint() == []


@pytest.mark.parametrize(
    "text",
    [
        "{{ X | default('x') }}",
        "{% if X is defined %}{{ X }}{% endif %}",
        "{% set X = 1 %}{{ X }}",
        "{% for X in range(3) %}{{ X }}{% endfor %}",
        "{% raw %}{{ X }}{% endraw %}",
        "{{ '{{' }}",
        "{{ hostvars[inventory_hostname]['IP-WKSHP-Docker101'] }} {{ hostvars[inventory_hostname].BRANDING }}",
        "{{ WODUSERMAX }} {{ LLM101_API_KEY }} {{ CHALLENGE }} {{ WORKSHOP }}",
    ],
)
def test_what_a_template_may_use(copy, text):
    copy.change(CELLS, HERE, f"# {text}")
    assert copy.lint() == []


def test_a_large_file(copy):
    with open(copy.public / "WKSHP-Bash/data.bin", "wb") as file:
        file.truncate(21 * 1024 * 1024)
    assert told(copy.lint()) == [("data.bin", 1, "warning", "large-file")]


def test_a_cell_without_an_id_opens_all_the_same(copy):
    path = copy.public / CELLS
    notebook = json.loads(path.read_text())
    del notebook["cells"][1]["id"]
    path.write_text(json.dumps(notebook, indent=1))
    assert [each[2:] for each in told(copy.lint())] == [("warning", "notebook-format")]
