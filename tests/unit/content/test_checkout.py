"""The host's side: the real fact and the real program, in folders of this machine."""

from __future__ import annotations

import os
import random
import shutil
import stat
from pathlib import Path

import pytest

from tests.unit.content.upstream import Place, Upstream, git
from wod import bundles

FILES = {"WKSHP-A/wod.yml": "name: A\n", "WKSHP-A/0-ReadMeFirst.ipynb": "{}\n", "scripts/create-WKSHP-A.sh": "echo\n"}


def test_a_fresh_host_gets_everything(upstream: Upstream, place: Place) -> None:
    commit = upstream.commit(FILES)
    assert place.state().kind == "none"
    place.apply(upstream.fetched())
    assert place.files() == FILES
    assert place.state().commit == commit
    assert stat.S_IMODE((place.path / ".git").stat().st_mode) == 0o700
    assert stat.S_IMODE((place.path / "WKSHP-A").stat().st_mode) == 0o755


def test_no_remote_no_hook_no_filter_is_on_the_host(upstream: Upstream, place: Place, tmp_path: Path) -> None:
    upstream.commit({**FILES, ".gitattributes": "* filter=evil\n"})
    place.apply(upstream.fetched())
    config = (place.path / ".git" / "config").read_text()
    assert "remote" not in config
    assert str(upstream.folder) not in config
    assert not (place.path / ".git" / "hooks").exists()
    texts = [path.read_bytes() for path in (place.path / ".git").rglob("*") if path.is_file()]
    assert not any(str(upstream.folder).encode() in text for text in texts)


def test_one_changed_file_of_many_is_little_to_send(upstream: Upstream, place: Place) -> None:
    generator = random.Random(1)
    upstream.commit({f"WKSHP-{n}/picture.png": generator.randbytes(20_000) for n in range(200)})
    place.apply(upstream.fetched())
    upstream.commit({"WKSHP-7/wod.yml": "name: changed\n"})
    place.apply(upstream.fetched())
    assert place.sent[0] > 4_000_000
    assert place.sent[1] < 100_000
    assert (place.path / "WKSHP-7/wod.yml").read_text() == "name: changed\n"


def test_a_file_that_is_gone_upstream_goes(upstream: Upstream, place: Place) -> None:
    upstream.commit(FILES)
    place.apply(upstream.fetched())
    upstream.commit({"scripts/create-WKSHP-A.sh": None})
    place.apply(upstream.fetched())
    assert "scripts/create-WKSHP-A.sh" not in place.files()
    assert not place.patch.exists()


def test_back_to_an_older_commit_nothing_is_sent(upstream: Upstream, place: Place) -> None:
    upstream.commit(FILES)
    git(upstream.folder, "tag", "v1")
    upstream.commit({"WKSHP-A/wod.yml": "name: B\n"})
    place.apply(upstream.fetched())
    older = upstream.fetched(branch="v1")
    assert place.bundle(older) is None
    place.apply(older)
    assert place.files() == FILES


def test_a_branch_that_was_rewritten_is_still_built_on(upstream: Upstream, place: Place) -> None:
    upstream.commit({**FILES, "big.bin": random.Random(1).randbytes(300_000)})
    place.apply(upstream.fetched())
    git(upstream.folder, "commit", "-q", "--amend", "-m", "rewritten")
    place.apply(upstream.fetched())
    assert place.sent[1] < 2_000


def test_an_edited_file_is_kept_as_a_patch_and_undone(upstream: Upstream, place: Place) -> None:
    commit = upstream.commit(FILES)
    wanted = upstream.fetched()
    place.apply(wanted)
    (place.path / "WKSHP-A/wod.yml").write_text("name: by hand\n")
    (place.path / "scripts/create-WKSHP-A.sh").chmod(0o755)
    assert place.state().changed == 2
    said = place.apply(wanted)
    assert str(place.patch) in said
    assert place.files() == FILES
    assert stat.S_IMODE(place.patch.stat().st_mode) == 0o600
    assert f"on top of {commit}" in place.patch.read_text()
    git(upstream.folder, "apply", str(place.patch))
    assert (upstream.folder / "WKSHP-A/wod.yml").read_text() == "name: by hand\n"
    assert os.access(upstream.folder / "scripts/create-WKSHP-A.sh", os.X_OK)


