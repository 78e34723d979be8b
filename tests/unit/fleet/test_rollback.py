"""``wod rollout --to`` on modelled hosts: our revision, the settings and the content of then, by the code of then."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.modules.conftest import FakeSite
from tests.modules.model import Model
from tests.scratch import REPOSITORY, Scratch, copied
from tests.unit.fleet.trouble import WOD

INVENTORY = """
import sys
sys.path.append({repository!r})  # behind the revision that is rolled out
from pathlib import Path
from tests.modules.model import simulate
from wod.fleet import health
from wod.fleet.apart import Answer
from wod.inventory import Host, build
simulate(Path({folder!r}))
ill = Path({folder!r}, "ill")
health.ask_each = lambda hosts, *_, **__: [Answer(ill.read_text() if ill.exists() else "") for host in hosts]
globals().update(build("test", [Host("@fake/be1", number=1)]))
"""
CONFIG, STAMP = "/etc/jupyterhub/jupyterhub_config.py", "/etc/wod/stamp.json"
TEMPLATE = "templates/jupyterhub/jupyterhub_config.py.j2"


@dataclass
class Past:
    """A site whose operator works in a checkout of wod, with private settings and workshops in git, too."""

    site: FakeSite
    wod: Scratch
    private: Scratch
    workshops: Scratch

    @property
    def folder(self) -> Path:
        return self.site.folder

    def run(self, *words: str) -> tuple[int, str, str]:
        environment = {
            **os.environ,
            "PYTHONPATH": str(self.wod.path),
            "WOD_CACHE": str(self.folder / "cache"),
            "WOD_INVENTORY": str(self.folder / "inventory.py"),
            "WOD_PRIVATE": str(self.private.path),
            "WOD_STATE": str(self.folder / "state"),
        }
        done = subprocess.run([WOD, *words], cwd=self.wod.path, env=environment, capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    def rollout(self, *words: str) -> tuple[int, dict[str, str], str]:
        """``(exit code, outcome and error by host, what was said)``."""
        code, out, err = self.run("rollout", "--yes", "--json", *words)
        assert out, err
        results: list[dict[str, Any]] = json.loads(out)["hosts"]
        return code, {each["host"].rpartition("/")[2]: each["outcome"] for each in results}, err

    @property
    def model(self) -> Model:
        return self.site.model("be1")

    @property
    def stamp(self) -> dict[str, str]:
        return dict(json.loads(self.model.texts[STAMP]))

    @property
    def names(self) -> list[str]:
        """Of all roll-outs, the first one first."""
        return sorted(path.name for path in (self.folder / "state" / "test" / "runs").iterdir())


def given_to(model: Model) -> tuple[object, ...]:
    """What a roll-out gives a host, without the time at which it did."""
    texts = {path: text for path, text in model.texts.items() if path != STAMP}
    stamp = {key: value for key, value in json.loads(model.texts[STAMP]).items() if key != "changed"}
    return texts, stamp, model.content


@pytest.fixture
def past(tmp_path: Path) -> Past:
    """Nothing is rolled out yet."""
    site = FakeSite(tmp_path, models=["be1"])
    (tmp_path / "inventory.py").write_text(INVENTORY.format(repository=str(REPOSITORY), folder=str(tmp_path)))
    shutil.copytree(REPOSITORY / "wod" / "samples" / "public", tmp_path / "workshops")
    workshops = Scratch(tmp_path / "workshops")
    workshops.commit()
    private = Scratch(tmp_path / "settings")
    private.commit({"group_vars/test.yml": f"WODNOBOREPO: {workshops.path}\nBRANDING: One\n"})
    return Past(site, copied(tmp_path / "wod"), private, workshops)


def changed_everywhere(past: Past) -> None:
    past.wod.append(TEMPLATE, "# newer\n")
    past.private.commit({"group_vars/test.yml": f"WODNOBOREPO: {past.workshops.path}\nBRANDING: Two\nUSERMAX: 22\n"})
    past.workshops.commit({"README.md": "newer\n"})


def test_back_and_forth(past: Past) -> None:
    """All three parts go back, hosts and stamps are as they were, and a second time changes nothing."""
    code, outcomes, err = past.rollout()
    assert (code, outcomes) == (0, {"be1": "changed"}), err
    before, tokens = given_to(past.model), past.private.path / "secrets" / "test.yml"
    secrets = tokens.read_text()
    changed_everywhere(past)
    assert past.rollout()[0] == 0
    after = given_to(past.model)
    assert "# newer" in past.model.texts[CONFIG]
    assert [old != new for old, new in zip(before, after, strict=True)] == [True] * 3

    first = past.names[0]
    code, outcomes, err = past.rollout("--to", first)
    assert (code, outcomes) == (0, {"be1": "changed"}), err
    assert given_to(past.model) == before
    assert past.stamp["revision"].endswith(past.wod.git("rev-parse", "--short=12", "HEAD~1"))
    assert tokens.read_text() == secrets
    assert past.rollout("--to", first)[:2] == (0, {"be1": "unchanged"})

    assert past.rollout()[:2] == (0, {"be1": "changed"})
    assert given_to(past.model) == after
    assert past.rollout()[:2] == (0, {"be1": "unchanged"})


def test_what_cannot_be_done_is_one_sentence_and_touches_nothing(past: Past) -> None:
    for words, said in (
        (["--to", "v9"], "v9 is neither a revision of"),
        (["--resume", "--to", "HEAD"], "no roll-out to resume"),
        (["--to", "HEAD"], "say --yes"),
    ):
        code, _, err = past.run("rollout", *words)
        assert (code, said in err, "Traceback" in err) == (2, True, False), err
    past.wod.git("rm", "-q", "-r", "wod/fleet")
    older = past.wod.commit()
    past.wod.git("revert", "--no-edit", "HEAD")
    code, _, err = past.run("rollout", "--yes", "--to", older)
    assert (code, f"wod: {older} is older than wod rollout" in err) == (2, True), err
    assert past.model.log == []


def test_one_that_stopped_goes_on_to_the_same_revision(past: Past) -> None:
    """The branch that was named has moved on since; where it was is what counts."""
    past.wod.append(TEMPLATE, "# first\n")
    past.wod.git("branch", "stable")
    past.wod.append(TEMPLATE, "# second\n")
    (past.folder / "ill").write_text("the Hub does not answer")
    code, outcomes, err = past.rollout("--to", "stable")
    assert (code, outcomes) == (1, {"be1": "failed"}), err
    past.wod.git("branch", "--force", "stable", "HEAD")
    (past.folder / "ill").unlink()
    code, outcomes, err = past.rollout("--resume")
    assert (code, outcomes) == (0, {"be1": "unchanged"}), err
    assert past.model.texts[CONFIG].endswith("# first\n")
    code, out, _ = past.run("rollout", "--list")
    assert (code, out.count("\n"), "(back to stable)" in out) == (0, 1, True), out
