"""Special badges: each once, from the number of different workshops finished."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.api import life
from tests.unit.api.life import Site
from wod.api import models
from wod.api.lifecycle.badges import award, earned


@pytest.mark.parametrize(
    ("finished", "name"),
    [
        *((number, None) for number in (0, 2)),
        *((number, "Apprentice") for number in (3, 4)),
        *((number, "Expert") for number in (5, 6)),
        *((number, "Hero") for number in (7, 9)),
        *((number, "Super Hero") for number in (10, 14)),
        *((number, "Legend") for number in (15, 99)),
    ],
)
def test_thresholds(finished: int, name: str | None) -> None:
    badge = earned(finished)
    assert (badge.name if badge else None) == name


def test_a_badge_that_is_held_is_not_awarded_again() -> None:
    assert award(4, held=1) is None
    assert award(3, held=5) is None


def test_the_new_one_is_awarded_not_the_one_held() -> None:
    badge = award(5, held=1)
    assert badge
    assert badge.name == "Expert"


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    with life.site(database_url) as made:
        picture = "https://wod.example.org/img/apprentice.jpg"
        made.add(models.SpecialBadge(id=1, name="Apprentice", badge_img=picture))
        yield made


def finish(site: Site, name: str, email: str = "someone@example.org") -> int:
    customer = site.register(3, name=name, email=email)
    site.set(customer, last_email_sent="expiring", active=True, end_date=site.now)
    site.tick()
    return customer


def badges(site: Site) -> list[str]:
    return [subject for subject in site.relay.subjects if "badge" in subject]


def test_with_the_third_workshop(site: Site) -> None:
    for name in ("A", "B", "B", "C"):
        assert badges(site) == []
        customer = finish(site, name, "Someone@example.org" if name == "A" else "someone@example.org")
    assert badges(site) == ["Way to go! You just earned the Example Apprentice badge!"]
    text = site.relay.mails[-1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "https://wod.example.org/img/apprentice.jpg" in text
    assert "https://wod.example.org/workshops/0/special-badge" in text
    assert site.customer(customer).special_badge_id == 1
    assert "badge Apprentice" in site.events(customer)


def test_not_twice_and_then_the_next(site: Site) -> None:
    for name in "ABCDE":
        finish(site, name)
    assert [subject.split()[-2] for subject in badges(site)] == ["Apprentice", "Expert"]


def test_a_registration_that_failed_counts_nothing(site: Site) -> None:
    for name in "AB":
        finish(site, name)
    stuck = site.register(4, name="C", email="someone@example.org")
    site.set(stuck, last_email_sent="error")
    site.tick()
    assert badges(site) == []
