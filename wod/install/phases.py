"""The installation itself: looked at, written down, rolled out, looked at again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from wod import vaultkey
from wod.fleet import health
from wod.fleet.lock import locked
from wod.fleet.progress import line_of
from wod.fleet.result import GOOD, HostResult, failures
from wod.fleet.runs import log_of, run
from wod.fleet.selection import ROLES
from wod.fleet.state import folder_of
from wod.install import adminkeys, credentials, generated, privaterepo, shared
from wod.install.inventoryfile import Extended, extended, path_of
from wod.install.journal import Follower, Journal
from wod.install.order import Order
from wod.install.platform import hosts_of
from wod.install.writing import replaced
from wod.inventory import load_site
from wod.person import Person
from wod.preflight import table
from wod.preflight.asking import Looked, look
from wod.settings import private_dir
from wod.site import TYPES, Site

PHASES = 5


@dataclass(frozen=True)
class Installation:
    """One order on its way. ``root`` is the repository's folder, ``skip`` goes on in spite of the preflight."""

    order: Order
    root: Path
    person: Person
    journal: Journal
    skip: bool = False

    def carry_out(self) -> int:
        """0: all is as ordered. 1: something is in the way, or failed. Errors before anything is touched are raised."""
        private = private_dir(self.root)
        order = self.with_private_repository(private)
        plan = extended(self.root, order.group, hosts_of(order), order.settings)
        if not self.may_begin(order, private, plan.site):
            return 1
        try:
            with locked(folder_of(order.group), "wod install"):
                changed = self.write(order, private, plan)
                results = self.roll_out(order)
                wrong = self.look_again(order, [each.host for each in results if each.outcome in GOOD])
        finally:
            made = [private / "secrets", private / "generated"]
            self.person.owns(path_of(self.root, order.group), *made, self.person.notes)
        return self.conclude(order, results, wrong, changed)

    def with_private_repository(self, private: Path) -> Order:
        """``install.priv`` makes the private folder before the settings in it are read."""
        declared = privaterepo.declared(self.root)
        if declared is None:
            return self.order
        if private == self.root / "private":
            privaterepo.check_out(declared, private)
        return replace(self.order, settings={**self.order.settings, **declared.settings})

    def may_begin(self, order: Order, private: Path, site: Site) -> bool:
        self.journal.phase(f"Look at {', '.join(order.targets)}")
        found = look(site, order.targets)
        first = order.targets[0]
        secrets = shared.check(order, private, found)
        found = {**found, first: replace(found[first], checks=(*found[first].checks, secrets))}
        self.show(found)
        failed = any(looked.failed for looked in found.values())
        if failed and not self.skip:
            self.journal.say("Nothing was changed. Mend what failed, and run this again.", style="red")
        return self.skip or not failed

    def show(self, found: dict[str, Looked]) -> None:
        for line in table.lines(found):
            self.journal.say(f"    {line}")

    def write(self, order: Order, private: Path, plan: Extended) -> bool:
        """Whether the inventory, the generated settings or the secrets are others than before."""
        path = path_of(self.root, order.group)
        self.journal.phase(f"Write {path.relative_to(self.root)} and {order.group}'s generated settings")
        written = replaced(path, plan.text, 0o644)
        changed = generated.write(private, order.group, order.settings) or written
        return shared.make_all(load_site(path), private) or changed

    def roll_out(self, order: Order) -> list[HostResult]:
        """The stock roll-out of the inventory that is there now."""
        path = path_of(self.root, order.group)
        site = load_site(path)
        names = [name for name in order.targets if site.host(name).role in ROLES]
        self.journal.phase(f"Roll out {', '.join(names) or 'nothing: appliances have no role of their own yet'}")
        if order.new_keys:
            adminkeys.forget(site, names)
        logs = self.person.notes / "logs"
        for name in names:
            log_of(logs, name).unlink(missing_ok=True)
        follower = Follower(self.journal, [(name, log_of(logs, name)) for name in names])
        try:
            return run(path, names, "apply", logs=logs, on_tick=follower.look, on_done=self.say_result)
        finally:
            follower.look()

    def say_result(self, result: HostResult) -> None:
        self.journal.say(f"    {line_of(result)}", style=None if result.outcome in GOOD else "red")

    def look_again(self, order: Order, names: Sequence[str]) -> dict[str, str]:
        """What is wrong with hosts that were rolled out well."""
        self.journal.phase("See whether it works")
        path = path_of(self.root, order.group)
        wrong = {name: why for name, why in health.check(path, names).items() if why} if names else {}
        site = load_site(path)
        backends = [name for name in names if name not in wrong and site.host(name).role == "backends"]
        return wrong | (shared.login_problems(site, backends) if backends else {})

    def conclude(self, order: Order, results: list[HostResult], wrong: dict[str, str], changed: bool) -> int:
        """What it came to, and what the person does next."""
        self.journal.phase("Done" if not wrong and not failures(results) else "Not done")
        for name, why in wrong.items():
            self.journal.say(f"    {name}: {why}", style="red")
        site = load_site(path_of(self.root, order.group))
        hosts = [site.host(result.host) for result in results if result.outcome in GOOD]
        if hosts:
            path = credentials.write(self.person.notes, hosts)
            self.person.owns(path)
            self.journal.say(f"    credentials: {path}")
        for role in dict.fromkeys(host.role for host in hosts):
            command = f"pyinfra inventories/{order.group}.py deploys/{TYPES[role]}.py"
            self.journal.say(f"    from now on: {command}")
        if order.ssh is None and hosts:
            self.journal.say(f"    the platform's other machines need {self.to_carry(order)}: bring it there first")
        self.journal.say(f"    log: {self.journal.path}")
        if not changed and results and all(result.outcome == "unchanged" for result in results):
            self.journal.say("No changes")
        return 1 if wrong or failures(results) else 0

    def to_carry(self, order: Order) -> str:
        """What the platform's machines share, beside the repository."""
        key = vaultkey.find(order.group)
        return f"{private_dir(self.root)}" + (f" and the key of its secrets, {key.origin}" if key else "")
