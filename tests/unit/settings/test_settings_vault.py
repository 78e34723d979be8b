"""Encrypted settings: values, whole files, what wod keeps; opened by the platform's key or VAULTPWD, else refused."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
import yaml

from wod import vault, vaultkey
from wod.settings import load
from wod.settings.load import secret_store

VECTORS = yaml.safe_load((Path(__file__).parents[2] / "fixtures" / "vault.yml").read_text(encoding="utf-8"))
INLINE = next(each for each in VECTORS if each["plaintext"] == "tiger")


def sealed(text: str, password: str) -> str:
    """As ``ansible-vault encrypt_string`` prints it behind a name."""
    return "!vault |\n" + textwrap.indent(vault.encrypt(text, password), " " * 10)


def test_what_ansible_encrypted_opens_with_vaultpwd(files):
    files.own("all.yml", f"VAULTPWD: {INLINE['password']}\nLDAPPWD: !vault |\n{INLINE['ciphertext']}")
    settings = files.load()
    assert settings.LDAPPWD.reveal() == "tiger"
    assert str(settings.LDAPPWD) == "<secret LDAPPWD>"
    entry = settings.explain("LDAPPWD")[0]
    assert (entry.place, str(entry.value)) == ("private/group_vars/all.yml:2", "<secret LDAPPWD>")


def test_the_platforms_key_opens_before_vaultpwd_and_is_not_made_by_reading(files):
    files.own("lab", f"VAULTPWD: old\nLDAPPWD: {sealed('lion', 'old')}")
    assert files.load().LDAPPWD.reveal() == "lion"
    assert not vaultkey.default_path("lab").exists()
    key = vaultkey.find_or_make("lab").value
    files.own("lab", f"VAULTPWD: old\nLDAPPWD: {sealed('lion', key)}OPNSENSEKEY: {sealed('cat', 'old')}")
    settings = files.load()
    assert (settings.LDAPPWD.reveal(), settings.OPNSENSEKEY.reveal()) == ("lion", "cat")


def test_vaultpwd_itself_may_be_encrypted_or_kept(files):
    key = vaultkey.find_or_make("lab").value
    files.own("lab", f"VAULTPWD: {sealed('old', key)}LDAPPWD: {sealed('lion', 'old')}")
    assert files.load().LDAPPWD.reveal() == "lion"
    secret_store(files.private, "lab").change(lambda _: {"VAULTPWD": "kept"})
    files.own("lab", f"LDAPPWD: {sealed('lion', 'kept')}")
    assert files.load().LDAPPWD.reveal() == "lion"


def test_a_file_encrypted_as_a_whole_opens_and_what_is_private_in_it_is_secret(files):
    text = (
        "WODPRIVATEPREFIXES: [ACME_]\nWODSENDER: wod@example.org\nLDAPPWD: tiger\nACME_WIFI: {ssid: lab, psk: 4711}\n"
        "ACME_PATH: '{{ WODBEDIR }}/x'\nIP-WKSHP-Docker101: 192.0.2.1\n"
    )
    files.own("all.yml", "VAULTPWD: old\n")
    files.own("lab", vault.encrypt(text, "old", "production"))
    settings = files.load()
    assert settings.WODSENDER == "wod@example.org"
    assert settings.LDAPPWD.reveal() == "tiger"
    assert {key: each.reveal() for key, each in settings["ACME_WIFI"].items()} == {"ssid": "lab", "psk": "4711"}
    assert settings["ACME_PATH"] == f"{settings.WODBEDIR}/x"
    assert settings["IP-WKSHP-Docker101"] == "192.0.2.1"
    assert settings.explain("LDAPPWD")[0].place == "private/group_vars/lab:3"
    assert "4711" not in str(settings.as_data())


def test_an_encrypted_value_deep_in_a_private_one(files):
    files.own(
        "all.yml",
        f"VAULTPWD: old\nWODPRIVATEPREFIXES: [ACME_]\nACME_X:\n  psk: {sealed('4711', 'old')}  ssid: lab\n",
    )
    found = files.load()["ACME_X"]
    assert (str(found["psk"]), found["psk"].reveal(), found["ssid"]) == ("<secret ACME_X.psk>", "4711", "lab")


def test_what_is_no_secret_works_and_is_warned_of(files):
    files.own("all.yml", f"VAULTPWD: old\nUSERMAX: {sealed('7', 'old')}WODSENDER: {sealed('wod@x.org', 'old')}")
    settings = files.load()
    assert (settings.USERMAX, settings.WODSENDER) == (7, "wod@x.org")
    assert [str(each) for each in settings.warnings] == [
        "private/group_vars/all.yml:2: USERMAX is encrypted here, but is no secret: it is shown",
        "private/group_vars/all.yml:9: WODSENDER is encrypted here, but is no secret: it is shown",
    ]


def test_a_published_secret_is_found_behind_its_encryption(files):
    files.own("all.yml", f"VAULTPWD: old\nWODBETOKEN: {sealed('2c0246e2c8564dc6ac7b12c544b25d77', 'old')}")
    settings = files.load()
    assert "WODBETOKEN is the value published with the original" in str(settings.warnings[0])
    assert len(settings.WODBETOKEN.reveal()) == 64


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (sealed("tiger", "another"), "LDAPPWD is opened by no key, or it was changed after it was encrypted (tried: "),
        (sealed("tiger", "old")[:150] + "\n", "LDAPPWD cannot be opened: it is cut off"),
        (sealed("tiger", "old").replace("1.1", "1.0"), "LDAPPWD cannot be opened: its format 1.0 is unknown"),
        (sealed("tiger", "old").replace("AES256", "ROT13"), "LDAPPWD cannot be opened: its cipher ROT13 is unknown"),
        ("!vault tiger\n", "LDAPPWD cannot be opened: it does not begin with a line such as $ANSIBLE_VAULT"),
    ],
)
def test_what_cannot_be_opened_is_reported_at_its_place_with_all_else(files, text, says):
    files.own("all.yml", f"VAULTPWD: old\nLDAPPWD: {text}USERMAX: many\n")
    found = files.problems()
    assert len(found) == 2
    assert found[0].startswith(f"private/group_vars/all.yml:2: {says}")
    assert "USERMAX must be" in found[1]
    assert "old" not in found[0].replace("VAULTPWD in private/group_vars/all.yml:1", "")


def test_a_whole_file_that_cannot_be_opened_is_one_problem(files):
    files.own("lab", vault.encrypt("LDAPPWD: tiger\n", "another"))
    assert files.problems() == [
        "private/group_vars/lab: the file is encrypted, and there is no key for it; set VAULTPWD, or name the "
        "key's file in WOD_VAULT_KEY_FILE"
    ]
    files.own("all.yml", "VAULTPWD: another\n")
    files.own("lab", vault.encrypt(vault.encrypt("LDAPPWD: tiger\n", "another"), "another"))
    assert files.problems() == ["private/group_vars/lab: the file is encrypted twice; decrypt it once"]


def test_what_is_kept_stands_below_every_file(files):
    store = secret_store(files.private, "lab")
    store.change(lambda _: {"LDAPPWD": "kept", "WODBETOKEN": "kept too", "OPNSENSEKEY": "kept three"})
    files.own("all.yml", "WODBETOKEN: given\nOPNSENSEKEY:\n")
    settings = files.load()
    assert settings.LDAPPWD.reveal() == "kept"
    assert settings.explain("LDAPPWD")[0].place == "private/secrets/lab.yml"
    assert settings.WODBETOKEN.reveal() == "given"
    assert settings.OPNSENSEKEY.reveal() == "kept three", "an empty value says nothing"
    assert load(files.root, "other").LDAPPWD is None


def test_a_kept_name_that_nobody_knows_is_a_problem(files):
    secret_store(files.private, "lab").change(lambda _: {"LDAPPWT": "tiger"})
    assert files.problems() == [
        "private/secrets/lab.yml: LDAPPWT is not a setting (did you mean LDAPPWD?); names of your own need a prefix "
        "(WODPRIVATEPREFIXES)"
    ]
