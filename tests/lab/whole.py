"""The whole platform in the lab, our own API in it: registrations over HTTP, mails in the lab's mailbox, time moved."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.lab.addresses import ADDRESS
from tests.lab.conftest import OTHERS, ROLLED_OUT
from tests.lab.participant import Participant
from tests.lab.site import Site
from wod import lab
from wod.lab import mailbox
from wod.lab.places import places

API = "deploys/api-db.py"
BASE = f"http://{ADDRESS['api']}:8021"


class Whole:
    """What participants and operators see of it."""

    def __init__(self, site: Site) -> None:
        self.site, self.http = site, httpx.Client(base_url=BASE, timeout=30)

    def register(self, email: str, workshop: str) -> httpx.Response:
        person = {"name": "Ada Lovelace", "email": email, "company": "Example", "title": workshop, "proxy": "wod"}
        return self.http.post("/api/customer", json={**person, "termsAndConditions": True})

    def administrator(self) -> str:
        """The password of the API's administrator, as the operator has it shown."""
        return self.site.secret("WODAPIDBADMINPWD")

    def token(self) -> dict[str, str]:
        """The header of the site's administrator."""
        login = self.http.post("/api/login", json={"username": "hackshack", "password": self.administrator()})
        return {"x-access-token": login.json()["accessToken"]}

    def customer(self, number: int) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get(f"/api/customers/{number}", headers=self.token()).json()
        return found

    def student(self, number: int) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get(f"/api/students/{number}", headers=self.token()).json()
        return found

    def workshop(self, name: str) -> dict[str, Any]:
        found = [each for each in self.http.get("/api/workshops").json() if each["name"] == name]
        assert len(found) == 1, name
        return dict(found[0])

    def sql(self, statement: str) -> str:
        """As the database's own administrator."""
        return self.site.ssh("api", f'cd /; runuser -u postgres -- psql -qAt -d workshops-on-demand -c "{statement}"')

    def hours_pass(self, customer: int, hours: float) -> None:
        """A registration's session is that much older: the clock of the hosts cannot be moved, its times can."""
        back = f"interval '{hours} hours'"
        moved = f'\\"startDate\\" = \\"startDate\\" - {back}, \\"endDate\\" = \\"endDate\\" - {back}'
        self.sql(f"UPDATE customers SET {moved} WHERE id = {customer}")

    def mail(self, to: str, subject: str, patience: float = 90) -> str:
        """The text of the newest one with this in its subject, as soon as it is there."""
        deadline = time.monotonic() + patience
        while True:
            mails = mailbox.mails(places(), to)
            if found := [each for each in mails if subject in each.subject]:
                return found[-1].body()
            assert time.monotonic() < deadline, f"no mail {subject!r} to {to}; only {[each.subject for each in mails]}"
            time.sleep(0.5)

    def participant(self, to: str) -> Participant:
        """Whoever reads the credentials mail."""
        text = self.mail(to, "credentials")
        found = re.search(r"User Name: (\S+)\s+Password: (\S+)\s+URL: (\S+)/hub/login", text)
        assert found, text
        return Participant(found[3], found[1], found[2])

    def until(self, what: str, check: Any, patience: float = 90) -> None:
        deadline = time.monotonic() + patience
        while not check():
            assert time.monotonic() < deadline, f"{what}: not within {patience} s"
            time.sleep(0.5)

    def over(self, customer: int) -> None:
        """The session's time is over, and its seat is back."""
        self.hours_pass(customer, 1.2)
        self.until("the warning", lambda: self.customer(customer)["lastEmailSent"] in ("expiring", "expired"))
        self.hours_pass(customer, 1)
        self.until("the end", lambda: self.customer(customer)["cleaned"])
        seat = self.customer(customer)["studentId"]
        self.until("the seat", lambda: not self.student(seat)["assigned"])


def health() -> int:
    """The status of the API's own page about it; 0 when it does not answer."""
    try:
        return httpx.get(f"{BASE}/healthz", timeout=5).status_code
    except httpx.TransportError:
        return 0


@contextmanager
def whole(site: Site) -> Iterator[Whole]:
    """The site as it was rolled out; its API's host and frontend are put back afterwards.

    In the lab the life cycle looks every second, and tries again after two what could not leave (``lab.settings``).
    """
    mailbox.clear(places())
    try:
        yield Whole(site)
    finally:
        lab.reset(OTHERS, snapshot=ROLLED_OUT)
