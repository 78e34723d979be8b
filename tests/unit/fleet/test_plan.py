"""What a plan says: differences without secrets, restarts foreseen, exit codes; on modelled hosts the whole of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest

from tests.modules.conftest import FakeSite
from tests.unit.fleet.conftest import wod
from wod.facts import texts
from wod.facts.files import PathState
from wod.fleet import diffs, notes, plan, wording
from wod.fleet.holds import Hold
from wod.fleet.notes import FileChange
from wod.fleet.result import Change, HostResult
from wod.operations import files
from wod.operations.stamp import differences
from wod.secrets import Secret
from wod.secretstore import SecretStore

GOOD = HostResult("be1", "backends", "unchanged")
CHANGED = HostResult("be2", "backends", "changed", (Change("Hub | Write", "Hub", 2, restarts=("a.service",)),))
LOST = HostResult("be3", "backends", "unreachable", error="no route to it")


def test_a_difference_shows_old_and_new() -> None:
    said = diffs.of_file(FileChange("/a", "one\ntwo\n", fetch=True), "one\n2\n", {})
    assert said.splitlines()[-3:] == [" one", "-2", "+two"]


def test_a_new_file_differs_from_nothing() -> None:
    assert diffs.of_file(FileChange("/a", "x\n"), None, {}).startswith("--- /dev/null\n+++ /a")


def test_a_file_that_goes_shows_what_it_was() -> None:
    said = diffs.of_file(FileChange("/a", "", fetch=True, remark="removed"), "old\n", {})
    assert said.splitlines()[:2] == ["--- /a", "+++ /dev/null"]


def test_a_file_that_would_hold_a_secret_shows_neither_the_old_nor_the_new_one() -> None:
    said = diffs.of_file(FileChange("/a", "key=new-secret\n", fetch=True), "key=old-secret\n", {"KEY": "new-secret"})
    assert said == "/a: (secret changed)"


def test_a_secret_that_somebody_wrote_into_a_file_is_masked() -> None:
    said = diffs.of_file(FileChange("/a", "x\n", fetch=True), "x\nold=the-secret\n", {"KEY": "the-secret"})
    assert "<secret KEY>" in said
    assert "the-secret" not in said


def test_a_long_difference_is_cut() -> None:
    said = diffs.of_file(FileChange("/a", "\n".join(map(str, range(999)))), None, {})
    assert said.splitlines()[-1] == f"… {999 + 3 - diffs.LONGEST} more lines"


@pytest.mark.parametrize(
    ("entry", "state", "remark", "text"),
    [
        (files.File("/a", "x"), PathState("none"), "", "x\n"),
        (files.File("/a", Secret("KEY", "value")), PathState("file", 0o644), "(secret changed)", None),
        (files.File("/a", "x", mode=0o600), PathState("none"), "(secret, new)", None),
        (files.Directory("/a", 0o700), PathState("none"), "folder 0700 root:root", None),
        (files.Link("/a", "/b"), PathState("none"), "link to /b", None),
        (files.Absent("/a"), PathState("file", 0o644), "removed", ""),
    ],
)
def test_what_is_noted_of_a_path(entry: files.Entry, state: PathState, remark: str, text: str | None) -> None:
    noted = files.change_note(entry, state)
    assert (noted.remark, noted.text) == (remark, text)


def test_only_attributes_change() -> None:
    digest = hashlib.sha256(b"x\n").hexdigest()
    noted = files.change_note(files.File("/a", "x"), PathState("file", 0o777, "ada", "ada", digest))
    assert (noted.text, noted.remark) == (None, "0644 root:root, was file 0777 ada:ada")


def test_the_old_text_of_a_file_for_root_only_is_not_fetched() -> None:
    assert not files.change_note(files.File("/a", "x", mode=0o600), PathState("file", 0o600)).fetch
    assert files.change_note(files.File("/a", "x"), PathState("file", 0o644)).fetch


def test_nothing_is_noted_outside_a_plan() -> None:
    notes.written("/a")
    notes.follows()
    assert notes.foreseen() == {}


def test_old_texts_come_as_they_are() -> None:
    assert texts.parse(["file=/a", "w6Q=", "file=/b"]) == {"/a": "ä", "/b": ""}


def test_a_stamp_says_what_is_new() -> None:
    assert differences({}, {"revision": "b"}) == ["the host has no stamp"]
    assert differences({"revision": "a", "settings": "s"}, {"revision": "b", "settings": "s"}) == ["revision: a → b"]


@pytest.mark.parametrize(
    ("results", "code"), [([GOOD], 0), ([GOOD, CHANGED], 2), ([GOOD, CHANGED, LOST], 1), ([LOST], 1)]
)
def test_exit_codes(results: list[HostResult], code: int) -> None:
    assert plan.exit_code(results) == code


def test_the_text_names_every_host_and_holds() -> None:
    hold = Hold("be2", "a disk is exchanged", "2030-01-01", "ada", "2026-11-24")
    said = "\n".join(plan.text([GOOD, CHANGED, LOST], {"be2": hold}))
    for part in ("nothing to do", "restarts a.service", "unreachable: no route to it", "a disk is exchanged"):
        assert part in said
    assert "3 hosts: 1 would change, 1 as they should be, 1 not judged (be3)" in said


def test_people_are_told_of() -> None:
    result = replace(CHANGED, changes=(Change("a", "a", restarts=("jupyterhub.service",), people=3),))
    assert wording.affected(result).startswith("restarts jupyterhub.service; 3 students with a running server")


def test_a_plan_of_modelled_hosts(drifted: FakeSite) -> None:
    before = drifted.model("be1")
    page = drifted.folder / "plan.html"
    done = wod(drifted, "plan", "--limit", "be1,be2", "--json", "--html", str(page))
    assert done.code == 2, done.said
    first, second = json.loads(done.out)["hosts"]
    assert second["outcome"] == "unchanged"
    assert [change["operation"] for change in first["changes"]] == [
        "JupyterHub | Write the Hub's configuration",
        "JupyterHub | Run the Hub and its proxy",
        "Stamp | Write the stamp",
    ]
    assert "-# edited" in first["changes"][0]["diff"]
    assert first["restarts"] == ["jupyterhub.service"]
    assert first["changes"][1]["follows"]
    assert "-# edited" in page.read_text()
    assert drifted.model("be1").log == before.log, "a plan changes nothing"


def test_no_secret_is_in_a_plan_of_a_fresh_host(site: FakeSite) -> None:
    done = wod(site, "plan", "--limit", "be1,api", "--json")
    assert done.code == 2, done.said
    values = list(SecretStore(site.folder / "private/secrets/test.yml").values().values())
    assert len(values) > 3
    assert [value for value in values if value in done.out] == []


def test_unreachable_hosts_are_always_listed(site: FakeSite) -> None:
    site.hosts = 'Host("@fake/be1", number=1), Host("gone", number=2, address="127.0.0.1", ssh={"ssh_port": 1})'
    done = wod(site, "plan")
    assert done.code == 1, done.said
    assert "gone: unreachable: " in done.said
    assert "2 hosts: 1 would change, 0 as they should be, 1 not judged (gone)" in done.said
