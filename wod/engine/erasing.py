"""Homes made anew by an operator's wish, outside any order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from wod.engine import homes, overview, processes
from wod.engine.accounts import FIRST_UID, Accounts
from wod.engine.config import Worker
from wod.engine.errors import Impossible, TryLater
from wod.engine.overview import NotPossible


def erase(config: Worker, accounts: Accounts, first: int, last: int) -> Iterator[str]:
    """End what students ``first`` to ``last`` run, re-make their homes, a line each; :class:`NotPossible` if not."""
    if not config.first <= first <= last <= config.last:
        raise NotPossible(f"this backend has the students {config.first} to {config.last}", known=False)
    for number in range(first, last + 1):
        name, home = f"student{number}", Path(config.students) / f"student{number}"
        account = accounts.find(name)
        if account is None or account.uid < FIRST_UID:
            raise NotPossible(f"{name} has no account of a student here; roll the students module out")
        waiting = [row["id"] for row in overview.of_student(config, number)["open"] if row["state"] != "dead"]
        if waiting:
            raise NotPossible(f"{name} has an order under way ({waiting[0]}); wait until it is done")
        try:
            processes.end(account, lambda name=name: processes.stop_server(name))  # type: ignore[misc]
            homes.renew(account, home, config.skeletons, config.admin, Path(config.state))
        except (Impossible, TryLater) as error:
            raise NotPossible(f"{name}: {error}") from error
        yield f"{name}: erased"
