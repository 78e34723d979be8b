"""The three files of the original's article, as they stand, in a private folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from wod.settings.schema import SETTINGS, canonical
from wod.settings.yamlfile import parse

ARTICLE = Path(__file__).parent / "article"
NAMES = ("all.yml", "wod-backend", "wod-system")


def put_article(files, layout: str) -> None:
    for name in NAMES:
        files.own(name, (ARTICLE / name).read_text(encoding="utf-8"), layout)


@pytest.mark.parametrize("layout", ["group_vars", "ansible/group_vars"])
def test_they_load_without_an_edit(files, layout):
    put_article(files, layout)
    settings = files.load("production", generated={"WODBEFQDN": "be1.example.org", "WODAPIDBFQDN": "api.example.org"})
    assert settings.USERMAX == 20
    assert settings.POSTPORT == 10025
    assert settings.LDAPPORT == 389
    assert settings.STUDDIR == "/student"
    assert settings.SCRIPTDIR == "/home/wodadmin/wod-backend/scripts"
    assert settings.WODPRIVNOBO == "/home/wodadmin/wod-private/notebooks"
    assert settings.WODBEAPIURL == "http://be1.example.org:8000"
    assert settings.WODFEAPIURL == "https://api.example.org/api"
    assert settings["SSHPORT-WKSHP-Docker101"] == 14101
    assert settings["IP-WKSHP-Docker101"] == "x.y.z.t"
    assert settings.NOCHECKSSH == "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"


def test_they_load_over_our_own_samples(files):
    root = Path(__file__).parents[3]
    for name in NAMES:
        files.public(name, (root / "group_vars" / name).read_text(encoding="utf-8"))
    put_article(files, "group_vars")
    settings = files.load("production")
    assert settings.WODBEDIR == "/home/wodadmin/wod-backend"
    assert [entry.layer for entry in settings.explain("STUDDIR")] == ["private all", "group_vars/all", "default"]


def test_several_backends_keep_their_own_ids(files):
    """The file says ``BASESTDID: 0``; what the inventory derives must win."""
    put_article(files, "group_vars")
    bases = [
        files.load("production", generated={"BASESTDID": f"{{{{ {n} * USERMAX }}}}"}, host_name=f"be{n + 1}").BASESTDID
        for n in range(3)
    ]
    assert bases == [0, 20, 40]


def test_published_secrets_are_never_used(files):
    put_article(files, "group_vars")
    settings = files.load("production")
    assert [str(warning) for warning in settings.warnings] == [
        "private/group_vars/all.yml:31: VAULTPWD is the value published with the original; it is ignored; "
        "give one of your own if you need it",
        "private/group_vars/wod-backend:24: LDAPPWD is the value published with the original; it is ignored; "
        "give one of your own if you need it",
        "private/group_vars/wod-system:10: WODBETOKEN is the value published with the original; it is ignored "
        "and one of your own is generated",
        "private/group_vars/wod-system:28: WODFEAPIPWD is the value published with the original; it is ignored "
        "and one of your own is generated",
    ]
    assert settings.VAULTPWD is None
    assert settings.LDAPPWD is None
    assert len(settings.WODBETOKEN.reveal()) == 64
    assert len(settings.WODFEAPIPWD.reveal()) == 24


def test_a_published_secret_in_decomposed_unicode_is_recognised(files):
    text = (ARTICLE / "wod-system").read_text(encoding="utf-8")
    files.own("wod-system", text.replace("é", "e\N{COMBINING ACUTE ACCENT}"))
    assert len(files.load().warnings) == 2


@pytest.mark.parametrize("name", NAMES)
def test_every_name_of_the_article_is_declared_and_shown_in_the_same_sample(name):
    names = parse((ARTICLE / name).read_text(encoding="utf-8"), name).values
    declared = [key for key in names if "-WKSHP-" not in key]
    assert declared
    assert {key for key in declared if key not in SETTINGS} == set()
    moved = {"JPHUB"}  # the article has it in all.yml, the original's repository in wod-backend, as we do
    assert {key for key in declared if SETTINGS[key].file != name} <= moved


CONTRACT = """
WODUSER WODTYPE WODAPIDBFQDN WODAPIDBPORT WODAPIDBURL WODAPIDBEXTFQDN WODAPIDBEXTPORT WODAPIDBEXTURL WODBEAPIURL
WODROOTDIR WODINSDIR WODINSANSDIR WODINSSYSDIR WODINSSCRIPTDIR WODANSIBLEDIR WODGROUP WODBEDIR WODPRIVDIR
WODANSIBLEPRIVDIR WODSCRIPTPRIVDIR WODSYSPRIVDIR WODPRIVNOBO WODPRIVINV WODAPIDBDIR WODFEDIR WODNOBO WODSYSDIR
WODSCRIPTDIR WODSTUDDIR WODCURLOPT WODANSPRIVOPT WODANSPLAYOPT WODUSERMAX WODUSERMIN WODSENDER WODAPIDBUSER
WODAPIDBUSERPWD WODAPIDBADMIN WODAPIDBADMINPWD WODPGDB WODPGUSER WODPGPASSWD WODPGPASSWORD WODBASESTDID WODPOSTPORT
WODFEEDBACKURL WODBEEXTPORT WODUID WODGID WODSENDGRIDAPIKEY WODDENYLIST UIDBASE GIDBASE CLEAN VAULTPWD NOCHECKSSH
BRANDING BRANDINGWOD BRANDINGLOGO BRANDINGLOGOURL BRANDINGURL BRANDINGSLACK BRANDINGX SURVEYURL SURVEYCHALURL JPHUB
WODBETOKEN WODLDAPSRVNAME WODLDAPDMN WODLDAPPWD WODLDAPPORT WODLDAPSETUPUSER WODLDAPSETUP WODMONITOR OPNSENSEKEY
OPNSENSESEC OPNSENSEIP OPNSENSEPORT WODBEFQDN WODBEEXTFQDN WODBEPORT WODBEPROTO WODBEEXTPROTO WODBEIP WODFEFQDN
WODFEEXTFQDN WODFEPORT WODFEEXTPORT WODFEPROTO WODFEEXTPROTO WODAPIDBPROTO WODAPIDBEXTPROTO BEPORT
"""


def test_every_variable_of_the_contract_is_declared():
    assert [name for name in CONTRACT.split() if canonical(name) not in SETTINGS] == []
