"""Who could see the platform's secrets: somebody with an account on a host, an operator before his screen, and whoever
reads journals, logs and command lines, while a roll-out brings every secret to its host.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.lab.conftest import HOSTS, OTHERS
from tests.lab.machines import Machine
from tests.lab.site import BIN, REPOSITORY, SITE, Run, Site

pytestmark = pytest.mark.lab

EVERYWHERE = (*HOSTS, *OTHERS)
ON_BACKENDS = ("/etc/jupyterhub/token", "/etc/wod/engine/receive.json", "/etc/wod/engine/worker.json")
HOLDERS = {"be1": ON_BACKENDS, "be2": ON_BACKENDS, "api": ("/etc/wod/api/api.json",), "www": ()}
"""The files of each host that have secrets; a frontend has none."""
VALUES = (
    "import json, pathlib; from wod.settings.load import secret_store; "
    "print(json.dumps(secret_store(pathlib.Path({private!r}), 'lab').values()))"
)
LOOK = """
cd /
places="/etc /opt /home /var /usr/local /root /run /srv /student /tmp /dev/shm"
find $places -xdev -type f -readable -size -4M -print0 2>/dev/null |
    xargs -0 -r grep -laF -f "$1" 2>/dev/null
find /proc -maxdepth 2 \\( -name environ -o -name cmdline \\) -readable -print0 2>/dev/null |
    xargs -0 -r grep -laF -f "$1" 2>/dev/null
ps -efww | grep -F -f "$1" | grep -v grep
true
"""
WATCH = "while true; do cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '; sleep 0.01; done > /run/seen"
LOGS = "sudo journalctl --no-pager --all -o verbose; sudo find /var/log -type f ! -name '*.journal' -exec zcat -f {} +"
OURS = "sh -euc"
"""How every command of a run begins, and none of this file's own."""


@dataclass
class Seen:
    """Of a roll-out: its own log, the command lines of its control node, and each host's command lines and logs."""

    run: Run
    control: str
    commands: dict[str, str]
    logs: dict[str, str]


class Watch:
    """The command lines of this machine's processes, again and again."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()
        self._over = threading.Event()
        self._whole = False

    def __enter__(self) -> Watch:
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        assert self._whole, "the watch ended before the run did"

    def _look(self) -> None:
        while not self._over.wait(0.05):
            for process in filter(str.isdigit, os.listdir("/proc")):
                with suppress(OSError):  # it has ended
                    self._seen.add(Path("/proc", process, "cmdline").read_bytes())
        self._whole = True

    @property
    def text(self) -> str:
        return b"\n".join(self._seen).replace(b"\0", b" ").decode(errors="replace")


@pytest.fixture(scope="module")
def secrets(site: Site) -> dict[str, str]:
    """``{name: value}``: the platform's, and those that a host made for itself."""
    program = VALUES.format(private=str(site.private))
    words = [str(BIN / "python"), "-c", program]
    known = subprocess.run(words, cwd=REPOSITORY, env=site.environment, capture_output=True, text=True, check=True)
    values = {name: value for name, value in json.loads(known.stdout).items() if len(value) >= 6}
    for host in HOSTS:
        values[f"{host}'s proxy"] = site.ssh(host, "cut -d= -f2 /etc/jupyterhub/proxy.env")
        values[f"{host}'s cookies"] = site.ssh(host, "cat /var/lib/jupyterhub/cookie_secret")
    assert {"WODBETOKEN", "WODMAILKEY", "WODAPIDBADMINPWD", "WODAPITOKENKEY"} <= values.keys()
    return values


