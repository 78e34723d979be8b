"""Reports on a page and by mail, and the units that make one every night."""

from __future__ import annotations

import grp
import os
import re
import socket
import subprocess
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path
from xml.etree import ElementTree

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message

from tests.modules.conftest import FakeSite
from tests.unit.fleet.conftest import wod
from wod import vaultkey
from wod.errors import BadInput, WodError
from wod.facts import texts
from wod.fleet import charts, logins, mails, nightly, page, portalnote, post
from wod.fleet.drift import HostDrift, Report
from wod.fleet.history import Night
from wod.fleet.nightly import Nightly
from wod.fleet.result import Change
from wod.fleet.state import Folder
from wod.inventory import repository_root
from wod.secrets import Secret
from wod.settings import Settings, load

CHANGE = Change("Hub | Write <it>", "Hub", 2, "-old <b>\n+new", restarts=("jupyterhub.service",))
DRIFTED = HostDrift("be1", "backends", "drifted", (CHANGE,), since={CHANGE.operation: "2026-11-20T02:00:00Z"})
LOST = HostDrift("be2", "backends", "unreachable", error="no route", held="held until 2030-01-01 by ada: a disk")
REPORT = Report("test", "2026-11-24T02:00:00Z", 3.0, "0.1.0+gabc", (LOST, DRIFTED))
NIGHTS = [Night(f"2026-11-{day}T02:00:00Z", "check", 2.0, 3, day % 3, 1, 4) for day in range(10, 24)]


def settings(tmp_path: Path, **values: object) -> Settings:
    return load(repository_root(), "test", private=tmp_path, host={"WODMONITOR": "ops@example.org", **values})


def test_a_page_says_all_and_escapes_it() -> None:
    said = page.of_drift(REPORT, NIGHTS)
    for part in ("unreachable: no route", "a disk; it is not mended", "since 2026-11-20", "Write &lt;it&gt;"):
        assert part in said
    assert "<b>" not in said
    assert "<script" not in said
    assert "://" not in said.replace("http://www.w3.org/2000/svg", ""), "a page needs nothing from elsewhere"


def test_charts_are_svg_with_a_bar_each() -> None:
    drawn = ElementTree.fromstring(charts.nights(NIGHTS))
    assert len(drawn.findall("{*}g")) == len(NIGHTS)
    times = ElementTree.fromstring(charts.times([("be<1>", 2.0), ("be2", 0.0)]))
    assert [text.text for text in times.findall("{*}text")] == ["be<1>", "2.0 s", "be2", "0.0 s"]
    assert [text.text for text in drawn.findall("{*}text")] == ["2026-11-10", "2026-11-23"]
    ElementTree.fromstring(charts.nights([]))
    ElementTree.fromstring(charts.times([]))


def test_nobody_to_tell_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="WODMONITOR is not set"):
        mails.compose(load(repository_root(), "test", private=tmp_path), "subject", "text")


class Kept(Message):
    def __init__(self) -> None:
        super().__init__()
        self.mails: list[EmailMessage] = []

    def handle_message(self, message: EmailMessage) -> None:
        self.mails.append(message)


