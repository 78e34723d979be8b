"""The article's full example: its four commands, the machines they are typed on, and what these have around them."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import httpx

from tests.authority import Issued, issue
from tests.lab.addresses import ADDRESS, BRIDGE
from tests.lab.machines import Machine
from tests.lab.participant import Participant
from tests.lab.site import Run, Site
from tests.lab.whole import Whole
from wod.lab import mailbox
from wod.lab.places import places

COMMON = "-a apidb.local:10000:https -f front.local:8000 -g test -u wodmgr -p 9000 -s wodmailer@local"
FLAGS = {
    "be1": f"{COMMON} -b be1.local:8010 -n 1 -t backend",
    "be2": f"{COMMON} -b be2.local:8010 -n 2 -t backend",
    "api": f"{COMMON} -b be1.local:8010,be2.local:8010 -t api-db",
    "www": f"{COMMON} -t frontend",
}
"""The article's commands, by the lab's names for the machines."""
NAMES = {"be1": "be1.local", "be2": "be2.local", "api": "apidb.local", "www": "front.local"}
ROLES = {"be1": "backend", "be2": "backend", "api": "api-db", "www": "frontend"}
MACHINES = {name: Machine(name) for name in NAMES}
SETTINGS = f"""---
WODSMTPHOST: {BRIDGE}
WODSMTPPORT: {mailbox.PORT}
WODTICK: 1
WODRESEND: 2
WODAPITLS: files
WODAPITLSCERT: {{tls}}/portal.pem
WODAPITLSKEY: {{tls}}/portal.key
"""
PATIENCE = 1500
SECRETS = (
    "import json, pathlib; from wod.settings.load import secret_store; "
    'print(json.dumps(secret_store(pathlib.Path("private"), "test").values()))'
)
KEY = "sudo cat /home/wodmgr/.ssh/id_ed25519.pub"
PORTAL = f"http://{ADDRESS['www']}:8000"


def names_known(machine: Machine, authority: Issued) -> None:
    """What the network's DNS and the company's authority do for real machines."""
    lines = "".join(f"{ADDRESS[short]} {name}\n" for short, name in NAMES.items())
    machine.said("sudo tee -a /etc/hosts >/dev/null", lines.encode())
    place = "/usr/local/share/ca-certificates/company.crt"
    machine.said(f"sudo tee {place} >/dev/null && sudo update-ca-certificates", authority.pem.encode())


def private_folder(folder: Path, tls: str, authority: Issued) -> Path:
    """What the operator has of his own: where mails go, and the API's certificate."""
    (folder / "group_vars").mkdir(parents=True)
    (folder / "tls").mkdir()
    issue("apidb.local", issuer=authority).write(folder / "tls", authority)
    (folder / "group_vars/test.yml").write_text(SETTINGS.format(tls=tls))
    return folder


class Platform(Whole):
    """The platform as participants see it: through the portal, and by mail."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.http = httpx.Client(base_url=PORTAL, timeout=30)

    def participant(self, to: str) -> Participant:
        """This machine does not know the platform's names."""
        found = super().participant(to)
        base = found.base
        for short, name in NAMES.items():
            base = base.replace(name, ADDRESS[short])
        return Participant(base, found.name, found.password)

    def works(self, email: str) -> None:
        """A registration leads to a hand-out and a log-in."""
        mailbox.clear(places())
        workshop = self.http.get("/api/workshops?active=true").json()[0]["name"]
        booked = self.register(email, workshop)
        assert booked.status_code == 200, booked.text
        person = self.participant(email)
        assert person.log_in()
        person.start_server()
        assert person.run("6*7") == "42"


def finished(processes: dict[str, subprocess.Popen[bytes]]) -> dict[str, Run]:
    """How each ended."""
    runs = {}
    for name, process in processes.items():
        output, _ = process.communicate(timeout=PATIENCE)
        runs[name] = Run(process.returncode, output.decode(errors="replace"))
    return runs


def secrets_are_made(machine: Machine, process: subprocess.Popen[bytes]) -> None:
    """Before the roll-out begins; an installation that ends without one says why by itself."""
    while process.poll() is None and machine.run("grep -qs '\\[3/5\\]' .wod-install/install.log").code:
        time.sleep(0.5)


def install(name: str) -> subprocess.Popen[bytes]:
    """As the article has it, on one of them by sudo."""
    return MACHINES[name].start(f"cd wod; {'sudo ' if name == 'be2' else ''}./install.sh {FLAGS[name]} 2>&1")
