"""Drift every night: the timer of a real control node fires, what was planted is mended, and one mail tells of it."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone

import pytest

from tests.lab.conftest import HOSTS, OTHERS, ROLLED_OUT, long
from tests.lab.control import HOME, Control
from tests.lab.control import HOSTS as CONTROLS
from tests.lab.site import Site
from wod import lab
from wod.fleet.nightly import moment
from wod.lab import mailbox
from wod.lab.mailbox import Mail
from wod.lab.places import places
from wod.lab.survey import OPERATORS

pytestmark = [pytest.mark.lab, long]
UNIT = "wod-drift-lab"
STAMP = f"/var/lib/systemd/timers/stamp-{UNIT}.timer"
EXPOSURE = 3.0
"""What systemd-analyze(1) calls OK is below 5."""


@pytest.fixture(scope="module")
def control(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Control]:
    """A host beside the site's four, with wod and the timer on it."""
    name = CONTROLS.get(sys.version_info[:2])
    if name is None:
        pytest.skip("no host of the lab has this machine's Python, whose packages a control node is given")
    others = [host for host in lab.hosts() if host.name in (*HOSTS, *OTHERS)]
    lab.up((name,))
    try:
        made = Control(site, name)
        made.install(tmp_path_factory.mktemp("control") / "wod", others)
        settled = made.wod("drift", "fix", "--behind")
        assert settled.code == 0, settled.output
        mailbox.clear(places())
        yield made
    finally:
        lab.down((name,))
        lab.reset(OTHERS, snapshot=ROLLED_OUT)


def until(what: str, check: Callable[[], object], patience: float = 180) -> None:
    deadline = time.monotonic() + patience
    while not check():
        assert time.monotonic() < deadline, f"{what}: not within {patience} s"
        time.sleep(0.5)


def shown(control: Control, unit: str, *names: str) -> list[str]:
    """Properties of a unit, as systemd has them."""
    said = control.ssh(f"systemctl show --timestamp=unix -p {','.join(names)} {unit}")
    values = dict(line.split("=", 1) for line in said.splitlines())
    return [values[name] for name in names]


def when(shown: str) -> float:
    """Seconds since 1970; systemd 252 shows only some of its times so, whatever it is asked for."""
    if shown.startswith("@"):
        return float(shown[1:])
    return datetime.strptime(shown, "%a %Y-%m-%d %H:%M:%S UTC").replace(tzinfo=timezone.utc).timestamp()


def has_run(control: Control, before: str) -> bool:
    """Whether a run that is not the one before has ended."""
    state, run = shown(control, f"{UNIT}.service", "ActiveState", "InvocationID")
    return run not in ("", before) and state in ("inactive", "failed")


def a_night_later(control: Control) -> str:
    """The machine was off when the timer should have fired: it does as soon as it is back. The run before's name."""
    (before,) = shown(control, f"{UNIT}.service", "InvocationID")
    control.ssh(f"systemctl stop {UNIT}.timer; touch -d yesterday {STAMP}; systemctl start {UNIT}.timer")
    return before


def mails() -> list[Mail]:
    return mailbox.mails(places(), OPERATORS)


def checks(control: Control) -> int:
    """How many checks and fixes the history has."""
    return len(control.wod("drift", "history", "--limit", "99").output.splitlines())


@pytest.fixture(scope="module")
def fired(site: Site, control: Control) -> datetime:
    """The moment at which the timer was to fire; drift was planted before, and the run has ended."""
    now = datetime.fromtimestamp(int(control.ssh("date +%s")), timezone.utc)
    due = (now + timedelta(seconds=75)).replace(second=0)
    later = datetime.strptime(moment("00:00", "lab"), "%H:%M")
    at = due - timedelta(hours=later.hour, minutes=later.minute)
    installed = control.wod("drift", "install", "--fix", "--at", f"{at:%H:%M}")
    assert installed.code == 0, installed.output
    assert f"{UNIT}.timer runs at {due:%H:%M}; " in installed.output
    site.ssh("www", "echo x >> /var/www/wod/current/index.html")
    site.ssh("be2", "usermod -s /bin/false student10; systemctl stop wod-engine")
    assert mails() == []
    until("the timer", lambda: has_run(control, ""))
    return due


