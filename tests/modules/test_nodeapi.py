"""The module nodeapi on modelled hosts, alone."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.modules.conftest import REPOSITORY, FakeSite, Run
from tests.modules.model import Model
from wod import nodeapi

STANDIN = REPOSITORY / "tests" / "standin" / "nodeapi"
SITE = 'Host("@fake/be1", number=1), Host("@fake/api", role="api_db", address="192.0.2.30")'
UNIT_FILE = f"/etc/systemd/system/{nodeapi.UNIT}"


def git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.org")
    subprocess.run(["git", *identity, "-C", str(folder), *words], check=True, capture_output=True)


@pytest.fixture
def repository(site: FakeSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The stand-in as a repository, and a site that names it."""
    monkeypatch.setenv("WOD_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    for path in STANDIN.rglob("*"):
        if path.is_file() and "node_modules" not in path.parts:
            (folder / path.relative_to(STANDIN)).parent.mkdir(parents=True, exist_ok=True)
            (folder / path.relative_to(STANDIN)).write_bytes(path.read_bytes())
    commit(folder)
    site.hosts = SITE
    site.settings(f"WODAPIREPO: {folder}\nWODPGUSER: wod\nWODPGLISTEN: [127.0.0.1]\nWODPGPASSWD: hunter2hunter2\n")
    return folder


def commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "change")


def apply(site: FakeSite) -> Run:
    return site.pyinfra("deploys.modules.nodeapi.apply")


def test_the_application_is_installed_once(site: FakeSite, repository: Path) -> None:
    first = apply(site)
    assert first.code == 0, first.said
    model = site.model("api")
    assert {"nodejs", "npm"} <= model.packages
    assert nodeapi.UNIT in model.started
    count, changed, failed, unchanged = apply(site).total
    assert (changed, failed, unchanged) == (0, 0, count)
    assert site.model("be1") == Model()


def test_its_secrets_are_in_two_files_that_are_not_for_others(site: FakeSite, repository: Path) -> None:
    run = apply(site)
    model = site.model("api")
    holding = {path for path, text in model.texts.items() if "hunter2hunter2" in text}
    assert holding == {nodeapi.ENVIRONMENT}
    state = model.paths[nodeapi.ENVIRONMENT]
    assert (state.mode, state.user) == (0o600, nodeapi.ACCOUNT)
    assert (model.paths[nodeapi.ACCOUNTS].mode, model.paths[nodeapi.ACCOUNTS].user) == (0o600, "root")
    assert "hunter2" not in run.said + "".join(model.log)


def test_a_new_commit_is_a_new_tree_and_a_restart(site: FakeSite, repository: Path) -> None:
    apply(site)
    before = site.model("api").parts[nodeapi.LINK]
    (repository / "lib" / "more.js").write_text("// more\n")
    commit(repository)
    assert apply(site).code == 0
    model = site.model("api")
    assert model.parts[nodeapi.LINK] != before
    assert model.log[-1].startswith(f"act {nodeapi.UNIT} restart")


def test_without_the_setting_it_is_stopped(site: FakeSite, repository: Path) -> None:
    apply(site)
    site.settings("")
    assert apply(site).code == 0
    model = site.model("api")
    assert nodeapi.UNIT not in model.started
    assert nodeapi.UNIT not in model.enabled
    assert model.paths.get(UNIT_FILE, None) is None
    assert apply(site).total[1:3] == [0, 0]


def test_a_site_that_never_had_it_is_left_alone(site: FakeSite) -> None:
    site.hosts = SITE
    assert apply(site).total[1:3] == [0, 0]
    assert site.model("api") == Model()


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ("WODAPIREPO: /nonexistent\nWODPGUSER: wod\nWODPGLISTEN: [127.0.0.1]\n", "WODAPIREPO"),
        ("WODAPIREPO: https://git.example.org/a.git\n", "WODPGUSER: the original needs an account of its own"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    site: FakeSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: str, sentence: str
) -> None:
    monkeypatch.setenv("WOD_CACHE", str(tmp_path / "cache"))
    site.hosts = SITE
    site.settings(settings)
    run = apply(site)
    assert run.code == 1
    assert sentence in run.said
    assert "Traceback" not in run.said
    assert site.model("api").log == [] or all(line.startswith("refuse") for line in site.model("api").log)


def test_a_repository_that_is_no_application_is_refused(site: FakeSite, repository: Path) -> None:
    git(repository, "rm", "-q", "package.json")
    commit(repository)
    run = apply(site)
    assert run.code == 1
    assert "the repository has no package.json with a start script" in run.said
