"""Every secret gets a new value while people work and orders are under way; one roll-out, and nothing is lost."""

from __future__ import annotations

import base64
import re
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import jwt
import pytest

from tests.lab.addresses import ADDRESS
from tests.lab.conftest import long
from tests.lab.participant import Participant
from tests.lab.site import SITE, Run, Site
from tests.lab.whole import Whole, whole
from wod.engine.grammar import Order
from wod.engine.signature import compose

pytestmark = [pytest.mark.lab, long]
PYTHON = "Python - First steps"
ROTATED = ("WODBETOKEN", "WODMAILKEY", "WODFEAPIPWD", "WODAPIDBADMINPWD", "WODAPITOKENKEY")
UNDER_WAY = Order("CREATE", 15, 15, 0, "", "WKSHP-Bash")
"""For nobody in particular: customer 0 is a test."""


@dataclass
class Watch:
    """Asks a page again and again; the longest time for which it did not answer as it should."""

    client: httpx.Client
    path: str
    longest: float = 0.0
    asked: int = 0
    _going: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Watch:
        self._thread = threading.Thread(target=self._ask)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._going.set()
        self._thread.join()

    def _ask(self) -> None:
        good = time.monotonic()
        while not self._going.wait(0.2):
            try:
                fine = self.client.get(self.path, timeout=5).status_code == 200
            except httpx.TransportError:
                fine = False
            self.asked += 1
            now = time.monotonic()
            self.longest = max(self.longest, now - good)
            good = now if fine else good


@dataclass
class Rotation:
    """What was there before, and what the one roll-out said."""

    wod: Whole
    ada: Participant
    kernel: str
    link: str
    old: dict[str, str]
    mail: bytes
    run: Run = field(default_factory=lambda: Run(1, "not yet"))
    pages: dict[str, Watch] = field(default_factory=dict)

    def host_of(self, person: Participant) -> str:
        address = httpx.URL(person.base).host
        return next(name for name, each in ADDRESS.items() if each == address)


@pytest.fixture(scope="module")
def wod(site: Site) -> Iterator[Whole]:
    """The store is put back, since the other files' hosts have the values of the first roll-out."""
    store, copy = site.private / "secrets" / "lab.yml", site.private / "lab.yml.before"
    shutil.copy2(store, copy)
    try:
        with whole(site) as ready:
            yield ready
    finally:
        shutil.copy2(copy, store)
        copy.unlink()


@pytest.fixture(scope="module")
def done(wod: Whole) -> Rotation:
    """Ada works, one order waits in the API's outbox, one is signed and not delivered; then all is rotated."""
    assert wod.register("ada@example.org", PYTHON).status_code == 200
    ada = wod.participant("ada@example.org")
    assert ada.log_in()
    ada.start_server()
    kernel = ada.start_kernel()
    ada.execute(kernel, "x = 4711")
    link = re.search(r"/my/#([\w-]{48})", wod.mail("ada@example.org", "credentials"))
    assert link
    old = {name: wod.site.secret(name) for name in ROTATED}
    mail = compose(UNDER_WAY, ADDRESS["be2"], old["WODMAILKEY"], "wodadmin@localhost")
    made = Rotation(wod, ada, kernel, link[1], old, mail)
    for host in ("be1", "be2"):
        wod.site.ssh(host, "systemctl stop 'postfix*'")
    assert wod.register("bob@example.org", PYTHON).status_code == 200
    wod.until("the order that cannot leave", lambda: wod.sql(WAITING) == "1")
    assert wod.site.command("wod", "secrets", "rotate", "--all").code == 0
    roll_out(made)
    return made


DELIVER = (
    'import smtplib, sys; smtplib.SMTP("127.0.0.1", 10025, timeout=60)'
    '.sendmail("wodadmin@localhost", sys.argv[1:], sys.stdin.buffer.read())'
)
WAITING = "SELECT count(*) FROM wod_outbox WHERE kind = 'order' AND sent IS NULL AND tries > 0"


def roll_out(made: Rotation) -> None:
    session: dict[str, Any] = {"cookies": made.ada.http.cookies, "base_url": made.ada.base}
    with (
        httpx.Client(**session) as hub,
        httpx.Client(**session) as server,
        Watch(hub, "/hub/health") as made.pages["Hub"],
        Watch(server, f"{made.ada.server}/api/status") as made.pages["server"],
    ):
        made.run = made.wod.site.roll_out(deploy=SITE)


def test_one_roll_out_brings_all_of_it(done: Rotation) -> None:
    assert done.run.code == 0, done.run.output
    assert [name for name in ROTATED if done.wod.site.secret(name) == done.old[name]] == []
    assert not [value for value in (*done.old.values(), *new(done).values()) if value in done.run.output]


