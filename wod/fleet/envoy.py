"""What :mod:`wod.fleet.elsewhere` runs with the code of another revision: given to Python as text, not imported here.

It uses only what every revision with ``wod rollout`` has. The order is one line of JSON on standard input, the answers
are lines of JSON on standard output; after a host is done, a line on standard input says whether to go on.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

Say = Callable[..., None]


def main() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: who sent it is gone, and nobody reads on
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever else is printed is no answer

    def say(**fields: object) -> None:
        print(json.dumps(fields), file=answers)

    order = json.loads(sys.stdin.readline())
    try:
        from wod.errors import WodError

        try:
            works: dict[str, Callable[..., None]] = {"look": look, "roll out": roll_out, "check": check}
            works[order.pop("work")](say, **order)
        except WodError as error:
            say(refused=str(error))
    except (ImportError, AttributeError, TypeError) as error:
        say(strange=f"{type(error).__name__}: {error}")


def look(say: Say, inventory: str) -> None:
    """The site as this revision reads it."""
    from wod.fleet import health, runs  # noqa: F401 - whether they are there
    from wod.inventory import load_site
    from wod.revision import revision

    site = load_site(Path(inventory))
    hosts = {host.name: seen(host) for host in site.hosts}
    pins = sorted({pin for host in site.hosts for pin in content(host)})
    say(revision=revision(), root=str(site.root), hosts=hosts, content=pins)


def seen(host: Any) -> dict[str, Any]:
    values = {name: value for name, value in host.settings.as_data().items() if isinstance(value, (int, str, bool))}
    return {"role": host.role, "digest": host.settings.digest(), "settings": values}


def content(host: Any) -> Iterator[tuple[str, ...]]:
    from wod import repos
    from wod.errors import WodError
    from wod.sources import sources_of

    with suppress(WodError):
        for source in (each for each in sources_of(host.settings) if each.url):
            with suppress(WodError):
                yield source.name, source.url, source.branch, repos.fetch(source).commit


def roll_out(say: Say, inventory: str, hosts: list[str], jobs: int, seconds: float, logs: str) -> None:
    from wod.fleet.runs import run

    going = {"on": True}

    def done(result: Any) -> None:
        say(done=result.as_dict())
        going["on"] = sys.stdin.readline().strip() == "on"

    run(
        Path(inventory),
        hosts,
        "apply",
        jobs=jobs,
        seconds=seconds,
        logs=Path(logs),
        on_done=done,
        on_start=lambda host: say(began=host),
        stop=lambda: not going["on"],
        on_tick=partial(say, tick=True),
    )
    say(over=True)


def check(say: Say, inventory: str, hosts: list[str], deep: bool) -> None:
    from wod.fleet import health

    say(wrong=health.check(Path(inventory), hosts, **({"deep": True} if deep else {})))


if __name__ == "__main__":
    main()
