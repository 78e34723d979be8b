"""From a registration to an empty seat, on real hosts: what a participant reads and does, and what happens when parts
of the platform are away meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.lab.site import SITE, Site
from tests.lab.whole import Whole, whole

pytestmark = pytest.mark.lab

PYTHON, BASH, TOUR = "Python - First steps", "Bash - The command line", "JupyterLab - A guided tour"


@pytest.fixture(scope="module")
def wod(site: Site) -> Iterator[Whole]:
    with whole(site) as ready:
        yield ready


def test_a_registration_becomes_a_workshop_and_an_empty_seat_again(wod: Whole) -> None:
    before = wod.workshop(PYTHON)["capacity"]
    booked = wod.register("ada@example.org", PYTHON)
    assert booked.status_code == 200, booked.text
    customer = booked.json()["id"]
    assert wod.workshop(PYTHON)["capacity"] == before - 1
    assert "Welcome to Python - First steps!" in wod.mail("ada@example.org", "Workshops-on-Demand")
    ada = wod.participant("ada@example.org")
    assert ada.log_in()
    ada.start_server()
    assert "0-ReadMeFirst.ipynb" in ada.run("import os; print(os.listdir('WKSHP-Python'))")
    wod.over(customer)
    wod.mail("ada@example.org", "Thanks for participating")
    assert wod.workshop(PYTHON)["capacity"] == before
    assert not type(ada)(ada.base, ada.name, ada.password).log_in()


def test_the_third_workshop_earns_a_badge(wod: Whole) -> None:
    for workshop in (PYTHON, BASH, TOUR):
        booked = wod.register("eve@example.org", workshop)
        assert booked.status_code == 200, booked.text
        wod.mail("eve@example.org", "credentials")
        wod.until("the credentials", lambda: wod.customer(booked.json()["id"])["lastEmailSent"] == "credentials")  # noqa: B023
        wod.over(booked.json()["id"])
    assert "Apprentice" in wod.mail("eve@example.org", "You just earned")


def test_a_backend_that_is_away_gets_its_order_later(wod: Whole) -> None:
    for host in ("be1", "be2"):
        wod.site.ssh(host, "systemctl stop 'postfix*' wod-engine")
    booked = wod.register("bob@example.org", PYTHON)
    assert booked.status_code == 200, booked.text
    wod.mail("bob@example.org", "Workshops-on-Demand")
    time.sleep(5)
    assert not wod.customer(booked.json()["id"])["active"]
    for host in ("be1", "be2"):
        wod.site.ssh(host, "systemctl start postfix wod-engine")
    assert wod.participant("bob@example.org").log_in()
    wod.over(booked.json()["id"])


def test_a_database_that_is_away_loses_nothing(wod: Whole) -> None:
    booked = wod.register("joan@example.org", TOUR)
    wod.site.ssh("api", "systemctl stop 'postgresql*'")
    refused = wod.register("grace@example.org", TOUR)
    assert (refused.status_code, wod.http.get("/healthz").status_code) == (503, 503)
    assert "Retry-After" in refused.headers
    time.sleep(10)  # the backend has carried its order out by now, and cannot tell anybody
    wod.site.ssh("api", "systemctl start postgresql")
    assert wod.participant("joan@example.org").log_in()
    assert wod.register("grace@example.org", TOUR).status_code == 200
    assert wod.participant("grace@example.org").log_in()
    wod.over(booked.json()["id"])


def test_every_seat_is_accounted_for(wod: Whole) -> None:
    """Only grace is still there; Hub, backends and database agree on that."""
    assert wod.sql("SELECT count(*) FROM students WHERE assigned") == "1"
    compared = wod.site.command("wod", "api", "reconcile")
    assert (compared.code, "All agree." in compared.output) == (0, True), compared.output


def test_nothing_is_left_to_do(wod: Whole) -> None:
    assert wod.site.roll_out(deploy=SITE).changed == {}
