"""``wod workshop`` as a person uses it."""

from __future__ import annotations

import json
import sys

import pytest

from wod.cli import main

INVENTORY = """
from wod.inventory import Host, build

globals().update(build("lab", [Host("be1", number=1, settings={"USERMAX": 9, "IP-WKSHP-New": "192.0.2.9"})]))
"""


@pytest.fixture
def run(monkeypatch, capsys):
    """Run ``wod workshop …``: exit code, stdout, stderr."""

    def run_workshop(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["wod", "workshop", *map(str, arguments)])
        with pytest.raises(SystemExit) as exit_:
            main()
        captured = capsys.readouterr()
        return int(exit_.value.code or 0), captured.out, captured.err

    return run_workshop


def test_a_clean_repository(run, copy):
    assert run("lint", copy.public, "--private", copy.private) == (0, "no errors, no warnings\n", "")


def test_errors_and_warnings_apart(run, copy):
    wodyml = copy.change("WKSHP-Bash/wod.yml", "capacity: 5", "capacity: 50")
    copy.change("WKSHP-Bash/wod.yml", "priority: 3", "priority: 300")
    code, out, err = run("lint", copy.public)
    assert (code, err) == (1, "")
    lines = out.splitlines()
    assert lines[0] == "Errors:"
    assert lines[1].startswith(f"  {wodyml}:7: capacity 50 is beyond")
    assert lines[3] == "Warnings:"
    assert lines[4].startswith(f"  {wodyml}:8: priority")
    assert lines[-1] == "1 error, 1 warning"


def test_warnings_alone_are_no_failure(run, copy):
    copy.change("WKSHP-Bash/wod.yml", "priority: 3", "priority: 300")
    code, out, _ = run("lint", copy.public / "WKSHP-Bash")
    assert (code, out.splitlines()[-1]) == (0, "no errors, 1 warning")


def test_findings_as_json(run, copy):
    path = copy.change("WKSHP-Bash/wod.yml", "capacity: 5", "capacity: 50")
    code, out, _ = run("lint", copy.public, "--json")
    (found,) = json.loads(out)
    assert (code, found.pop("text")[:11]) == (1, "capacity 50")
    assert found == {"path": str(path), "line": 7, "severity": "error", "rule": "capacity", "active": True}


@pytest.mark.parametrize("arguments", [["nowhere"], ["."], [".", "--private", "nowhere"]])
def test_bad_input_is_one_sentence(run, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    for command in ("lint", "list"):
        code, out, err = run(command, *arguments)
        assert (code, out) == (2, "")
        assert err.count("\n") == 1
        assert err.startswith("wod: ")


def test_further_scripts(run, copy, tmp_path):
    copy.change("WKSHP-Bash/wod.yml", "compile: false", "compile: get-x.sh")
    folder = tmp_path / "hooks"
    assert run("lint", copy.public, "--scripts", folder)[0] == 2
    folder.mkdir()
    assert run("lint", copy.public, "--scripts", folder)[0] == 1
    (folder / "get-x.sh").touch()
    assert run("lint", copy.public, "--scripts", folder)[0] == 0


def test_a_hosts_own_settings(run, copy, tmp_path, monkeypatch):
    (tmp_path / "group_vars").mkdir()
    inventory = tmp_path / "site.py"
    inventory.write_text(INVENTORY)
    monkeypatch.chdir(tmp_path)
    names = "{{ hostvars[inventory_hostname]['IP-WKSHP-New'] }} {{ hostvars[inventory_hostname]['IP-WKSHP-Old'] }}"
    copy.change("WKSHP-JupyterLab/1-WKSHP-Cells.ipynb", "# Cells", f"# {names} {{{{ OCENDPOINT }}}}")
    assert run("lint", copy.public)[0] == 0  # without a host, any name of the open family may be set
    code, out, _ = run("lint", copy.public, "-i", inventory, "--host", "be1", "--json")
    found = [(each["rule"], each["text"].partition(" ")[0]) for each in json.loads(out)]
    assert code == 1
    assert ("template-undefined", "IP-WKSHP-Old") in found
    assert ("template-unset", "OCENDPOINT") in found
    assert [rule for rule, _ in found].count("range-bounds") == 3
    assert len(found) == 5
    assert run("lint", copy.public, "-i", inventory, "--host", "be2")[0] == 2


def test_the_catalogue_as_json(run, copy):
    code, out, _ = run("list", copy.public, "--private", copy.private, "--json")
    found = {each["directory"]: each for each in json.loads(out)}
    assert (code, len(found)) == (0, 5)
    assert found["WKSHP-Bash"]["range"] == [13, 17]
    assert (found["WKSHP-Bash"]["seats"], found["WKSHP-SSH-Keys"]["varpass"]) == (5, True)


def test_the_catalogue_as_a_table_is_that_of_the_samples_by_default(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "140")
    code, out, _ = run("list")
    assert code == 0
    assert [part in out for part in ("WKSHP-SSH-Keys", "18-19", "varpass", "Bash - The command line")] == [True] * 4
