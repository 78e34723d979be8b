"""``wod init``: a private repository from nothing, and what is missing in one that is there."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.private.conftest import REPOSITORY, Folder
from wod.settings import load


@pytest.fixture(autouse=True)
def identity(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"NAME": "An Operator", "EMAIL": "operator@example.org"}.items():
        monkeypatch.setenv(f"GIT_AUTHOR_{name}", value)
        monkeypatch.setenv(f"GIT_COMMITTER_{name}", value)


def git(path: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=path, check=True, capture_output=True, text=True).stdout.strip()


def committed(path: Path) -> set[str]:
    return set(git(path, "ls-tree", "-r", "--name-only", "HEAD").splitlines())


def test_it_makes_a_repository_with_all_platforms(folder: Folder) -> None:
    done = folder.run("init", "--platform", "test", "--platform", "production-site-a")
    assert done.exit_code == 0, done.output
    files = committed(folder.path)
    assert {f"{top}/README.md" for top in ("templates", "deploys", "notebooks", "scripts", "portal")} < files
    for name in ("test", "production-site-a"):
        assert {f"group_vars/{name}.yml", f"inventories/{name}.py"} < files
    assert {"README.md", ".gitignore", "skel/.bash_aliases", "group_vars/all.yml"} < files
    assert git(folder.path, "status", "--porcelain") == ""
    assert git(folder.path, "log", "--format=%an %s") == "An Operator Begin the private repository"
    assert git(folder.path, "branch", "--show-current") == "main"


def test_what_it_makes_is_sound_and_sets_nothing(folder: Folder) -> None:
    folder.run("init", "--platform", "test")
    checked = folder.run("settings", "check", "-i", str(folder.path / "inventories" / "test.py"))
    assert "settings for 4 hosts, no problems" in checked.output
    assert [row[:2] for row in folder.rows()] == [("skeleton", ".bash_aliases")]
    before = load(REPOSITORY, "test", private=folder.path / "nowhere")
    assert load(REPOSITORY, "test", private=folder.path).digest() == before.digest()


def test_again_it_adds_what_is_missing_and_overwrites_nothing(folder: Folder) -> None:
    folder.run("init", "--platform", "test")
    assert "lacks nothing" in folder.run("init").output
    folder.write("group_vars/test.yml", "USERMAX: 30\n")
    (folder.path / "README.md").unlink()
    done = folder.run("init", "--platform", "staging")
    made = [line.rpartition("/")[2] for line in done.output.splitlines() if line.startswith("made ")]
    assert made == ["README.md", "staging.py", "staging.yml"]
    assert (folder.path / "group_vars" / "test.yml").read_text() == "USERMAX: 30\n"
    assert git(folder.path, "status", "--porcelain") == "M group_vars/test.yml"
    assert git(folder.path, "log", "-1", "--format=%s") == "Add what wod init found missing"


def test_without_a_platform_it_is_production(folder: Folder) -> None:
    folder.run("init")
    assert {path.name for path in (folder.path / "inventories").iterdir()} == {"production.py"}


def test_what_was_there_before_is_not_committed(folder: Folder) -> None:
    folder.write("ansible/group_vars/production", "LDAPPWD: in-clear-1234\n")
    done = folder.run("init", "--platform", "test")
    assert "look for passwords before you commit it" in done.output
    assert "group_vars/production.yml" not in done.output
    assert "ansible/group_vars/test.yml" in committed(folder.path)
    assert "ansible/group_vars/production" not in committed(folder.path)


def test_nothing_that_opens_doors_is_committed_in_clear_by_a_careless_add(folder: Folder) -> None:
    folder.run("init", "--platform", "test")
    value = load(REPOSITORY, "test", private=folder.path).WODBETOKEN.reveal()
    doors = {"token", "site.key", "id_ed25519"}
    for name in doors:
        folder.write(name, "secret")
    git(folder.path, "add", ".")
    staged = git(folder.path, "ls-files").splitlines()
    assert not doors & set(staged)
    assert [name for name in staged if value in (folder.path / name).read_text()] == []


def test_staged_changes_are_left_to_their_owner(folder: Folder) -> None:
    folder.run("init")
    folder.write("notes.txt")
    git(folder.path, "add", "notes.txt")
    done = folder.run("init", "--platform", "test")
    assert "commit the new files yourself" in done.output
    assert "notes.txt" not in committed(folder.path)


def test_inside_another_repository_git_is_left_to_its_owner(folder: Folder, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    assert "belongs to the repository" in folder.run("init").output
    assert not (folder.path / ".git").exists()
    (tmp_path / ".gitignore").write_text("/ours/\n")
    (folder.path / "README.md").unlink()
    assert "committed as" in folder.run("init").output


def test_another_folder_says_how_wod_is_to_find_it(folder: Folder, tmp_path: Path) -> None:
    done = folder.run("init", str(tmp_path / "other"))
    assert f"export WOD_PRIVATE={tmp_path / 'other'}" in done.output
    assert (tmp_path / "other").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--platform", "all"), "'all' cannot name a platform"),
        (("--platform", "../x"), "cannot name a platform"),
        (("--platform", "students"), "students is the name of a module"),
        ((".",), "is wod's own repository"),
        (("pyproject.toml",), "pyproject.toml cannot be made: File exists"),
    ],
)
def test_what_cannot_be_made_is_one_sentence(refusal: Callable[..., str], words: tuple[str, ...], said: str) -> None:
    assert said in refusal("init", *words)


def test_in_the_private_repository_itself_the_public_settings_are_found(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has group_vars/, too."""
    from wod.inventory import repository_root

    folder.run("init")
    monkeypatch.chdir(folder.path)
    assert repository_root() == REPOSITORY
