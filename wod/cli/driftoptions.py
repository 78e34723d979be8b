"""What the commands of ``wod drift`` share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from wod.cli import options
from wod.fleet.checking import Job
from wod.fleet.drift import Report
from wod.fleet.history import History
from wod.fleet.runs import JOBS
from wod.fleet.state import folder_of


def of_hosts(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which hosts; the command gets a :class:`Job`."""

    def with_job(inventory: Path, limit: tuple[str, ...], jobs: int, timeout: float, **others: Any) -> Any:
        return function(job=Job(inventory, limit, jobs, timeout), **others)

    with_job.__doc__, with_job.__name__ = function.__doc__, function.__name__
    with_job.__click_params__ = getattr(function, "__click_params__", [])  # type: ignore[attr-defined]
    for option in (
        click.option(
            "--timeout", type=click.FloatRange(min=1), default=600.0, show_default=True, help="Seconds a host."
        ),
        click.option("--jobs", type=click.IntRange(min=1), default=JOBS, show_default=True, help="Hosts at a time."),
        click.option("--limit", multiple=True, metavar="HOST|ROLE", help="Names, patterns or roles, with commas."),
        options.inventory,
    ):
        with_job = option(with_job)
    return with_job


def warn(text: str) -> None:
    click.echo(f"wod: {text}", err=True)


def history_of(report: Report) -> History:
    return History(folder_of(report.platform).history)
