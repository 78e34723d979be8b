"""Steps on a seat itself: its account, its password, its home."""

from __future__ import annotations

from pathlib import Path

from wod.engine import homes, ldap, processes
from wod.engine.actions.order import Order
from wod.engine.errors import Impossible

NOT_NEEDED = "not needed"


def check(order: Order) -> str:
    """Before anything is touched: the students are this backend's, and have accounts and homes."""
    request, config = order.request, order.config
    if not config.first <= request.first <= request.last <= config.last:
        students = f"student{request.first}" + (f" to {request.last}" if request.last != request.first else "")
        raise Impossible(f"{students}: this backend has the students {config.first} to {config.last}")
    for number in request.students:
        order.account(number)
        homes.check(order.home(number))
    return request.workshop


def look_up(order: Order) -> str:
    """The workshop's flags, as the API has them."""
    workshop = order.workshop()
    return f"workshop {workshop.id}" if workshop.id is not None else "no longer in the catalogue"


def password(order: Order, number: int) -> str:
    """A new one, which locks the last participant out; nothing is said of it."""
    order.tools.accounts.set_password(order.account(number).name, order.password(number))
    return "set"


def ldap_password(order: Order, number: int) -> str:
    if not order.workshop().ldap:
        return NOT_NEEDED
    ldap.set_password(order.config.ldap, number, order.password(number), Path(order.config.state))
    return "set"


def erase(order: Order, number: int) -> str:
    """End what runs, empty the home, and make it as new."""
    account = order.account(number)
    ended = processes.end(account, lambda: processes.stop_server(account.name))
    config = order.config
    homes.renew(account, order.home(number), config.skeletons, config.admin, Path(config.state))
    return f"{ended} processes ended" if ended else "done"


def hand_over(order: Order, number: int) -> str:
    """Hooks run as the admin account; what they made in the home is the student's from now on."""
    makers = [0] + [found.uid for found in [order.tools.accounts.find(order.config.admin)] if found]
    homes.hand_over(order.home(number), order.account(number), makers)
    return "done"


def erase_unless_reset(order: Order, number: int) -> str:
    """At CLEANUP: a workshop with a RESET to come needs the home until then."""
    return "left to RESET" if order.workshop().reset else erase(order, number)


def hub_start(order: Order, number: int) -> str:
    return order.tools.hub.start(order.name(number))


def hub_stop(order: Order, number: int) -> str:
    return order.tools.hub.stop(order.name(number))
