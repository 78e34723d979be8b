"""Orders to backends: what they hold, when they leave, and that each is one order however often it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.unit.api import life
from tests.unit.api.life import OTHER, Site
from wod.api import models
from wod.engine.config import Receiver
from wod.engine.mail import Refused, parse


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    with life.site(database_url) as made:
        made.workshop()
        yield made


def running(site: Site, seat: int = 3, **values: object) -> int:
    customer = site.register(seat, **values)  # type: ignore[arg-type]
    site.tick()
    site.set(customer, active=True)
    site.tick()
    return customer


def over(site: Site, *customers: int) -> None:
    """Their time is up; the backend has cleaned nothing yet."""
    for customer in customers:
        site.set(customer, end_date=site.now)
    site.tick()


def cleaned(site: Site, customer: int) -> None:
    """As a backend reports the end of CLEANUP."""
    row = site.customer(customer)
    assert row.student_id
    site.change(models.Student, row.student_id, assigned=False)
    site.set(customer, cleaned=True)


def test_a_backend_takes_it(site: Site, tmp_path: Path) -> None:
    site.register(23, location=OTHER)
    site.tick()
    receiver = Receiver(OTHER, site.config.mail_key, 1, 20, queue=str(tmp_path))
    request = parse(site.backend.raw[0].replace(b"\r\n", b"\n"), receiver, "", site.now.timestamp())
    assert (request.verb, request.first, request.customer, request.signed) == ("CREATE", 3, 1, True)
    assert (request.email, request.workshop) == ("person1@example.org", "WKSHP-API101")
    assert "rcpt TO:<wodadmin@localhost>" in site.backend.commands


@pytest.mark.parametrize("rolled_out", [False, True])
def test_while_the_key_changes_every_backend_takes_it(site: Site, tmp_path: Path, rolled_out: bool) -> None:
    """Queued before the rotation, sent after it; to a backend that has the new key already, and to one that has not."""
    site.register(23, location=OTHER)
    old, new = site.config.mail_key, "a-new-key-that-only-tests-use-987654"
    until = site.now.timestamp() + 3600
    site.config = replace(site.config, mail_key=new, mail_key_before=old, mail_key_until=until)
    site.tick()
    raw = site.backend.raw[0].replace(b"\r\n", b"\n")
    receiver = Receiver(OTHER, new if rolled_out else old, 1, 20, queue=str(tmp_path))
    assert parse(raw, receiver, "", site.now.timestamp()).signed
    assert b"X-WoD-Signature-New" in raw


def test_the_old_key_signs_no_longer_than_it_is_good(site: Site, tmp_path: Path) -> None:
    old, new = site.config.mail_key, "a-new-key-that-only-tests-use-987654"
    until = site.now.timestamp()
    site.config = replace(site.config, mail_key=new, mail_key_before=old, mail_key_until=until)
    site.register(23, location=OTHER)
    site.tick()
    raw = site.backend.raw[0].replace(b"\r\n", b"\n")
    assert parse(raw, Receiver(OTHER, new, 1, 20, queue=str(tmp_path)), "", site.now.timestamp()).signed
    with pytest.raises(Refused):
        parse(raw, Receiver(OTHER, old, 1, 20, queue=str(tmp_path)), "", site.now.timestamp())


def test_the_notebook_is_the_workshops(site: Site) -> None:
    """Not what a client of the original's API wrote into the registration."""
    site.register(notebook="WKSHP-Other\n.\nMAIL FROM: <x>")
    site.tick()
    assert site.backend.mails[0].get_content().strip() == "WKSHP-API101"


def test_purge_waits_for_the_cleanup(site: Site) -> None:
    customer = running(site)
    over(site, customer)
    site.tick(minutes=5)
    assert [subject.split()[0] for subject in site.backend.subjects] == ["CREATE", "CLEANUP"]
    cleaned(site, customer)
    site.tick(seconds=20)
    assert site.backend.subjects[-1] == f"PURGE 3 {customer}"


def test_but_not_for_ever(site: Site) -> None:
    over(site, running(site))
    site.tick(minutes=15)
    assert site.backend.subjects[-1] == "PURGE 3 1"


def test_a_workshop_with_reset(site: Site) -> None:
    site.workshop("Appliance", notebook="WKSHP-App", reset=True)
    customer = running(site, name="Appliance")
    over(site, customer)
    cleaned(site, customer)
    site.tick()
    assert site.backend.subjects[1:] == ["CLEANUP 3 1", "RESET 3 1", "PURGE 3 1"]
    assert site.capacity("Appliance") == 10