@pytest.fixture
def relay() -> Iterator[tuple[int, Kept]]:
    """``(port, the mails that came)`` of a mail server on loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = Kept()
    server = Controller(kept, hostname="127.0.0.1", port=port)
    server.start()
    yield port, kept
    server.stop()


def test_a_report_goes_by_the_relay(tmp_path: Path, relay: tuple[int, Kept]) -> None:
    port, kept = relay
    site = settings(tmp_path, WODSMTPHOST="127.0.0.1", WODSMTPPORT=port)
    mails.send(site, mails.compose(site, "Drift of test", "what\n", "<p>page</p>"))
    (mail,) = kept.mails
    assert (mail["To"], mail["Subject"]) == ("ops@example.org", "Drift of test")
    assert [part.get_content_type() for part in mail.walk()][1:] == ["text/plain", "text/html"]


def test_without_a_relay_it_goes_by_sendmail(tmp_path: Path) -> None:
    sendmail = tmp_path / "sendmail"
    sendmail.write_text(f'#!/bin/sh\n[ "$*" = "-t -oi" ] && cat > {tmp_path}/mail\n')
    sendmail.chmod(0o755)
    site = settings(tmp_path)
    mails.send(site, mails.compose(site, "Drift of test", "what\n"), sendmail)
    assert message_from_bytes((tmp_path / "mail").read_bytes())["To"] == "ops@example.org"


def test_a_mail_that_cannot_be_sent_is_a_sentence(tmp_path: Path) -> None:
    site = settings(tmp_path, WODSMTPHOST="127.0.0.1", WODSMTPPORT=1)
    with pytest.raises(WodError, match="could not be mailed to ops"):
        mails.send(site, mails.compose(site, "Drift of test", "what\n"))


def test_each_site_has_a_minute_of_its_own() -> None:
    moments = {nightly.moment("23:30", f"site{number}") for number in range(200)}
    assert len(moments) > 40
    assert all(each >= "23:30" or each < "00:30" for each in moments)
    assert nightly.moment("02:00", "site1") == nightly.moment("02:00", "site1")
    with pytest.raises(BadInput, match="no time of the day"):
        nightly.moment("25:00", "site1")


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """A path with a space and a percent sign included."""
    folder = tmp_path / "a 100% site"
    inventory = folder / "inventory.py"
    wanted = Nightly(
        "production", inventory, tmp_path, folder, (tmp_path,), sendmail=True, environment={"WOD_STATE": "x"}
    )
    texts = nightly.units(wanted, Path("/bin/true"))
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    paths = [str(tmp_path / name) for name in texts if not name.endswith("-failed.service")]
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *paths], capture_output=True, text=True)
    said = [line for line in done.stderr.splitlines() if "wod-drift" in line]
    assert (done.returncode, said) == (0, []), done.stderr


@pytest.mark.parametrize("sendmail", [False, True])
def test_the_service_may_do_little(tmp_path: Path, sendmail: bool) -> None:
    """What systemd-analyze calls OK is below 5."""
    wanted = Nightly("production", tmp_path / "inventory.py", tmp_path, tmp_path, (), sendmail=sendmail)
    texts = nightly.units(wanted, Path("/bin/true"))
    for name in ("wod-drift-production.service", "wod-drift-production-failed.service"):
        (tmp_path / name).write_text(texts[name])
        command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(tmp_path / name)]
        done = subprocess.run(command, capture_output=True, text=True)
        if "unrecognized option" in done.stderr:
            pytest.skip("systemd is older than 250, which cannot judge a unit that is not installed")
        (exposure,) = re.findall(r"exposure level for \S+: ([\d.]+)", done.stdout)
        assert float(exposure) < 3, done.stdout


def test_the_units_say_what_is_wanted(tmp_path: Path) -> None:
    wanted = Nightly("production", tmp_path / "inventory.py", tmp_path, tmp_path, (), fix=True, always="mon,thu")
    texts = nightly.units(wanted, Path("/opt/wod/bin/wod"))
    service = texts["wod-drift-production.service"]
    assert f"ExecStart=/opt/wod/bin/wod drift night --fix --always-on mon,thu -i {tmp_path}/inventory.py" in service
    assert "OnFailure=wod-drift-production-failed.service" in service
    assert "ProtectSystem=strict" in service
    assert "CAP_SETUID" not in service
    failed = texts["wod-drift-production-failed.service"]
    assert "drift tell wod-drift-production.service --platform production -i " in failed
    assert "AccuracySec=1s" in texts["wod-drift-production.timer"]


def test_a_mail_that_goes_by_sendmail_needs_its_spool(tmp_path: Path) -> None:
    wanted = Nightly("production", tmp_path / "inventory.py", tmp_path, tmp_path, (), sendmail=True)
    service = nightly.units(wanted, Path("/opt/wod/bin/wod"))["wod-drift-production.service"]
    assert "-/var/spool/postfix" in service
    assert "CAP_SETUID" in service


def test_a_unit_knows_where_the_key_of_the_secrets_is_and_never_the_key(
    drifted: FakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody can read a unit."""
    drifted.settings("WODMONITOR: ops@example.org\n")
    path = vaultkey.default_path("test")
    key = path.read_text().strip()
    printed = wod(drifted, "drift", "install", "--print")
    assert printed.code == 0, printed.said
    assert printed.out.count(f"Environment=WOD_VAULT_KEY_FILE={path}\n") == 2
    assert key not in printed.said
    monkeypatch.setenv("WOD_VAULT_KEY", key)
    refused = wod(drifted, "drift", "install", "--print")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("wod: WOD_VAULT_KEY would stand in a unit that everybody can read; put the key into")
    assert key not in refused.err


def test_a_night_with_drift_is_mailed_and_a_quiet_one_is_not(drifted: FakeSite, relay: tuple[int, Kept]) -> None:
    port, kept = relay
    drifted.settings(f"WODMONITOR: ops@example.org\nWODSMTPHOST: 127.0.0.1\nWODSMTPPORT: {port}\n")
    drifted.roll_out("--limit", "@fake/be2")
    quiet = wod(drifted, "drift", "night", "--fix", "--limit", "be2")
    assert (quiet.code, kept.mails) == (0, []), quiet.said
    model = drifted.model("be2")
    model.started.pop("fail2ban.service")
    drifted.put("be2", model)
    loud = wod(drifted, "drift", "night", "--fix", "--limit", "be2")
    assert loud.code == 0, loud.said
    (mail,) = kept.mails
    assert mail["Subject"] == "Drift of test: 0 of 1 host as rolled out; 1 drifted"
    assert "fail2ban.service" in drifted.model("be2").started


