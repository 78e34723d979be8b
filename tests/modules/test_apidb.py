"""The module apidb on modelled hosts: a fresh one, a new release, drift, and what it refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from deploys.modules.apidb import CATALOGUE
from tests.authority import issue
from tests.modules.conftest import FakeSite, Run
from tests.modules.model import Model
from wod.api import config

SITE = """
    Host("@fake/be1", number=1, address="192.0.2.11", external="jupyter1.example.org:443:https"),
    Host("@fake/be2", number=2, address="192.0.2.12"),
    Host("@fake/api", role="api_db", address="192.0.2.30"),
    Host("@fake/www", role="frontends", address="192.0.2.40", external="wod.example.org:443:https"),
"""
UNIT = "/etc/systemd/system/wod-api.service"
BOTH = ("wod-api.service", "wod-lifecycle.service")


def apply(site: FakeSite, *options: str, succeeds: bool = True) -> Run:
    run = site.pyinfra("deploys.modules.apidb.apply", options=("-y", *options))
    assert (run.code == 0) == succeeds, run.said
    assert "Traceback" not in run.said
    return run


@pytest.fixture(scope="session")
def applied_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = FakeSite(tmp_path_factory.mktemp("api"), SITE, models=["be1", "be2", "api", "www"])
    apply(site)
    return site.folder


@pytest.fixture
def applied(applied_once: Path, tmp_path: Path) -> FakeSite:
    """A site whose api-db host has the API."""
    folder = Path(shutil.copytree(applied_once, tmp_path / "site"))
    return FakeSite(folder, SITE, models=["be1", "be2", "api", "www"])


def log_of_another(site: FakeSite, *options: str) -> list[str]:
    """What another run does to the host, a word each and, for services, what."""
    model = site.model("api")
    model.clock += 10
    model.log.clear()
    site.put("api", model)
    apply(site, *options)
    return [line.split("\n")[0] for line in site.model("api").log]


def test_a_fresh_host_gets_the_api_and_a_second_run_changes_nothing(applied: FakeSite) -> None:
    model = applied.model("api")
    assert set(BOTH) <= model.started.keys() & model.enabled
    assert model.migrated
    assert log_of_another(applied) == []


def test_an_encrypted_api_has_a_certificate_of_its_own_making(applied: FakeSite) -> None:
    applied.settings("WODAPIDBPROTO: https\nWODAPIDBFQDN: api.local\n")
    assert log_of_another(applied)[-1].startswith("act wod-api.service restart")
    model = applied.model("api")
    pem = "/etc/wod/api/self-signed-api.local.pem"
    state = model.paths[pem]
    assert (state.mode, state.user, state.group) == (0o640, "root", "wod-api")
    assert f"--tls {pem}\n" in model.texts[UNIT]
    assert log_of_another(applied) == []


def test_or_the_operators(applied: FakeSite, tmp_path: Path) -> None:
    chain, key = issue("api.local", issuer=issue("CA")).write(tmp_path)
    files = f"WODAPITLS: files\nWODAPITLSCERT: {chain}\nWODAPITLSKEY: {key}\n"
    applied.settings(f"WODAPIDBPROTO: https\nWODAPIDBFQDN: api.local\n{files}")
    apply(applied)
    model = applied.model("api")
    assert "PRIVATE KEY" in model.texts["/etc/wod/api/tls.pem"]
    assert model.paths["/etc/wod/api/tls.pem"].mode == 0o640
    assert log_of_another(applied) == []


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ("WODAPITLS: self\n", "WODAPITLS is self while WODAPIDBPROTO is http; set WODAPIDBPROTO to https"),
        ("WODAPITLS: files\nWODAPIDBPROTO: https\n", "WODAPITLS is files; name the certificate in WODAPITLSCERT"),
        (
            "WODAPITLS: files\nWODAPIDBPROTO: https\nWODAPITLSCERT: /none\nWODAPITLSKEY: /none\n",
            "WODAPITLSCERT: /none cannot be read: No such file or directory",
        ),
    ],
)
def test_what_is_wrong_with_it_is_said_and_changes_nothing(applied: FakeSite, settings: str, sentence: str) -> None:
    applied.settings(settings)
    before = applied.model("api").log
    assert sentence in apply(applied, succeeds=False).said
    assert [line for line in applied.model("api").log if not line.startswith("refuse")] == before


def test_other_hosts_get_nothing(applied: FakeSite) -> None:
    apply(applied)
    assert [applied.model(name) for name in ("be1", "be2", "www")] == [Model()] * 3


def test_what_the_api_is_told(applied: FakeSite) -> None:
    told = json.loads(applied.model("api").texts[str(config.PATH)])
    assert told["origins"] == ["https://wod.example.org"]
    assert told["mail"]["host"] == "be1"
    assert "Environment=FORWARDED_ALLOW_IPS=127.0.0.1,::1,192.0.2.40\n" in applied.model("api").texts[UNIT]


@pytest.mark.parametrize("options", [(), ("--limit", "api")])
def test_the_database_is_told_of_all_backends(applied: FakeSite, options: tuple[str, ...]) -> None:
    apply(applied, *options)
    told = json.loads(applied.model("api").texts[CATALOGUE])
    assert [each["name"] for each in told["locations"]] == ["jupyter1.example.org", "be2"]
    assert [each["basestdid"] for each in told["locations"]] == [0, 20]


def test_the_secrets_are_in_no_argument_and_in_no_output(applied: FakeSite) -> None:
    model = applied.model("api")
    told = json.loads(model.texts[str(config.PATH)])
    users = json.loads(model.texts[CATALOGUE])["users"]
    secrets = [told["token_key"], told["mail_key"], *(user["password"] for user in users)]
    said = apply(applied, "-vvv").said + "".join(model.log)
    assert [secret for secret in secrets if secret in said] == []
    for path in (str(config.PATH), CATALOGUE):
        assert (model.paths[path].mode, model.paths[path].user, model.paths[path].group) == (0o640, "root", "wod-api")


def test_a_new_release_migrates_before_the_link_is_switched_and_the_services_restart(applied: FakeSite) -> None:
    model = applied.model("api")
    model.parts["/opt/wod-api"] = "0123456789ab"
    model.migrated = False
    applied.put("api", model)
    done = [" ".join(line.split()[: 3 if line.startswith("act") else 1]) for line in log_of_another(applied)]
    acts = [f"act {name} restart" for name in BOTH]
    assert done == ["build_part", "migrate", "switch_part", *acts]


def test_what_a_service_reads_restarts_it(applied: FakeSite) -> None:
    applied.settings("WODAPIWORKERS: 3\n")
    acts = [line for line in log_of_another(applied) if line.startswith("act")]
    assert acts == ["act wod-api.service restart "]


def test_changed_content_changes_the_database_only(applied: FakeSite) -> None:
    applied.settings("WODSAMPLES: false\n")
    done = [line.split()[0] for line in log_of_another(applied)]
    assert done == ["write", "sync"]


def test_what_the_database_lacks_is_shown_and_mended(applied: FakeSite) -> None:
    model = applied.model("api")
    model.catalogue = "somebody's"
    applied.put("api", model)
    assert "change workshop WKSHP-Bash: name" in apply(applied).said
    assert applied.model("api").catalogue == applied.model("api").texts[CATALOGUE]


def test_content_that_cannot_be_had_leaves_the_catalogue_and_runs_the_api(applied: FakeSite) -> None:
    before = applied.model("api").texts[CATALOGUE]
    applied.settings("WODNOBOREPO: /nowhere/at/all\nWODAPIWORKERS: 3\n")
    run = apply(applied, succeeds=False)
    assert "WODNOBOREPO" in run.said
    model = applied.model("api")
    assert model.texts[CATALOGUE] == before
    assert "--workers 3" in model.texts[UNIT]
    assert "act wod-api.service restart " in model.log


def test_a_database_that_cannot_be_migrated_keeps_the_old_release(applied: FakeSite) -> None:
    model = applied.model("api")
    model.parts["/opt/wod-api"] = "0123456789ab"
    model.failing = {"migrate"}
    applied.put("api", model)
    apply(applied, succeeds=False)
    model = applied.model("api")
    assert model.parts["/opt/wod-api"] == "0123456789ab"
    assert not [line for line in model.log if line.endswith("restart ")]
