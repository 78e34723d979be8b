"""``install.priv`` and ``token``: understood as the article writes them, never run; what they name is checked out."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.unit.content.server import serving
from wod.errors import BadInput
from wod.install.privaterepo import check_out, declared


def write(root: Path, text: str, token: str = "", mode: int = 0o600) -> Path:
    (root / "install.priv").write_text(text)
    if token:
        (root / "token").touch(mode=mode)
        (root / "token").chmod(mode)
        (root / "token").write_text(f"{token}\n")
    return root


def test_without_the_file_there_is_none(tmp_path: Path) -> None:
    assert declared(tmp_path) is None


def test_the_articles_form_over_ssh(tmp_path: Path) -> None:
    text = 'WODPRIVBRANCH="main"\nWODPRIVREPO="git@github.example.org:Account/Private-Repo.git wod-private"\n'
    found = declared(write(tmp_path, text))
    assert found is not None
    assert (found.url, found.branch, found.token) == ("git@github.example.org:Account/Private-Repo.git", "main", None)
    assert found.settings == {"WODPRIVREPO": found.url, "WODPRIVBRANCH": "main"}


def test_the_articles_form_with_a_token(tmp_path: Path) -> None:
    text = (
        "token=`cat $EXEPATH/token`\n"
        'export WODPRIVREPO="git clone https://user:$token@git.example.org/Account/wod-private.git wod-private"\n'
    )
    found = declared(write(tmp_path, text, "s3cret"))
    assert found is not None
    assert (found.url, found.branch) == ("https://git.example.org/Account/wod-private.git", "main")
    assert found.settings["WODPRIVREPOTOKEN"] == "user:s3cret"
    assert "s3cret" not in repr(found)


def test_it_is_found_in_install_as_well(tmp_path: Path) -> None:
    (tmp_path / "install").mkdir()
    write(tmp_path / "install", "WODPRIVREPO=/srv/private.git # ours\n")
    found = declared(tmp_path)
    assert found is not None
    assert found.url == "/srv/private.git"


@pytest.mark.parametrize(
    ("text", "token", "mode", "sentence"),
    [
        ("WODPRIVBRANCH=main\n", "", 0, "names no private repository; write WODPRIVREPO="),
        ('WODPRIVREPO="x\n', "", 0, r"install\.priv:1: a quote is not closed"),
        ("WODPRIVREPO=`id`\n", "", 0, r"install\.priv:1: only \$token is understood in it, and nothing is run"),
        ("WODPRIVREPO=https://u:abc@h/x.git\n", "", 0, "it has a name or token in it"),
        ("WODPRIVREPO=https://u:$token@h/x.git\n", "", 0, "token cannot be read: No such file"),
        (
            "WODPRIVREPO=https://u:$token@h/x.git\n",
            "t",
            0o644,
            "can be read by others than its owner; mend it with: chmod",
        ),
    ],
)
def test_what_is_wrong_is_one_sentence(tmp_path: Path, text: str, token: str, mode: int, sentence: str) -> None:
    write(tmp_path, text, token, mode)
    with pytest.raises(BadInput, match=sentence) as found:
        declared(tmp_path)
    assert len(str(found.value).splitlines()) == 1


def git(*words: str, at: Path) -> None:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, "-C", str(at), *words], check=True, capture_output=True)


@pytest.fixture
def upstream(tmp_path: Path) -> Path:
    """A bare repository with settings on the branch main."""
    work, bare = tmp_path / "work", tmp_path / "served/private.git"
    (work / "group_vars").mkdir(parents=True)
    (work / "group_vars/test.yml").write_text("USERMAX: 30\n")
    git("init", "-q", "-b", "main", at=work)
    git("add", ".", at=work)
    git("commit", "-qm", "Settings", at=work)
    bare.parent.mkdir()
    git("clone", "-q", "--bare", str(work), str(bare), at=work)
    return bare


def test_it_is_checked_out_beside_what_wod_keeps_there_and_updated(tmp_path: Path, upstream: Path) -> None:
    private = tmp_path / "private"
    (private / "secrets").mkdir(parents=True)
    (private / "secrets/test.yml").write_text("kept")
    with serving(upstream.parent, "user:s3cret") as (address, _):
        host = address.removeprefix("http://")
        found = declared(write(tmp_path, f"WODPRIVREPO=http://user:$token@{host}/private.git\n", "s3cret"))
        assert found is not None
        check_out(found, private)
        assert (private / "group_vars/test.yml").read_text() == "USERMAX: 30\n"
        work = tmp_path / "work"
        (work / "group_vars/test.yml").write_text("USERMAX: 40\n")
        git("commit", "-qam", "More", at=work)
        git("push", "-q", str(upstream), "main", at=work)
        check_out(found, private)
    assert (private / "group_vars/test.yml").read_text() == "USERMAX: 40\n"
    assert (private / "secrets/test.yml").read_text() == "kept"
    assert not [path for path in (private / ".git").rglob("*") if path.is_file() and b"s3cret" in path.read_bytes()]


def test_a_wrong_token_and_changes_of_ones_own_are_said(tmp_path: Path, upstream: Path) -> None:
    private = tmp_path / "private"
    with serving(upstream.parent, "user:other") as (address, _):
        host = address.removeprefix("http://")
        found = declared(write(tmp_path, f"WODPRIVREPO=http://user:$token@{host}/private.git\n", "s3cret"))
        assert found is not None
        with pytest.raises(BadInput, match="it refused the token"):
            check_out(found, private)
    plain = declared(write(tmp_path, f"WODPRIVREPO={upstream}\n"))
    assert plain is not None
    check_out(plain, private)
    (private / "group_vars/test.yml").write_text("USERMAX: 50\n")
    (tmp_path / "work/group_vars/test.yml").write_text("USERMAX: 60\n")
    git("commit", "-qam", "More", at=tmp_path / "work")
    git("push", "-q", str(upstream), "main", at=tmp_path / "work")
    with pytest.raises(BadInput, match="private cannot be brought to main of"):
        check_out(plain, private)
    assert (private / "group_vars/test.yml").read_text() == "USERMAX: 50\n"
