"""The lab's mailbox, as a person uses it: what a host sends is read here, and nothing stays behind.

It runs in a lab of its own, so that hosts that others work on are not disturbed.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.site import BIN
from wod import lab
from wod.lab import mailbox
from wod.lab.places import Places, places

pytestmark = pytest.mark.lab

STATE = Path("/var/lib/wod-lab-mail-test")
SUBNET = "10.233.10.0/24"
SEND = """python3 -c '
import smtplib, sys
with smtplib.SMTP("10.233.10.1", 2525, timeout=20) as server:
    server.sendmail("wod@example.org", [sys.argv[1]], "Subject: Your workshop\\r\\n\\r\\nstudent1 and a password\\r\\n")
' """


@pytest.fixture(scope="module")
def api(lab_possible: None) -> Iterator[Places]:
    """A lab of one api host beside all others; nothing of it stays."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WOD_LAB_STATE", str(STATE))
        patch.setenv("WOD_LAB_SUBNET", SUBNET)
        lab.down()
        lab.up("api", say=print)
        yield places()
        lab.down()
        shutil.rmtree(STATE)


def wod(*words: str) -> str:
    done = subprocess.run([BIN / "wod", "lab", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_what_a_host_sends_is_read_here(api: Places) -> None:
    wod("ssh", "api", "--", SEND + "ada@example.org")
    wod("ssh", "api", "--", SEND + "eve@example.org")
    (mail,) = [json.loads(line) for line in wod("mail", "ada@example.org", "--json").splitlines()]
    assert mail["subject"] == "Your workshop"
    assert "student1 and a password" in wod("mail", "show", str(mail["number"]))
    assert Path(mail["file"]).stat().st_mode & 0o777 == 0o600


def test_the_api_host_is_told_where_to_send(api: Places) -> None:
    (host,) = lab.hosts()
    relay = {"WODSMTPHOST": "10.233.10.1", "WODSMTPPORT": 2525, "WODMONITOR": "operators@lab.example"}
    assert lab.settings(host) == {**relay, "WODTICK": 1, "WODRESEND": 2}


def test_one_that_was_killed_is_started_by_the_next_up(api: Places) -> None:
    (pid,) = mailbox.running(api)
    os.kill(pid, signal.SIGKILL)
    count = len(mailbox.mails(api))
    wod("up", "--hosts", "api")
    assert mailbox.running(api)
    wod("ssh", "api", "--", SEND + "late@example.org")
    assert len(mailbox.mails(api)) == count + 1


def test_mails_are_kept_when_asked_and_forgotten_otherwise(api: Places) -> None:
    wod("down", "--keep")
    assert mailbox.running(api) == []
    assert mailbox.mails(api)
    wod("up", "--hosts", "api")
    wod("down")
    assert mailbox.running(api) == []
    assert not api.mail.exists()
