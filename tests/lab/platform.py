"""A platform around the backends: an API's stand-in on the lab's bridge, with workshops, seats and registrations."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.lab.addresses import ADDRESS, BRIDGE
from tests.lab.mailers import signed
from tests.lab.site import Site
from tests.standin import ApiStandIn
from wod.engine.grammar import Order

PORT = 8021
ADDRESSES = {name: ADDRESS[name] for name in ("be1", "be2")}
WORKSHOPS: dict[str, dict[str, Any]] = {
    "WKSHP-JupyterLab": {"range": [1, 5]},
    "WKSHP-Python": {"range": [6, 12]},
    "CHLG-Python": {"range": [6, 12]},
    "WKSHP-Bash": {"range": [13, 17], "reset": True},
    "WKSHP-SSH-Keys": {"range": [18, 20], "varpass": True},
}
"""The flags that the built-in samples have in their wod.yml."""


class Platform:
    """Registrations at the stand-in, orders by mail, and what a backend made of them."""

    def __init__(self, site: Site, api: ApiStandIn) -> None:
        self.site, self.api = site, api

    def register(self, workshop: str, student: int, host: str = "be1") -> int:
        """A customer with a seat; the customer's id. The seats of backend 2 begin at its BASESTDID, 20."""
        seat = student + {"be1": 0, "be2": 20}[host]
        location = ADDRESSES[host]
        self.api.tables.seed("students", {"id": seat, "username": f"student{student}", "location": location})
        self.api.tables.update("students", seat, {"assigned": "true"})
        customer = {"name": "Ada", "email": "ada@example.org", "notebook": workshop, "studentId": seat}
        return int(self.api.tables.seed("customers", {**customer, "location": location})["id"])

    def order(self, host: str, *orders: Order) -> float:
        return signed(ADDRESSES[host], 10025, self.site.secret("WODMAILKEY"), ADDRESSES[host], list(orders))

    def unfinished(self, host: str) -> list[dict[str, Any]]:
        done = self.site.command("wod", "queue", "list", "--json", "--host", host)
        assert done.code == 0, done.output
        found: list[dict[str, Any]] = json.loads(done.output)
        return found

    def settle(self, host: str, patience: float = 60) -> None:
        """Wait until the host has carried out all that it was ordered to; fail on a dead letter."""
        deadline = time.monotonic() + patience
        while waiting := self.unfinished(host):
            dead = [each for each in waiting if each["state"] == "dead"]
            assert not dead, dead
            assert time.monotonic() < deadline, f"not done after {patience} s: {waiting}"
            time.sleep(0.3)

    def carried_out(self, host: str, *orders: Order, patience: float = 60) -> None:
        self.order(host, *orders)
        time.sleep(1)
        self.settle(host, patience)

    def seat(self, student: int, host: str = "be1") -> dict[str, Any]:
        return self.api.tables.rows["students"][student + {"be1": 0, "be2": 20}[host]]

    def customer(self, number: int) -> dict[str, Any]:
        return self.api.tables.rows["customers"][number]


def settings_of(password: str) -> str:
    return f"---\nWODFEAPIURL: http://{BRIDGE}:{PORT}/api\nWODFEAPIUSER: backend\nWODFEAPIPWD: {password}\n"


@contextmanager
def platform(site: Site, more: str = "") -> Iterator[Platform]:
    """The stand-in runs, and the backends know it; ``more`` are further lines of settings."""
    settings: Path = site.private / "group_vars" / "all.yml"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text(settings_of("lab-api-password") + f"WODMAILCLIENTS: [{BRIDGE}]\n" + more)
    with ApiStandIn(BRIDGE, PORT) as api:
        api.users["backend"] = {"password": "lab-api-password", "roles": ["user", "moderator"]}
        for number, (notebook, flags) in enumerate(WORKSHOPS.items(), 1):
            api.tables.seed("workshops", {"id": number, "name": notebook, "notebook": notebook, **flags})
        run = site.roll_out()
        assert run.code == 0, run.output
        try:
            yield Platform(site, api)
        finally:
            settings.unlink()
