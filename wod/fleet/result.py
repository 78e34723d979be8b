"""What became of one host: plain frozen data that goes through JSON and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

Outcome = Literal["unchanged", "changed", "failed", "unreachable", "timeout", "held", "skipped"]
Mode = Literal["plan", "apply"]
"""A plan changes nothing on the host."""
OUTCOMES: tuple[str, ...] = get_args(Outcome)
GOOD = ("unchanged", "changed")
"""The host is as it should be (after a plan: was reached, and answered everything)."""
BAD = ("failed", "unreachable", "timeout")


@dataclass(frozen=True)
class Change:
    """One operation that changes a host, or would.

    ``operation`` is ``Module | Name``, ``module`` the module's title, ``commands`` how many it ran, or would;
    ``diff`` a unified diff of the files it writes, secrets masked, and ``restarts`` the units it restarts; ``remarks``
    are sentences about it, and ``people`` the students with a running server where it restarts the Hub (the servers go
    on). ``follows``: it would do nothing, did earlier ones not change something. Only a plan has these.
    """

    operation: str
    module: str
    commands: int = 0
    diff: str = ""
    restarts: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    people: int = 0
    follows: bool = False


@dataclass(frozen=True)
class HostResult:
    """How a host fared.

    ``error`` is one sentence, empty when all is well. ``seconds`` is the time that passed and ``cpu`` the processor
    time on the control node; ``commands`` counts those of all changes. ``log`` is a path, empty for hosts not begun.
    """

    host: str
    role: str
    outcome: Outcome
    changes: tuple[Change, ...] = ()
    error: str = ""
    seconds: float = 0.0
    cpu: float = 0.0
    commands: int = 0
    log: str = ""

    @property
    def people(self) -> int:
        return sum(change.people for change in self.changes)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def as_json(self) -> str:
        return json.dumps(self.as_dict())


def result_of(fields: Mapping[str, Any]) -> HostResult:
    """The opposite of :meth:`HostResult.as_dict`; ValueError when it is none."""
    try:
        changes = tuple(change_of(each) for each in fields["changes"])
        result = HostResult(**{**fields, "changes": changes})
    except (KeyError, TypeError) as error:
        raise ValueError(f"no result of a host: {error}") from None
    if result.outcome not in OUTCOMES:
        raise ValueError(f"no result of a host: the outcome {result.outcome!r}")
    return result


def change_of(fields: Mapping[str, Any]) -> Change:
    return Change(**{**fields, "restarts": tuple(fields["restarts"]), "remarks": tuple(fields.get("remarks", ()))})


def from_json(text: str) -> HostResult:
    """The opposite of :meth:`HostResult.as_json`; ValueError when it is none."""
    fields = json.loads(text)
    if not isinstance(fields, dict):
        raise ValueError("no result of a host: no object")
    return result_of(fields)


def failures(results: Iterable[HostResult]) -> list[HostResult]:
    return [result for result in results if result.outcome in BAD]
