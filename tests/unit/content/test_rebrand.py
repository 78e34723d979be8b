"""Rebranding: what a map may say, and what becomes of files."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.content.upstream import git
from wod import rebrand
from wod.cli import main
from wod.errors import BadInput, ProblemsFound
from wod.rebrand import read_map, replaced


@pytest.fixture
def read(tmp_path: Path):
    def write_and_read(text: str) -> list[rebrand.Replacement]:
        (tmp_path / "map.yml").write_text(text)
        return read_map(tmp_path / "map.yml")

    return write_and_read


def test_the_order_counts(read) -> None:
    text = "- {from: HPE DEV, to: '{{ BRANDING }}'}\n- {from: HPE, to: 'the company'}\n"
    assert replaced("HPE DEV at HPE, HPE", read(text)) == ("{{ BRANDING }} at the company, the company", 3)


def test_a_pattern_with_groups(read) -> None:
    rules = read("- {pattern: 'https://old\\.example\\.org/(\\w+)', to: 'https://new.example.org/\\1'}\n")
    assert replaced("see https://old.example.org/x!", rules) == ("see https://new.example.org/x!", 1)


def test_a_plain_text_is_no_pattern(read) -> None:
    rules = read("- {from: 'a.b(c', to: 'd\\1\\g<0>'}\n")
    assert replaced("a.b(c aXb(c", rules) == ("d\\1\\g<0> aXb(c", 1)


def test_numbers_and_words_of_yaml_are_texts(read) -> None:
    assert replaced("year", read("- {from: year, to: 2026}\n")) == ("2026", 1)
    assert replaced("off", read("- {from: off, to: yes}\n")) == ("yes", 1)


@given(st.text(min_size=1), st.text(), st.text())
def test_a_text_is_replaced_as_it_stands(old: str, new: str, text: str) -> None:
    if old in new:
        with pytest.raises(ValueError, match="each run would change it again"):
            rebrand._checked({"from": old, "to": new})
        return
    rule = rebrand._checked({"from": old, "to": new})
    assert replaced(text, [rule]) == (text.replace(old, new), text.count(old))


BAD = {
    "": ":1: must be a list of replacements",
    "from: a\n": ":1: must be a list of replacements",
    "- {from: a, to: b\n": ":2: this is not YAML",
    "- {from: a, to: b}\n- x\n": ":2: this entry is not {from: text, to: text}",
    "- {from: a}\n": ":1: an entry needs `to`, and either `from` or `pattern`",
    "- {from: a, pattern: a, to: b}\n": ":1: an entry needs `to`, and either",
    "- {form: a, to: b}\n": ":1: form is none of from, pattern, to",
    "- {from: a, to: b, to: c}\n": ":1: to is given twice",
    "- {from: a, to: {{ B }}}\n": ":1: ",
    "- {from: a, to: [b]}\n": ":1: to must be a text; put it in quotes",
    "- {pattern: '(a', to: b}\n": ":1: the regular expression or its replacement is wrong",
    "- {pattern: 'a', to: '\\1'}\n": ":1: the regular expression or its replacement is wrong",
    "- {pattern: 'a*', to: b}\n": ":1: it fits the empty text",
    "- {from: '', to: b}\n": ":1: it fits the empty text",
    "- {from: a, to: banana}\n": ":1: the new text contains what is replaced",
    "- {pattern: '[A-Z]+', to: ACME}\n": ":1: the new text contains what is replaced",
}


@pytest.mark.parametrize("text", BAD)
def test_a_bad_map_is_one_sentence_with_its_line(read, tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(text)
    assert str(caught.value).startswith(f"{tmp_path}/map.yml{BAD[text]}")
    assert "\n" not in str(caught.value)


def test_all_bad_entries_at_once(read) -> None:
    with pytest.raises(ProblemsFound) as caught:
        read("- {from: a}\n- {from: b, to: c}\n- {to: c}\n")
    assert [problem.place.rpartition(":")[2] for problem in caught.value.problems] == ["1", "3"]


# --- as a command


@pytest.fixture
def content(tmp_path: Path) -> Path:
    folder = tmp_path / "content"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "config").write_text("Old name")
    (folder / "WKSHP-A").mkdir()
    (folder / "WKSHP-A" / "dos.md").write_bytes(b"Old name\r\n\xc3\xa9 Old name\r\n")
    (folder / "WKSHP-A" / "image.png").write_bytes(b"\x89PNG\0Old name")
    (folder / "WKSHP-A" / "latin1.txt").write_bytes(b"\xe9 Old name")
    (folder / "WKSHP-A" / "0.ipynb").write_text(json.dumps({"cells": ["Old name"]}))
    (folder / "run.sh").write_text("echo Old name\n")
    (folder / "run.sh").chmod(0o755)
    (folder / "link.sh").symlink_to("run.sh")
    (folder / "map.yml").write_text("- {from: Old name, to: New}\n")
    return folder


@pytest.fixture
def run(monkeypatch, capsys):
    def run_wod(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["wod", "content", *map(str, arguments)])
        with pytest.raises(SystemExit) as exit_:
            main()
        said = capsys.readouterr()
        return int(exit_.value.code or 0), said.out, said.err

    return run_wod


def test_files_are_changed_and_told(run, content: Path) -> None:
    arguments = ("rebrand", content, "--map", content / "map.yml")
    code, out, err = run(*arguments)
    assert (code, err) == (0, "")
    assert out.replace(f"{content}/", "").splitlines() == [
        "run.sh: 1",
        "WKSHP-A/0.ipynb: 1",
        "WKSHP-A/dos.md: 2",
        "3 files changed",
    ]
    assert (content / "WKSHP-A/dos.md").read_bytes() == b"New\r\n\xc3\xa9 New\r\n"
    assert (content / "run.sh").stat().st_mode & 0o777 == 0o755
    assert (content / "link.sh").is_symlink()
    for name in (".git/config", "map.yml", "WKSHP-A/image.png", "WKSHP-A/latin1.txt"):
        assert b"Old name" in (content / name).read_bytes()
    assert run(*arguments)[:2] == (0, "0 files changed\n")


def test_check_changes_nothing(run, content: Path) -> None:
    before = {path: path.read_bytes() for path in content.rglob("*") if path.is_file()}
    code, out, _ = run("rebrand", content, "--map", content / "map.yml", "--check")
    assert (code, out.splitlines()[-1]) == (1, "3 files would change")
    assert {path: path.read_bytes() for path in content.rglob("*") if path.is_file()} == before
    run("rebrand", content, "--map", content / "map.yml")
    assert run("rebrand", content, "--map", content / "map.yml", "--check") == (0, "0 files would change\n", "")


def test_one_file(run, content: Path) -> None:
    assert (
        run("rebrand", content / "run.sh", "--map", content / "map.yml")[1] == f"{content}/run.sh: 1\n1 file changed\n"
    )


def test_a_notebook_that_would_break_stops_it_before_anything_is_written(run, content: Path) -> None:
    (content / "map.yml").write_text("- {from: Old name, to: 'a \"new\" name'}\n")
    code, out, err = run("rebrand", content, "--map", content / "map.yml")
    assert (code, out) == (2, "")
    assert err.strip().endswith("0.ipynb: this notebook would be no JSON any more; escape quotes in the new text")
    assert (content / "run.sh").read_text() == "echo Old name\n"


@pytest.mark.parametrize(("path", "file", "words"), [
    ("nowhere", "map.yml", "nowhere: there is no such file or folder"),
    (".", "none.yml", "none.yml: cannot be read: No such file or directory"),
    (".", "WKSHP-A/image.png", "image.png: is not a text file in UTF-8"),
])  # fmt: skip
def test_what_is_not_there_is_said(run, content: Path, path: str, file: str, words: str) -> None:
    code, out, err = run("rebrand", content / path, "--map", content / file)
    assert (code, out) == (2, "")
    assert words in err
    assert len(err.splitlines()) == 1


# --- wod content show


INVENTORY = """
from pathlib import Path
from wod.inventory import Host, build

