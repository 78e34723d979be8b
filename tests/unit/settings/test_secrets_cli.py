"""``wod secrets`` as a person uses it, but for hosts."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.settings.test_settings_vault import sealed
from wod import vault, vaultkey
from wod.cli import main
from wod.settings.load import secret_store

INVENTORY = """
from wod.inventory import Host, build

globals().update(build("lab", [Host("be1"), Host("api", role="api_db", settings={settings})]))
"""
GENERATED = ["WODAPIDBADMINPWD", "WODAPITOKENKEY", "WODBETOKEN", "WODFEAPIPWD", "WODMAILKEY", "WODPGPASSWD"]


@pytest.fixture
def run(files, monkeypatch, capsys):
    """Run ``wod secrets …`` in the site's folder, with what is typed at it: exit code, stdout, stderr."""
    monkeypatch.chdir(files.root)
    monkeypatch.setenv("WOD_STATE", str(files.root / "state"))
    monkeypatch.delenv("WOD_INVENTORY", raising=False)

    def run_secrets(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["wod", "secrets", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as exit_:
            main()
        captured = capsys.readouterr()
        return int(exit_.value.code or 0), captured.out, captured.err

    return run_secrets


@pytest.fixture
def lab(run):
    return lambda *arguments, stdin="": run(*arguments, "--group", "lab", stdin=stdin)


def kept(files) -> dict[str, str]:
    return secret_store(files.private, "lab").values()


def inventory(files, settings: str = "{}") -> str:
    text = INVENTORY.replace("{settings}", settings)
    return str(files.write(files.root / "inventories" / "site.py", text))


def test_list_tells_where_values_are_and_shows_none(files, lab):
    files.own(
        "all.yml", f"VAULTPWD: old-password\nLDAPPWD: tiger-tiger\nOPNSENSEKEY: {sealed('lion-lion', 'old-password')}"
    )
    lab("rotate", "WODMAILKEY")
    lab("rotate", "WODMAILKEY")
    code, out, err = lab("list")
    assert (code, err) == (0, "")
    rows = {line.split()[0]: re.split(r"  +", line, maxsplit=3)[1:] for line in out.splitlines()}
    assert rows["LDAPPWD"] == ["given", "private/group_vars/all.yml:2", "in clear; keep it by: wod secrets set LDAPPWD"]
    assert rows["OPNSENSEKEY"] == ["given", "private/group_vars/all.yml:3"]
    assert rows["OPNSENSESEC"] == ["given", "-", "not set"]
    assert rows["WODBETOKEN"] == ["generated", "-", "made when it is first used"]
    assert rows["WODMAILKEY"] == ["generated", "private/secrets/lab.yml"]
    assert re.fullmatch(r"good until \d{4}-\d\d-\d\d \d\d:\d\d UTC", rows["WODMAILKEYBEFORE"][2])
    assert "tiger" not in out + err
    assert [row["name"] for row in json.loads(lab("list", "--json")[1])] == list(rows)


def test_show_prints_one_value_and_nothing_else(files, lab):
    lab("rotate", "WODBETOKEN")
    files.own("all.yml", "LDAPPWD: tiger-tiger\n")
    assert lab("show", "WODLDAPPWD") == (0, "tiger-tiger\n", "")
    assert lab("show", "WODBETOKEN") == (0, kept(files)["WODBETOKEN"] + "\n", "")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("WODBETOKE", "wod: there is no setting WODBETOKE (did you mean WODBETOKEN?)\n"),
        ("USERMAX", "wod: USERMAX is no secret; see: wod settings explain USERMAX\n"),
        ("LDAPPWD", "wod: LDAPPWD has no value yet; wod secrets set LDAPPWD\n"),
        ("WODBETOKEN", "wod: WODBETOKEN has no value yet; a roll-out makes one\n"),
    ],
)
def test_show_makes_nothing(files, lab, name, says):
    assert lab("show", name) == (2, "", says)
    assert not (files.private / "secrets").exists()