def test_a_change_is_kept_when_a_new_commit_comes_too(upstream: Upstream, place: Place) -> None:
    upstream.commit({**FILES, "gone.txt": "old\n"})
    place.apply(upstream.fetched())
    (place.path / "WKSHP-A/wod.yml").write_text("name: by hand\n")
    (place.path / "gone.txt").write_text("by hand, too\n")
    upstream.commit({"WKSHP-A/wod.yml": "name: upstream\n", "gone.txt": None})
    place.apply(upstream.fetched())
    assert place.files() == {**FILES, "WKSHP-A/wod.yml": "name: upstream\n"}
    patch = place.patch.read_text()
    assert "+name: by hand" in patch
    assert "+by hand, too" in patch


def test_deleted_files_come_back_without_a_patch(upstream: Upstream, place: Place) -> None:
    upstream.commit(FILES)
    wanted = upstream.fetched()
    place.apply(wanted)
    (place.path / "WKSHP-A/wod.yml").unlink()
    assert place.apply(wanted) == ""
    assert place.files() == FILES
    assert not place.patch.exists()


def test_files_of_nobody_stay(upstream: Upstream, place: Place) -> None:
    upstream.commit({**FILES, ".gitignore": "*.log\n"})
    place.apply(upstream.fetched())
    (place.path / "notes.txt").write_text("mine\n")
    (place.path / "run.log").write_text("log\n")
    assert (place.state().untracked, place.state().changed) == (1, 0)
    upstream.commit({"new": "new\n"})
    place.apply(upstream.fetched())
    assert place.files()["notes.txt"] == "mine\n"
    assert place.files()["run.log"] == "log\n"
    assert not place.patch.exists()


IN_THE_WAY = {
    "a file": ("new", "new"),
    "an ignored file": ("new.log", "new.log"),
    "a folder": ("new/inner", "new"),
    "a file where a folder goes": ("new", "new/inner"),
    "a name of many kinds": ('it\'s "new"\t\\é', 'it\'s "new"\t\\é'),
}


@pytest.mark.parametrize("case", IN_THE_WAY)
def test_what_is_in_the_way_is_kept(upstream: Upstream, place: Place, case: str) -> None:
    mine, theirs = IN_THE_WAY[case]
    upstream.commit({**FILES, ".gitignore": "*.log\n"})
    place.apply(upstream.fetched())
    (place.path / mine).parent.mkdir(exist_ok=True)
    (place.path / mine).write_text("mine\n")
    upstream.commit({theirs: "theirs\n"})
    place.apply(upstream.fetched())
    assert (place.path / theirs).read_text() == "theirs\n"
    assert "+mine" in place.patch.read_text()


def test_the_same_file_in_the_way_is_no_change(upstream: Upstream, place: Place) -> None:
    upstream.commit(FILES)
    place.apply(upstream.fetched())
    (place.path / "new").write_text("same\n")
    upstream.commit({"new": "same\n"})
    place.apply(upstream.fetched())
    assert not place.patch.exists()


def test_a_link_in_the_way_is_not_followed(upstream: Upstream, place: Place, tmp_path: Path) -> None:
    upstream.commit(FILES)
    place.apply(upstream.fetched())
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    (place.path / "new").symlink_to(outside)
    upstream.commit({"new/kept": "theirs\n"})
    place.apply(upstream.fetched())
    assert (outside / "kept").read_text() == "kept"
    assert (place.path / "new/kept").read_text() == "theirs\n"


