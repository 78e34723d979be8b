"""Flags into an order, by the rules of the original's ``install.sh``; whatever breaks one is said, all at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address

from pydantic import ValidationError

from wod.endpoint import Endpoint
from wod.errors import BadInput, Problem, ProblemsFound
from wod.install.order import ALL, API_PORT, GROUP, KINDS, PROTO, WEB_PORT, Flags, Order, Tier
from wod.settings.checks import between
from wod.settings.layers import check_group
from wod.settings.schema import SETTINGS

ALONE = "wod wants a host for each of the platform's parts"
SETTING_FLAGS = {"-u": "WODUSER", "-s": "WODSENDER", "-p": "POSTPORT"}


def order_of(flags: Flags, local_name: str) -> Order:
    """The order; ``local_name`` is what this machine calls itself. :class:`ProblemsFound` names every rule broken."""
    reading = _Reading(flags, local_name)
    order = reading.order()
    problems = [*reading.problems, *(_contradictions(flags, order) if not reading.problems else ())]
    if problems:
        raise ProblemsFound(problems)
    return order


class _Reading:
    """The flags read one by one; what is wrong is kept, so that all of it can be said."""

    def __init__(self, flags: Flags, local_name: str) -> None:
        self.flags, self.local_name = flags, local_name
        self.problems: list[Problem] = []
        self.kind = flags.kind or (ALL if flags.ssh is not None else "backend")

    def order(self) -> Order:
        flags = self.flags
        if self.kind not in (*KINDS, ALL):
            self.wrong("-t", f"{flags.kind!r} is none of {', '.join(KINDS)}")
        return Order(
            self.kind,
            self.group(),
            self.backends(),
            self.number(),
            self.single("-a", flags.apidb, flags.apidb_ext, API_PORT),
            self.frontend(),
            self.local_name if self.kind == "appliance" else "",
            self.address(),
            self.settings(),
            flags.new_keys,
            self.account(),
        )

    def wrong(self, flag: str, said: str) -> None:
        self.problems.append(Problem(flag, said))

    def group(self) -> str:
        group = self.flags.group or GROUP
        try:
            check_group(group)
        except BadInput as error:
            self.wrong("-g", str(error))
        return group

    def endpoints(self, flag: str, text: str) -> list[Endpoint]:
        found = []
        for part in text.split(",") if text else []:
            try:
                found.append(Endpoint.parse(part.strip()))
            except ValueError as error:
                self.wrong(flag, str(error))
        return found

    def outside(self, flag: str, text: str, port: int) -> list[Endpoint]:
        """External names: without a port or protocol they have the original's, whatever the internal ones have."""
        found = self.endpoints(flag, text)
        return [Endpoint(each.host, each.port or port, each.proto or PROTO) for each in found]

    def backends(self) -> tuple[Tier, ...]:
        local = self.local_name if self.kind == "backend" else ""
        inside = self.endpoints("-b", self.flags.backend or local)
        outside = self.outside("-j", self.flags.backend_ext, WEB_PORT)
        if outside and len(outside) != len(inside):
            self.wrong("-j", f"it names {len(outside)} backends and -b {len(inside)}; give each its external name")
            outside = []
        return tuple(Tier(each, outside[place] if outside else None) for place, each in enumerate(inside))

    def single(self, flag: str, text: str, external: str, port: int) -> Tier | None:
        outer = {"-a": "-e", "-f": "-w"}[flag]
        inside, outside = self.endpoints(flag, text), self.outside(outer, external, port)
        for name, found in ((flag, inside), (outer, outside)):
            if len(found) > 1:
                self.wrong(name, "it takes one host; only -b and -j take several")
        if outside and not inside and not self.problems:
            self.wrong(outer, f"it goes with {flag}; give that, too")
        return Tier(inside[0], outside[0] if outside else None) if inside else None

    def frontend(self) -> Tier | None:
        """Without -f it is the backend's host, which is this machine where nothing else is said."""
        here = self.local_name if self.kind == "frontend" and not self.flags.backend else ""
        return self.single("-f", self.flags.frontend or here, self.flags.frontend_ext, WEB_PORT)

    def number(self) -> int:
        text = self.flags.number
        if not text:
            return 1
        if not text.isascii() or not text.isdigit() or int(text) < 1:
            self.wrong("-n", f"backends are counted from 1; {text!r} is no such number")
            return 1
        return int(text)

    def address(self) -> str:
        try:
            return str(ip_address(self.flags.address)) if self.flags.address else ""
        except ValueError:
            self.wrong("-i", f"{self.flags.address!r} is not an IP address")
            return ""

    def settings(self) -> dict[str, object]:
        flags = self.flags
        given = {"-u": flags.user, "-s": flags.sender, "-p": flags.postport}
        values = {SETTING_FLAGS[flag]: self.value(flag, text) for flag, text in given.items() if text}
        return values | ({"WODCURLOPT": "-k"} if flags.insecure else {})

    def value(self, flag: str, text: str) -> object:
        setting = SETTINGS[SETTING_FLAGS[flag]]
        try:
            value: object = setting.adapter.validate_python(text)
        except ValidationError:
            self.wrong(flag, f"it takes {setting.says}, not {text!r}")
            return text
        for _, said in between({setting.name: value}):
            self.wrong(flag, said)
        return value

    def account(self) -> str | None:
        """``install@`` or ``install``; empty is whom SSH logs in as anyway."""
        if self.flags.ssh is None:
            return None
        user = self.flags.ssh.removesuffix("@")
        if user and not re.fullmatch(r"[a-z_][a-z0-9_-]*", user):
            self.wrong("--ssh", f"{user!r} is not an account; write --ssh, or --ssh USER@")
        return user


