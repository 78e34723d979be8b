"""What is said before going back, from the files of two revisions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from tests.scratch import REPOSITORY
from wod.api import database
from wod.checkouts import Checkout
from wod.fleet import undone
from wod.fleet.given import Given
from wod.fleet.undone import Migration

TARGET = Given(Checkout("/wod", "1" * 40), Checkout("/wod", "1" * 40), Checkout("/private"))
Values = Mapping[str, object]
NOTHING: Values = MappingProxyType({})
SECRETS = "secrets stay those of today, and packages of the distribution are not made older"


def revision(folder: Path, *migrations: str, hub: str = "6.1.1", modules: tuple[str, ...] = ("system",)) -> Path:
    """The files of a revision of wod that are looked at."""
    for path in (undone.MIGRATIONS, undone.MODULES, str(Path(undone.HUB).parent)):
        (folder / path).mkdir(parents=True)
    before = None
    for number in migrations:
        text = f'"""Brings table {number}.\n\nMore."""\nrevision = "{number}"\ndown_revision = {before!r}\n'
        (folder / undone.MIGRATIONS / f"r{number}.py").write_text(text)
        before = number
    (folder / undone.HUB).write_text(f"jinja2==3.1\njupyterhub=={hub} \\\n    --hash=x\n")
    for name in ("__init__", *modules):
        (folder / undone.MODULES / f"{name}.py").touch()
    return folder


def said(
    now: Path, then: Path, settings: Values = NOTHING, former: Values = NOTHING, target: Given = TARGET, **more: bool
) -> list[str]:
    flags = {"content_moves": False, "database": True, **more}
    return undone.sentences(target, now, then, {"be1": settings}, {"be1": former}, **flags)


def test_the_same_revision_leaves_nothing_but_secrets(tmp_path: Path) -> None:
    here = revision(tmp_path / "now", "0001")
    assert said(here, here) == [SECRETS]


def test_each_migration_is_named_with_what_it_brought(tmp_path: Path) -> None:
    now, then = revision(tmp_path / "now", "0001", "0002", "0003"), revision(tmp_path / "then", "0001")
    assert undone.taken_back(now, then) == [
        Migration("0003", "0002", "Brings table 0003"),
        Migration("0002", "0001", "Brings table 0002"),
    ]
    lines = said(now, then)
    assert lines[0] == "the database's migration 0003 is taken back, and what it brought is lost: Brings table 0003"
    assert "backed up on its host" in lines[2]
    assert said(now, then, database=False) == [SECRETS], "no api-db host is among those that go back"
    assert undone.taken_back(then, now) == []


def test_our_own_migrations_are_read_in_their_order() -> None:
    names = [each.revision for each in undone.migrations(REPOSITORY)]
    assert names[0] == database.ORIGINAL
    assert names == sorted(names)
    assert len(names) == len(list((REPOSITORY / undone.MIGRATIONS).glob("r*.py")))


@pytest.mark.parametrize("name", undone.KEPT)
def test_a_setting_that_leaves_something_behind_is_named(tmp_path: Path, name: str) -> None:
    here = revision(tmp_path / "now")
    line = said(here, here, {name: "new"}, {name: "old"})[0]
    assert line == f"{name} changes (new → old): {undone.KEPT[name]}"


def test_the_hub_and_new_modules_are_named(tmp_path: Path) -> None:
    now = revision(tmp_path / "now", hub="7.0.0", modules=("system", "novelty"))
    then = revision(tmp_path / "then", hub="6.1.1")
    hub, module, _ = said(now, then)
    assert hub.startswith("JupyterHub 7.0.0 becomes 6.1.1")
    assert module == "the module novelty was not there yet: what it put on hosts stays, and is looked after by nobody"


def test_content_and_what_was_never_committed_are_named(tmp_path: Path) -> None:
    here = revision(tmp_path / "now")
    dirty = Given(TARGET.code, TARGET.settings, Checkout("/private", "2" * 40, changed=True))
    workshops, private, _ = said(here, here, target=dirty, content_moves=True)
    assert workshops.startswith("workshops that are handed out already stay")
    assert private == "private settings had changes at that time that were not committed; they are not in it"
