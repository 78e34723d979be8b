"""What must hold between settings, and between hosts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from wod.errors import Problem
from wod.kernels import KNOWN
from wod.settings import families

NOBODY = (65534, 65535)
"""The ids of nobody, and the one that means "no id"."""
HIGHEST_ID = 2**31 - 1

Range = tuple[str, int, int, str]
"""A backend's name, BASESTDID, USERMAX, and where BASESTDID was given."""


Contradiction = tuple[tuple[str, ...], str]
"""The settings that contradict each other, the one to blame first, and the sentence."""


def between(values: Mapping[str, object]) -> Iterator[Contradiction]:
    """What does not fit together within one host's settings."""
    yield from _students(values)
    for base in ("UIDBASE", "GIDBASE"):
        yield from _ids(values, base)
    yield from _folders(values)
    yield from _prefixes(values)
    yield from _kernels(values)


def _kernels(values: Mapping[str, object]) -> Iterator[Contradiction]:
    """A name alone must be a kernel that wod can install."""
    kernels = values.get("WODKERNELS")
    for kernel in kernels if isinstance(kernels, tuple) else ():
        if not kernel.argv and kernel.name not in KNOWN:
            known = ", ".join(KNOWN)
            yield (
                ("WODKERNELS",),
                f"WODKERNELS: {kernel.name} is none of {known}; describe another kernel with its argv",
            )


def _students(values: Mapping[str, object]) -> Iterator[Contradiction]:
    low, high, user = values.get("USERMIN"), values.get("USERMAX"), values.get("WODUSER")
    if isinstance(low, int) and isinstance(high, int) and low > high:
        yield ("USERMIN", "USERMAX"), f"USERMIN ({low}) is above USERMAX ({high}), so there would be no student"
    if isinstance(user, str) and (user == "root" or re.fullmatch(r"student\d+", user)):
        yield ("WODUSER",), f"WODUSER must be an account of its own, not {user}"


def _ids(values: Mapping[str, object], base: str) -> Iterator[Contradiction]:
    offset, low, high = values.get(base), values.get("USERMIN"), values.get("USERMAX")
    if not (isinstance(offset, int) and isinstance(low, int) and isinstance(high, int)):
        return
    if offset + high > HIGHEST_ID:
        yield (base, "USERMAX", "USERMIN"), f"{base} ({offset}) with USERMAX ({high}) gives ids above {HIGHEST_ID}"
    for taken in NOBODY:
        if offset + low <= taken <= offset + high:
            yield (
                (base, "USERMAX", "USERMIN"),
                f"{base} ({offset}) gives student{taken - offset} the id {taken}, which the system needs",
            )
            return


def _folders(values: Mapping[str, object]) -> Iterator[Contradiction]:
    """One must not hold the other: an account's clean-up must never reach the Hub."""
    hub, students = values.get("JPHUB"), values.get("STUDDIR")
    if isinstance(hub, str) and isinstance(students, str) and (_holds(hub, students) or _holds(students, hub)):
        yield ("JPHUB", "STUDDIR"), f"JPHUB ({hub}) and STUDDIR ({students}) must be folders apart from each other"


def _holds(outer: str, inner: str) -> bool:
    return f"{inner}/".startswith(f"{outer}/")


def _prefixes(values: Mapping[str, object]) -> Iterator[Contradiction]:
    prefixes = values.get("WODPRIVATEPREFIXES")
    for prefix in prefixes if isinstance(prefixes, tuple) else ():
        swallowed = families.too_wide(prefix)
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]+", prefix):
            yield (
                ("WODPRIVATEPREFIXES",),
                f"WODPRIVATEPREFIXES: {prefix!r} is not the beginning of a name, such as ACME_",
            )
        elif swallowed:
            yield (
                ("WODPRIVATEPREFIXES",),
                f"WODPRIVATEPREFIXES: {prefix} would also cover {swallowed}; choose a longer one",
            )


def overlaps(ranges: Sequence[Range]) -> list[Problem]:
    """Backends whose seats would have the same ids in the database."""
    return [problem for one, other in combinations(ranges, 2) for problem in _overlap(one, other)]


def _overlap(one: Range, other: Range) -> Iterator[Problem]:
    if one[1] + 1 <= other[1] + other[2] and other[1] + 1 <= one[1] + one[2]:
        yield Problem(
            other[3],
            f"the seats of {_seats(other)} overlap those of {_seats(one)}; give each its own BASESTDID",
        )


def _seats(each: Range) -> str:
    host, base, count, _place = each
    return f"{host} (BASESTDID {base}: {base + 1} to {base + count})"