def test_somebody_elses_repository_in_the_way_is_refused(upstream: Upstream, place: Place) -> None:
    upstream.commit(FILES)
    place.apply(upstream.fetched())
    other = Upstream(place.path / "new")
    other.commit({"work": "of days"})
    upstream.commit({"new": "theirs\n"})
    wanted = upstream.fetched()
    done = place.checkout(wanted, place.bundle(wanted))
    assert done.returncode == 1
    assert "a repository of somebody else's is in the way; move it aside" in done.stderr
    assert "Traceback" not in done.stderr
    assert (other.folder / "work").read_text() == "of days"


def test_the_originals_clone_is_taken_over(upstream: Upstream, place: Place) -> None:
    upstream.commit(FILES)
    git(place.path.parent, "clone", "-q", str(upstream.folder), str(place.path))
    git(place.path, "config", "remote.origin.url", "https://user:hunter2@git.example.org/x.git")
    git(place.path, "config", "core.fsmonitor", f"touch {place.path}/ran")
    (place.path / "WKSHP-A/wod.yml").write_text("name: by hand\n")
    assert place.state().kind == "foreign"
    place.apply(upstream.fetched())
    assert place.files() == FILES
    assert "+name: by hand" in place.patch.read_text()
    before = place.path.with_name("wod-notebooks.wod-before-now.git")
    assert stat.S_IMODE(before.stat().st_mode) == 0o700
    assert "hunter2" in (before / "config").read_text()
    assert "hunter2" not in (place.path / ".git/config").read_text()


def test_a_folder_of_files_is_taken_over(upstream: Upstream, place: Place) -> None:
    upstream.commit(FILES)
    (place.path / "WKSHP-A").mkdir(parents=True)
    (place.path / "WKSHP-A/wod.yml").write_text("name: copied by hand\n")
    place.apply(upstream.fetched())
    assert place.files() == FILES
    assert "+name: copied by hand" in place.patch.read_text()


def test_a_private_folder_is_its_accounts_alone(upstream: Upstream, place: Place) -> None:
    upstream.commit(FILES)
    place.apply(upstream.fetched(), 0o750)
    assert stat.S_IMODE(place.path.stat().st_mode) == 0o750
    place.path.chmod(0o755)
    place.apply(upstream.fetched(), 0o750)
    assert stat.S_IMODE(place.path.stat().st_mode) == 0o750


def cut_checkout(place: Place) -> None:
    (place.path / "WKSHP-A/wod.yml").unlink()
    (place.path / ".git/wod-unfinished").touch()
    (place.path / ".git/index.lock").touch()


def cut_init(place: Place) -> None:
    for path in (place.path / ".git").iterdir():
        if path.name != "wod-unfinished" and path.is_file():
            path.unlink()
    (place.path / ".git/wod-unfinished").touch()


def cut_fetch(place: Place) -> None:
    (place.path / ".git/objects/pack/tmp_pack_x").write_bytes(b"half")
    (place.path / ".git/refs/wod/next.lock").touch()
    (place.path / ".git/wod-unfinished").touch()


def broken_index(place: Place) -> None:
    (place.path / ".git/index").write_bytes(b"nonsense")


def lost_objects(place: Place) -> None:
    for path in (place.path / ".git/objects/pack").iterdir():
        path.unlink()


@pytest.mark.parametrize("cut", [cut_checkout, cut_init, cut_fetch, broken_index, lost_objects])
def test_what_a_killed_run_or_a_lost_machine_left_is_mended(upstream: Upstream, place: Place, cut) -> None:
    upstream.commit(FILES)
    place.apply(upstream.fetched())
    cut(place)
    upstream.commit({"new": "new\n"})
    place.apply(upstream.fetched())
    assert place.files() == {**FILES, "new": "new\n"}
    assert not place.patch.exists()


