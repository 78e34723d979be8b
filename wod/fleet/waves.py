"""In which waves hosts are rolled out. Pure: names and numbers only."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from wod.errors import BadInput

LATE = "frontends"
"""The role that waits until the others are done: the portal's pages need an API of the same revision."""


def waves(hosts: Mapping[str, str], canary: str = "", wave: str = "", held: Collection[str] = ()) -> list[list[str]]:
    """The hosts in waves, one list each; ``hosts`` is host → role, in the order of roll-out.

    ``canary`` is the first wave: a number, a share (``10%``, rounded up), or names with commas between them; numbers
    count hosts of the role that has most, since that is what it stands for. ``wave`` is how many of all hosts each
    further wave has. Frontends come last, in waves of their own. :class:`BadInput` for a wrong number or name.
    """
    hosts = {host: role for host, role in hosts.items() if host not in held}
    first = canaries(hosts, canary, held)
    rest = [host for host in hosts if host not in first]
    size = _count(wave, len(hosts), "--wave") if wave.strip() else max(len(rest), 1)
    early = [host for host in rest if hosts[host] != LATE]
    late = [host for host in rest if hosts[host] == LATE]
    return [each for each in (first, *_chunks(early, size), *_chunks(late, size)) if each]


def _chunks(hosts: Sequence[str], size: int) -> list[list[str]]:
    return [list(hosts[start : start + size]) for start in range(0, len(hosts), size)]


def canaries(hosts: Mapping[str, str], canary: str, held: Collection[str] = ()) -> list[str]:
    """The first wave of :func:`waves`; none when all that are named are held."""
    hosts = {host: role for host, role in hosts.items() if host not in held}
    if not canary.strip():
        return []
    if re.fullmatch(r"\s*\d+\s*%?\s*", canary):
        usual = Counter(hosts.values()).most_common(1)
        peers = [host for host, role in hosts.items() if usual and role == usual[0][0]]
        return peers[: _count(canary, len(peers), "--canary")]
    names = [name.strip() for name in canary.split(",") if name.strip()]
    unknown = [name for name in names if name not in hosts and name not in held]
    if unknown:
        raise BadInput(f"--canary names {', '.join(unknown)}; this roll-out has {', '.join(hosts)}")
    return [name for name in dict.fromkeys(names) if name in hosts]


def _count(text: str, total: int, option: str) -> int:
    """``"3"`` or ``"10%"`` of ``total``, rounded up."""
    found = re.fullmatch(r"\s*(\d+)\s*(%?)\s*", text)
    number = int(found[1]) if found else 0
    if not found or number < 1 or (found[2] and number > 100):
        raise BadInput(f"{option} {text} is neither a number of hosts (3) nor a share of them (10%)")
    return max(1, math.ceil(total * number / 100)) if found[2] else number