def _contradictions(flags: Flags, order: Order) -> Iterator[Problem]:
    """What each flag says is right, and together they are not."""
    yield from _backend_rules(flags, order)
    yield from _missing_hosts(flags, order)
    yield from _shared_hosts(order)


def _backend_rules(flags: Flags, order: Order) -> Iterator[Problem]:
    over_ssh, many = order.ssh is not None, len(order.backends) > 1
    if many and order.kind != "api-db" and not over_ssh:
        yield Problem("-b", "several backends go with -t api-db only; install each backend with its own -b and -n")
    if flags.number and order.kind not in ("backend", ALL):
        yield Problem("-n", f"only a backend has a number; leave it out with -t {order.kind}")
    elif flags.number and many and over_ssh:
        yield Problem("-n", "the place in -b is a backend's number; leave -n out when several are named")
    if order.address and (order.kind not in ("backend", ALL) or len(order.backends) != 1):
        yield Problem("-i", "it is the address of one backend; it goes with -t backend and a single host in -b")


def _missing_hosts(flags: Flags, order: Order) -> Iterator[Problem]:
    """An empty -a is the frontend's host, an empty -f the backend's: where that cannot be, the flag is asked for."""
    if order.kind == ALL:
        if not (order.backends or order.apidb or order.frontend):
            yield Problem("--ssh", "name the hosts: backends with -b, the api-db with -a, the frontend with -f")
        return
    if order.kind == "api-db" and not order.backends:
        yield Problem("-b", "with -t api-db name all backends, in the order of their numbers, with commas between them")
    if order.kind == "frontend" and order.frontend is None:
        yield Problem("-f", f"without it the frontend is the backend's host, {flags.backend}; {ALONE}, so name it")
    if order.apidb is None and (order.kind in ("api-db", "frontend") or (order.frontend and order.kind == "backend")):
        where = f"the frontend's host, {order.frontend.name}" if order.frontend else "the backend's host"
        yield Problem("-a", f"without it the api-db is {where}; {ALONE}, so name it")


def _shared_hosts(order: Order) -> Iterator[Problem]:
    backends = [tier.name for tier in order.backends]
    for name in sorted({name for name in backends if backends.count(name) > 1}):
        yield Problem("-b", f"{name} is there twice; each backend is a host of its own")
    first = dict.fromkeys(backends, "-b")
    for flag, tier in (("-a", order.apidb), ("-f", order.frontend)):
        if tier and first.setdefault(tier.name, flag) != flag:
            yield Problem(flag, f"{tier.name} is named by {first[tier.name]}, too; {ALONE}")
