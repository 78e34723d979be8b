"""Registration: its checks in their order, its answers, and that no seat is given twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from tests.unit.api.site import FIRST, SECOND, START, Site, site
from wod.api import database
from wod.api.addresses import refused
from wod.api.lifecycle.tables import OUTBOX
from wod.api.models import Customer, Location, Student, Workshop
from wod.api.registration import FULL, NO_BASE, NO_LOCATION, NO_STUDENT, capitalised


@pytest.fixture
def api(database_url: str) -> Iterator[Site]:
    with site(database_url, denied=("spam.example", " Trash.example.net ", "")) as made:
        yield made


def _set(api: Site, what: type, number: int, **fields: Any) -> None:
    with api.app.state.sessions.begin() as session:
        row = session.get(what, number)
        for name, value in fields.items():
            setattr(row, name, value)


def _customer(api: Site, number: int) -> Customer:
    with api.session() as session:
        found = session.get(Customer, number)
        assert found is not None
        return found


def test_a_registration(api: Site) -> None:
    answer = api.register(name="ANN de vries")
    said = {"id": 1, "name": "Ann De Vries", "email": "ann@example.org", "studentId": 1, "proxy": "wod"}
    assert (answer.status_code, list(answer.json().items())) == (200, list(said.items()))
    made = _customer(api, 1)
    assert (made.session_name, made.notebook, made.location) == ("API 101", "WKSHP-API101", FIRST)
    assert (made.hours, made.start_date, made.end_date) == (4, START, START + timedelta(hours=2))
    assert (made.active, made.last_email_sent, made.student_id) == (False, None, 1)
    with api.session() as session:
        seat, workshop = session.get(Student, 1), session.get(Workshop, 1)
        assert seat is not None
        assert workshop is not None
        assert (seat.assigned, workshop.capacity) == (True, 9)


def test_the_same_person_again(api: Site) -> None:
    api.register()
    for state in (None, "welcome", "credentials", "expiring"):
        _set(api, Customer, 1, last_email_sent=state)
        again = api.register("Ann@Example.org", "Two Places")
        expected = {"id": 1, "title": "API 101", "endDate": "2026-05-04T11:00:00.000Z"}
        assert (again.status_code, again.json()) == (202, expected)
    _set(api, Customer, 1, last_email_sent="expired")
    assert api.register().status_code == 200


REFUSED = [
    *("nobody", "a@b", "a b@example.org", "-x@example.org", "$(id)@example.org", "`id`@example.org", "a@-x.org"),
    *("first.1.2@gmail.com", "mailstop/1@gmail.com", "x@spam.example.org", "x@trash.example.net"),
    *("ann@mailinator.com", "ann@sub.Mailinator.com", f"{'x' * 243}@example.org"),
]


def test_addresses_that_are_refused_in_silence(api: Site) -> None:
    """``first.1.2@gmail.com`` is made by a machine, says the original."""
    for email in REFUSED:
        answer = api.register(email)
        assert (answer.status_code, answer.content) == (200, b""), email


def test_addresses_of_people() -> None:
    for email in ("ann.o'neil+wod@sub.example.org", "ann@gmail.com", "a_b%c@example.museum"):
        assert not refused(email, ("spam",))


def test_throw_away_domains_are_let_in_where_the_site_says_so(database_url: str) -> None:
    with site(database_url, disposable=False) as api:
        assert api.register("ann@mailinator.com").json()["studentId"] == 1


def test_no_address_no_name_no_such_workshop(api: Site) -> None:
    for answer in (
        api.call("POST", "/api/customer", json={"name": "a", "title": "API 101"}),
        api.register(""),
        api.register(name=" "),
        api.register(title="Unknown"),
        api.register(title="a\x00b"),
    ):
        assert (answer.status_code, answer.json()) == (400, {"error": {}})


def test_the_order_of_the_checks(api: Site) -> None:
    """Each registration fails by several of them; the first one answers."""
    assert api.register("nobody", "Unknown").status_code == 200
    assert api.register().status_code == 200
    assert "title" in api.register(title="Unknown").json(), "known person before unknown workshop"
    assert api.register("b@example.org", "Full").text == FULL
    _set(api, Workshop, 3, location="gone.example.org")
    assert api.register("b@example.org", "Old").text == NO_LOCATION
    _set(api, Location, 1, basestdid=None)
    _set(api, Workshop, 3, location=FIRST, capacity=0)
    assert api.register("b@example.org", "Old").text == FULL
    _set(api, Workshop, 3, capacity=1)
    answer = api.register("b@example.org", "Old")
    assert (answer.status_code, answer.text) == (202, NO_BASE)
    assert answer.headers["content-type"].startswith("text/html")


def test_no_student_is_left(api: Site) -> None:
    _set(api, Workshop, 3, range=[1, 2])
    assert [api.register(f"p{n}@example.org", "Old").status_code for n in range(3)] == [200, 200, 202]
    assert api.register("q@example.org", "Old").text == NO_STUDENT
    with api.session() as session:
        assert session.scalar(select(Workshop.capacity).where(Workshop.id == 3)) == 8


def test_the_alternate_location_is_next(api: Site) -> None:
    _set(api, Workshop, 1, range=[1, 1])
    seats = [api.register(f"p{n}@example.org").json()["studentId"] for n in range(2)]
    assert seats == [1, 101]
    assert _customer(api, 2).location == SECOND


def test_a_backend_that_takes_no_orders_is_the_last_one(api: Site) -> None:
    order = {"customer_id": 1, "kind": "order", "recipient": f"wodadmin@{FIRST}", "payload": {}, "key": "1:CREATE"}
    with api.app.state.sessions.begin() as session:
        session.execute(insert(OUTBOX).values(**order, tries=5))
    assert api.register().json()["studentId"] == 101
    _set(api, Workshop, 1, alternate_location=[])
    assert api.register("b@example.org").json()["studentId"] == 1


def test_a_seat_with_an_open_registration_is_not_free(api: Site) -> None:
    """Whatever ``assigned`` says: an original's database, or a late PUT of a backend, may have it wrong."""
    api.register()
    _set(api, Student, 1, assigned=False)
    assert api.register("b@example.org").json()["studentId"] == 2


