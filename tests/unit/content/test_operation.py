"""What the operation decides and sends, and what the linter lets pass."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from pyinfra.api import FileUploadCommand, StringCommand

from deploys.modules import content as module
from tests.commands import words
from tests.unit.content.upstream import Upstream
from wod.contentcheck import refusals
from wod.facts.content import Checkout, Checkouts, parse
from wod.operations import content
from wod.operations.content import Repository, commands, faults, upload_names
from wod.repos import Fetched
from wod.sources import SAMPLES, Source

COMMIT, OTHER = "a" * 40, "b" * 40
WANTED = Repository(Fetched(Source("WODPRIVREPO", "/x", "main", "/srv/x", 0o750), Path("/m"), COMMIT), "wodadmin")
RIGHT = Checkout("ours", 0o750, "wodadmin", "wodadmin", COMMIT, (COMMIT,))


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (RIGHT, []),
        (Checkout("ours", 0o750, "wodadmin", "wodadmin", COMMIT, (COMMIT,), untracked=3), []),
        (Checkout("none"), ["not there"]),
        (Checkout("foreign", 0o750, "wodadmin", "wodadmin"), ["not made by wod"]),
        (Checkout("ours", 0o750, "wodadmin", "wodadmin", damaged=True), ["damaged"]),
        (Checkout("ours", 0o750, "wodadmin", "wodadmin", OTHER), [f"at {OTHER[:12]} instead of {COMMIT[:12]}"]),
        (Checkout("ours", 0o750, "wodadmin", "wodadmin"), [f"at no commit instead of {COMMIT[:12]}"]),
        (Checkout("ours", 0o750, "wodadmin", "wodadmin", COMMIT, changed=2), ["2 paths changed"]),
        (Checkout("ours", 0o750, "wodadmin", "wodadmin", COMMIT, unfinished=True), ["left unfinished"]),
        (Checkout("ours", 0o755, "wodadmin", "wodadmin", COMMIT), ["of another owner or mode"]),
        (Checkout("ours", 0o750, "root", "wodadmin", COMMIT), ["of another owner or mode"]),
        (Checkout("ours", 0o750, "wodadmin", "root", COMMIT), ["of another owner or mode"]),
    ],
)
def test_when_something_is_done(found: Checkout, said: list[str]) -> None:
    assert faults(WANTED, found) == said


def test_a_bundle_lands_in_the_private_folder_and_its_name_is_handed_on(upstream: Upstream) -> None:
    upstream.commit({"a": "1"})
    wanted = Repository(upstream.fetched(path="/srv/x", mode=0o750), "wodadmin")
    upload, program = commands(wanted, Checkout("none"), "now")
    assert isinstance(upload, FileUploadCommand)
    assert isinstance(program, StringCommand)
    assert (upload.dest, upload.remote_temp_filename) == upload_names(wanted, ())
    assert upload.dest.startswith("/var/lib/wod/tmp/wod-content-")
    aside = ["/srv/x.wod-drift-now.patch", "/srv/x.wod-before-now.git"]
    assert words(program)[4:] == ["/srv/x", wanted.fetched.commit, upload.dest, "wodadmin", "0750", *aside]
    assert str(upstream.folder) not in program.get_raw_value()


def test_nothing_is_sent_to_a_host_that_has_it(upstream: Upstream) -> None:
    commit = upstream.commit({"a": "1"})
    wanted = Repository(upstream.fetched(), "wodadmin")
    (program,) = commands(wanted, Checkout("ours", commit=OTHER, bases=(commit,)), "now")
    assert words(program)[6] == ""  # type: ignore[arg-type]


def test_hosts_with_different_commits_get_different_uploads() -> None:
    assert upload_names(WANTED, (COMMIT,)) != upload_names(WANTED, (OTHER,))


def said_by(fact_lines: Iterable[str]) -> Checkout:
    return parse(["path=/srv/x", *fact_lines])["/srv/x"]


def test_what_a_host_says() -> None:
    lines = [
        "owner=750 wodadmin wodadmin",
        "kind=ours",
        f"commit={COMMIT}",
        f"base={OTHER}",
        "untracked=1",
        "changed=2",
    ]
    assert said_by(lines) == Checkout("ours", 0o750, "wodadmin", "wodadmin", COMMIT, (COMMIT, OTHER), 2, 1)
    assert said_by(["kind=none"]) == Checkout("none")


def test_a_damaged_repository_is_no_base() -> None:
    assert said_by(["owner=750 a a", "kind=ours", f"commit={COMMIT}", "damaged=yes"]).bases == ()


def test_what_is_no_commit_never_reaches_git() -> None:
    assert said_by(["owner=750 a a", "kind=ours", "commit=--output=/etc/passwd", "base=HEAD"]).bases == ()


@pytest.mark.parametrize("output", [[], ["path=/srv/x", "kind=ours"], ["kind=ours", "wod-end"], ["path=/x", "wod-end"]])
def test_what_was_cut_short_is_nothing(output: list[str]) -> None:
    assert Checkouts().process(output) is None


# --- on the control node, before anything is sent


def test_the_samples_may_be_rolled_out(settings) -> None:
    fetched, reasons = module.fetch_all(settings(""))
    assert ([each.source.name for each in fetched], reasons) == ([SAMPLES], [])
    assert module.refuse_broken(settings(""), fetched) == []


def test_the_samples_are_no_reason_against_a_small_backend(settings) -> None:
    small = settings("USERMAX: 3\n")
    assert module.refuse_broken(small, module.fetch_all(small)[0]) == []


def test_errors_of_an_active_workshop_are_refused(settings, upstream: Upstream) -> None:
    upstream.commit({"WKSHP-A/wod.yml": "%YAML 1.1\n---\nname: A\nactive: true\nrange: [1-5]\n"})
    found = settings(f"WODNOBOREPO: {upstream.folder}\n")
    fetched, _ = module.fetch_all(found)
    refused = module.refuse_broken(found, fetched)
    assert any(line.startswith("WODNOBOREPO WKSHP-A/wod.yml:") for line in refused)
    assert refused == refusals(found, fetched)
    assert str(fetched[0].mirror.parent) not in "".join(refused)


def test_a_repository_without_workshops_is_refused(settings, upstream: Upstream) -> None:
    upstream.commit({"a": "1"})
    found = settings(f"WODNOBOREPO: {upstream.folder}\n")
    assert len(module.refuse_broken(found, module.fetch_all(found)[0])) == 1


def test_a_private_repository_alone_is_judged(settings, upstream: Upstream) -> None:
    upstream.commit({"notebooks/WKSHP-P/wod.yml": "name: P\nactive: true\n"})
    found = settings(f"WODSAMPLES: false\nWODPRIVREPO: {upstream.folder}\n")
    refused = module.refuse_broken(found, module.fetch_all(found)[0])
    assert any(line.startswith("WODPRIVREPO notebooks/WKSHP-P/") for line in refused)


def test_what_cannot_be_fetched_is_a_reason_and_no_exception(settings, tmp_path: Path) -> None:
    fetched, reasons = module.fetch_all(settings(f"WODNOBOREPO: {tmp_path}/none\n"))
    assert fetched == []
    assert len(reasons) == 1
    fetched, reasons = module.fetch_all(settings("WODNOBOREPO: ftp://x/y\nWODPRIVREPO: ftp://x/y\n"))
    assert (fetched, len(reasons)) == ([], 2)


def test_a_module_that_has_a_reason_refuses_before_it_asks_the_host() -> None:
    (refusal,) = content.present._inner([WANTED], unfetched=["no such branch", "no token"])
    assert words(refusal)[-1] == "no such branch; no token"
