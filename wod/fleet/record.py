"""A roll-out on disk: what was to be done, and how each host fared, written the moment it is known."""

from __future__ import annotations

import getpass
import hashlib
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path

from wod.errors import BadInput
from wod.fleet.result import GOOD, HostResult, result_of
from wod.fleet.state import Folder, read_json, write_json
from wod.inventory import SiteHost
from wod.private import Private
from wod.revision import ROOT, revision

KEPT = 50
"""Roll-outs whose results and logs are kept."""


@dataclass(frozen=True)
class Intent:
    """What was ordered: the hosts, and the options that a resumed roll-out goes on with."""

    hosts: tuple[str, ...]
    canary: str
    wave: str
    max_failures: int
    user: str
    begun: str


@dataclass(frozen=True)
class Record:
    """One roll-out's folder; its name is the roll-out's."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    def intent(self) -> Intent:
        """:class:`BadInput` when it is damaged."""
        try:
            fields = read_json(self.path / "intent.json")
            return Intent(**{**fields, "hosts": tuple(fields["hosts"])})
        except (TypeError, KeyError):
            raise BadInput(f"{self.path} is damaged; begin a new roll-out, without --resume") from None

    def keep(self, result: HostResult, fingerprint: str) -> None:
        """Write down how a host fared, and with what it was rolled out."""
        write_json(self._file(result.host), {"fingerprint": fingerprint, "result": result.as_dict()})

    def done(self, fingerprints: dict[str, str]) -> dict[str, HostResult]:
        """Hosts that went well with just what they would be given now; ``fingerprints`` are by host."""
        kept = {host: read_json(self._file(host)) for host in fingerprints}
        same = {
            host: each["result"] for host, each in kept.items() if each and each["fingerprint"] == fingerprints[host]
        }
        results = {host: result_of(fields) for host, fields in same.items()}
        return {host: result for host, result in results.items() if result.outcome in GOOD}

    def results(self) -> dict[str, HostResult]:
        """Every host that it came to, and how it fared."""
        kept = [read_json(path)["result"] for path in sorted((self.path / "hosts").glob("*.json"))]
        return {fields["host"]: result_of(fields) for fields in kept}

    def fingerprints(self) -> set[str]:
        """With what its hosts were rolled out."""
        return {read_json(path)["fingerprint"] for path in (self.path / "hosts").glob("*.json")}

    def _file(self, host: str) -> Path:
        return self.path / "hosts" / f"{host.replace('/', '_')}.json"


def begin(folder: Folder, hosts: Iterable[str], canary: str, wave: str, max_failures: int) -> Record:
    """A new roll-out's record; the oldest ones go."""
    now = datetime.now(timezone.utc)
    path = folder.runs / now.strftime("%Y-%m-%dT%H-%M-%S.%fZ")
    (path / "hosts").mkdir(mode=0o700, parents=True)
    begun = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    write_json(path / "intent.json", asdict(Intent(tuple(hosts), canary, wave, max_failures, getpass.getuser(), begun)))
    for old in records(folder)[:-KEPT]:
        shutil.rmtree(old.path)
    return Record(path)


def latest(folder: Folder) -> Record:
    """The roll-out to go on with; :class:`BadInput` when there was none."""
    found = records(folder)
    if not found:
        raise BadInput("there is no roll-out to resume; begin one without --resume")
    return found[-1]


def records(folder: Folder) -> list[Record]:
    """All that are kept, the oldest first."""
    return [Record(path.parent) for path in sorted(folder.runs.glob("*/intent.json"))]


def fingerprint(member: SiteHost) -> str:
    """The same for the same revision of wod, what is not committed included, and the same site and private files."""
    return f"{code()} {member.digest()} {Private.of(member.settings).digest()}"


def code() -> str:
    """The revision; a digest of what is not committed behind it, so that two different states have two names."""
    said = revision()
    if not said.endswith(".dirty"):
        return said
    changes = subprocess.run(["git", "-C", str(ROOT), "diff", "HEAD"], capture_output=True, timeout=30).stdout
    return f"{said}.{hashlib.sha256(changes).hexdigest()[:12]}"
