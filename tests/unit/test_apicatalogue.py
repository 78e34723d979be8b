"""What the database is told of the site: workshops of the content, backends of the inventory, the site's accounts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.unit.api.databases import opened
from tests.unit.api.postgres import cluster, database_url
from wod.api import database, sync
from wod.apicatalogue import catalogue, users
from wod.errors import BadInput, WodError
from wod.site import Host, Site

__all__ = ["cluster", "database_url"]
REPOSITORY = Path(__file__).resolve().parents[2]
BACKENDS = (
    Host("be2.example.org", number=2, external="lab2.example.org:443:https"),
    Host("be1.example.org", number=1, external="lab1.example.org"),
)
API = Host("api.example.org", role="api_db")


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "private").mkdir()
    monkeypatch.setenv("WOD_PRIVATE", str(tmp_path / "private"))
    monkeypatch.setenv("WOD_CACHE", str(tmp_path / "cache"))


def site(*hosts: Host, **values: object) -> Site:
    return Site("test", REPOSITORY, (*hosts, API)).resolved(values)


def told(made: Site) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(catalogue(made.host(API.name).settings, made.hosts).reveal())
    return found


def names(wanted: Sequence[dict[str, Any]], key: str) -> list[str]:
    return [each[key] for each in wanted]


def test_what_the_samples_and_two_backends_give() -> None:
    made = told(site(*BACKENDS, USERMAX=25, USERMIN=3))
    assert {"WKSHP-Bash", "WKSHP-Python"} <= set(names(made["workshops"], "directory"))
    assert made["locations"] == [
        {"name": "lab1.example.org", "proto": "http", "port": "8000", "basestdid": 0, "first": 3, "last": 25},
        {"name": "lab2.example.org", "proto": "https", "port": "443", "basestdid": 25, "first": 3, "last": 25},
    ]
    assert made["seats"] == 25
    assert made["frontend"] == "http://be2.example.org:8000"


def test_it_is_the_same_wherever_it_was_made() -> None:
    assert not [key for each in told(site(*BACKENDS))["workshops"] for key in each if key == "path"]


def test_the_accounts_are_the_ones_of_the_settings() -> None:
    made = site(*BACKENDS, WODAPIDBADMIN="root", WODAPIDBADMINPWD="one two three", WODFEAPIUSER="engine")
    moderator, administrator = users(made.host(API.name).settings)
    assert administrator == {"username": "root", "password": "one two three", "roles": ["user", "admin"]}
    assert (moderator["username"], moderator["roles"]) == ("engine", ["user", "moderator"])
    assert len(moderator["password"]) == 24


def test_two_accounts_of_one_name_are_refused() -> None:
    made = site(*BACKENDS, WODAPIDBADMIN="moderator")
    with pytest.raises(BadInput, match="both moderator; give each account a name of its own"):
        users(made.host(API.name).settings)


def test_it_prints_as_its_name() -> None:
    made = site(*BACKENDS)
    assert str(catalogue(made.host(API.name).settings, made.hosts)) == "<secret catalogue>"


def test_content_that_cannot_be_had_is_a_sentence(tmp_path: Path) -> None:
    made = site(*BACKENDS, WODNOBOREPO=str(tmp_path / "nothing"))
    with pytest.raises(WodError, match="WODNOBOREPO"):
        told(made)


def test_a_site_without_content_has_no_workshops() -> None:
    assert told(site(*BACKENDS, WODSAMPLES=False))["workshops"] == []


def test_the_database_takes_it_and_a_second_time_needs_nothing(database_url: str) -> None:
    made = told(site(*BACKENDS))
    parts = (made["workshops"], made["locations"], made["seats"], made["users"], made["frontend"])
    database.migrate(database_url)
    with opened(database_url) as engine, Session(engine) as session:
        sync.apply(session, sync.plan(session, *parts))
        session.commit()
        assert sync.plan(session, *parts) == []
