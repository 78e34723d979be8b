"""Repositories to fetch from, and the host's side of a checkout, on this machine."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.commands import run
from wod import bundles, remote, shell
from wod.facts.content import Checkout, Checkouts
from wod.operations.content import Repository, faults
from wod.repos import Fetched, fetch, forget
from wod.sources import Source

USER = pwd.getpwuid(os.geteuid()).pw_name
IDENTITY = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", "An author"), ("EMAIL", "author@example.org"))}  # fmt: skip


def git(folder: Path, *arguments: str) -> str:
    own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", **IDENTITY}
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], env={**os.environ, **own}, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@dataclass
class Upstream:
    """A repository in which authors commit."""

    folder: Path

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        git(self.folder, "init", "-q", "-b", "main")

    def commit(self, files: dict[str, str | bytes | None]) -> str:
        """Write the files (``None`` removes one), commit all, and return the commit's id."""
        for name, content in files.items():
            path = self.folder / name
            if content is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        git(self.folder, "add", "-A", "-f")
        git(self.folder, "commit", "-q", "-m", "change")
        return git(self.folder, "rev-parse", "HEAD")

    def source(self, **other: object) -> Source:
        given = {"name": "WODNOBOREPO", "branch": "main", "path": "/srv/wod", "place": "private/all.yml:3", **other}
        return Source(url=str(self.folder), **given)  # type: ignore[arg-type]

    def fetched(self, **other: object) -> Fetched:
        forget()
        return fetch(self.source(**other))


@dataclass
class Place:
    """A folder of a host. The real fact and the real program run in it; the lock and uploads lie beside it."""

    path: Path
    sent: list[int] = field(default_factory=list)

    def state(self) -> Checkout:
        found = Checkouts().process(run(Checkouts().command([str(self.path)])).stdout.splitlines())
        assert found is not None
        return found[str(self.path)]

    def bundle(self, wanted: Fetched) -> Path | None:
        return bundles.bundle(wanted, self.state().bases)

    def checkout(self, wanted: Fetched, bundle: Path | None, mode: int = 0o755) -> subprocess.CompletedProcess[str]:
        upload = self.path.parent / "wod-content-1.bundle"
        if bundle:
            upload.write_bytes(bundle.read_bytes())
            self.sent.append(bundle.stat().st_size)
        aside = (f"{self.path}.wod-drift-now.patch", f"{self.path}.wod-before-now.git")
        text = remote.source("content_checkout").replace("/run/wod-content.lock", f"{self.path.parent}/lock")
        given = (self.path, wanted.commit, upload if bundle else "", USER, f"{mode:04o}", *aside)
        done = run(shell.python(text, *given))
        assert done.returncode or not bundle or not upload.exists()
        return done

    def apply(self, wanted: Fetched, mode: int = 0o755) -> str:
        """What the operation does when something has to be done; afterwards nothing is left to do."""
        done = self.checkout(wanted, self.bundle(wanted), mode)
        assert (done.returncode, done.stderr) == (0, "")
        repository = Repository(Fetched(_with(wanted.source, mode), wanted.mirror, wanted.commit), USER)
        assert faults(repository, self.state()) == []
        return done.stdout

    @property
    def patch(self) -> Path:
        return self.path.with_name(f"{self.path.name}.wod-drift-now.patch")

    def files(self) -> dict[str, str]:
        """What is in the folder, as text."""
        paths = (path for path in self.path.rglob("*") if path.is_file() and ".git" not in path.parts)
        return {str(path.relative_to(self.path)): path.read_text() for path in sorted(paths)}


def _with(source: Source, mode: int) -> Source:
    return Source(source.name, source.url, source.branch, source.path, mode, source.place, source.token)
