"""The lab's mailbox with its real server on a loopback address of its own."""

from __future__ import annotations

import json
import os
import signal
import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from ipaddress import IPv4Network
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from wod.cli.lab import lab
from wod.errors import BadInput
from wod.lab import mailbox, mailserver
from wod.lab.places import Places

NET = IPv4Network("127.118.0.0/24")
"""Loopback, and nobody else's: the server listens on its .1."""
ADDRESS = "127.118.0.1"


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Places]:
    monkeypatch.setenv("WOD_LAB_STATE", str(tmp_path))
    yield Places(state=tmp_path)
    mailbox.stop(Places(state=tmp_path))


def letter(to: str = "ada@example.org", subject: str = "Your workshop") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "wod@example.org", to, subject
    message.set_content("Hello Ada,\nyour password is grüß-dich\n")
    message.add_alternative("<p>Hello <b>Ada</b></p>", subtype="html")
    return message


def send(message: EmailMessage, *more: str) -> None:
    with smtplib.SMTP(ADDRESS, mailbox.PORT, timeout=10) as client:
        client.send_message(message, to_addrs=[message["To"], *more])


def run(*words: str) -> Result:
    return CliRunner().invoke(lab, ["mail", *words])


def test_a_mail_is_kept_listed_and_shown(places: Places) -> None:
    assert mailbox.ensure(places, NET)
    send(letter(subject="Bienvenue à l'atelier"), "copy@example.org")
    send(letter("eve@example.org", "Other"))
    lines = run().output.splitlines()
    assert [line.split(maxsplit=3)[0] for line in lines] == ["1", "2"]
    assert lines[0].endswith("ada@example.org, copy@example.org  Bienvenue à l'atelier")
    assert [json.loads(line)["number"] for line in run("--json", "EVE@example.org").output.splitlines()] == [2]
    assert "your password is grüß-dich" in run("show", "1").output
    assert "<b>Ada</b>" in run("show", "1", "--html").output
    assert run("clear").output == "2 mails removed\n"
    assert run().output == ""


def test_only_root_can_read_them(places: Places) -> None:
    mailbox.ensure(places, NET)
    send(letter())
    (mail,) = mailbox.mails(places)
    assert places.mail.stat().st_mode & 0o777 == 0o700
    assert mail.path.stat().st_mode & 0o777 == 0o600
    assert [path.suffix for path in places.mail.iterdir()] == [".eml"]


def test_a_second_start_leaves_it_and_a_dead_one_is_started_again(places: Places) -> None:
    assert mailbox.ensure(places, NET)
    (before,) = mailbox.running(places)
    assert not mailbox.ensure(places, NET)
    assert mailbox.running(places) == [before]
    send(letter())
    os.kill(before, signal.SIGKILL)
    assert mailbox.ensure(places, NET)
    send(letter())
    assert len(mailbox.mails(places)) == 2


def test_one_that_hangs_is_replaced_and_nothing_stays(places: Places) -> None:
    mailbox.ensure(places, NET)
    (hanging,) = mailbox.running(places)
    os.kill(hanging, signal.SIGSTOP)
    assert mailbox.ensure(places, NET)
    assert hanging not in mailbox.running(places)
    assert mailbox.stop(places)
    assert mailbox.running(places) == []
    assert not mailbox.stop(places)
    mailbox.forget(places)
    assert not places.mail.exists()


def test_another_labs_server_is_left_alone(places: Places, tmp_path: Path) -> None:
    mailbox.ensure(places, NET)
    assert not mailbox.stop(Places(state=tmp_path / "other"))
    assert mailbox.running(places)


def test_a_half_written_mail_is_not_there(places: Places) -> None:
    places.mail.mkdir(parents=True)
    (places.mail / "00000000000000000001.new").write_text("half")
    assert mailbox.mails(places) == []


def test_odd_mails_are_listed_all_the_same(places: Places) -> None:
    places.mail.mkdir(parents=True)
    mailserver.keep(places.mail, "a@example.org", ["b@example.org"], b"no headers at all")
    mailserver.keep(places.mail, "", ["b@example.org"], b"Subject: \x1b[31mred\xff\r\n\r\n\x1b[2Jgone\xff\r\n")
    assert "\x1b" not in run().output
    assert "gone" in run("show", "2").output
    assert "\x1b" not in run("show", "2").output
    assert run("show", "1").exit_code == 0


def test_bad_input_is_one_sentence(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "there is no mail 7; wod lab mail lists" in str(run("show", "7").exception)
    monkeypatch.setattr(mailbox.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(BadInput, match="pip install aiosmtpd"):
        mailbox.require()


def test_help_is_help() -> None:
    assert "clear" in run("--help").output
    assert run("list", "--help").exit_code == 0


@pytest.mark.parametrize(
    ("names", "wanted"), [(["be1"], False), (["be1", "api"], True), (["gone"], False), ([], False)]
)
def test_it_is_there_for_hosts_that_send_mails(names: list[str], wanted: bool) -> None:
    assert mailbox.needed(names) is wanted
