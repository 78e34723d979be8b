"""The two ways to roll out: by what is checked out here, and by another revision (:mod:`wod.fleet.elsewhere`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from wod.fleet import health, record, runs
from wod.fleet.result import HostResult
from wod.site import SiteHost


class Way(Protocol):
    """How hosts are rolled out and looked at; ``fingerprint`` names what one is given."""

    def run(
        self,
        inventory: Path,
        hosts: Sequence[str],
        *,
        jobs: int,
        seconds: float,
        logs: Path,
        on_done: Callable[[HostResult], None],
        on_start: Callable[[str], None],
        stop: Callable[[], bool],
        on_tick: Callable[[], None],
    ) -> list[HostResult]: ...

    def check(self, inventory: Path, hosts: Sequence[str], deep: bool = False) -> Mapping[str, str]: ...

    def fingerprint(self, member: SiteHost) -> str: ...


class Here:
    """By this code, with these settings."""

    def run(self, inventory: Path, hosts: Sequence[str], **how: object) -> list[HostResult]:
        return runs.run(inventory, hosts, "apply", **how)  # type: ignore[arg-type]

    def check(self, inventory: Path, hosts: Sequence[str], deep: bool = False) -> Mapping[str, str]:
        return health.check(inventory, hosts, **({"deep": True} if deep else {}))

    def fingerprint(self, member: SiteHost) -> str:
        return record.fingerprint(member)