def test_set_reads_standard_input_and_keeps_it_encrypted(files, lab):
    code, out, _ = lab("set", "LDAPPWD", stdin="tiger tiger\n")
    assert (code, out) == (0, "LDAPPWD is kept in private/secrets/lab.yml; roll out to bring it to the hosts\n")
    assert kept(files) == {"LDAPPWD": "tiger tiger"}
    assert files.load().LDAPPWD.reveal() == "tiger tiger"
    assert b"tiger" not in b"".join(files.snapshot().values())


def test_set_takes_names_of_the_site_and_of_workshops(files, lab):
    files.own("all.yml", "WODPRIVATEPREFIXES: [ACME_]\n")
    assert lab("set", "ACME_WIFI", stdin="tiger\n")[0] == 0
    assert lab("set", "TOKEN-WKSHP-Spark101", stdin="lion\n")[0] == 0
    settings = files.load()
    assert (settings["ACME_WIFI"].reveal(), settings["TOKEN-WKSHP-Spark101"].reveal()) == ("tiger", "lion")


@pytest.mark.parametrize(
    ("name", "stdin", "says"),
    [
        ("LDAPPWT", "x\n", "LDAPPWT is not a setting (did you mean LDAPPWD?); names of your own need a prefix"),
        ("USERMAX", "7\n", "USERMAX is no secret; write it into a settings file"),
        ("LDAPPWD", "", "LDAPPWD: nothing was given on standard input; nothing was changed"),
        ("LDAPPWD", "\n", "LDAPPWD: nothing was given on standard input; nothing was changed"),
        ("WODBETOKEN", "2c0246e2c8564dc6ac7b12c544b25d77\n", "WODBETOKEN: this value is published with the original"),
    ],
)
def test_set_refuses_nonsense(files, lab, name, stdin, says):
    code, out, err = lab("set", name, stdin=stdin)
    assert (code, out) == (2, "")
    assert err.startswith(f"wod: {says}")
    assert not (files.private / "secrets").exists()


def test_set_warns_of_a_file_that_wins(files, lab):
    files.own("all.yml", "LDAPPWD: tiger-tiger\n")
    code, _, err = lab("set", "LDAPPWD", stdin="lion\n")
    assert code == 0
    assert "wod: private/group_vars/all.yml:1 gives LDAPPWD, too, and wins; remove it there\n" in err


def test_rotate_all_gives_each_generated_one_a_new_value(files, lab):
    lab("rotate", "--all")
    before = kept(files)
    code, out, _ = lab("rotate", "--all")
    after = kept(files)
    assert code == 0
    assert sorted(before) == GENERATED
    assert [name for name in GENERATED if before[name] == after[name]] == []
    assert sorted(after.keys() - before.keys()) == ["WODAPITOKENKEYBEFORE", "WODMAILKEYBEFORE"]
    assert after["WODMAILKEYBEFORE"].startswith(before["WODMAILKEY"] + " until ")
    assert [line.split(":")[0] for line in out.splitlines()[:-1]] == [
        *("WODBETOKEN", "WODFEAPIPWD", "WODAPIDBADMINPWD", "WODAPITOKENKEY", "WODPGPASSWD", "WODMAILKEY")
    ]
    assert "now roll out all roles before " in out
    assert not [value for value in {*before.values(), *after.values()} if value in out]


def test_rotating_the_mail_key_again_before_its_time_is_warned_of(files, lab):
    """Two keys are good at a time, and a host that missed one has neither."""
    assert [lab("rotate", "WODMAILKEY")[2].count("refuse each other's orders") for _ in range(3)] == [0, 0, 1]
    assert lab("rotate", "WODBETOKEN")[2] == ""


def test_rotate_at_once_keeps_no_old_key(files, lab):
    lab("rotate", "WODMAILKEY")
    lab("rotate", "WODMAILKEY")
    assert "WODMAILKEYBEFORE" in kept(files)
    out = lab("rotate", "WODMAILKEY", "--at-once")[1]
    assert out.endswith("now roll out all roles\n")
    assert set(kept(files)) == {"WODMAILKEY"}


