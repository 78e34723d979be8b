"""A repository behind a token: it opens with it, and the token is nowhere but in git's environment."""

from __future__ import annotations

import base64
import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.content.server import serving
from tests.unit.content.upstream import Place, Upstream
from wod import gitcommand, repos
from wod.repos import Unfetched
from wod.secrets import Secret
from wod.sources import Source

TOKEN = "tok-3kq9XvZ7"
PAIR = f"x-access-token:{TOKEN}"
FORMS = [TOKEN, base64.b64encode(PAIR.encode()).decode()]


def source(url: str, token: str | None = TOKEN) -> Source:
    secret = Secret("WODPRIVREPOTOKEN", token) if token else None
    return Source("WODPRIVREPO", url, "main", "/srv/private", 0o750, "private/all.yml:7", secret)


@pytest.fixture
def url(upstream: Upstream) -> Iterator[str]:
    upstream.commit({"notebooks/WKSHP-P/wod.yml": "name: P\n"})
    with serving(upstream.folder.parent, PAIR, "acme:pw") as (address, _):
        yield f"{address}/upstream"


@pytest.fixture
def arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with the arguments of every git process, those that git starts itself too."""
    real, log, folder = shutil.which("git"), tmp_path / "arguments", tmp_path / "bin"
    folder.mkdir()
    shim = folder / "git"
    shim.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >> "{log}"\nexec "{real}" "$@"\n')
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return log


def test_it_opens_with_the_token(url: str, place: Place) -> None:
    place.apply(repos.fetch(source(url)), 0o750)
    assert place.files() == {"notebooks/WKSHP-P/wod.yml": "name: P\n"}


def test_a_token_may_name_its_user(url: str) -> None:
    assert repos.fetch(source(url, "acme:pw")).commit


def test_the_token_is_in_no_file_and_no_argument(
    url: str, place: Place, cache: Path, arguments: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Although the operator's own git would keep what it is asked for, and everything is logged."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[credential]\n\thelper = store\n")
    for name, value in {"HOME": str(home), "GIT_TRACE": str(tmp_path / "trace"), "GIT_CURL_VERBOSE": "1"}.items():
        monkeypatch.setenv(name, value)
    place.apply(repos.fetch(source(url)))
    assert "fetch" in arguments.read_text()
    assert url in arguments.read_text()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(cache in path.parents for path in files)
    for path in files:
        assert not any(form.encode() in path.read_bytes() for form in FORMS), path


@pytest.mark.parametrize(("token", "words"), [
    (None, "it wants to know who asks; give a token that may read it as WODPRIVREPOTOKEN"),
    ("tok-wrong", "it refused the token in WODPRIVREPOTOKEN; give one that may read it"),
])  # fmt: skip
def test_it_stays_shut_without_the_token(url: str, token: str | None, words: str, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(Unfetched) as caught:
        repos.fetch(source(url, token))
    assert str(caught.value) == f"private/all.yml:7: WODPRIVREPO: {url} cannot be fetched: {words}"
    assert (caught.value.__cause__, caught.value.__suppress_context__) == (None, True)
    assert "tok-wrong" not in caplog.text + repr(caught.value)


def test_what_git_says_is_masked() -> None:
    """A server may say anything, the token it was given too."""
    with pytest.raises(gitcommand.GitFailed) as failed:
        gitcommand.run(TOKEN, source=source("https://git.example.org/x.git"))
    assert TOKEN not in str(failed.value)
    assert "***" in str(failed.value)


def test_the_token_does_not_follow_a_redirect(upstream: Upstream, url: str) -> None:
    with (
        serving(upstream.folder.parent) as (elsewhere, seen),
        serving(upstream.folder.parent, PAIR, elsewhere=elsewhere) as (address, asked),
        pytest.raises(Unfetched, match="it has moved; give the address that it redirects to"),
    ):
        repos.fetch(source(f"{address}/moved/upstream"))
    assert asked
    assert seen == []


def test_another_token_is_asked_again(url: str) -> None:
    """One host's good token does not open the repository for another host with a bad one."""
    repos.fetch(source(url))
    with pytest.raises(Unfetched, match="refused the token"):
        repos.fetch(source(url, "tok-wrong"))


def test_the_cache_is_the_owners_alone(url: str, cache: Path) -> None:
    cache.mkdir(parents=True)
    cache.chmod(0o755)
    repos.fetch(source(url))
    assert cache.stat().st_mode & 0o777 == 0o700


def test_a_repository_that_is_not_there_may_be_hidden(url: str) -> None:
    with pytest.raises(Unfetched, match="there is no such repository, or WODPRIVREPOTOKEN does not open it"):
        repos.fetch(source(url + "-other"))


def test_a_server_that_does_not_answer(tmp_path: Path) -> None:
    with serving(tmp_path) as (address, _):
        pass
    with pytest.raises(Unfetched, match=r"its host does not answer$"):
        repos.fetch(source(f"{address}/x.git"))
