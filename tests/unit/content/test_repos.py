"""Fetching on the control node, from real repositories."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.content.upstream import Upstream, git
from wod import bundles, repos, samplerepo
from wod.errors import WodError
from wod.repos import Unfetched, fetch, forget
from wod.sources import SAMPLES, Source


def test_a_branch_a_tag_and_an_annotated_tag(upstream: Upstream) -> None:
    first = upstream.commit({"a": "1"})
    git(upstream.folder, "tag", "v1")
    git(upstream.folder, "tag", "-a", "v1.1", "-m", "annotated")
    git(upstream.folder, "branch", "feature/x")
    second = upstream.commit({"a": "2"})
    found = {name: fetch(upstream.source(branch=name)).commit for name in ("main", "v1", "v1.1", "feature/x")}
    assert found == {"main": second, "v1": first, "v1.1": first, "feature/x": first}


def test_it_is_fetched_once_per_process(upstream: Upstream) -> None:
    commit = upstream.commit({"a": "1"})
    assert fetch(upstream.source()).commit == commit
    later = upstream.commit({"a": "2"})
    assert fetch(upstream.source()).commit == commit
    forget()
    assert fetch(upstream.source()).commit == later


@pytest.mark.parametrize(("branch", "words"), [("mian", "it has main, main-2"), ("zzz", "it has main, main-2, v1")])
def test_no_such_branch(upstream: Upstream, branch: str, words: str) -> None:
    upstream.commit({"a": "1"})
    git(upstream.folder, "tag", "v1")
    git(upstream.folder, "branch", "main-2")
    with pytest.raises(Unfetched) as caught:
        fetch(upstream.source(branch=branch))
    assert str(caught.value) == (
        f"private/all.yml:3: WODNOBOREPO: {upstream.folder} has no branch or tag {branch} (WODNOBOBRANCH); {words}"
    )


def test_an_empty_repository(upstream: Upstream) -> None:
    with pytest.raises(Unfetched, match=r"has no branch or tag main .*; it is empty"):
        fetch(upstream.source())


def test_a_branch_that_is_gone_upstream_is_gone(upstream: Upstream) -> None:
    upstream.commit({"a": "1"})
    git(upstream.folder, "branch", "x")
    fetch(upstream.source(branch="x"))
    git(upstream.folder, "branch", "-D", "x")
    git(upstream.folder, "branch", "x/y")
    forget()
    assert fetch(upstream.source(branch="x/y"))
    with pytest.raises(Unfetched):
        fetch(upstream.source(branch="x"))


def test_no_repository_there(tmp_path: Path) -> None:
    source = Source("WODPRIVREPO", str(tmp_path / "x"), "main", "/srv/x", place="private/all.yml:1")
    for _ in range(2):
        with pytest.raises(Unfetched) as caught:
            fetch(source)
        assert str(caught.value) == f"private/all.yml:1: WODPRIVREPO: {tmp_path}/x cannot be fetched: " + (
            "there is no such repository"
        )


def left_behind(mirror: Path) -> None:
    (mirror / "refs/heads/main.lock").touch()
    (mirror / "packed-refs.lock").touch()


def without_objects(mirror: Path) -> None:
    shutil.rmtree(mirror / "objects" / "pack")
    for path in (mirror / "objects").glob("??"):
        shutil.rmtree(path)


def cut_init(mirror: Path) -> None:
    shutil.rmtree(mirror / "refs")
    (mirror / "config").unlink()


@pytest.mark.parametrize("harm", [left_behind, without_objects, cut_init])
def test_a_cache_that_was_harmed_is_mended(upstream: Upstream, harm) -> None:
    upstream.commit({"a": "1"})
    harm(fetch(upstream.source()).mirror)
    commit = upstream.commit({"a": "2"})
    fetched = upstream.fetched()
    assert fetched.commit == commit
    assert (bundles.tree(fetched) / "a").read_text() == "2"


def test_two_processes_at_once(upstream: Upstream) -> None:
    commit = upstream.commit({str(number): "x" for number in range(50)})
    program = (
        "import sys; from wod.repos import fetch; from wod.sources import Source\n"
        "print(fetch(Source('WODNOBOREPO', sys.argv[1], 'main', '/x')).commit)"
    )
    command = [sys.executable, "-c", program, str(upstream.folder)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate()[0].strip() for process in running] == [commit] * 3


def test_a_lock_that_is_held_is_waited_for_and_then_said(upstream: Upstream, monkeypatch) -> None:
    upstream.commit({"a": "1"})
    mirror = fetch(upstream.source()).mirror
    forget()
    monkeypatch.setattr(repos, "LOCK_SECONDS", 0)
    with (
        repos.alone(mirror),
        pytest.raises(WodError, match="another run of wod has held"),
    ):
        fetch(upstream.source())


def test_bundles_are_made_once_and_go_when_they_are_old(upstream: Upstream, cache: Path) -> None:
    upstream.commit({"a": "1"})
    first = bundles.bundle(upstream.fetched(), [])
    assert first is not None
    written = first.stat().st_ino
    assert bundles.bundle(upstream.fetched(), []) == first
    assert first.stat().st_ino == written
    os.utime(first, (0, 0))
    upstream.commit({"a": "2"})
    bundles.bundle(upstream.fetched(), [])
    assert not first.exists()
    assert len(list(cache.glob("*.bundle*"))) == 1


def test_a_commit_that_nobody_knows_is_no_base(upstream: Upstream) -> None:
    upstream.commit({"a": "1"})
    fetched = upstream.fetched()
    assert bundles.bundle(fetched, ["0" * 40]) == bundles.bundle(fetched, [])
    assert bundles.bundle(fetched, [fetched.commit, "0" * 40]) is None


def test_the_files_of_a_commit(upstream: Upstream) -> None:
    upstream.commit({"WKSHP-A/wod.yml": "name: A\n"})
    tree = bundles.tree(upstream.fetched())
    assert (tree / "WKSHP-A/wod.yml").read_text() == "name: A\n"
    assert bundles.tree(upstream.fetched()) == tree


def test_a_cache_that_cannot_be_made_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, upstream) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("WOD_CACHE", str(tmp_path / "file"))
    with pytest.raises(WodError, match="cannot be used: Not a directory; name another folder with WOD_CACHE"):
        fetch(upstream.source())


def test_a_hook_that_runs_wod_does_not_lead_it_astray(upstream: Upstream, monkeypatch, tmp_path: Path) -> None:
    commit = upstream.commit({"a": "1"})
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    assert fetch(upstream.source()).commit == commit
    assert not (tmp_path / "elsewhere").exists()


# --- the built-in samples


def sample_files(folder: Path) -> Path:
    (folder / "scripts").mkdir(parents=True)
    (folder / "scripts" / "create-WKSHP-A.sh").write_text("#!/bin/sh\n")
    (folder / "WKSHP-A").mkdir()
    (folder / "WKSHP-A" / "a name é.md").write_text("text without a line end")
    (folder / "WKSHP-A" / ".hidden").write_bytes(b"\x00\xff\n")
    return folder


def test_the_same_files_are_the_same_commit_everywhere(tmp_path: Path, cache: Path) -> None:
    cache.mkdir(parents=True)
    one, other = sample_files(tmp_path / "one"), sample_files(tmp_path / "other")
    (one / "WKSHP-A" / ".hidden").chmod(0o600)
    (one / "__pycache__").mkdir()
    (one / "__pycache__" / "x.pyc").touch()
    made = {samplerepo.repository(folder, cache) for folder in (one, other, one)}
    assert len(made) == 1
    mirror = made.pop()
    assert git(mirror, "rev-parse", "main") == "0bafa2346957b9e59ca403c0b1f894f9b2792809"
    assert git(mirror, "fsck", "--strict") == ""
    assert git(mirror, "ls-tree", "-r", "--name-only", "-z", "main").split("\0")[:-1] == [
        "WKSHP-A/.hidden",
        "WKSHP-A/a name é.md",
        "scripts/create-WKSHP-A.sh",
    ]
    assert git(mirror, "ls-tree", "main", "scripts/").startswith("100755")
    assert sorted(path.name for path in cache.iterdir()) == [mirror.name]


def test_the_built_in_samples_are_a_source_like_any_other() -> None:
    fetched = fetch(Source(SAMPLES, "", "main", "/srv/x"))
    assert list(bundles.tree(fetched).glob("WKSHP-*/wod.yml"))
    assert bundles.bundle(fetched, [])


def test_no_samples_is_said(tmp_path: Path) -> None:
    with pytest.raises(WodError, match="has no sample workshops; install wod again, or set WODNOBOREPO"):
        samplerepo.repository(tmp_path / "none", tmp_path)