def test_a_mail_key_that_is_set_by_hand_keeps_the_old_one_too(files, lab):
    lab("set", "WODMAILKEY", stdin="a-first-key-of-mine-0123456789\n")
    lab("set", "WODMAILKEY", stdin="a-second-key-of-mine-0123456789\n")
    assert kept(files)["WODMAILKEYBEFORE"].startswith("a-first-key-of-mine-0123456789 until ")


@pytest.mark.parametrize(
    ("names", "says"),
    [
        ((), "name the secrets to rotate, or say --all"),
        (("--all", "WODBETOKEN"), "name the secrets to rotate, or say --all"),
        (("WODBETOKE",), "WODBETOKE is not a secret of wod's (did you mean WODBETOKEN?); see: wod secrets list"),
        (("USERMAX",), "USERMAX is not a secret of wod's"),
        (("LDAPPWD",), "LDAPPWD is given to you, not generated; keep another value by: wod secrets set LDAPPWD"),
    ],
)
def test_rotate_refuses_what_it_cannot(files, lab, names, says):
    code, out, err = lab("rotate", *names)
    assert (code, out) == (2, "")
    assert err.startswith(f"wod: {says}")
    assert not (files.private / "secrets").exists()


def test_an_empty_value_in_a_file_gives_none(files, lab):
    files.own("all.yml", "WODBETOKEN: ''\nLDAPPWD:\nWODMAILKEY: None\n")
    assert lab("show", "WODBETOKEN")[0] == 2
    assert lab("check")[0] == 0
    assert not (files.private / "secrets").exists()
    assert lab("rotate", "WODBETOKEN", "WODMAILKEY")[0] == 0
    assert lab("set", "LDAPPWD", stdin="tiger\n")[2] == ""
    rows = [line.split() for line in lab("list")[1].splitlines()]
    kept_ones = [row[0] for row in rows if row[2:3] == ["private/secrets/lab.yml"]]
    assert kept_ones == ["LDAPPWD", "WODBETOKEN", "WODMAILKEY"]


def test_a_private_mapping_with_encrypted_parts_is_listed(files, lab):
    files.own("all.yml", f"VAULTPWD: old\nWODPRIVATEPREFIXES: [ACME_]\nACME_X:\n  psk: {sealed('4711', 'old')}")
    assert "ACME_X" in [line.split()[0] for line in lab("list")[1].splitlines()]


def test_rotate_looks_at_every_host_and_leaves_what_a_file_gives(files, run):
    files.own("all.yml", "WODMAILKEY: a-key-of-my-own-0123456789\n")
    given = inventory(files, '{"WODPGHOST": "db.example.org", "WODAPIDBADMINPWD": "hunter2hunter2"}')
    code, out, err = run("rotate", "--all", "-i", given)
    assert code == 0
    assert [line.split(":")[0] for line in out.splitlines()[:-1]] == ["WODBETOKEN", "WODFEAPIPWD", "WODAPITOKENKEY"]
    assert "left as it is: WODMAILKEY is given in private/group_vars/all.yml:1, which wins" in err
    assert "left as it is: WODAPIDBADMINPWD is given in inventory: api, which wins" in err
    assert "left as it is: WODPGPASSWD is an account's of another database server; change it there" in err
    assert run("rotate", "WODMAILKEY", "-i", given)[0] == 2


