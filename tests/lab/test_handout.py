"""From a mail to a workshop handed out: SMTP in, notebooks, password, Hub server and API calls out; and taken back."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.lab.addresses import BRIDGE
from tests.lab.mailers import original
from tests.lab.participant import Participant
from tests.lab.platform import ADDRESSES, Platform, platform
from tests.lab.site import Site
from wod.engine.grammar import Order

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def wod(site: Site) -> Iterator[Platform]:
    with platform(site) as ready:
        yield ready


def person(wod: Platform, host: str, student: int) -> Participant:
    """The participant, with the credentials that the API was told."""
    return Participant(f"http://{ADDRESSES[host]}:8000", f"student{student}", wod.seat(student, host)["password"])


def listing(wod: Platform, host: str, student: int) -> list[str]:
    found = wod.site.ssh(host, f"cd /student/student{student} && find . -mindepth 1 -printf '%P %U\\n'")
    assert {line.split()[-1] for line in found.splitlines()} == {str(2000 + student)}, found
    return sorted(line.rsplit(" ", 1)[0] for line in found.splitlines())


@pytest.mark.parametrize("host", ADDRESSES)
def test_a_create_hands_the_workshop_out(wod: Platform, host: str) -> None:
    customer = wod.register("WKSHP-Python", 6, host)
    wod.carried_out(host, Order("CREATE", 6, 6, customer, "ada@example.org", "WKSHP-Python"))
    assert wod.customer(customer)["active"] is True
    ada = person(wod, host, 6)
    assert ada.log_in()
    ada.start_server()
    assert {"WKSHP-Python/0-ReadMeFirst.ipynb", "WKSHP-Python/visits.csv"} <= set(listing(wod, host, 6))
    shown = ada.http.get(f"{ada.server}/api/contents/WKSHP-Python/0-ReadMeFirst.ipynb").json()
    text = "".join("".join(cell["source"]) for cell in shown["content"]["cells"])
    assert "{{" not in text
    assert "WoD Developer" in text
    assert ada.run("sum(range(10))") == "45"


def test_a_challenge_is_the_same_directory_in_another_mode(wod: Platform) -> None:
    customer = wod.register("CHLG-Python", 7)
    wod.carried_out("be1", Order("CREATE", 7, 7, customer, "ada@example.org", "CHLG-Python"))
    exercises = "/WKSHP-Python/2-WKSHP-Exercises.ipynb"
    challenge = wod.site.ssh("be1", f"cat /student/student7{exercises}")
    assert challenge != wod.site.ssh("be1", f"cat /student/student6{exercises}")


def test_a_password_reaches_the_notebooks_of_a_workshop_that_wants_it(wod: Platform) -> None:
    customer = wod.register("WKSHP-SSH-Keys", 18)
    wod.carried_out("be1", Order("CREATE", 18, 18, customer, "ada@example.org", "WKSHP-SSH-Keys"))
    password = wod.seat(18)["password"]
    assert wod.site.ssh("be1", f"grep -rlF {password} /student/student18/WKSHP-SSH-Keys")


def test_a_cleanup_takes_it_back(wod: Platform) -> None:
    customer = wod.register("WKSHP-Python", 8)
    wod.carried_out("be1", Order("CREATE", 8, 8, customer, "ada@example.org", "WKSHP-Python"))
    ada = person(wod, "be1", 8)
    assert ada.log_in()
    ada.start_server()
    before = wod.site.ssh("be1", "cat /student/student8/.ssh/id_*.pub")
    wod.site.ssh(
        "be1", "runuser -u student8 -- sh -c 'echo mine > /student/student8/mine; setsid sleep 600 >/dev/null 2>&1 &'"
    )
    wod.carried_out("be1", Order("CLEANUP", 8, 8, customer, "", "WKSHP-Python"))
    assert wod.customer(customer)["cleaned"] is True
    assert wod.seat(8)["assigned"] is False
    left = listing(wod, "be1", 8)
    assert not {"mine", "WKSHP-Python"} & set(left)
    assert ".ssh" in left
    assert wod.site.ssh("be1", "cat /student/student8/.ssh/id_*.pub") != before
    assert wod.site.ssh("be1", "pgrep -u student8 || true") == ""
    assert wod.site.ssh("be1", "systemctl is-active jupyter-student8.service || true") in ("inactive", "failed")
    assert not Participant(ada.base, ada.name, ada.password).log_in()
    assert person(wod, "be1", 8).log_in()


def test_a_workshop_with_reset_is_cleaned_up_and_then_reset(wod: Platform) -> None:
    customer = wod.register("WKSHP-Bash", 13)
    wod.carried_out("be1", Order("CREATE", 13, 13, customer, "ada@example.org", "WKSHP-Bash"))
    wod.site.ssh("be1", "runuser -u student13 -- touch /student/student13/mine")
    wod.carried_out("be1", Order("CLEANUP", 13, 13, customer, "", "WKSHP-Bash"))
    assert "mine" in listing(wod, "be1", 13), "a workshop with reset keeps its home until it is reset"
    assert wod.seat(13)["assigned"] is True
    wod.carried_out("be1", Order("RESET", 13, 13, customer, "", "WKSHP-Bash"))
    assert "mine" not in listing(wod, "be1", 13)
    assert wod.seat(13)["assigned"] is False


def test_a_reset_of_a_range_gives_all_its_seats_back(wod: Platform) -> None:
    for student in (14, 15):
        wod.register("WKSHP-Bash", student)
    wod.carried_out("be1", Order("RESET", 14, 15, 0, "", "WKSHP-Bash"))
    assert [wod.seat(student)["assigned"] for student in (14, 15)] == [False, False]
    assert wod.api.tables.rows["workshops"][4]["capacity"] == 2


def test_a_purge_gives_the_seat_back(wod: Platform) -> None:
    customer = wod.register("WKSHP-Python", 9)
    wod.carried_out("be1", Order("CREATE", 9, 9, customer, "ada@example.org", "WKSHP-Python"))
    wod.api.tables.update("customers", customer, {"cleaned": "true"})
    old = wod.seat(9)["password"]
    wod.carried_out("be1", Order("PURGE", 9, 9, customer, "", "WKSHP-Python"))
    assert wod.seat(9)["assigned"] is False
    assert wod.seat(9)["password"] != old
    assert "WKSHP-Python" not in listing(wod, "be1", 9)


def test_an_operator_orders_by_a_real_mail(wod: Platform) -> None:
    wod.api.tables.seed("students", {"id": 10, "username": "student10", "location": ADDRESSES["be1"]})
    said = wod.site.command("wod", "action", "CREATE", "WKSHP-Python", "10", "--host", "be1")
    assert said.code == 0, said.output
    assert "queued" in said.output
    time.sleep(1)
    wod.settle("be1")
    assert "WKSHP-Python/0-ReadMeFirst.ipynb" in listing(wod, "be1", 10)
    told = wod.site.command("wod", "student", "trace", "10", "--host", "be1")
    assert told.code == 0
    assert "CREATE" in told.output
    assert "notebooks" in told.output


def test_a_seat_is_erased_by_hand(wod: Platform) -> None:
    wod.site.ssh("be1", "runuser -u student11 -- touch /student/student11/mine")
    said = wod.site.command("wod", "student", "erase", "11", "12", "--yes", "--host", "be1")
    assert said.code == 0, said.output
    assert "mine" not in listing(wod, "be1", 11)


def test_the_api_may_be_away_for_a_while(wod: Platform) -> None:
    customer = wod.register("WKSHP-JupyterLab", 1)
    wod.api.fail_next(4)
    wod.carried_out("be1", Order("CREATE", 1, 1, customer, "ada@example.org", "WKSHP-JupyterLab"))
    assert wod.customer(customer)["active"] is True


def test_what_cannot_succeed_is_a_dead_letter_that_can_be_tried_again(wod: Platform) -> None:
    wod.order("be1", Order("CREATE", 2, 2, 0, "", "WKSHP-Nowhere"))
    deadline = time.monotonic() + 20
    while not (dead := [each for each in wod.unfinished("be1") if each["state"] == "dead"]):
        assert time.monotonic() < deadline
        time.sleep(0.3)
    identity = dead[0]["id"]
    shown = wod.site.command("wod", "queue", "show", identity, "--host", "be1")
    assert "WKSHP-Nowhere" in shown.output
    dropped = wod.site.command("wod", "queue", "drop", identity, "--host", "be1")
    assert dropped.code == 0, dropped.output
    assert wod.unfinished("be1") == []


def test_the_mail_of_the_original_is_taken_only_where_that_is_allowed(wod: Platform) -> None:
    customer = wod.register("WKSHP-JupyterLab", 3)
    words = ("wodadmin@localhost", f"wodadmin@{ADDRESSES['be2']}", f"CREATE 3 {customer} ada@example.org")
    original(ADDRESSES["be2"], 10025, *words, "WKSHP-JupyterLab")
    time.sleep(3)
    assert wod.unfinished("be2") == []
    assert wod.customer(customer)["active"] is False
    reason = wod.site.ssh("be2", "journalctl -t wod-engine --since -1min | tail -5")
    assert "sign" in reason, reason


@pytest.mark.parametrize("host", ADDRESSES)
def test_the_mail_of_the_original_byte_for_byte(wod: Platform, host: str) -> None:
    allowed = ("--data", f"WODUNSIGNEDFROM={BRIDGE}")
    run = wod.site.roll_out(*allowed, "--limit", host)
    assert run.code == 0, run.output
    customer = wod.register("WKSHP-JupyterLab", 4, host)
    words = ("wodadmin@localhost", f"wodadmin@{ADDRESSES[host]}", f"CREATE 4 {customer} ada@example.org")
    original(ADDRESSES[host], 10025, *words, "WKSHP-JupyterLab")
    deadline = time.monotonic() + 30
    while not wod.customer(customer)["active"]:
        assert time.monotonic() < deadline, wod.unfinished(host)
        time.sleep(0.2)
    assert wod.site.roll_out(*allowed, "--limit", host).changed == {}


def test_after_all_this_a_roll_out_has_nothing_to_do(wod: Platform) -> None:
    wod.site.roll_out()
    assert wod.site.roll_out().changed == {}
