"""The module postgresql on modelled hosts, alone."""

from __future__ import annotations

import pytest

from tests.modules.conftest import FakeSite, Run
from tests.modules.model import Model

SITE = 'Host("@fake/api", role="api_db", address="192.0.2.30"), Host("@fake/be1", number=1, address="192.0.2.11")'
UNITS = {
    "debian12": "postgresql@15-main.service",
    "debian13": "postgresql@17-main.service",
    "ubuntu2404": "postgresql@16-main.service",
    "rocky9": "postgresql.service",
}
SERVICE = "/etc/systemd/system/wod-backup.service"


def apply(site: FakeSite) -> Run:
    return site.pyinfra("deploys.modules.postgresql.apply")


def twice(site: FakeSite, distribution: str = "debian12") -> Model:
    """Apply it twice: everything is done by the first run, nothing is left to the second."""
    site.hosts = SITE
    site.put("api", Model(distribution))
    first = apply(site)
    assert first.code == 0, first.said
    model = site.model("api")
    count, changed, failed, unchanged = apply(site).total
    assert (changed, failed, unchanged) == (0, 0, count)
    assert site.model("api") == model
    return model


@pytest.mark.parametrize("distribution", UNITS)
def test_the_server_the_role_and_the_database(site: FakeSite, distribution: str) -> None:
    model = twice(site, distribution)
    assert model.packages >= {"postgresql", "postgresql-server" if distribution == "rocky9" else "postgresql-client"}
    assert model.started.keys() == {UNITS[distribution], "wod-backup.timer"}
    assert model.database_owner == "wod-api"
    assert ("make_cluster" in " ".join(model.log)) == (distribution == "rocky9")
    assert not site.model("be1").packages


def test_only_the_host_itself_reaches_it(site: FakeSite) -> None:
    model = twice(site)
    drop_in = model.texts["/etc/postgresql/15/main/conf.d/90-wod.conf"]
    assert "listen_addresses = ''\n" in drop_in
    assert "port =" not in drop_in
    assert model.access[1] == 'local "workshops-on-demand" "wod-api" peer'
    assert "5432" not in {opening.port for opening in model.openings}


def test_it_listens_where_it_is_told_to(site: FakeSite) -> None:
    site.settings("WODPGLISTEN: [192.0.2.30, localhost]\nWODPGPORT: 5433\n")
    drop_in = twice(site).texts["/etc/postgresql/15/main/conf.d/90-wod.conf"]
    assert "listen_addresses = '192.0.2.30, localhost'\nport = 5433\n" in drop_in


def test_a_database_elsewhere_needs_programs_and_backups_only(site: FakeSite) -> None:
    site.settings("WODPGHOST: db.example.org\n")
    model = twice(site)
    assert model.packages == {"postgresql-client"}
    assert model.started.keys() == {"wod-backup.timer"}
    assert "postgresql@" not in model.texts[SERVICE]


def test_the_second_roles_password_is_in_no_argument(site: FakeSite) -> None:
    site.settings('WODPGUSER: tools\nWODPGPASSWD: "hunter2hunter2"\n')
    site.hosts = SITE
    assert apply(site).code == 0
    model = site.model("api")
    assert model.access[-2] == 'host "workshops-on-demand" "tools" all scram-sha-256'
    assert "hunter2" not in "".join(model.log)
    assert "SCRAM-SHA-256" not in "".join(model.log)


def test_backups_are_made_at_night_and_kept(site: FakeSite) -> None:
    site.settings("WODBACKUPKEEP: 30\nWODBACKUPHOUR: 4\n")
    model = twice(site)
    assert "--folder /var/lib/wod-api/backups --keep 30\n" in model.texts[SERVICE]
    assert "OnCalendar=*-*-* 04:" in model.texts["/etc/systemd/system/wod-backup.timer"]


def refused(site: FakeSite, model: Model) -> str:
    site.hosts = SITE
    site.put("api", model)
    run = apply(site)
    assert run.code == 1
    assert "Traceback" not in run.said
    assert "tell_server" not in " ".join(site.model("api").log)
    return run.said


def test_what_is_somebody_elses_is_left_alone(site: FakeSite) -> None:
    assert "the database workshops-on-demand is postgres's" in refused(site, Model(database_owner="postgres"))
    said = refused(site, Model(port_holder="13/main"))
    assert "port 5432 is the PostgreSQL cluster 13/main's, not 15/main's" in said
    assert "opensuse-leap 15.6 is not a system that wod supports" in refused(site, Model("opensuse15"))
