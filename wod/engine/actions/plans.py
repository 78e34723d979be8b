"""The four verbs, each as its table of contents: the steps in the order in which they are done."""

from __future__ import annotations

from collections.abc import Callable

from wod.engine.actions import content, reports, seats
from wod.engine.actions.order import Order
from wod.engine.request import Verb
from wod.engine.step import Step


def _step(name: str, run: Callable[..., str], order: Order, *arguments: object, **fields: str) -> Step:
    return Step(name, lambda: run(order, *arguments, **fields))


def _hooks(order: Order, kind: str) -> list[Step]:
    """The public script, then the private one."""
    return [
        _step(f"hook:{kind}", content.hook, order, kind, "public"),
        _step(f"hook:{kind}:private", content.hook, order, kind, "private"),
    ]


def create(order: Order) -> list[Step]:
    """The API is told when all is in place, and the server starts last: nobody waits for it."""
    n = order.request.first
    return [
        _step("check", seats.check, order),
        _step("workshop", seats.look_up, order),
        _step("password", seats.password, order, n),
        _step("ldap", seats.ldap_password, order, n),
        _step("hub:stop", seats.hub_stop, order, n),
        _step("erase", seats.erase, order, n),
        _step("compile", content.compile_scripts, order, n),
        *_hooks(order, "create"),
        _step("notebooks", content.notebooks, order, n),
        *_hooks(order, "post-copy"),
        _step("owner", seats.hand_over, order, n),
        _step("forget", content.forget, order, n),
        Step("api:student", lambda: reports.student(order, n, password=order.password(n))),
        _step("api:customer", reports.customer, order, active="true"),
        Step("hub:start", lambda: seats.hub_start(order, n), courteous=True),
    ]


def cleanup(order: Order) -> list[Step]:
    """The home is empty before its seat is offered again; `cleaned` comes last, for RESET and PURGE wait for it."""
    n = order.request.first
    return [
        _step("check", seats.check, order),
        _step("workshop", seats.look_up, order),
        _step("password", seats.password, order, n),
        _step("ldap", seats.ldap_password, order, n),
        Step("api:student", lambda: reports.student(order, n, password=order.password(n))),
        *_hooks(order, "cleanup"),
        _step("completion", content.measure, order, n),
        _step("api:completion", reports.completed, order),
        _step("hub:stop", seats.hub_stop, order, n),
        _step("erase", seats.erase_unless_reset, order, n),
        _step("forget", content.forget, order, n),
        _step("api:seat", reports.give_back, order, n),
        _step("api:inactive", reports.deactivate, order),
        _step("api:cleaned", reports.known_customer, order, cleaned="true"),
    ]


def _only_if_reset(order: Order, step: Step) -> Step:
    """Without the flag nothing happens: PURGE gives the seat back then."""
    return Step(step.name, lambda: step.run() if order.workshop().reset else seats.NOT_NEEDED)


def _each(order: Order, name: str, run: Callable[..., str], **fields: str) -> list[Step]:
    numbers = order.request.students
    label = "{}" if len(numbers) == 1 else "{}:{}"
    return [_step(label.format(name, number), run, order, number, **fields) for number in numbers]


def reset(order: Order) -> list[Step]:
    steps = [
        _step("reset:script", content.reset_hooks_exist, order),
        _step("cleaned", reports.wait_cleaned, order),
        *_each(order, "password", seats.password),
        *_each(order, "ldap", seats.ldap_password),
        *_each(order, "hub:stop", seats.hub_stop),
        *_each(order, "erase", seats.erase),
        *_hooks(order, "reset"),
        _step("api:workshop", reports.capacity, order),
        *_each(order, "api:student", reports.student, assigned="false"),
    ]
    first = [_step("check", seats.check, order), _step("workshop", seats.look_up, order)]
    return [*first, *(_only_if_reset(order, step) for step in steps)]


def purge(order: Order) -> list[Step]:
    """Whatever the workshop was, and whether or not the API still knows it."""
    n = order.request.first
    return [
        _step("check", seats.check, order),
        _step("cleaned", reports.wait_cleaned, order),
        _step("password", seats.password, order, n),
        _step("hub:stop", seats.hub_stop, order, n),
        _step("erase", seats.erase, order, n),
        Step("api:student", lambda: reports.student(order, n, assigned="false", password=order.password(n))),
    ]


PLANS: dict[Verb, Callable[[Order], list[Step]]] = {
    "CREATE": create,
    "CLEANUP": cleanup,
    "RESET": reset,
    "PURGE": purge,
}