def test_who_is_told_is_known_when_the_inventory_is_broken(drifted: FakeSite, relay: tuple[int, Kept]) -> None:
    port, kept = relay
    told = f"WODMONITOR: ops@example.org\nWODSMTPHOST: 127.0.0.1\nWODSMTPPORT: {port}\n"
    drifted.settings(told)
    night = wod(drifted, "drift", "night", "--limit", "be2")
    assert night.code == 0, night.said
    drifted.settings(told + "USERMXA: 20\n")
    done = wod(drifted, "drift", "tell", "wod-drift-test.service", "--platform", "test")
    assert done.code == 0, done.said
    assert kept.mails[-1]["Subject"] == "Drift of test could not be looked for"
    assert "wod-drift-test.service failed on " in kept.mails[-1].get_payload()
    (file,) = drifted.folder.glob("state/test/post.json")
    assert file.stat().st_mode & 0o077 == 0
    other = wod(drifted, "drift", "tell", "wod-drift-x.service", "--platform", "other")
    assert (other.code, "run wod drift install again" in other.said) == (2, True)


def test_the_relays_password_is_a_secret_again(tmp_path: Path) -> None:
    site = settings(tmp_path, WODSMTPHOST="relay.example.org", WODSMTPUSER="wod", WODSMTPPWD="the-password")
    folder = Folder(tmp_path)
    post.keep(folder, post.of(site))
    again = post.kept(folder)
    assert again == post.of(site)
    assert "the-password" not in repr(again)
    assert isinstance(again.WODSMTPPWD, Secret)
    assert again.WODSMTPPWD.reveal() == "the-password"


def test_what_the_service_would_not_see_is_refused() -> None:
    nightly.refuse_hidden(Path("/opt/wod/bin/wod"), Path("/tmpfiles/x"))
    with pytest.raises(BadInput, match="for temporary files"):
        nightly.refuse_hidden(Path("/opt/wod/bin/wod"), Path("/tmp/wod/inventory.py"))


def test_install_wants_somebody_to_tell(drifted: FakeSite) -> None:
    done = wod(drifted, "drift", "install", "--print")
    assert (done.code, done.out) == (2, "")
    assert "WODMONITOR is not set" in done.err
    drifted.settings("WODMONITOR: ops@example.org\n")
    assert "OnCalendar=" in wod(drifted, "drift", "install", "--print", "--always-on", "mon").out
    wrong = wod(drifted, "drift", "install", "--print", "--always-on", "monday")
    assert (wrong.code, wrong.err) == (
        2,
        "wod: monday: no day of the week; days are mon, tue, wed, thu, fri, sat, sun\n",
    )


def shell_script(text: str, *arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
    """As :func:`wod.shell.script` runs it on a host."""
    command = ["sh", "-euc", text.strip(), "wod", *arguments]
    return subprocess.run(command, input=said, capture_output=True, text=True, timeout=300)


def test_the_operators_note_is_replaced_at_once_and_readable_by_the_api(tmp_path: Path) -> None:
    note = tmp_path / "drift.json"
    group = grp.getgrgid(os.getgid()).gr_name
    for text in ("{}\n", '{"time": "later"}\n'):
        done = shell_script(portalnote._WRITE, str(note), group, said=text)
        assert (done.returncode, note.read_text()) == (0, text), done.stderr
    assert note.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["drift.json"]
    missing = shell_script(portalnote._WRITE, str(tmp_path / "none" / "drift.json"), group, said="{}")
    assert (missing.returncode, missing.stderr) == (1, "the API is not installed yet\n")


def test_old_texts_come_over_whole(tmp_path: Path) -> None:
    text = "".join(f"{number}: a line with ä\n" for number in range(500))
    (tmp_path / "a file").write_text(text)
    done = shell_script(texts._SCRIPT, str(tmp_path / "a file"), str(tmp_path / "none"))
    assert texts.FileTexts().process(done.stdout.splitlines()) == {
        str(tmp_path / "a file"): text,
        str(tmp_path / "none"): "",
    }


def test_who_was_there_is_asked_without_a_stamp_too(tmp_path: Path) -> None:
    done = shell_script(logins._SCRIPT, str(tmp_path / "none"))
    assert (done.returncode, done.stderr) == (0, "")