@pytest.fixture(scope="module")
def seen(site: Site, secrets: dict[str, str]) -> Seen:
    """A roll-out as talkative as can be, which has all files with secrets to write again."""
    for host in EVERYWHERE:
        start = f"cat > /run/watch <<'EOS'\n{WATCH}\nEOS\nsystemd-run -q --unit wod-watch sh /run/watch"
        site.ssh(host, f"rm -f {' '.join(HOLDERS[host])} /nonexistent; {start}; sleep 0.3")
    with Watch() as control:
        run = site.roll_out("-vvv", "--debug", "--diff", deploy=SITE)
    stop = "sudo systemctl stop wod-watch; sudo cat /run/seen; sudo rm /run/seen /run/watch"
    machines = [Machine(host) for host in EVERYWHERE]
    with ThreadPoolExecutor() as pool:
        commands = dict(zip(EVERYWHERE, pool.map(lambda each: each.said(stop), machines), strict=True))
        logs = dict(zip(EVERYWHERE, pool.map(lambda each: each.said(LOGS), machines), strict=True))
    return Seen(run, control.text, commands, logs)


def names_in(text: str, secrets: dict[str, str]) -> list[str]:
    return [name for name, value in secrets.items() if value in text]


def test_a_run_that_writes_them_all_shows_none(seen: Seen, site: Site, secrets: dict[str, str]) -> None:
    assert seen.run.code == 0, seen.run.output
    assert site.ssh("be1", "cat /etc/jupyterhub/token") == secrets["WODBETOKEN"]
    for host, files in HOLDERS.items():
        for file in files:
            assert file in seen.run.output, f"{file} was to be written on {host}"
    assert names_in(seen.run.output, secrets) == []


def test_none_was_on_a_command_line_of_the_control_node(seen: Seen, secrets: dict[str, str]) -> None:
    assert SITE in seen.control, "the watcher was to see the run itself"
    assert names_in(seen.control, secrets) == []


@pytest.mark.parametrize("host", EVERYWHERE)
def test_none_was_on_a_command_line_of_a_host(seen: Seen, secrets: dict[str, str], host: str) -> None:
    assert OURS in seen.commands[host], "the watcher was to see the run's commands"
    assert names_in(seen.commands[host], secrets) == []


@pytest.mark.parametrize("host", EVERYWHERE)
def test_none_is_in_a_host_s_journal_or_logs(seen: Seen, secrets: dict[str, str], host: str) -> None:
    assert OURS in seen.logs[host], "the journal was to tell of the run"
    assert names_in(seen.logs[host], secrets) == []


@pytest.fixture
def look(request: pytest.FixtureRequest, secrets: dict[str, str]) -> Iterator[tuple[Machine, str]]:
    """A host, and the search there as its account of least rights.

    What is looked for lies in a file that only the search may read, so that finding itself does not count.
    """
    machine = Machine(request.param)
    account = "student5" if request.param in HOSTS else "nobody"
    machine.said("sudo mkdir -m 755 /needles; sudo tee /needles/look >/dev/null", LOOK.encode())
    needles = "\n".join(secrets.values()) + "\nplanted-4711\n"
    give = f"sudo sh -c 'umask 077; cat > /needles/list; chown {account}: /needles/list; chmod 644 /needles/look'"
    machine.said(give, needles.encode())
    yield machine, f"sudo runuser -u {account} -- sh /needles/look /needles/list"
    machine.said("sudo rm -r /needles")


@pytest.mark.parametrize("look", EVERYWHERE, indirect=True)
def test_somebody_with_an_account_finds_none(seen: Seen, look: tuple[Machine, str]) -> None:
    machine, search = look
    assert machine.said(search) == ""


@pytest.mark.parametrize("look", EVERYWHERE, indirect=True)
def test_the_search_would_find_one(look: tuple[Machine, str]) -> None:
    """The same search, with a value where anybody could see it."""
    machine, search = look
    machine.said("echo planted-4711 | sudo tee /etc/leak >/dev/null; sudo chmod 644 /etc/leak")
    found = machine.said(search)
    machine.said("sudo rm /etc/leak")
    assert "/etc/leak" in found


def test_the_operator_s_store_is_his_own(site: Site) -> None:
    store = site.private / "secrets" / "lab.yml"
    assert store.stat().st_mode & 0o077 == 0
    assert store.parent.stat().st_mode & 0o077 == 0