def test_one_shared_appliance_is_reset_by_the_last_of_all(site: Site) -> None:
    site.workshop("One View", notebook="WKSHP-OneView", reset=True, capacity=0, range=[3, 4])
    first, second = running(site, 3, name="One View"), running(site, 4, name="One View")
    over(site, first)
    cleaned(site, first)
    site.tick()
    assert site.backend.subjects[2:] == [f"CLEANUP 3 {first}"]
    over(site, second)
    cleaned(site, second)
    site.tick()
    assert site.backend.subjects[3:] == [f"CLEANUP 4 {second}", f"RESET 3,4 {second}"]
    assert site.capacity("One View") == 0  # the backend opens it again, with its RESET


def test_one_shared_appliance_with_places_left(site: Site) -> None:
    site.workshop("One View", notebook="WKSHP-OneView", reset=True, capacity=1, range=[3, 4])
    over(site, running(site, 3, name="One View"))
    site.tick(hours=1)
    assert site.backend.subjects[1:] == ["CLEANUP 3 1"]


def test_the_next_create_never_overtakes_the_last_purge(site: Site) -> None:
    """The seat is free as soon as it is cleaned; a PURGE that came later would take the newcomer's work."""
    customer = running(site)
    over(site, customer)
    site.backend.answers["BANNER"] = "421 not now"
    cleaned(site, customer)
    site.tick()
    newcomer = site.register(3)
    site.tick()
    site.backend.answers.clear()
    site.tick(minutes=2)
    assert site.backend.subjects[2:] == [f"PURGE 3 {customer}", f"CREATE 3 {newcomer} person2@example.org"]


def test_a_seat_that_had_a_later_participant_is_left_alone(site: Site) -> None:
    """One who ended before the database was adopted, and is unregistered since: no trace of ours knows that end."""
    earlier, later = site.register(3, last_email_sent="expired"), site.register(3, last_email_sent="expired")
    site.set(earlier, last_email_sent="unregister")
    site.tick()
    assert (site.backend.raw, site.capacity()) == ([], 9)
    assert site.customer(earlier).last_email_sent == site.customer(later).last_email_sent == "expired"


def test_the_same_order_again_until_it_is_taken(site: Site) -> None:
    site.backend.answers["END"] = "451 disk full"
    site.register()
    waits = []
    for _ in range(4):
        site.tick(minutes=10)
        waits.append(site.outbox()["1:CREATE"].due - site.now)
        site.set(1, start_date=site.now)
    assert waits == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert len(site.backend.nonces) == 4
    assert len(set(site.backend.nonces)) == 1
    assert len({mail["X-WoD-Time"] for mail in site.backend.mails}) == 4
    assert sum(event.startswith("retry order CREATE") for event in site.events(1)) == 1


def test_an_order_is_not_given_up_for_an_operators_mistake(site: Site) -> None:
    """Another WODMAILKEY on the backend, for one."""
    site.backend.answers["END"] = "550 not signed"
    site.register()
    site.tick()
    site.backend.answers.clear()
    site.tick(minutes=2)
    assert site.outbox()["1:CREATE"].sent == site.now


def test_given_up_after_three_days(site: Site) -> None:
    customer = running(site)
    site.backend.answers["BANNER"] = "421 gone"
    over(site, customer)
    for _ in range(73):
        site.tick(hours=1)
    assert "421" in site.outbox()["1:CLEANUP"].error
    assert site.outbox()["1:CLEANUP"].sent
    assert any(event.startswith("given up order CLEANUP") for event in site.events(customer))


def test_a_create_that_never_left_is_withdrawn(site: Site) -> None:
    site.backend.answers["BANNER"] = "421 not now"
    site.register()
    site.tick()
    site.tick(minutes=11)
    site.backend.answers.clear()
    site.tick(hours=1)
    site.tick(hours=1)
    assert [subject.split()[0] for subject in site.backend.subjects] == ["CLEANUP", "PURGE"]
    assert "withdrawn CREATE" in site.events(1)


def test_without_a_key_nothing_leaves_unsigned(site: Site) -> None:
    object.__setattr__(site.config, "mail_key", "")
    site.register()
    site.tick()
    assert site.backend.raw == []
    assert site.outbox()["1:CREATE"].error == "WODMAILKEY is empty"


def test_a_workshop_that_left_the_catalogue(site: Site) -> None:
    """Its participants are cleaned up after all the same."""
    customer = running(site)
    site.change(models.Workshop, 1, name="Renamed")
    over(site, customer)
    cleaned(site, customer)
    site.tick()
    assert site.backend.subjects[1:] == ["CLEANUP 3 1", "PURGE 3 1"]