def new(done: Rotation) -> dict[str, str]:
    return {name: done.wod.site.secret(name) for name in ROTATED}


def test_nobody_was_interrupted_for_longer_than_a_restart(done: Rotation) -> None:
    """Measured against a restart of the same Hub on this machine, as busy as it is."""
    with httpx.Client(base_url=done.ada.base) as hub, Watch(hub, "/hub/health") as restart:
        done.wod.site.ssh(done.host_of(done.ada), "systemctl restart jupyterhub; sleep 1")
    assert restart.longest > 0.6, "the watch, which asks five times a second, was to see the restart"
    gaps = {name: page.longest for name, page in done.pages.items()}
    assert max(gaps.values()) < 3 * restart.longest + 5, (gaps, restart.longest)
    assert min(page.asked for page in done.pages.values()) > 20


def test_the_participant_works_on(done: Rotation) -> None:
    assert done.ada.execute(done.kernel, "print(x)") == "4711\n"
    home = done.ada.http.get("/hub/home")
    assert (home.status_code, home.url.path) == (200, "/hub/home")


def test_the_order_in_the_outbox_is_carried_out(done: Rotation) -> None:
    bob = done.wod.participant("bob@example.org")
    assert bob.log_in()


def test_the_order_that_was_under_way_is_carried_out(done: Rotation) -> None:
    """It comes from the host itself: strangers may not deliver."""
    mail = base64.b64encode(done.mail).decode()
    done.wod.site.ssh("be2", f"echo {mail} | base64 -d | python3 -c '{DELIVER}' wodadmin@{ADDRESS['be2']}")
    done.wod.until("the order", lambda: carried_out(done.wod.site))


def carried_out(site: Site) -> bool:
    """On be2, by its own account."""
    waiting = site.command("wod", "queue", "list", "--host", "be2").output
    return (
        "nothing is queued" in waiting
        and "CREATE" in site.command("wod", "student", "trace", "15", "--host", "be2").output
    )


@pytest.mark.parametrize("host", ["be1", "be2"])
def test_the_hub_knows_the_new_token_only(done: Rotation, host: str) -> None:
    def status(token: str) -> int:
        url = f"http://{ADDRESS[host]}:8000/hub/api/users?limit=1"
        return httpx.get(url, headers={"Authorization": f"token {token}"}, timeout=30).status_code

    assert status(done.wod.site.secret("WODBETOKEN")) == 200
    assert status(done.old["WODBETOKEN"]) == 403


@pytest.mark.parametrize(("account", "name"), [("hackshack", "WODAPIDBADMINPWD"), ("moderator", "WODFEAPIPWD")])
def test_the_api_knows_the_new_passwords_only(done: Rotation, account: str, name: str) -> None:
    def status(password: str) -> int:
        return done.wod.http.post("/api/login", json={"username": account, "password": password}).status_code

    assert status(done.wod.site.secret(name)) == 200
    assert status(done.old[name]) == 401


def test_the_api_takes_tokens_of_the_new_key_only(done: Rotation) -> None:
    number = int(done.wod.sql("SELECT id FROM users WHERE username = 'hackshack'"))

    def status(key: str) -> int:
        claims = {"id": number, "iat": int(time.time()), "exp": int(time.time()) + 60}
        header = {"x-access-token": jwt.encode(claims, key, "HS256")}
        return done.wod.http.get("/api/students/1", headers=header).status_code

    assert status(done.wod.site.secret("WODAPITOKENKEY")) == 200
    assert status(done.old["WODAPITOKENKEY"]) == 401


def test_a_link_in_a_mail_of_before_still_works(done: Rotation) -> None:
    assert done.wod.http.get("/api/my", headers={"x-registration": done.link}).status_code == 200
    assert done.wod.http.get("/api/my", headers={"x-registration": done.link[::-1]}).status_code == 401


def test_the_next_roll_out_changes_nothing(done: Rotation) -> None:
    again = done.wod.site.roll_out(deploy=SITE)
    assert (again.code, again.changed) == (0, {}), again.output


def test_no_value_is_in_clear_where_others_can_read_and_one_that_is_would_be_found(done: Rotation) -> None:
    site = done.wod.site
    clean = site.command("wod", "secrets", "check", "--hosts")
    assert clean.code == 0, clean.output
    assert len(re.findall(r"looked into \d+ files and \d+ processes as \w+", clean.output)) == 4
    site.ssh("be1", f"umask 022; echo {site.secret('WODBETOKEN')} > /srv/leak")
    found = site.command("wod", "secrets", "check", "--hosts")
    site.ssh("be1", "rm /srv/leak")
    assert found.code == 1
    assert "be1: /srv/leak: WODBETOKEN in clear" in found.output
    assert site.secret("WODBETOKEN") not in found.output
