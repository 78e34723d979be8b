"""Reading the catalogue: types, defaults, the private repository over the public one, and anything at all as input."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wod import samples
from wod.errors import BadInput
from wod.workshops import lint, read_all
from wod.workshops.catalogue import repository_of
from wod.workshops.keys import KEYS
from wod.workshops.wodyml import parse
from wod.workshops.workshop import workshop_of

UPSTREAM = b"""%YAML 1.1
# as the original writes it
---
name: 'TensorFlow 101'
description: 'A platform'
active: false
capacity: '5'
range: [1981-1985]
reset: True
compile: false
category: ['Open Source']
"""


def read(data: bytes):
    return workshop_of(parse(data, Path("wod.yml")), "WKSHP-Tensorflow101")


def test_values_are_read_as_the_original_does():
    found = read(UPSTREAM)
    assert (found.capacity, found.reset, found.compile, found.category) == (5, True, (), ("Open Source",))
    assert (found.range, found.seats) == ((1981, 1985), 5)
    assert (found.duration, found.monoappliance, found.priority) == (4, False, 0)
    assert (found.line("range"), found.line("duration")) == (8, 1)


@pytest.mark.parametrize("written", ["a,b", "'a, b'", '"a,b"'])
def test_scripts_to_compile(written):
    assert read(f"compile: {written}".encode()).compile == ("a", "b")


@pytest.mark.parametrize("written", ["", "null", "~", "'false'", "''"])
def test_nothing_to_compile(written):
    assert read(f"compile: {written}".encode()).compile == ()


@pytest.mark.parametrize(
    "written", ["[]", "[1, 2, 3]", "[5, 1]", "[0-3]", "{a: 1}", "[[1], 2]", "[x, y]", f"[1, {'9' * 5000}]"]
)
def test_what_is_no_range_is_none(written):
    assert read(f"range: {written}".encode()).range is None


def test_the_private_file_replaces_the_public_one(copy):
    folder = copy.private / "notebooks/WKSHP-Bash"
    folder.mkdir()
    text = (copy.public / "WKSHP-Bash/wod.yml").read_text()
    (folder / "wod.yml").write_text(text.replace("capacity: 5", "capacity: 2"))
    (bash,) = [each for each in read_all(copy.public, copy.private) if each.directory == "WKSHP-Bash"]
    assert (bash.capacity, bash.path) == (2, folder / "wod.yml")
    assert copy.lint() == []


def test_directories_without_a_file_are_not_offered(copy):
    (copy.public / "WKSHP-Empty").mkdir()
    assert [each.directory for each in read_all(copy.public)] == [each.directory for each in read_all(samples.PUBLIC)]


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_a_place_without_workshops_is_refused(tmp_path, name):
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match=name):
        read_all(tmp_path / name)


def test_a_workshops_directory_belongs_to_its_repository(copy):
    notebooks = copy.private / "notebooks"
    assert repository_of(copy.public) == (copy.public, "")
    assert repository_of(copy.public / "WKSHP-Bash") == (copy.public, "WKSHP-Bash")
    assert repository_of(notebooks / "WKSHP-House-Rules") == (copy.private, "WKSHP-House-Rules")


def test_one_workshop_is_compared_with_all_others(copy):
    copy.change("WKSHP-Python/wod.yml", "[6, 12]", "[6, 13]")
    (found,) = copy.lint(only="WKSHP-Bash")
    assert (found.rule, found.path.parent.name) == ("range-overlap", "WKSHP-Bash")
    assert copy.lint(only="WKSHP-JupyterLab") == []


VALUES = st.one_of(
    st.text(max_size=20),
    st.integers().map(str),
    st.sampled_from(["[1, 5]", "[1-5]", "true", "~", "{a: b}", "[[1]]", "&a [*a]", "!!python/x y", "'", "- x", "|"]),
)
LINES = st.lists(st.tuples(st.one_of(st.sampled_from(sorted(KEYS)), st.text(max_size=8)), VALUES).map(": ".join))


@given(st.one_of(st.binary(max_size=200), LINES.map("\n".join).map(lambda text: text.encode(errors="replace"))))
def test_no_file_makes_the_linter_fail(tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp() / "any/WKSHP-Any"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "wod.yml").write_bytes(data)
    findings = lint(folder.parent, first=1, last=20)
    assert all(
        1 <= each.line <= data.count(b"\n") + data.count(b"\r") + data.count(b"\xc2\x85") + data.count(b"\xe2\x80") + 1
        for each in findings
    )
    assert any(each.rule == "missing-readme" for each in findings)


@given(st.text(max_size=200).map(lambda text: "{{" + text))
def test_no_notebook_makes_the_linter_fail(tmp_path_factory, text):
    folder = tmp_path_factory.getbasetemp() / "notebook/WKSHP-Any"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "wod.yml").write_bytes(UPSTREAM)
    (folder / "0-ReadMeFirst.ipynb").write_bytes(text.encode(errors="replace"))
    assert any(each.rule in ("notebook-json", "encoding") for each in lint(folder.parent, first=1, last=20))


@pytest.mark.parametrize("text", ["[]", "{}", "1", '{"nbformat": 99}', '{"nbformat": 4, "cells": 1}', "[" * 100_000])
def test_json_that_is_no_notebook(copy, text):
    (copy.public / "WKSHP-Bash/0-ReadMeFirst.ipynb").write_text(text)
    assert {each.rule for each in copy.lint()} <= {"notebook-format", "notebook-json"}
    assert copy.lint()


def test_nesting_without_end(copy):
    (copy.public / "WKSHP-Bash/wod.yml").write_text("a: " + "[" * 100_000)
    assert [each.rule for each in copy.lint() if each.path.name == "wod.yml"] == ["yaml"]
