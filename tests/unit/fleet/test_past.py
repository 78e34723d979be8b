"""What is meant by what somebody wants to go back to, and which folders that gives."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.scratch import Scratch
from wod import revision
from wod.checkouts import Checkout, checkout_of, folder_at, folder_of_worktrees
from wod.errors import BadInput
from wod.fleet import back, given, past, record
from wod.fleet.given import Given
from wod.fleet.record import Record
from wod.fleet.result import HostResult
from wod.fleet.state import Folder, folder_of
from wod.settings import load
from wod.site import Site


@pytest.fixture
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    """This repository, as it were, with one tag."""
    monkeypatch.setenv("WOD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("WOD_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("WOD_PRIVATE", str(tmp_path / "private"))
    scratch = Scratch(tmp_path / "code")
    scratch.commit({"group_vars/all.yml": "USERMAX: 20\n", ".gitignore": "/private/\n"})
    scratch.git("tag", "v1.0")
    scratch.commit({"group_vars/all.yml": "USERMAX: 30\n"})
    monkeypatch.setattr(revision, "ROOT", scratch.path)
    monkeypatch.setattr(given, "ROOT", scratch.path)
    return scratch


@pytest.fixture
def private(tmp_path: Path, code: Scratch) -> Scratch:
    scratch = Scratch(tmp_path / "private")
    scratch.commit({"group_vars/test.yml": "BRANDING: One\n", ".gitignore": "/secrets/\n"})
    return scratch


@pytest.fixture
def folder(code: Scratch) -> Folder:
    return folder_of("test")


def site_of(code: Scratch) -> Site:
    return Site("test", code.path, ())


def rolled_out(folder: Folder, code: Scratch) -> Record:
    made = record.begin(folder, ["be1"], "", "", 0)
    given.write(made, given.of_now(site_of(code)))
    made.keep(HostResult("be1", "backends", "changed"), f"0.1.0+g{code.git('rev-parse', '--short=12', 'HEAD')} digest")
    return made


def commits(found: Given) -> tuple[str, ...]:
    return tuple(part.commit for part in (found.code, found.settings, found.private))


def test_a_roll_out_brings_all_that_it_had(folder: Folder, code: Scratch, private: Scratch) -> None:
    first = rolled_out(folder, code)
    had = (code.git("rev-parse", "HEAD"),) * 2 + (private.git("rev-parse", "HEAD"),)
    code.commit({"group_vars/all.yml": "USERMAX: 40\n"})
    private.commit({"group_vars/test.yml": "BRANDING: Two\n"})
    assert commits(past.target(folder, site_of(code), first.name)) == had
    assert commits(past.target(folder, site_of(code), first.name[:10])) == had, "the day is enough"
    assert commits(past.target(folder, site_of(code), had[0])) == had, "and so is its revision"


def test_a_revision_that_was_never_rolled_out_takes_nothing_else_along(
    folder: Folder, code: Scratch, private: Scratch
) -> None:
    tagged = code.git("rev-parse", "v1.0")
    assert commits(past.target(folder, site_of(code), "v1.0")) == (tagged, tagged, "")


def test_a_private_folder_that_is_not_in_git_has_no_past(folder: Folder, code: Scratch, tmp_path: Path) -> None:
    (tmp_path / "private").mkdir()
    first = rolled_out(folder, code)
    assert past.target(folder, site_of(code), first.name).private == Checkout(str(tmp_path / "private"))


def test_what_an_older_release_wrote_down_is_enough_for_its_revision(
    folder: Folder, code: Scratch, private: Scratch
) -> None:
    first = rolled_out(folder, code)
    had = code.git("rev-parse", "HEAD")
    (first.path / given.FILE).unlink()
    code.commit({"group_vars/all.yml": "USERMAX: 40\n"})
    assert commits(past.target(folder, site_of(code), first.name)) == (had, had, "")


def test_changes_that_were_not_committed_are_known_of(folder: Folder, code: Scratch, private: Scratch) -> None:
    (code.path / "group_vars" / "all.yml").write_text("USERMAX: 31\n")
    first = rolled_out(folder, code)
    assert past.target(folder, site_of(code), first.name).code.changed


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("v1.1", "v1.1 is neither a revision of .* nor a roll-out; there are v1.0, .*, and wod rollout --list has all"),
        ("--help", "--help is neither"),
        ("20", "20 is neither"),
        ("20[0-9][0-9]-", "20.* is neither"),
    ],
)
def test_one_that_is_not_there_brings_those_near(
    folder: Folder, code: Scratch, private: Scratch, name: str, said: str
) -> None:
    rolled_out(folder, code)
    with pytest.raises(BadInput, match=said):
        past.target(folder, site_of(code), name)


def test_half_a_name_that_fits_several_is_refused(folder: Folder, code: Scratch, private: Scratch) -> None:
    names = [rolled_out(folder, code).name for _ in range(2)]
    with pytest.raises(BadInput, match=f"fits 2 roll-outs, of which the last are {', '.join(names)}; give more"):
        past.target(folder, site_of(code), names[0][:4] + "-")


def test_outside_git_there_is_no_past(
    folder: Folder, code: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plain").mkdir()
    monkeypatch.delenv("WOD_PRIVATE")
    monkeypatch.setattr(given, "ROOT", tmp_path / "plain")
    with pytest.raises(BadInput, match="plain is no git checkout that this account may read, so it has no past; clone"):
        past.target(folder, Site("test", tmp_path / "plain", ()), "v1.0")


def test_a_damaged_record_is_named(folder: Folder, code: Scratch, private: Scratch) -> None:
    first = rolled_out(folder, code)
    (first.path / given.FILE).write_text('{"code": 1}')
    with pytest.raises(BadInput, match=r"given[.]json is damaged; name another"):
        past.target(folder, site_of(code), first.name)


def test_the_list_has_who_what_and_how_it_went(folder: Folder, code: Scratch, private: Scratch) -> None:
    first = rolled_out(folder, code)
    second = record.begin(folder, ["be1"], "", "", 0)
    given.write(second, replace(given.of_now(site_of(code)), to="v1.0"))
    newest, oldest = past.lines(folder)
    assert newest.startswith(second.name)
    assert newest.endswith("nothing done  (back to v1.0)")
    assert [word in oldest for word in (first.name, code.git("rev-parse", "HEAD")[:12], "1 changed")] == [True] * 3


def test_a_folder_at_another_commit_leaves_the_checkout_alone(code: Scratch) -> None:
    (code.path / "group_vars" / "all.yml").write_text("being edited\n")
    (code.path / ".git" / "hooks").mkdir(exist_ok=True)
    hook = code.path / ".git" / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {code.path}/hooked\n")
    hook.chmod(0o755)
    at = Checkout(str(code.path), code.git("rev-parse", "v1.0"))
    first = folder_at(at)
    assert (first / "group_vars" / "all.yml").read_text() == "USERMAX: 20\n"
    assert (code.path / "group_vars" / "all.yml").read_text() == "being edited\n"
    assert not (code.path / "hooked").exists()
    assert folder_of_worktrees().stat().st_mode & 0o777 == 0o700
    (first / "group_vars" / "all.yml").write_text("somebody was here\n")
    assert folder_at(at) == first
    assert (first / "group_vars" / "all.yml").read_text() == "USERMAX: 20\n"
    (first / ".git").unlink()  # as if it had been cut off
    assert (folder_at(at) / "group_vars" / "all.yml").read_text() == "USERMAX: 20\n"


def test_a_part_of_a_checkout_is_found_in_the_worktree(code: Scratch) -> None:
    here = checkout_of(code.path / "group_vars")
    assert here.commit == code.git("rev-parse", "HEAD")
    assert folder_at(here).name == "group_vars"
    code.commit({"more/all.yml": "USERMAX: 3\n"})
    with pytest.raises(BadInput, match="more was not there at"):
        folder_at(replace(checkout_of(code.path / "more"), commit=here.commit))


def test_an_ignored_folder_is_no_checkout(code: Scratch) -> None:
    (code.path / "private" / "group_vars").mkdir(parents=True)
    (code.path / "private" / "group_vars" / "all.yml").write_text("USERMAX: 3\n")
    assert checkout_of(code.path / "private").commit == ""


def test_a_commit_that_is_gone_is_refused(code: Scratch) -> None:
    with pytest.raises(BadInput, match="has no commit 0123456789ab any more; fetch it, or name another roll-out"):
        folder_at(Checkout(str(code.path), "0123456789abcdef0123456789abcdef01234567"))


def test_private_settings_go_back_and_secrets_do_not(folder: Folder, code: Scratch, private: Scratch) -> None:
    token = load(code.path, "test").WODBETOKEN.reveal()
    was = checkout_of(private.path)
    private.commit({"group_vars/test.yml": "BRANDING: Two\n", "group_vars/all.yml": "USERMAX: 25\n"})
    (private.path / "group_vars" / "wod-system").write_text("WODUPDATES: false\n")  # never committed
    for _ in range(2):
        then = back._private(was)
        settings = load(code.path, "test", private=then)
        assert (settings.BRANDING, settings.USERMAX, settings.WODUPDATES) == ("One", 30, False)
        assert settings.WODBETOKEN.reveal() == token
    assert private.git("status", "--porcelain") == "?? group_vars/wod-system"


def test_secrets_made_by_the_older_revision_are_kept_with_those_of_today(code: Scratch, private: Scratch) -> None:
    then = back._private(checkout_of(private.path))
    token = load(code.path, "test", private=then).WODBETOKEN.reveal()
    assert load(code.path, "test").WODBETOKEN.reveal() == token


def test_what_a_revision_needs_and_is_not_here_is_named(tmp_path: Path) -> None:
    project = tmp_path / "pyproject.toml"
    needed = ["click>=8", "rich>=9999,<10000", "no-such>=1", "other; python_version < '3'"]
    project.write_text(f'[project]\nname = "x"\nversion = "1"\ndependencies = {json.dumps(needed)}\n')
    first, second = back.unmet(project)
    assert first.startswith("rich<10000,>=9999 (here: ")
    assert second == "no-such>=1 (here: none)"
