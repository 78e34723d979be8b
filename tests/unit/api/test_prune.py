"""What was sent long ago goes, in the turns in which there is nothing else to do; what has not left never does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from tests.unit.api import life
from tests.unit.api.life import Site
from wod.api import models
from wod.api.lifecycle import prune as pruning
from wod.api.lifecycle.prune import prune
from wod.api.lifecycle.tables import OUTBOX, TRACE


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    with life.site(database_url) as made:
        made.workshop()
        yield made


def ended(site: Site, seat: int) -> int:
    """A registration that went its whole way; its rows' own dates follow the site's clock."""
    customer = site.register(seat)
    site.tick()
    site.set(customer, last_email_sent="unregister")
    site.tick()
    site.set(customer, cleaned=True)
    site.tick()
    site.set(customer, end_date=site.now, updated_at=site.now)
    return customer


def keys(site: Site) -> set[str]:
    return set(site.outbox())


def test_rows_of_a_registration_that_ended_long_ago_are_removed(site: Site) -> None:
    customer = ended(site, 3)
    assert keys(site)
    before = site.events(customer)
    site.tick(days=399)
    assert site.events(customer) == before
    site.tick(days=2)
    assert keys(site) == set()
    assert site.events(customer) == ["expired"]
    assert site.customer(customer).last_email_sent == "expired", "registrations themselves stay"


def test_a_late_unregistering_is_still_known_to_be_late(site: Site) -> None:
    customer = ended(site, 3)
    site.tick(days=500)
    site.set(customer, last_email_sent="unregister")
    mails = len(site.backend.raw)
    site.tick()
    assert (site.customer(customer).last_email_sent, len(site.backend.raw)) == ("expired", mails)


def test_what_has_not_left_stays_with_all_that_belongs_to_it(site: Site) -> None:
    customer = ended(site, 3)
    kept, story = keys(site), site.events(customer)
    with site.engine.begin() as bind:
        far = site.now + timedelta(days=9000)
        bind.execute(update(OUTBOX).where(OUTBOX.c.key == f"{customer}:PURGE").values(sent=None, due=far, tries=1))
    site.tick(days=5000)
    assert (keys(site), site.events(customer)) == (kept, story)


def test_what_belongs_to_an_open_registration_stays(site: Site) -> None:
    customer = site.register(3, end_date=site.now + timedelta(days=9000))
    site.tick()
    site.set(customer, last_email_sent="credentials", active=True, end_date=site.now + timedelta(days=9000))
    kept, story = keys(site), site.events(customer)
    assert kept
    site.tick(days=1000)
    assert (keys(site), site.events(customer)) == (kept, story)


def test_rows_of_a_registration_that_was_deleted_go_by_their_own_dates(site: Site) -> None:
    customer = ended(site, 3)
    with site.engine.begin() as bind:
        bind.execute(models.Customer.__table__.delete())
    site.tick(days=399)
    assert keys(site)
    site.tick(days=2)
    assert (keys(site), site.events(customer)) == (set(), [])


def test_nothing_is_removed_where_all_is_kept_or_while_there_is_work(site: Site) -> None:
    ended(site, 3)
    kept = keys(site)
    site.pass_(days=500)
    assert prune(site.engine, replace(site.config, keep=0), site.clock) == 0
    site.register(4)
    site.tick()
    assert kept < keys(site)


def test_few_at_a_time(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    ended(site, 3)
    site.pass_(days=500)
    monkeypatch.setattr(pruning, "BATCH", 2)
    assert prune(site.engine, site.config, site.clock) == 4, "two of each table"
    with site.engine.connect() as bind:
        left = bind.scalar(select(func.count()).select_from(OUTBOX)) or 0
        left += bind.scalar(select(func.count()).select_from(TRACE)) or 0
    assert left > 0
