"""``wod settings`` as a person uses it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from wod.cli import main
from wod.cli.settings import settings
from wod.settings.sample import FILES, sample

INVENTORY = """
from wod.inventory import Host, build

globals().update(build("lab", [Host("be1", number=1), Host("be2", number=2, settings={"LDAPPORT": 636})]))
"""


@pytest.fixture
def run(files, monkeypatch, capsys):
    """Run ``wod settings …`` in the site's folder: exit code, stdout, stderr."""
    monkeypatch.chdir(files.root)
    monkeypatch.delenv("WOD_INVENTORY", raising=False)

    def run_settings(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["wod", "settings", *arguments])
        with pytest.raises(SystemExit) as exit_:
            main()
        captured = capsys.readouterr()
        return int(exit_.value.code or 0), captured.out, captured.err

    return run_settings


@pytest.fixture
def inventory(files, run):
    return str(files.write(files.root / "inventories" / "site.py", INVENTORY))


def test_check_says_what_it_checked(run, inventory):
    code, out, err = run("check", "-i", inventory)
    assert (code, err) == (0, "")
    assert out.endswith("settings for 2 hosts, no problems\n")
    assert run("check", "--group", "lab")[1].endswith("settings for the platform lab, no problems\n")


def test_the_inventory_comes_from_the_environment(run, inventory, monkeypatch):
    monkeypatch.setenv("WOD_INVENTORY", inventory)
    assert "2 hosts" in run("check")[1]


def test_check_prints_every_problem_once_on_a_line_and_exits_with_2(files, run, inventory):
    files.public("all.yml", "USERMXA: 1\nUSERMIN: 30\n")
    code, out, err = run("check", "-i", inventory)
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        "group_vars/all.yml:1: USERMXA is not a setting (did you mean USERMAX?); "
        "names of your own need a prefix (WODPRIVATEPREFIXES)",
        "group_vars/all.yml:2: USERMIN (30) is above USERMAX (20), so there would be no student",
    ]
    assert not files.private.exists()


def test_check_finds_overlapping_seats(files, run, inventory):
    files.own("lab", "BASESTDID: 0\n")
    code, _, err = run("check", "-i", inventory)
    assert code == 2
    assert "private/group_vars/lab:1: the seats of be2 (BASESTDID 0: 1 to 20) overlap those of be1" in err


def test_warnings_are_printed_once_and_are_no_failure(files, run, inventory):
    files.own("all.yml", "VAULTPWD: VeryComplexPasswd1234!\n")
    code, _, err = run("check", "-i", inventory)
    assert code == 0
    assert err.splitlines() == [
        "warning: private/group_vars/all.yml:1: VAULTPWD is the value published with the original; it is ignored; "
        "give one of your own if you need it"
    ]


def test_check_looks_at_the_kept_secrets(files, run, inventory):
    files.load().WODBETOKEN.reveal()
    store = files.private / "secrets" / "lab.yml"
    store.chmod(0o644)
    code, _, err = run("check", "-i", inventory)
    assert code == 2
    assert err.splitlines()[-1] == f"wod: {store} can be read by others than its owner; mend it with: chmod 600 {store}"


def test_show_is_grouped_and_redacted(files, run, inventory):
    files.own("all.yml", "LDAPPWD: tiger\n")
    code, out, _ = run("show", "-i", inventory, "--host", "be2")
    assert code == 0
    assert "# Student accounts\nUSERMIN: 1\n" in out
    assert "WODBETOKEN: <secret WODBETOKEN>" in out
    assert "LDAPPWD: <secret LDAPPWD>" in out
    assert "LDAPPORT: 636" in out
    assert "BASESTDID: 20" in out
    assert "WODKERNELS: [python, bash, ssh, powershell]" in out
    assert "SSHPORT-WKSHP-Docker101: 14101" in out
    assert "tiger" not in out
    assert not (files.private / "secrets").exists()


def test_show_as_json(files, run, inventory):
    files.own("all.yml", "LDAPPWD: tiger\n")
    _, out, _ = run("show", "-i", inventory, "--json")
    data = json.loads(out)
    assert data["LDAPPORT"] == 389
    assert data["LDAPPWD"] == "<secret LDAPPWD>"


def test_explain_names_the_winner_then_what_it_hid(files, run, inventory):
    files.public("all.yml", "\nUSERMAX: 30\n")
    files.own("lab.yml", "WODUSERMAX: 40\n")
    code, out, _ = run("explain", "WODUSERMAX", "-i", inventory, "--host", "be2")
    lines = out.splitlines()
    assert code == 0
    assert lines[0] == "USERMAX: 40"
    assert lines[-3].split() == ["from", "private/group_vars/lab.yml:1", "40", "(private", "lab)"]
    assert lines[-2].split() == ["hid", "group_vars/all.yml:2", "30", "(group_vars/all)"]
    assert lines[-1].split() == ["hid", "default", "20", "(default)"]


def test_explain_redacts(files, run):
    files.own("all.yml", "WODBETOKEN: tiger\n")
    _, out, _ = run("explain", "WODBETOKEN", "--group", "lab")
    assert "tiger" not in out
    assert '"<secret WODBETOKEN>"  (private all)' in out


def test_unknown_keys_and_hosts_are_one_sentence(run, inventory):
    assert run("explain", "USERMXA", "--group", "lab") == (
        2,
        "",
        "wod: there is no setting USERMXA (did you mean USERMAX?)\n",
    )
    code, _, err = run("show", "-i", inventory, "--host", "be3")
    assert (code, err) == (2, "wod: there is no host be3; the hosts are: be1, be2\n")


def test_elsewhere_it_says_where_to_go(run, monkeypatch, tmp_path_factory):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert run("check") == (2, "", "wod: there is no group_vars/ here; run this in the folder of the repository\n")


def test_without_an_inventory_it_says_what_to_name(run):
    code, _, err = run("check")
    assert code == 2
    assert "there is no inventory inventories/production.py; name one with -i" in err


def test_sample_prints_one_file_or_all(run):
    assert run("sample", "wod-system") == (0, sample("wod-system"), "")
    assert run("sample")[1] == "\n".join(sample(file) for file in FILES)
    assert run("sample", "nothing")[0] == 2


def test_every_command_is_in_the_docs():
    docs = Path(__file__).parents[3] / "docs"
    text = "".join((docs / page / "settings.md").read_text(encoding="utf-8") for page in ("topics", "reference"))
    assert [name for name in settings.commands if f"wod settings {name}" not in text] == []