def test_the_timer_fires_at_its_moment(control: Control, fired: datetime) -> None:
    started, result = shown(control, f"{UNIT}.service", "ExecMainStartTimestamp", "Result")
    (triggered,) = shown(control, f"{UNIT}.timer", "LastTriggerUSec")
    for moment_of in (started, triggered):
        assert 0 <= when(moment_of) - fired.timestamp() < 60, (moment_of, fired)
    assert result == "success"


def test_what_was_planted_is_mended(site: Site, fired: datetime) -> None:
    assert (
        site.ssh("be2", "getent passwd student10 | cut -d: -f7; systemctl is-active wod-engine") == "/bin/bash\nactive"
    )
    assert "x" not in site.ssh("www", "tail -n 1 /var/www/wod/current/index.html").split()


def test_one_mail_has_the_report(fired: datetime) -> None:
    (mail,) = mails()
    assert mail.subject == "Drift of lab: 2 of 4 hosts as rolled out; 2 drifted"
    text = mail.body()
    for part in (
        "be2: drifted, 2 differences",
        "Students | Keep 20 accounts and their homes",
        "Engine | Run the engine's worker",
        "Frontend | Bring the portal's pages",
        "be2: mended, ",
        "www: mended, ",
    ):
        assert part in text
    assert b'filename="report.html"' in mail.path.read_bytes()


def test_installing_again_changes_nothing(control: Control, fired: datetime) -> None:
    line = control.ssh(f"grep OnCalendar /etc/systemd/system/{UNIT}.timer")
    (found,) = re.findall(r"(\d\d:\d\d):00", line)
    later = datetime.strptime(moment("00:00", "lab"), "%H:%M")
    at = datetime.strptime(found, "%H:%M") - timedelta(hours=later.hour, minutes=later.minute)
    again = control.wod("drift", "install", "--fix", "--at", f"{at:%H:%M}")
    assert again.output.strip().endswith("no changes"), again.output


def test_a_quiet_night_sends_no_mail_and_nobody_gets_in_between(control: Control, fired: datetime) -> None:
    before, known, kept = a_night_later(control), checks(control), len(mails())
    until("the lock", lambda: control.ssh("cat /var/lib/wod-control/state/lab/lock"))
    control.ssh(f"systemctl start --no-block {UNIT}.service")
    refused = control.wod("drift", "fix")
    assert (refused.code, "wod drift fix) is at work on this platform" in refused.output) == (2, True), refused.output
    until("the night", lambda: has_run(control, before))
    assert shown(control, f"{UNIT}.service", "Result") == ["success"]
    assert (checks(control), len(mails())) == (known + 1, kept)


def test_a_run_that_fails_is_told(control: Control, fired: datetime) -> None:
    """The inventory itself is broken, which says whom to tell."""
    mailbox.clear(places())
    control.ssh(f"echo 'raise KeyError(\"no such colour\")' >> {HOME}/inventories/night.py")
    before = a_night_later(control)
    until("the night", lambda: has_run(control, before))
    assert shown(control, f"{UNIT}.service", "Result") == ["exit-code"]
    until("the mail", mails, 30)
    until("its unit", lambda: shown(control, f"{UNIT}-failed.service", "ActiveState") == ["inactive"], 30)
    (mail,) = mails()
    assert mail.subject == "Drift of lab could not be looked for"
    assert "night.py: 'no such colour'" in mail.body()
    assert "Traceback" not in mail.body()


def test_the_service_may_do_little(control: Control, fired: datetime) -> None:
    said = control.ssh(f"systemd-analyze security --no-pager {UNIT}.service | tail -n 1")
    (exposure,) = re.findall(r"exposure level for \S+: ([\d.]+)", said)
    assert float(exposure) < EXPOSURE, said
