"""Types, aliases, open families; the samples and the reference page are what the schema says."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from wod.settings.reference import reference
from wod.settings.sample import FILES, sample
from wod.settings.schema import ALIASES, SETTINGS
from wod.settings.types import MaybeSecret

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("file", FILES)
def test_the_committed_sample_is_what_the_schema_says(file):
    committed = (ROOT / "group_vars" / file).read_text(encoding="utf-8")
    assert committed == sample(file), f"write it anew: wod settings sample {file} > group_vars/{file}"


def test_the_committed_reference_is_what_the_schema_says():
    committed = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    assert committed == reference(), "write it anew: wod settings reference > docs/reference/settings.md"


def test_the_samples_say_nothing_new(files):
    before = files.load().as_data()
    for file in FILES:
        files.public(file, sample(file))
    assert files.load().as_data() == before


def test_every_setting_is_in_one_sample_and_no_secret_has_a_value_there():
    texts = {file: sample(file) for file in FILES}
    for setting in SETTINGS.values():
        lines = [line for line in texts[setting.file].splitlines() if line.lstrip("#").startswith(f"{setting.name}:")]
        assert len(lines) == 1
        assert not setting.secret or lines == [f"#{setting.name}:"]


def test_the_commented_examples_of_the_samples_are_valid(files):
    for setting in SETTINGS.values():
        if setting.example is not None and "FQDN" not in setting.name:
            files.load(override={setting.name: setting.example})
    text = "\n".join(line.lstrip("#") for line in sample("wod-system").splitlines() if line.startswith("#OPNSENSE"))
    assert set(yaml.safe_load(text)) == {"OPNSENSEKEY", "OPNSENSESEC", "OPNSENSEIP", "OPNSENSEPORT"}


def test_everything_is_described():
    assert [name for name, setting in SETTINGS.items() if not (setting.description and setting.says)] == []
    assert [name for name, setting in SETTINGS.items() if setting.example is None and not setting.secret] == []


def test_secrets_are_written_as_text():
    secret = [setting for setting in SETTINGS.values() if setting.secret]
    assert {setting.annotation for setting in secret} == {MaybeSecret}


def test_names_are_unique():
    assert not set(ALIASES) & set(SETTINGS)
    assert len(ALIASES) == sum(len(setting.aliases) for setting in SETTINGS.values())


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("WODUSERMIN", "USERMIN"),
        ("WODUSERMAX", "USERMAX"),
        ("WODPOSTPORT", "POSTPORT"),
        ("WODLDAPSRVNAME", "LDAPSRVNAME"),
        ("WODLDAPDMN", "LDAPDMN"),
        ("WODLDAPPWD", "LDAPPWD"),
        ("WODLDAPPORT", "LDAPPORT"),
        ("WODBASESTDID", "BASESTDID"),
        ("WODAPIDBUSER", "WODFEAPIUSER"),
        ("WODAPIDBUSERPWD", "WODFEAPIPWD"),
        ("BEPORT", "WODBEPORT"),
        ("WODSTUDDIR", "STUDDIR"),
    ],
)
def test_older_and_newer_spellings(alias, name):
    assert ALIASES[alias] == name


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [
        ("POSTPORT", "10025", 10025),
        ("USERMAX", " 30 ", 30),
        ("CLEAN", "yes", True),
        ("CLEAN", "false", False),
        ("BRANDING", 101, "101"),
        ("STUDDIR", "/srv/students/", "/srv/students"),
        ("WODSERVERCPU", 1, 1.0),
        ("WODSERVERMEM", 1073741824, "1073741824"),
        ("WODSERVERMEM", "1.5G", "1.5G"),
        ("WODFEEDBACKURL", "None", None),
        ("WODSENDGRIDAPIKEY", "None", None),
        ("LDAPSRVNAME", "", None),
        ("WODDENYLIST", "@a.org, @b.org", ("@a.org", "@b.org")),
        ("WODSYSCTL", {"vm.swappiness": 10}, {"vm.swappiness": "10"}),
        ("WODFIREWALLEXTRA", ["8000-8010/udp from 2001:db8::/32"], ("8000-8010/udp from 2001:db8::/32",)),
        ("WODHOSTS", {"a.example.org": "2001:DB8::1"}, {"a.example.org": "2001:db8::1"}),
        ("OPNSENSEPORT", None, None),
        ("HTTPPORT-WKSHP-Podman201", "xyzz", "xyzz"),
        ("HTTPPORT-WKSHP-Podman201", "18000", 18000),
        ("IP-WKSHP-Podman201", "10.0.0.7", "10.0.0.7"),
        ("NAME-WKSHP-Podman201", "anything", "anything"),
        ("FLAG-WKSHP-Podman201", True, True),
    ],
)
def test_values_as_people_write_them(files, name, written, value):
    settings = files.load(override={name: written})
    assert settings[name] == value
    assert type(settings[name]) is type(value) or isinstance(value, dict)


def test_booleans_are_those_of_ansible_and_dates_stay_text(files):
    files.public("all.yml", "CLEAN: yes\nWODUPDATES: Off\nBRANDING: 2026-01-31\n")
    settings = files.load()
    assert (settings.CLEAN, settings.WODUPDATES, settings.BRANDING) == (True, False, "2026-01-31")


def test_kernels_are_names_or_descriptions(files):
    described = {"name": "sos", "argv": ["python", "-m", "sos"], "requirements": ["sos-notebook==0.24.4"]}
    python, sos = files.load(override={"WODKERNELS": ["python", described]}).WODKERNELS
    assert (python.name, python.argv, python.env) == ("python", (), {})
    assert (sos.name, sos.requirements) == ("sos", ("sos-notebook==0.24.4",))


def test_names_under_a_private_prefix_may_hold_anything(files):
    files.own("all.yml", "WODPRIVATEPREFIXES: [ACME_]\nACME_WIFI: {ssid: x, channels: [1, 6]}\nACME_: null\n")
    assert files.load().as_data()["ACME_WIFI"] == {"ssid": "x", "channels": [1, 6]}
    (problem,) = files.problems(override={"ACMEX": 1})
    assert problem.startswith("--data: ACMEX is not a setting")


def test_what_is_called_like_a_secret_is_one(files):
    files.own(
        "all.yml",
        "WODPRIVATEPREFIXES: [ACME_]\nACME_DB: {user: scott, password: tiger}\nACME_API_KEYS: [tiger, 271828]\n"
        "TOKEN-WKSHP-LLM101: tiger\n",
    )
    settings = files.load()
    assert "tiger" not in repr(settings.as_data())
    assert "tiger" not in repr([settings.explain(name) for name in settings])
    assert "271828" not in repr(settings.as_data())
    assert settings["ACME_DB"]["user"] == "scott"
    assert settings["ACME_DB"]["password"].reveal() == "tiger"
    assert settings["TOKEN-WKSHP-LLM101"].reveal() == "tiger"
