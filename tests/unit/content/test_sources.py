"""What the settings of a host say about its repositories."""

from __future__ import annotations

from pathlib import Path

import pytest

from wod.errors import ProblemsFound
from wod.sources import Source, location, sources_of, unused_folders

URL = "https://git.example.org/wod/x.git"


NOTATIONS = {
    URL: URL,
    f"{URL} wod-private": URL,
    f"git clone {URL}": URL,
    f"  git  clone {URL} wod-private": URL,
    "git@git.example.org:wod/x.git": "git@git.example.org:wod/x.git",
    "ssh://git@git.example.org/x.git wod": "ssh://git@git.example.org/x.git",
    "/srv/git/x": "/srv/git/x",
    "file:///srv/git/x": "file:///srv/git/x",
    "/srv/git/git clone": "/srv/git/git",
}


@pytest.mark.parametrize("text", NOTATIONS)
def test_every_notation(text: str) -> None:
    assert location(text, "T") == NOTATIONS[text]


def test_a_relative_path_is_one_of_this_machine() -> None:
    assert location("content/x", "T") == str(Path.cwd() / "content/x")
    assert location("~/x", "T") == str(Path.home() / "x")


REFUSED = {
    "https://user:hunter2@git.example.org/x.git": "write https://git.example.org/x.git, and put the token into TOKEN",
    "https://hunter2@git.example.org/x.git": "write https://git.example.org/x.git, and put the token into TOKEN",
    "ssh://user:hunter2@git.example.org/x.git": "put the token into TOKEN",
    "https://git.example.org/x.git?private_token=hunter2": "write https://git.example.org/x.git, and put",
    "ftp://git.example.org/x": "ftp:// is not one of https://, http://, ssh://, git://, file://",
    "ext::sh -c hunter2": "it is no URL that wod fetches from",
    "git clone -b main https://git.example.org/x": "the option -b is not taken here",
    "--upload-pack=hunter2": "the option --upload-pack is not taken here",
    " ": "it names no repository",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        location(text, "TOKEN")
    assert REFUSED[text] in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_the_samples_come_when_nothing_is_named(settings) -> None:
    found = settings("")
    assert [source.name for source in sources_of(found)] == ["WODSAMPLES"]
    assert sources_of(found)[0].path == found.WODNOBO
    assert unused_folders(found) == {"WODBEREPO": found.WODBEDIR, "WODPRIVREPO": found.WODPRIVDIR}


def test_no_samples_when_they_are_not_wanted(settings) -> None:
    found = settings("WODSAMPLES: false\n")
    assert sources_of(found) == []
    assert set(unused_folders(found)) == {"WODNOBOREPO", "WODBEREPO", "WODPRIVREPO"}


def test_all_three(settings) -> None:
    found = settings(
        f"WODNOBOREPO: {URL} wod-notebooks\nWODNOBOBRANCH: v2\nWODBEREPO: /srv/be\n"
        f"WODPRIVREPO: {URL}\nWODPRIVREPOTOKEN: hunter2\n"
    )
    public, hooks, private = sources_of(found)
    place = "private/group_vars/all.yml:1"
    assert public == Source("WODNOBOREPO", URL, "v2", found.WODNOBO, 0o755, place, None)
    assert (hooks.url, hooks.branch, hooks.path, hooks.mode) == ("/srv/be", "main", found.WODBEDIR, 0o755)
    assert (private.path, private.mode, private.token_setting) == (found.WODPRIVDIR, 0o750, "WODPRIVREPOTOKEN")
    assert private.token is not None
    assert private.token.reveal() == "hunter2"
    assert "hunter2" not in repr(private)


def test_all_problems_at_once_with_their_lines(settings) -> None:
    found = settings(
        "WODNOBOREPO: https://git.example.org/x?token=hunter2\nWODPRIVREPO: ftp://git.example.org/x\n"
        "WODBEREPO: /srv/be\nWODBEDIR: /srv/same\nWODNOBO: /srv/same\n"
    )
    with pytest.raises(ProblemsFound) as caught:
        sources_of(found)
    lines = str(caught.value).splitlines()
    assert [line.partition(" ")[0] for line in lines] == [
        "private/group_vars/all.yml:1:",
        "private/group_vars/all.yml:2:",
    ]
    assert "hunter2" not in str(caught.value)


def test_a_password_in_a_url_is_refused_before_any_command_can_show_it(settings) -> None:
    with pytest.raises(ProblemsFound, match="WODNOBOREPO must be a repository without a password") as caught:
        settings("WODNOBOREPO: https://u:hunter2@git.example.org/x\n")
    assert "hunter2" not in str(caught.value)


def test_two_repositories_in_one_folder(settings) -> None:
    found = settings(f"WODNOBOREPO: {URL}\nWODPRIVREPO: {URL}\nWODPRIVDIR: /srv/same/\nWODNOBO: /srv/same\n")
    with pytest.raises(ProblemsFound, match="WODPRIVDIR and WODNOBO are the same folder, /srv/same;"):
        sources_of(found)
