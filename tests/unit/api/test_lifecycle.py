"""The life of registrations, on a fast clock, with a real database and real mail servers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.unit.api import life
from tests.unit.api.life import Site
from wod.api import models
from wod.api.config import Timing
from wod.api.lifecycle import decisions, facts
from wod.api.lifecycle.decisions import decide

EXPIRED = "Thanks for participating in the Example Workshops-on-Demand!"


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    with life.site(database_url) as made:
        made.workshop()
        yield made


def begin(site: Site, **values: object) -> int:
    """Up to the credentials."""
    customer = site.register(**values)  # type: ignore[arg-type]
    site.tick()
    site.set(customer, active=True)
    site.tick(seconds=20)
    return customer


def test_four_hours_in_a_moment(site: Site) -> None:
    customer = begin(site)
    assert (site.customer(customer).last_email_sent, site.customer(customer).start_date) == ("credentials", site.now)
    site.tick(hours=2, minutes=59)
    assert len(site.relay.raw) == 2
    site.tick(minutes=1)
    assert site.customer(customer).last_email_sent == "expiring"
    site.tick(hours=1)
    site.set(customer, cleaned=True)
    site.tick(seconds=20)
    assert site.backend.subjects == [
        f"CREATE 3 {customer} person1@example.org",
        f"CLEANUP 3 {customer}",
        f"PURGE 3 {customer}",
    ]
    assert [subject.split(" ", 1)[-1] for subject in site.relay.subjects] == [
        "Workshops-on-Demand",
        "Workshops-on-Demand credentials",
        "Example Workshops-on-Demand session will end in one hour",
        EXPIRED.split(" ", 1)[1],
    ]
    assert (site.customer(customer).last_email_sent, site.customer(customer).active) == ("expired", False)
    assert site.capacity() == 10
    assert site.events(customer)[:3] == ["welcome", "sent mail welcome", "sent order CREATE"]


def test_nothing_more_happens_after_the_end(site: Site) -> None:
    customer = begin(site)
    site.tick(hours=5)
    for _ in range(3):
        site.tick(hours=1)
    assert (len(site.relay.raw), len(site.backend.raw), site.capacity()) == (3, 3, 10)
    assert site.customer(customer).last_email_sent == "expired"


def test_a_late_success_is_a_success(site: Site) -> None:
    customer = site.register()
    site.tick()
    site.set(customer, active=True)
    site.tick(minutes=40)
    assert site.customer(customer).last_email_sent == "credentials"
    assert len(site.backend.raw) == 1


def test_stuck(site: Site) -> None:
    customer = site.register()
    site.tick()
    site.tick(minutes=10)
    assert site.customer(customer).last_email_sent == "welcome"
    site.tick(seconds=20)
    assert site.customer(customer).last_email_sent == "error"
    assert "Deployment Issue" in site.relay.subjects[-1]
    site.set(customer, active=True)  # too late: it has been torn down
    site.tick(minutes=16)
    assert [subject.split()[0] for subject in site.backend.subjects] == ["CREATE", "CLEANUP", "PURGE"]
    assert (site.capacity(), site.customer(customer).last_email_sent) == (10, "error")


def test_who_registered_while_nobody_looked_is_not_stuck(site: Site) -> None:
    customer = site.register()
    site.tick(hours=1)
    site.tick(minutes=1)
    assert site.customer(customer).last_email_sent == "welcome"


def test_unregistered(site: Site) -> None:
    customer = begin(site)
    site.set(customer, active=False, last_email_sent="unregister", end_date=site.now)
    site.tick()
    assert (site.relay.subjects[-1], site.capacity()) == (EXPIRED, 10)
    site.set(customer, last_email_sent="unregister")
    site.tick()
    assert (site.capacity(), site.customer(customer).last_email_sent) == (10, "expired")
    assert site.events(customer)[-1] == "unregistered late the session had ended before"


def test_an_extended_session_is_warned_again(site: Site) -> None:
    customer = begin(site)
    site.tick(hours=3)
    site.set(customer, end_date=site.now + timedelta(hours=3))
    site.tick(minutes=1)
    site.tick(hours=2)
    site.tick(hours=1)
    assert [subject[:4] for subject in site.relay.subjects] == ["Exam", "Exam", "Your", "Your", "Than"]


def test_what_did_not_leave_in_time_stays(site: Site) -> None:
    """Credentials of a session that is over may be someone else's."""
    site.relay.answers["BANNER"] = "421 busy"
    customer = begin(site)
    site.tick(hours=4)
    site.relay.answers.clear()
    site.tick(hours=2)
    assert site.relay.subjects == [EXPIRED]
    assert "withdrawn credentials" in site.events(customer)


def test_a_mailbox_that_is_not_there(site: Site) -> None:
    site.relay.answers["RCPT"] = "550 no such user"
    site.register()
    site.tick()
    row = site.outbox()["1:welcome"]
    assert "550" in row.error
    assert row.sent == site.now


def test_no_password_stays_behind(site: Site) -> None:
    begin(site)
    assert site.outbox()["1:credentials"].payload == {"letter": "credentials"}
    assert "S3cret99" not in str(site.events(1))


@pytest.mark.parametrize("state", ["expired", "error"])
def test_the_end_is_the_end(state: str) -> None:
    seat = facts.Seat(3, 3)
    customer = facts.Customer(1, "", state, True, life.START, life.START, seat)
    later = life.START + timedelta(days=9)
    assert decide(customer, facts.Workshop("WKSHP-API101"), Timing(), later) == []


def test_credentials_that_ran_out_unseen_are_not_called_expiring() -> None:
    customer = facts.Customer(1, "", "credentials", True, life.START, life.START, facts.Seat(3, 3))
    actions = decide(customer, facts.Workshop("WKSHP-API101"), Timing(), life.START)
    assert decisions.Write("expiring") not in actions
    assert decisions.Become("expired", active=False) in actions


def test_a_seat_at_an_unknown_location(site: Site) -> None:
    """No number is made up for it, and its participant is told in the end."""
    site.add(models.Student(id=99, username="student99", location="gone.example.org"))
    customer = site.register(99)
    for _ in range(3):
        site.tick()
    assert site.events(customer) == ["unplaced the location gone.example.org is not known"]
    site.tick(minutes=11)
    assert site.customer(customer).last_email_sent == "error"
    assert (site.backend.raw, site.capacity(), len(site.relay.raw)) == ([], 10, 1)
    assert "no CLEANUP the location gone.example.org is not known" in site.events(customer)
