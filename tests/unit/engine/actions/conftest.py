"""A small backend in a folder: content, hooks, skeletons and homes; real uids without accounts, real stand-ins.

What needs root (other uids, erased homes of theirs) is skipped without it, with the reason.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.standin import ApiStandIn, HubStandIn
from tests.standin.api import PASSWORD, USER
from tests.standin.hub import TOKEN
from wod.engine.accounts import Account
from wod.engine.actions import Actions, Tools
from wod.engine.api import Api
from wod.engine.config import Worker
from wod.engine.hub import Hub
from wod.engine.render import Renderer
from wod.engine.request import Request, Verb
from wod.engine.runner import Job, Outcome, Plain

UID = 60000
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: works with the rights of other uids")


class MemoryInDict:
    """A :class:`wod.engine.step.Memory` that notes in which order things were remembered."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def remember(self, name: str, value: str) -> None:
        self.values[name] = value

    def recall(self, name: str) -> str | None:
        return self.values.get(name)


@dataclass
class AccountsInDict:
    """Accounts of student1 to student9 with uids from 60001, others are root; passwords are kept to be looked at."""

    passwords: dict[str, str] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)

    def find(self, name: str) -> Account | None:
        if not name.startswith("student"):
            return Account(name, 0, 0)
        number = int(name.removeprefix("student"))
        return None if name in self.missing or number > 9 else Account(name, UID + number, UID + number)

    def set_password(self, name: str, password: str) -> None:
        self.passwords[name] = password


class RecordingRunner(Plain):
    """Runs hooks as the plain runner does, and keeps what it was asked."""

    def __init__(self, runtime: Path) -> None:
        super().__init__(runtime)
        self.jobs: list[Job] = []

    def run(self, job: Job) -> Outcome:
        self.jobs.append(job)
        return super().run(job)


@dataclass
class Backend:
    """All of it, and what a test does with it."""

    folder: Path
    config: Worker
    api: ApiStandIn
    hub: HubStandIn
    runner: RecordingRunner
    accounts: AccountsInDict = field(default_factory=AccountsInDict)
    memory: MemoryInDict = field(default_factory=MemoryInDict)

    def set(self, **changes: object) -> None:
        self.config = replace(self.config, **changes)  # type: ignore[arg-type]

    def actions(self) -> Actions:
        config = self.config
        api = Api(config.api_url, config.api_user, config.api_password)
        hub = Hub(config.hub_url, config.hub_token)
        return Actions(Tools(config, api, hub, self.accounts, self.runner, Renderer()))

    def request(self, verb: Verb, first: int = 3, last: int = 0, customer: int = 7, **fields: str) -> Request:
        workshop = fields.get("workshop", "WKSHP-Demo")
        return Request("0001", verb, first, last or first, customer, "", workshop, 0.0)

    def run(self, request: Request, twice: bool = False) -> dict[str, str | None]:
        """``{step: remark}`` of all steps; a crash between a step and its journal runs it ``twice``."""
        remarks = {}
        for step in self.actions()(request, self.memory):
            if twice:
                step.run()
            remarks[step.name] = step.run()
        return remarks

    def told(self) -> list[tuple[str, object]]:
        """The PUTs ``(path, body)``, each once, in order."""
        calls = [(call.path.removeprefix("/api/"), call.body) for call in self.api.made("PUT")]
        return [call for number, call in enumerate(calls) if call not in calls[:number]]

    def home(self, number: int = 3) -> Path:
        return Path(self.config.students) / f"student{number}"

    def write(self, path: str, text: str) -> Path:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        return target


def notebook(source: str) -> str:
    cells = [{"cell_type": "markdown", "metadata": {}, "source": [source]}]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def _make_homes(students: Path) -> None:
    students.mkdir(mode=0o711)
    for number in range(1, 6):
        home = students / f"student{number}"
        home.mkdir(mode=0o700)
        os.chown(home, UID + number, UID + number)


@pytest.fixture
def make_backend() -> Iterator[Callable[[], Backend]]:
    """Below /var/tmp, for other uids must be able to reach their homes (pytest's own folders are 0700)."""
    folder = Path(tempfile.mkdtemp(prefix="wod-engine-", dir="/var/tmp"))
    folder.chmod(0o711)
    with ApiStandIn() as api, HubStandIn() as hub:
        yield lambda: _backend(folder, api, hub)
    shutil.rmtree(folder)


@pytest.fixture
def backend(make_backend: Callable[[], Backend]) -> Backend:
    return make_backend()


def _backend(folder: Path, api: ApiStandIn, hub: HubStandIn) -> Backend:
    admin = pwd.getpwuid(os.geteuid()).pw_name
    config = Worker(
        backend="be1.example.org",
        first=1,
        last=5,
        basestdid=100,
        uidbase=UID,
        gidbase=UID,
        students=str(folder / "students"),
        admin=admin,
        public_workshops=str(folder / "public"),
        private_workshops=str(folder / "private/notebooks"),
        public_scripts=(str(folder / "scripts"),),
        private_scripts=(str(folder / "private/scripts"),),
        skeletons=(str(folder / "skel"), str(folder / "private/skel")),
        hub_url=hub.url,
        hub_token=TOKEN,
        api_url=api.url,
        api_user=USER,
        api_password=PASSWORD,
        appliances={"IP-WKSHP-Demo": "192.0.2.10"},
        variables={"BRANDING": "Example", "HTTPPORT-WKSHP-Demo": 8100},
        state=str(folder / "state"),
    )
    (folder / "state").mkdir(mode=0o700)
    _make_homes(folder / "students")
    backend = Backend(folder, config, api, hub, RecordingRunner(folder / "run"))
    backend.write("public/WKSHP-Demo/0-ReadMeFirst.ipynb", notebook("Hello {{ BRANDING }}, you are student{{ STDID }}"))
    backend.write("public/WKSHP-Demo/notes.md", "{{ not rendered }}\n")
    backend.write("skel/.bashrc", "# ours\n")
    api.tables.seed("workshops", {"id": 4, "name": "Demo", "notebook": "WKSHP-Demo", "range": [2, 5]})
    for number in range(101, 106):
        api.tables.seed("students", {"id": number, "username": f"student{number - 100}", "assigned": True})
    api.tables.seed("customers", {"id": 7, "name": "A", "studentId": 103})
    hub.users |= {f"student{number}": "stopped" for number in range(1, 6)}
    return backend