def test_overlapping_workshops_share_their_seats(api: Site) -> None:
    taken = [api.register(f"p{n}@example.org", title).json()["studentId"] for n, title in enumerate(["API 101", "Old"])]
    assert taken == [1, 2]


def test_sixty_at_once_for_twenty_seats_on_two_backends(api: Site) -> None:
    """Ten seats each; the workshop would have more places than seats."""
    _set(api, Workshop, 2, capacity=30)

    def go(number: int) -> Any:
        answer = api.register(f"p{number}@example.org", "Two Places")
        return answer.json()["studentId"] if answer.status_code == 200 else answer.text

    with ThreadPoolExecutor(60) as pool:
        said = list(pool.map(go, range(60)))
    seats = [each for each in said if isinstance(each, int)]
    assert sorted(seats) == [*range(1, 11), *range(101, 111)]
    assert Counter(each for each in said if isinstance(each, str)) == {NO_STUDENT: 40}
    with api.session() as session:
        assert session.scalar(select(Workshop.capacity).where(Workshop.id == 2)) == 10
        assigned = select(Student.id).where(Student.assigned).order_by(Student.id)
        assert list(session.scalars(assigned)) == sorted(seats)


def test_sixty_at_once_for_twenty_places(api: Site) -> None:
    """More seats than places: capacity is what ends it, at nought and not below."""
    _set(api, Workshop, 2, range=[1, 20])
    with ThreadPoolExecutor(60) as pool:
        said = list(pool.map(lambda n: api.register(f"p{n}@example.org", "Two Places"), range(60)))
    assert Counter(answer.status_code for answer in said) == {200: 20, 202: 40}
    assert {answer.text for answer in said if answer.status_code == 202} == {FULL}
    assert len({answer.json()["studentId"] for answer in said if answer.status_code == 200}) == 20


def test_one_person_twenty_times_at_once(api: Site) -> None:
    with ThreadPoolExecutor(20) as pool:
        said = list(pool.map(lambda _: api.register(), range(20)))
    assert Counter(answer.status_code for answer in said) == {200: 1, 202: 19}
    assert {answer.json()["id"] for answer in said} == {1}


def test_a_worker_that_dies_half_way_has_booked_nothing(api: Site) -> None:
    """Its connection is cut while the registration waits for the workshop's row."""
    with api.app.state.engine.connect() as holder, ThreadPoolExecutor(1) as pool:
        holder.execute(text("SELECT 1 FROM workshops WHERE id = 1 FOR UPDATE"))
        waiting = pool.submit(api.register)
        _cut(api)
        assert waiting.result(30).status_code == 503
        holder.rollback()
    assert api.register().json()["studentId"] == 1


def _cut(api: Site) -> None:
    """Ends the session that waits for a lock, as soon as there is one."""
    kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    with database.engine(api.app.state.config.database).connect() as other:
        other = other.execution_options(isolation_level="AUTOCOMMIT")  # else it sees one moment only
        for _ in range(200):
            if other.execute(text(f"{kill} AND wait_event_type = 'Lock'")).first():
                return
            other.execute(text("SELECT pg_sleep(0.05)"))
    raise AssertionError("nobody waited")


def test_names_are_capitalised() -> None:
    assert capitalised(" mary-jane VAN dyke ") == "Mary-jane Van Dyke"