globals().update(build("lab", [Host("be1", number=1), Host("be2", number=2, settings={{"WODNOBOBRANCH": "v1"}}),
                               Host("api", role="api_db")], Path({root!r})))
"""


@pytest.fixture
def site(tmp_path: Path, upstream, monkeypatch) -> Path:
    """An inventory of two backends; the first commit is v1, the second is on main."""
    monkeypatch.delenv("WOD_PRIVATE", raising=False)
    upstream.commit({"a": "1"})
    git(upstream.folder, "tag", "v1")
    upstream.commit({"a": "2"})
    settings = tmp_path / "private" / "group_vars" / "all.yml"
    settings.parent.mkdir(parents=True)
    settings.write_text(f"WODNOBOREPO: {upstream.folder}\n")
    (tmp_path / "site.py").write_text(INVENTORY.format(root=str(tmp_path)))
    return tmp_path / "site.py"


def test_show_names_the_commit_of_each_backend(run, site: Path, upstream) -> None:
    code, out, err = run("show", "-i", site)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert [lines[0], lines[2]] == ["be1", "be2"]
    main_, tagged = (git(upstream.folder, "rev-parse", "--short=12", name) for name in ("main", "v1"))
    assert lines[1] == f"  /home/wodadmin/wod-notebooks  {upstream.folder}  main  {main_}  (WODNOBOREPO)"
    assert lines[3].split()[2:4] == ["v1", tagged]
    assert run("show", "-i", site, "--host", "be2")[1].splitlines() == lines[2:]


def test_show_says_what_cannot_be_fetched_and_goes_on(run, site: Path, upstream) -> None:
    text = f"WODNOBOREPO: {upstream.folder}\nWODPRIVREPO: {upstream.folder}\nWODPRIVBRANCH: mian\n"
    (site.parent / "private/group_vars/all.yml").write_text(text)
    code, out, err = run("show", "-i", site)
    assert code == 1
    assert out.count("not fetched") == 2
    assert out.count("(WODNOBOREPO)") == 2
    assert len(err.splitlines()) == 1
    assert "has no branch or tag mian (WODPRIVBRANCH); it has main" in err


def test_show_refuses_an_unknown_host(run, site: Path) -> None:
    code, _, err = run("show", "-i", site, "--host", "be9")
    assert (code, len(err.splitlines())) == (2, 1)
