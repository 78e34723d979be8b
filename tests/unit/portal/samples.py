"""What the stand-in for the API answers, in the shapes of the contract and of the portal's interface."""

from __future__ import annotations

from typing import Any

from tests.unit.portal.serving import Answer
from wod.portal import Listed, Portal

VALUES = Portal(
    url="https://portal.example.org",
    branding="Example Developers",
    programme="Example Workshops",
    contact="workshops@example.org",
    home="https://example.org",
    feedback="https://example.org/feedback",
    workshops=(Listed(7, "API 101", "Talk to a service, and understand its answers.", "api.svg"),),
)
EMAIL = "ada@example.org"


def workshop(number: int, name: str, **fields: Any) -> dict[str, Any]:
    common = {
        "notebook": f"WKSHP-{number}",
        "capacity": 12,
        "priority": number,
        "duration": 4,
        "category": ["Open Source"],
    }
    text = f"What {name} is about, step by step, on a live system of your own, with exercises that can be undone."
    people = {"presenter": "Grace Hopper", "role": "Engineer", "avatar": "", "workshopImg": "", "badgeImg": "hero.svg"}
    more = {"replayLink": "", "replayId": 0, "location": "be1.example.org", "sessionType": "Workshops-on-Demand"}
    flags = {"beta": False, "active": True, "popular": False}
    return {"id": number, "name": name, "description": text, **common, **people, **more, **flags, **fields}


WORKSHOPS = [
    workshop(3, "Containers from the ground up", category=["Cloud", "Open Source"], duration=1),
    workshop(1, "API 101", category=["Cloud"], popular=True, replayLink="https://example.org/replay"),
    workshop(2, "The command line", category=["Linux", "Open Source"], capacity=1, workshopImg="/img/wod/missing.png"),
    workshop(4, "Notebooks that explain themselves", category=["Data"], capacity=0, replayId=44),
    workshop(5, "Streams of data", category=["Data"], beta=True, workshopImg="https://pictures.example.net/x.png"),
    workshop(6, "Machine learning, gently", category=["Data", "Open Source"], presenter="Katherine Johnson"),
]
CATALOGUE = {"GET /api/workshops": Answer(body=WORKSHOPS)}


def mine(state: str = "ready", **fields: Any) -> dict[str, Any]:
    times = {"startDate": "2026-11-24T09:00:00.000Z", "endDate": "2026-11-24T13:00:00.000Z", "secondsLeft": 12345}
    what = {"id": 7, "name": "Ada", "workshop": "API 101", "workshopId": 7, "notebook": "WKSHP-API101", "state": state}
    where = {"startUrl": "https://be1.example.org/user/student3/lab?", "username": "student3"}
    more = {
        "duration": 4,
        "extensionsLeft": 1,
        "replayLink": "",
        "badgeImg": "",
        "feedback": "https://example.org/feedback",
    }
    return {**what, **times, **where, **more, **fields}


def overview(**fields: Any) -> dict[str, Any]:
    since = "2026-11-24T08:59:00.000Z"
    well = {"name": "be1.example.org", "url": "https://be1.example.org:8000", "seen": since, "healthy": True}
    ill = {"name": "be2.example.org", "url": "https://be2.example.org:8000", "seen": None, "healthy": False}
    state = {"revision": "0123456789abcdef", "waiting": 2, "dead": 1, "running": 3}
    seat = {"workshopId": 1, "name": "API 101", "places": 20, "free": 15, "taken": 4, "stuck": 1}
    more = {
        "workshopId": 2,
        "name": "Notebooks that explain themselves",
        "places": 12,
        "free": 2,
        "taken": 10,
        "stuck": 0,
    }
    letter = {
        "backend": "be1.example.org",
        "text": "CREATE 6 15 ada@example.org",
        "reason": "no such workshop",
        "since": since,
    }
    hosts = [{"name": "be1", "drifted": 0, "reachable": True}, {"name": "be2", "drifted": 3, "reachable": True}]
    return {
        "now": "2026-11-24T09:00:00.000Z",
        "backends": [{**well, **state}, {**ill, "revision": None, "waiting": 0, "dead": 0, "running": None}],
        "seats": [seat, more],
        "registrations": [{"day": f"2026-11-{day:02}", "count": day * 7 % 11} for day in range(1, 31)],
        "outbox": {"waiting": 1, "givenUp": 0, "oldest": since},
        "deadLetters": [letter],
        "drift": {"time": since, "summary": "1 of 2 hosts as rolled out", "hosts": hosts},
        **fields,
    }  # fmt: skip