def killed_at(number: int, folder: Path) -> Path:
    """A folder whose ``git`` kills the program that starts it for the ``number``-th time, before or after its work."""
    folder.mkdir()
    (folder / "git").write_text(
        f"""#!/bin/sh
echo >> "{folder}/count"
if [ "$(wc -l < "{folder}/count")" -eq {number} ]; then
    [ {number % 2} -eq 0 ] || "{shutil.which("git")}" "$@" >&2
    kill -9 $PPID; exit 1
fi
exec "{shutil.which("git")}" "$@"
"""
    )
    (folder / "git").chmod(0o755)
    return folder


@pytest.mark.parametrize("number", range(1, 19))
def test_a_run_may_be_killed_anywhere(
    upstream: Upstream, place: Place, monkeypatch, tmp_path: Path, number: int
) -> None:
    """Whatever git command it was at: the next run ends in the same place, and what a person wrote is kept."""
    upstream.commit({**FILES, "many/old": "1\n"})
    place.apply(upstream.fetched())
    (place.path / "WKSHP-A/wod.yml").write_text("name: by hand\n")
    upstream.commit({"WKSHP-A/wod.yml": "name: new\n", "many/old": None, "many/new": "2\n"})
    wanted = upstream.fetched()
    bundle = place.bundle(wanted)
    with monkeypatch.context() as patched:
        patched.setenv("PATH", f"{killed_at(number, tmp_path / 'bin')}:{os.environ['PATH']}")
        done = place.checkout(wanted, bundle)
    assert done.returncode != 0, "it needs fewer git commands than that"
    place.apply(wanted)
    assert place.files() == {**FILES, "WKSHP-A/wod.yml": "name: new\n", "many/new": "2\n"}
    patch = place.patch.read_text()
    assert "+name: by hand" in patch
    assert patch.count("diff --git") == 1


def test_a_bundle_that_cannot_be_taken_is_followed_by_a_whole_one(upstream: Upstream, place: Place) -> None:
    upstream.commit(FILES)
    place.apply(upstream.fetched())
    thin = place.state().bases
    for path in (place.path / ".git/objects/pack").iterdir():
        path.unlink()
    upstream.commit({"new": "new\n"})
    wanted = upstream.fetched()
    done = place.checkout(wanted, bundles.bundle(wanted, thin))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    place.apply(wanted)
    assert place.files() == {**FILES, "new": "new\n"}


def test_bundles_of_killed_runs_go_after_a_while(upstream: Upstream, place: Place) -> None:
    upstream.commit(FILES)
    old, new, other = (place.path.parent / name for name in ("wod-content-2.bundle", "wod-content-3.upload", "other"))
    for path in (old, new, other):
        path.touch()
    for path in (old, other):
        os.utime(path, (0, 0))
    place.apply(upstream.fetched())
    assert [path.exists() for path in (old, new, other)] == [False, True, True]


@pytest.mark.parametrize("kind", ["file", "link"])
def test_something_else_in_the_place_of_the_folder_is_said(upstream: Upstream, place: Place, kind: str) -> None:
    upstream.commit(FILES)
    place.path.touch() if kind == "file" else place.path.symlink_to(place.path.parent)
    assert place.state().kind == "other"
    wanted = upstream.fetched()
    done = place.checkout(wanted, place.bundle(wanted))
    assert done.returncode == 1
    assert done.stderr == f"{place.path}: something else is in the way of a folder; move it aside\n"


def test_submodules_are_not_fetched(upstream: Upstream, place: Place, tmp_path: Path) -> None:
    other = Upstream(tmp_path / "other")
    other.commit({"x": "x"})
    upstream.commit(FILES)
    git(upstream.folder, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other.folder), "sub")
    git(upstream.folder, "commit", "-q", "-m", "submodule")
    wanted = upstream.fetched()
    place.apply(wanted)
    assert list((place.path / "sub").iterdir()) == []
    (place.path / "WKSHP-A/wod.yml").unlink()
    place.apply(wanted)
