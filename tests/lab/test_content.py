"""Content reaches backends from the control node: little at a time, without credentials, and stays as it should be."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import wod
from tests.lab.site import Site
from tests.unit.content.server import serving
from wod.lab.places import places

pytestmark = pytest.mark.lab

TOKEN = "lab-token-4f1c9a7e2b"
NEEDLE = "lab-toke[n]-4f1c9a7e2b"
"""The same as a regular expression that does not find itself in the journal, where sudo writes our commands."""
HOSTS = ("be1", "be2")
MODULE = "deploys.modules.content.apply"
SAMPLES = Path(wod.__file__).parent / "samples"


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=author", "-c", "user.email=author@example.org")
    done = subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder: Path) -> str:
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "a change")
    return git(folder, "rev-parse", "HEAD")


def repository(root: Path, name: str, sample: Path) -> Path:
    """A repository that the server offers, with what is in ``sample`` and two megabytes that do not compress."""
    folder = root / name
    shutil.copytree(sample, folder)
    (folder / "ballast.bin").write_bytes(random.Random(name).randbytes(2_000_000))
    git(folder, "init", "-q", "-b", "main")
    commit(folder)
    return folder


@pytest.fixture(scope="module")
def forge(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Path, Path]]:
    """The site, with its public and its private repository behind a token; rolled out once."""
    root = tmp_path_factory.mktemp("forge")
    public = repository(root, "wod-notebooks", SAMPLES / "public")
    private = repository(root, "wod-private", SAMPLES / "private")
    with serving(root, f"x-access-token:{TOKEN}") as (url, _):
        settings = site.private / "group_vars" / "all.yml"
        settings.parent.mkdir(exist_ok=True)
        settings.write_text(
            f"---\nWODNOBOREPO: {url}/wod-notebooks\nWODNOBOREPOTOKEN: {TOKEN}\n"
            f"WODPRIVREPO: {url}/wod-private wod-private\nWODPRIVREPOTOKEN: {TOKEN}\n"
        )
        run = site.roll_out(deploy=MODULE)
        assert run.code == 0, run.output
        yield site, public, private
        settings.unlink()


def sent() -> dict[str, int]:
    """Bytes that went to each host so far, as this machine's end of its cable counts them."""
    cable = "/sys/class/net/{}/statistics/tx_bytes"
    return {host: int(Path(cable.format(places().cable(host))).read_text()) for host in HOSTS}


def commits(site: Site, folder: str) -> set[str]:
    """What is checked out on the hosts."""
    command = f"git -c safe.directory='*' -C /home/wodadmin/{folder} rev-parse HEAD"
    return {site.ssh(host, command) for host in HOSTS}


def test_every_backend_has_both_repositories(forge: tuple[Site, Path, Path]) -> None:
    site, public, private = forge
    assert commits(site, "wod-notebooks") == {git(public, "rev-parse", "HEAD")}
    assert commits(site, "wod-private") == {git(private, "rev-parse", "HEAD")}
    assert site.roll_out(deploy=MODULE).changed == {}


def test_a_changed_file_reaches_both_backends_with_less_than_100_kb(forge: tuple[Site, Path, Path]) -> None:
    site, public, _ = forge
    (public / "NEWS.md").write_text("A new line.\n")
    wanted, before = commit(public), sent()
    run = site.roll_out(deploy=MODULE)
    assert run.code == 0, run.output
    after = sent()
    assert commits(site, "wod-notebooks") == {wanted}
    assert {host: after[host] - before[host] for host in HOSTS if after[host] - before[host] >= 100_000} == {}
    assert site.ssh("be2", "cat /home/wodadmin/wod-notebooks/NEWS.md") == "A new line."


def test_the_token_is_nowhere_on_the_hosts(forge: tuple[Site, Path, Path]) -> None:
    site, _, _ = forge
    places_of_people = "/etc /home /var /opt /root /tmp /run /student /srv /usr/local"
    for host in HOSTS:
        assert site.ssh(host, f"grep -rIl {NEEDLE} {places_of_people} 2>/dev/null || true") == ""
        assert site.ssh(host, f"journalctl --no-pager | grep -c {NEEDLE} || true") == "0"


def test_the_token_is_not_printed(forge: tuple[Site, Path, Path]) -> None:
    site, public, _ = forge
    (public / "NEWS.md").write_text("Another one.\n")
    commit(public)
    assert TOKEN not in site.roll_out("--debug", deploy=MODULE).output


def test_students_cannot_read_private_content(forge: tuple[Site, Path, Path]) -> None:
    site, _, _ = forge
    reads = "runuser -u student1 -- ls /home/wodadmin/wod-private 2>&1 || true"
    assert "Permission denied" in site.ssh("be1", reads)


def test_what_was_changed_on_a_host_is_mended_and_not_lost(forge: tuple[Site, Path, Path]) -> None:
    site, _, _ = forge
    folder = "/home/wodadmin/wod-notebooks"
    site.ssh(
        "be1", f"echo 'a line of mine' >> {folder}/NEWS.md; echo notes > {folder}/mine.txt; rm {folder}/ballast.bin"
    )
    run = site.roll_out(deploy=MODULE)
    assert run.code == 0, run.output
    assert site.ssh("be1", f"grep -c 'a line of mine' {folder}/NEWS.md || true") == "0"
    assert site.ssh("be1", f"stat -c %s {folder}/ballast.bin; cat {folder}/mine.txt").split() == ["2000000", "notes"]
    assert site.ssh("be1", f"cat {folder}.wod-drift-*.patch | grep -c 'a line of mine'") == "1"
    assert site.roll_out(deploy=MODULE).changed == {}


def test_a_wrong_token_is_one_sentence_and_changes_nothing(forge: tuple[Site, Path, Path]) -> None:
    site, public, _ = forge
    before = commits(site, "wod-notebooks")
    (public / "NEWS.md").write_text("Not for everybody.\n")
    commit(public)
    run = site.roll_out("--data", "WODNOBOREPOTOKEN=wrong", deploy=MODULE)
    assert run.code != 0
    assert "WODNOBOREPOTOKEN" in run.output
    assert "Traceback" not in run.output
    assert commits(site, "wod-notebooks") == before


def test_broken_content_is_refused(forge: tuple[Site, Path, Path]) -> None:
    site, public, _ = forge
    before = commits(site, "wod-notebooks")
    workshop = sorted(public.glob("WKSHP-*"))[0]
    (workshop / "0-ReadMeFirst.ipynb").unlink()
    commit(public)
    run = site.roll_out(deploy=MODULE)
    assert run.code != 0
    assert "0-ReadMeFirst.ipynb" in run.output
    assert commits(site, "wod-notebooks") == before
    git(public, "revert", "--no-edit", "HEAD")
