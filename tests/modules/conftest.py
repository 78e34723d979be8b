"""A site of fake hosts with the real settings and modules, driven by the stock pyinfra command line."""

from __future__ import annotations

import os
import pickle
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.modules.model import Model

REPOSITORY = Path(__file__).resolve().parents[2]
PYINFRA = Path(sys.executable).with_name("pyinfra")
HOSTS = 'Host("@fake/be1", number=1), Host("@fake/be2", number=2), Host("@fake/api", role="api_db")'
INVENTORY = """
import sys
sys.path.insert(0, {repository!r})
from pathlib import Path
from tests.modules.model import simulate
from wod.inventory import Host, build
simulate(Path({folder!r}))
globals().update(build("test", [{hosts}], Path({root!r})))
"""


@dataclass
class Run:
    """What a command line said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return re.sub(r"\x1b\[[0-9;]*m", "", self.out + self.err)

    @property
    def results(self) -> dict[str, list[int]]:
        """Operation → hosts, successes, errors, hosts without a change."""
        table = self.said.partition("--> Results:")[2]
        rows = re.findall(r"^ {4}(\S.*?) {2,}(\d+|-) +(\d+|-) +(\d+|-) +(\d+|-)", table, re.MULTILINE)
        return {row[0].rstrip("."): [0 if cell == "-" else int(cell) for cell in row[1:]] for row in rows}

    @property
    def total(self) -> list[int]:
        return self.results["Grand total"]


@dataclass
class FakeSite:
    """A folder with an inventory, a private folder and the models of its hosts."""

    folder: Path
    hosts: str = HOSTS
    root: Path = REPOSITORY
    models: list[str] = field(default_factory=lambda: ["be1", "be2", "api"])

    def __post_init__(self) -> None:
        (self.folder / "private" / "group_vars").mkdir(parents=True, exist_ok=True)
        for name in self.models:
            if not (self.folder / f"{name}.pickle").exists():
                self.put(name, Model())

    def settings(self, text: str) -> None:
        """The platform's settings, as an operator writes them."""
        (self.folder / "private" / "group_vars" / "test.yml").write_text(text)

    def put(self, name: str, model: Model) -> None:
        (self.folder / f"{name}.pickle").write_bytes(pickle.dumps(model))

    def model(self, name: str) -> Model:
        return pickle.loads((self.folder / f"{name}.pickle").read_bytes())

    def write_inventory(self) -> Path:
        inventory = self.folder / "inventory.py"
        given = {"repository": str(REPOSITORY), "folder": str(self.folder), "root": str(self.root), "hosts": self.hosts}
        inventory.write_text(INVENTORY.format(**given))
        return inventory

    def pyinfra(self, *arguments: str, options: tuple[str, ...] = ("-y",), stdin: str = "") -> Run:
        """``pyinfra OPTIONS INVENTORY ARGUMENTS``."""
        inventory = self.write_inventory()
        environment = {**os.environ, "WOD_PRIVATE": str(self.folder / "private"), "PYTHONPATH": str(REPOSITORY)}
        done = subprocess.run(
            [PYINFRA, *options, str(inventory), *arguments],
            cwd=self.folder,
            env=environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=300,
        )
        return Run(done.returncode, done.stdout, done.stderr)

    def roll_out(self, *options: str) -> Run:
        return self.pyinfra(str(REPOSITORY / "deploys" / "backend.py"), options=("-y", *options))


@pytest.fixture(scope="session")
def rolled_out_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = FakeSite(tmp_path_factory.mktemp("site"))
    run = site.roll_out()
    assert run.code == 0, run.said
    return site.folder


@pytest.fixture
def rolled_out(rolled_out_once: Path, tmp_path: Path) -> FakeSite:
    """A site after its first roll-out (of Debian 12 hosts)."""
    return FakeSite(Path(shutil.copytree(rolled_out_once, tmp_path / "site")))


@pytest.fixture
def site(tmp_path: Path) -> FakeSite:
    return FakeSite(tmp_path)