def editor(files, monkeypatch, script: str) -> None:
    path = files.write(files.root / "editor", f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    monkeypatch.setenv("VISUAL", str(path))


def test_edit_opens_a_private_file_in_memory_and_keeps_what_was_saved(files, lab, monkeypatch):
    lab("set", "LDAPPWD", stdin="tiger\n")
    seen = files.root / "seen"
    editor(files, monkeypatch, f"stat -c '%a %n' $1 $(dirname $1) > {seen}; cat $1 >> {seen}; sed -i s/tiger/lion/ $1")
    code, out, _ = lab("edit")
    assert (code, out) == (0, "private/secrets/lab.yml is written; roll out to bring it to the hosts\n")
    assert kept(files) == {"LDAPPWD": "lion"}
    file, folder, *text = seen.read_text().splitlines()
    assert (file.split()[0], folder.split()[0]) == ("600", "700")
    assert not Path(folder.split()[1]).exists()
    assert text[1] == "'LDAPPWD': 'tiger'"


def test_edit_of_the_mail_key_keeps_the_one_before(files, lab, monkeypatch):
    lab("set", "WODMAILKEY", stdin="a-first-key-of-mine\n")
    lab("set", "LDAPPWD", stdin="tiger\n")
    editor(files, monkeypatch, "sed -i -e s/first/second/ -e /LDAPPWD/d $1")
    assert lab("edit")[0] == 0
    after = kept(files)
    assert after.pop("WODMAILKEYBEFORE").startswith("a-first-key-of-mine until ")
    assert after == {"WODMAILKEY": "a-second-key-of-mine"}


@pytest.mark.parametrize(
    ("script", "code", "says"),
    [
        ("true", 0, ""),
        (": > $1", 0, ""),
        ("exit 3", 2, "ended with 3; nothing was changed"),
        ("echo 'LDAPPWD: [' > $1", 2, "is not YAML; nothing was changed"),
        ("echo 'LDAPPWD: 7' > $1", 2, "LDAPPWD must be a text, in quotes, and not empty; nothing was changed"),
        ("echo 'LDAPPWT: x' > $1", 2, "LDAPPWT is not a setting (did you mean LDAPPWD?)"),
    ],
)
def test_edit_changes_nothing_for_nothing_or_nonsense(files, lab, monkeypatch, script, code, says):
    lab("set", "LDAPPWD", stdin="tiger\n")
    before = (files.private / "secrets" / "lab.yml").read_bytes()
    editor(files, monkeypatch, script)
    ended, _, err = lab("edit")
    assert ended == code
    assert says in err
    assert (files.private / "secrets" / "lab.yml").read_bytes() == before


def test_rekey_encrypts_anew_all_that_the_key_encrypts(files, lab):
    lab("set", "WODBETOKEN", stdin="a-token-of-mine\n")
    key = vaultkey.find("lab").value
    path = files.own("lab", f"# mine\nLDAPPWD: {sealed('tiger', key)}OPNSENSEKEY: {sealed('lion', 'old')}USERMAX: 9\n")
    files.own("all.yml", "VAULTPWD: old\n")
    path.chmod(0o640)
    whole = files.own("wod-backend", vault.encrypt("OPNSENSESEC: cat\n", key, "prod"))
    code, out, _ = lab("rekey")
    assert code == 0
    new = vaultkey.find("lab").value
    assert new != key
    assert len(out.splitlines()) == 4
    vaultkey.default_path("lab").with_name("lab.key.old").unlink()
    settings = files.load()
    revealed = {name: settings[name].reveal() for name in ("WODBETOKEN", "LDAPPWD", "OPNSENSEKEY", "OPNSENSESEC")}
    assert list(revealed.values()) == ["a-token-of-mine", "tiger", "lion", "cat"]
    assert settings.USERMAX == 9
    assert path.read_text().startswith("# mine\nLDAPPWD: !vault |\n          $ANSIBLE_VAULT;1.1;AES256\n          ")
    assert path.stat().st_mode & 0o777 == 0o640
    assert whole.read_text().startswith("$ANSIBLE_VAULT;1.2;AES256;prod\n")


def test_a_rekeying_that_was_interrupted_leaves_all_readable(files, lab, monkeypatch):
    lab("set", "WODBETOKEN", stdin="a-token-of-mine\n")
    with monkeypatch.context() as patch:
        patch.setattr("wod.secretstore.os.replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            vaultkey.replace(vaultkey.find("lab"), "half-way")
    assert lab("show", "WODBETOKEN")[1] == "a-token-of-mine\n"
    vaultkey.replace(vaultkey.find("lab"), "the new key, before anything was encrypted with it")
    assert lab("show", "WODBETOKEN")[1] == "a-token-of-mine\n"
    assert lab("rekey")[0] == 0
    assert lab("show", "WODBETOKEN")[1] == "a-token-of-mine\n"


def test_rekey_of_a_file_in_clear_only_encrypts_it(files, lab):
    store = files.private / "secrets" / "lab.yml"
    files.write(store, "'LDAPPWD': 'tiger'\n# end of the secrets\n").chmod(0o600)
    store.parent.chmod(0o700)
    code, out, _ = lab("rekey")
    assert (code, out) == (0, "private/secrets/lab.yml was in clear, and is encrypted now\n")
    assert kept(files) == {"LDAPPWD": "tiger"}
    assert not vaultkey.default_path("lab").with_name("lab.key.old").exists()


def test_rekey_of_a_key_that_is_not_in_a_file_needs_the_new_one(files, lab, monkeypatch):
    monkeypatch.setenv("WOD_VAULT_KEY", "first")
    lab("set", "LDAPPWD", stdin="tiger\n")
    assert lab("rekey")[2] == "wod: the key comes from WOD_VAULT_KEY; give the new one in a file: --new-key-file FILE\n"
    new = files.write(files.root / "new", "second\n")
    new.chmod(0o600)
    code, out, _ = lab("rekey", "--new-key-file", str(new))
    assert code == 0
    assert out.endswith("now let WOD_VAULT_KEY give the new key; until then nothing can be opened\n")
    assert lab("show", "LDAPPWD")[0] == 2
    monkeypatch.setenv("WOD_VAULT_KEY", "second")
    assert lab("show", "LDAPPWD")[1] == "tiger\n"


def git(folder: Path, *words: str) -> None:
    names = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run(["git", "-C", folder, *names, *words], check=True, capture_output=True)


def test_check_finds_values_in_files_in_git_and_in_logs(files, lab):
    lab("rotate", "WODBETOKEN")
    token = kept(files)["WODBETOKEN"]
    assert lab("check")[0] == 0
    files.own("all.yml", "LDAPPWD: tiger-tiger\nOPNSENSEKEY: x\n")
    files.write(files.root / "state" / "lab" / "runs" / "1" / "be1.log", f"first\nsaid {token}\n")
    git(files.private, "init", "-q")
    note = files.write(files.private / "note", f"token={token}\n")
    git(files.private, "add", "note")
    git(files.private, "commit", "-qm", "oops")
    note.unlink()
    git(files.private, "commit", "-qam", "gone")
    code, out, err = lab("check")
    assert code == 1
    lines = out.splitlines()
    assert len(lines) == 3
    assert "private/group_vars/all.yml:1: LDAPPWD in clear" in lines
    assert "state/lab/runs/1/be1.log:2: WODBETOKEN in clear" in lines
    assert any(re.fullmatch(r"private in git, commit [0-9a-f]{7,}, note: WODBETOKEN in clear", line) for line in lines)
    assert "3 found of 2 secrets" in err
    assert "too short to be looked for: OPNSENSEKEY" in err
    assert token not in out + err


def test_check_finds_the_key_where_it_must_not_be(files, lab):
    lab("rotate", "WODBETOKEN")
    files.write(files.private / "lab.key", vaultkey.find("lab").value + "\n")
    code, out, _ = lab("check")
    assert (code, out) == (1, "private/lab.key:1: the key of lab in clear\n")


def test_check_makes_no_secret(files, lab):
    assert lab("check")[0] == 0
    assert not (files.private / "secrets").exists()


def test_a_lost_key_is_one_sentence_and_nothing_is_overwritten(files, lab):
    lab("rotate", "--all")  # which says that it made the key
    path = files.private / "secrets" / "lab.yml"
    before = path.read_bytes()
    vaultkey.default_path("lab").unlink()
    for words in (("list",), ("show", "WODBETOKEN"), ("rotate", "--all"), ("edit",), ("rekey",), ("check",)):
        code, out, err = lab(*words)
        assert (code, out) == (2, "")
        assert len(err.splitlines()) == 1, words
        assert "is encrypted, and its key is not here; put the key into" in err
    assert path.read_bytes() == before
    assert not vaultkey.default_path("lab").exists()
