"""Sends what the outbox holds, one row in one transaction, until nothing more can leave now."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, Row
from sqlalchemy.orm import Session

from wod.api.clock import Clock
from wod.api.config import Api
from wod.api.lifecycle import orders, outbox, trace
from wod.api.mails import post
from wod.engine.send import NotSent


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def dispatch(engine: Engine, config: Api, clock: Clock, going: Callable[[], bool] = lambda: True) -> int:
    """How many rows were taken by their servers. A server that is away is asked once; its other rows wait."""
    held: set[str] = set()
    sent = 0
    while going():
        with Session(engine) as session, session.begin():
            row = outbox.take(session, clock(), held)
            if row is None:
                break
            try:
                _send(row, config, clock)
            except NotSent as error:
                held |= _failed(session, row, config, clock, error)
            else:
                outbox.settle(session, row, clock())
                trace.note(session, row.customer_id, clock(), "sent", _label(row))
                sent += 1
    return sent


def _send(row: Row[Any], config: Api, clock: Clock) -> None:
    """:class:`NotSent` also for a mistake of ours, such as in a template: a later release may send it."""
    try:
        if row.kind == "order":
            orders.deliver(row, config, clock())
        else:
            post.deliver(row.recipient, row.payload, row.key, config)
    except NotSent:
        raise
    except Exception as error:
        raise NotSent(f"{type(error).__name__}: {error}", final=False) from error


def _label(row: Row[Any]) -> str:
    return f"{row.kind} {row.key.split(':')[1]}"


def _failed(session: Session, row: Row[Any], config: Api, clock: Clock, error: NotSent) -> set[str]:
    """What to leave alone for now. A refused mail is given up; an order is not, for an operator may mend the reason."""
    now = clock()
    given_up = now - row.created >= outbox.PATIENCE or (error.final and row.kind == "mail")
    if given_up:
        outbox.settle(session, row, now, str(error))
    else:
        outbox.postpone(session, row, now, str(error), config.timing.resend)
    if given_up or row.tries == 0:
        trace.note(session, row.customer_id, now, "given up" if given_up else "retry", f"{_label(row)}: {error}")
    say(f"lifecycle: customer {row.customer_id}, {_label(row)}: {error}")
    if error.final:
        return set()
    return {"mail" if row.kind == "mail" else row.recipient}
