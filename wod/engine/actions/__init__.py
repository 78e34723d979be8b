"""What a backend does when it is asked to: the steps of CREATE, CLEANUP, RESET and PURGE (contract section 8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from wod.engine import keys, report, runner
from wod.engine.accounts import HostAccounts
from wod.engine.actions.order import Order, Tools
from wod.engine.actions.plans import PLANS
from wod.engine.api import Api
from wod.engine.config import Worker
from wod.engine.errors import Impossible
from wod.engine.hub import Hub
from wod.engine.render import Renderer
from wod.engine.request import Request
from wod.engine.step import Memory, Step

__all__ = ["Actions", "Order", "Tools", "planner"]


class Actions:
    """A :class:`~wod.engine.step.Planner`. One for all threads of the worker."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def __call__(self, request: Request, memory: Memory) -> Sequence[Step]:
        return PLANS[request.verb](Order(self._tools, request, memory))

    def resolve(self, request: Request) -> Request:
        """The same request with its student, who is looked up from the customer when the order named none.

        :class:`~wod.engine.errors.TryLater` while the API is away.
        """
        if request.first or request.last:
            return request
        row = self._tools.api.customer(request.customer) if request.customer else None
        if row is None:
            raise Impossible(f"the order names no student, and customer {request.customer} is unknown to the API")
        number = self._local(row.get("studentId"), request.customer)
        return replace(request, first=number, last=number)

    def leisure(self) -> bool:
        """Something useful while there is nothing to do; whether there was something."""
        return keys.prepare(Path(self._tools.config.state))

    def report(self, wait: Callable[[float], bool], log: Callable[[str], None]) -> None:
        """Tells the API how this backend is, until ``wait`` says that it is to stop."""
        report.run(self._tools.config, wait, log)

    def _local(self, seat: object, customer: int) -> int:
        """The N of studentN for a student's id in the database."""
        config = self._tools.config
        if not isinstance(seat, int):
            raise Impossible(f"customer {customer} has no student")
        number = seat - config.basestdid
        if not config.first <= number <= config.last:
            raise Impossible(
                f"customer {customer} has the student {seat} of the database, which is not of this backend"
            )
        return number


def planner(config: Worker) -> Actions:
    """What the worker runs."""
    keys.tidy(Path(config.state))
    return Actions(
        Tools(
            config=config,
            api=Api(config.api_url, config.api_user, config.api_password, insecure=config.insecure),
            hub=Hub(config.hub_url, config.hub_token),
            accounts=HostAccounts(),
            runner=runner.for_this_host(),
            renderer=Renderer(),
        )
    )
