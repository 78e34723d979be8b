"""A host in a few dictionaries: it answers our facts and takes our commands, so that roll-outs need no machine.

It knows what each of our commands means, not how a shell carries it out: that is proven where the real scripts run, in
``tests/unit`` and in the lab. A command that it does not know is an error.
"""

from __future__ import annotations

import base64
import hashlib
import json
import pickle
import re
import shlex
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pyinfra.api import StringCommand
from pyinfra.connectors.fake import FakeConnector
from pyinfra.connectors.util import CommandOutput, OutputLine

from tests.fixtures import lines
from wod import apisettings, enginesettings, remote
from wod.facts import END, addresses, firewall, packages, platform, services, students
from wod.facts import apidatabase as database_facts
from wod.facts import content as content_facts
from wod.facts import files as file_facts
from wod.facts import nodetree as node_facts
from wod.facts import postgresql as postgresql_facts
from wod.facts import texts as text_facts
from wod.facts import venvtree as tree_facts
from wod.facts import webserver as web_facts
from wod.facts.firewall import Opening
from wod.inventory import TEMP_DIR
from wod.operations import (
    account,
    admin,
    apidatabase,
    files,
    health,
    hubtree,
    nodetree,
    stamp,
    webroot,
    webserver,
    wheeltree,
)
from wod.operations import packages as installing
from wod.operations import postgresql as postgresql_operations
from wod.operations import students as student_operations
from wod.students import Home, User, expected_acl

__all__ = ["Model", "simulate", "students"]
ADMIN_UID = 1001
PARTS = (enginesettings.LINK, apisettings.LINK)
Answer = list[str]


@dataclass
class Model:
    """One host. ``failing`` are the names of handlers that fail, ``log`` all commands that changed something."""

    distribution: str = "debian12"
    failing: set[str] = field(default_factory=set)
    log: list[str] = field(default_factory=list)
    clock: int = 1000
    packages: set[str] = field(default_factory=set)
    paths: dict[str, file_facts.PathState] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    enabled: set[str] = field(default_factory=set)
    masked: set[str] = field(default_factory=set)
    started: dict[str, int] = field(default_factory=dict)
    openings: set[Opening] = field(default_factory=set)
    services: set[str] = field(default_factory=lambda: {"ssh", "cockpit", "dhcpv6-client"})
    firewall: bool = False
    tree: str = ""
    parts: dict[str, str] = field(default_factory=dict)
    migrated: bool = False
    catalogue: str = ""
    answering: bool = False
    clusters: set[str] = field(default_factory=set)
    included: bool = False
    access: list[str] = field(default_factory=list)
    port_holder: str = ""
    database_owner: str = ""
    accounts: set[str] = field(default_factory=set)
    content: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    kernel: dict[str, str] = field(default_factory=lambda: {"net.ipv4.tcp_keepalive_time": "7200"})
    admin: set[str] = field(default_factory=set)
    users: dict[str, User] = field(default_factory=dict)
    homes: dict[str, Home] = field(default_factory=dict)
    hub: set[str] = field(default_factory=set)
    addresses: dict[str, str] = field(default_factory=lambda: {"api": "192.0.2.30"})
    pages: tuple[str, str] = ("", "")
    reloaded: int = 0
    port80: str = ""
    hosts_file: str = "127.0.0.1 localhost\n"

    def take(self, command: str, stdin: str) -> Answer:
        """Carry a command out, or answer it; LookupError for one that fails."""
        words = shlex.split(command)
        name, arguments = _meaning(words)
        if name in self.failing:
            raise LookupError(f"{name} was made to fail")
        if name == "stock":
            return self.stock(command)
        if not name.startswith("read_"):
            self.clock += 1
            self.log.append(" ".join([name, *arguments]))
        return getattr(self, name)(arguments, stdin) or []

    # --- facts

    def read_platform(self, _a: list[str], _s: str) -> Answer:
        return lines(f"{self.distribution}/platform")

    def read_missing(self, names: list[str], _s: str) -> Answer:
        return [*(name for name in names if name not in self.packages), END]

    def read_addresses(self, names: list[str], _s: str) -> Answer:
        return [*(f"{name} {self.addresses[name]}" for name in names if name in self.addresses), END]

    def read_offered(self, _names: list[str], _s: str) -> Answer:
        return [END]

    def read_paths(self, paths: list[str], _s: str) -> Answer:
        states = ((path, self.paths.get(path, file_facts.PathState("none"))) for path in paths)
        return [*(f"{s.kind}|{s.mode:o}|{s.user}|{s.group}|{s.detail}|{path}" for path, s in states), END]

    def read_texts(self, paths: list[str], _s: str) -> Answer:
        encoded = {path: base64.b64encode(self.texts.get(path, "").encode()).decode() for path in paths}
        return [line for path in paths for line in (f"file={path}", encoded[path]) if line] + [END]

    def read_ufw(self, _a: list[str], _s: str) -> Answer:
        rules = [f"{o.proto} {o.port} 0.0.0.0/0 any {o.source or '0.0.0.0/0'} in" for o in self.openings]
        live = [f"live=-A x -p {o.proto} -m {o.proto} --dport {o.port} -j ACCEPT" for o in self.openings]
        active = "active" if self.firewall else "inactive"
        return ["ssh=22", f"active={active}", "policy=DROP", *(f"rule=allow {rule}" for rule in rules), *live, END]

    def read_firewalld(self, _a: list[str], _s: str) -> Answer:
        ports = [f"{o.port}/{o.proto}" for o in self.openings]
        live = [f"live={port}" for port in ports] if self.firewall else []
        state = f"active={'running' if self.firewall else ''}"
        names = [f"service={name}" for name in self.services]
        return ["ssh=22", state, *(f"port={port}" for port in ports), *live, *names, END]

    def read_services(self, arguments: list[str], _s: str) -> Answer:
        units, *watched = arguments
        said = [line for unit in units.split() for line in self._unit(unit)]
        return [*said, *(f"watched={self.changed.get(path, 0)} {path}" for path in watched), END]

    def _unit(self, unit: str) -> Answer:
        brought = {"chronyd", "systemd-timesyncd", *(name.removesuffix("-server") for name in self.packages)}
        there = f"/etc/systemd/system/{unit}" in self.paths or re.split("[@.]", unit)[0] in brought
        load = "masked" if unit in self.masked else "loaded" if there else "not-found"
        state = "enabled" if unit in self.enabled else "disabled" if there else ""
        active = "active" if unit in self.started else "inactive"
        since = self.started.get(unit, 0)
        return [
            f"unit={unit}",
            f"LoadState={load}",
            f"ActiveState={active}",
            f"UnitFileState={state}",
            f"Since={since}",
        ]

    def read_tree(self, arguments: list[str], _s: str) -> Answer:
        digest = self.parts.get(arguments[0], "") if arguments[0] in PARTS else self.tree
        return [f"complete={digest}", *(["python=yes"] if digest else []), END]

    def read_node(self, arguments: list[str], _s: str) -> Answer:
        return [f"complete={self.parts.get(arguments[0], '')}", END]

    def read_database(self, arguments: list[str], _s: str) -> Answer:
        missing = arguments[0] != apisettings.PROGRAM or apisettings.LINK not in self.parts
        said = [] if self.texts[arguments[2]] == self.catalogue else ["change workshop WKSHP-Bash: name"]
        code = 2 if missing else 0 if self.migrated else 1
        return [f"code={code}", *(f"said={line}" for line in said or ["Nothing to change."]), END]

    def read_memory(self, _a: list[str], _s: str) -> Answer:
        return ["3900", END]

    def read_cluster(self, arguments: list[str], _s: str) -> Answer:
        cluster, _configuration, data, _port = arguments
        made = data in self.clusters or (cluster and "postgresql" in self.packages)
        said = ["made=yes"] if made else []
        said += ["included=yes"] if cluster or self.included else []
        said += [f"holder={self.port_holder or cluster}"] if cluster else []
        return [*said, *(f"access={line}" for line in self.access), END]

    def read_server(self, arguments: list[str], _s: str) -> Answer:
        if not any(unit.startswith("postgresql") for unit in self.started):
            raise LookupError("the server does not run")
        held = {"owner": self.database_owner, "encoding": "UTF8", "public": False} if self.database_owner else None
        plain = {"login": True, "powers": False, "verifier": None, "salt": None, "iterations": None}
        roles = {arguments[2]: plain} if self.database_owner == arguments[2] else {}
        return [json.dumps({"roles": roles, "database": held, "member": False, "acts": False}), END]

    def read_health(self, _a: list[str], _s: str) -> Answer:
        return ["200" if self.answering else "000", END]

    def read_account(self, arguments: list[str], _s: str) -> Answer:
        return [*(["/home:/bin/false"] if arguments[0] in self.accounts else []), END]

    def read_content(self, paths: list[str], _s: str) -> Answer:
        return [line for path in paths for line in self._checkout(path)] + [END]

    def _checkout(self, path: str) -> Answer:
        if path not in self.content:
            return [f"path={path}", "kind=none"]
        commit, mode, user = self.content[path]
        return [f"path={path}", f"owner={mode} {user} {user}", "kind=ours", f"commit={commit}"]

    def read_admin(self, _a: list[str], _s: str) -> Answer:
        return [*(f"{each}=yes" for each in sorted(self.admin)), END]

    def read_kernel(self, names: list[str], _s: str) -> Answer:
        return [*(f"{name} = {self.kernel[name]}" for name in names if name in self.kernel), END]

    def read_stamp(self, _a: list[str], _s: str) -> Answer:
        return [*self.texts.get(stamp.PATH, "").splitlines(), END]

    def read_students(self, _a: list[str], _s: str) -> Answer:
        users = [[u.name, u.uid, u.gid, u.home, u.shell, u.comment] for u in self.users.values()]
        acls = sorted({home.acl for home in self.homes.values()})
        homes = {n: [h.kind, h.uid, h.gid, h.mode, acls.index(h.acl)] for n, h in self.homes.items()}
        groups = [[u.name, u.gid] for u in self.users.values()]
        found = {"users": users, "groups": groups, "homes": homes, "acls": acls}
        return [json.dumps({**found, "admin": ADMIN_UID if "account" in self.admin else None})]

    def read_hub(self, _a: list[str], _s: str) -> Answer:
        if "jupyterhub.service" not in self.started:
            raise LookupError("the Hub does not run")
        return [json.dumps(dict.fromkeys(sorted(self.hub), False))]

    def read_serving(self, arguments: list[str], _s: str) -> Answer:
        since = max(self.started["nginx.service"], self.reloaded) if "nginx.service" in self.started else 0
        changed = [f"changed={self.changed.get(path, 0)}" for path in arguments[1:]]
        code = "000" if not since else "200" if self.pages[1] or not self.pages[0] else "404"
        return [f"since={since}", f"code={code}", *changed, END]

    def read_listener(self, _a: list[str], _s: str) -> Answer:
        return [*([self.port80] if self.port80 else []), END]

    def read_pages(self, _a: list[str], _s: str) -> Answer:
        return [f"target={self.pages[0]}", *([f"sum={self.pages[1]}"] if self.pages[1] else []), END]

    # --- changes

    def put_pages(self, arguments: list[str], _s: str) -> None:
        self.pages = (arguments[1], arguments[2])

    def reload(self, arguments: list[str], _s: str) -> None:
        self.reloaded = self.clock if arguments[1] == "yes" else self.reloaded

    def make_certificate(self, arguments: list[str], _s: str) -> None:
        path, _name, _days, group = arguments
        self._put(path, "file", f"root:{group}", "600" if group == "root" else "640", "made there")

    def get_certificate(self, arguments: list[str], _s: str) -> None:
        names = " ".join(arguments[5:]) + "\n"
        self._put(arguments[4], "file", "root:root", "600", hashlib.sha256(names.encode()).hexdigest())
        self._put("/etc/wod/tls/portal.pem", "file", "root:root", "600", "the authority's")
        self.reloaded = self.clock  # by its hook

    def rm(self, words: list[str], _s: str) -> None:
        del self.paths[words[-1]]

    def refuse(self, arguments: list[str], _s: str) -> Answer:
        raise LookupError(arguments[0])

    def install(self, names: list[str], _s: str) -> None:
        self.packages |= set(names)

    def write(self, arguments: list[str], text: str) -> None:
        path, owner, mode, *_ = arguments
        self.texts[path] = text
        self._put(path, "file", owner, mode, hashlib.sha256(text.encode()).hexdigest())

    def attributes(self, arguments: list[str], _s: str) -> None:
        path, owner, mode = arguments
        self._put(path, self.paths[path].kind, owner, mode, self.paths[path].detail)

    def mkdir(self, arguments: list[str], _s: str) -> None:
        path, owner, mode = arguments
        self._put(path, "dir", owner, mode, "-")

    def remove(self, arguments: list[str], _s: str) -> None:
        del self.paths[arguments[0]]

    def secret(self, arguments: list[str], _s: str) -> None:
        self._put(arguments[0], "file", "root:root", "600", "made there")

    def _put(self, path: str, kind: str, owner: str, mode: str, detail: str) -> None:
        user, group = owner.split(":")
        self.paths[path] = file_facts.PathState(kind, int(mode, 8), user, group, detail)
        self.changed[path] = self.clock

    def build(self, arguments: list[str], _s: str) -> None:
        link, self.tree, *_ = arguments
        self.changed[link] = self.changed[f"{link}/.wod-complete"] = self.clock

    def build_part(self, arguments: list[str], _s: str) -> None:
        assert arguments[0] in PARTS

    def switch_part(self, arguments: list[str], _s: str) -> None:
        link, self.parts[link], *_ = arguments
        self.changed[link] = self.changed[f"{link}/.wod-complete"] = self.clock

    def migrate(self, arguments: list[str], _s: str) -> None:
        assert arguments[0].startswith(apisettings.LINK)
        self.migrated = True

    def sync(self, arguments: list[str], _s: str) -> None:
        self.catalogue = self.texts[arguments[2]]

    def make_cluster(self, _a: list[str], _s: str) -> None:
        self.clusters.add("/var/lib/pgsql/data")

    def include(self, _a: list[str], _s: str) -> None:
        self.included = True

    def let_in(self, arguments: list[str], text: str) -> None:
        self.access = [*text.splitlines(), postgresql_facts.END_MARK]
        self.changed[arguments[0]] = self.clock

    def tell_server(self, _a: list[str], text: str) -> None:
        owner = re.search(r'CREATE DATABASE .* OWNER "([^"]+)"', text)
        self.database_owner = owner[1] if owner else self.database_owner

    def wait_for(self, _a: list[str], _s: str) -> None:
        self.answering = True

    def build_node(self, arguments: list[str], _s: str) -> None:
        self.switch_part(arguments, _s)

    def log_in_node(self, arguments: list[str], _s: str) -> None:
        self.paths[arguments[2]] = self.paths[arguments[0]]

    def make_account(self, arguments: list[str], _s: str) -> None:
        self.accounts.add(arguments[0])

    def check_out(self, arguments: list[str], _s: str) -> None:
        path, commit, _bundle, user, mode, *_ = arguments
        self.content[path] = (commit, mode, user)

    def ufw(self, words: list[str], _s: str) -> None:
        if words[0] == "allow":
            self.openings.add(Opening(words[-1], words[2], "" if words[4] == "any" else words[4]))
        elif words == ["--force", "enable"]:
            self.firewall = True
        else:
            raise NotImplementedError(words)

    def firewall_cmd(self, words: list[str], _s: str) -> None:
        action, _, value = words[-1].partition("=")
        if action == "--add-port":
            self.openings.add(Opening.parse(value))
        elif action == "--remove-service":
            self.services.remove(value)
        elif action != "--reload":
            raise NotImplementedError(words)

    def systemctl(self, words: list[str], _s: str) -> None:
        verb, *names = [word for word in words if word != "--now"]
        if names == ["firewalld.service"]:
            self.firewall = True
        elif verb == "enable":
            self.enabled |= set(names)
        elif verb == "unmask":
            self.masked -= set(names)
        elif verb == "disable":
            self.enabled -= set(names)
            self.started = {name: since for name, since in self.started.items() if name not in names}

    def act(self, arguments: list[str], _s: str) -> None:
        self.started[arguments[0]] = self.clock

    def sysctl(self, words: list[str], _s: str) -> None:
        self.kernel |= dict(word.split("=", 1) for word in words if "=" in word)

    def make_admin(self, _a: list[str], _s: str) -> None:
        self.admin.add("account")

    def make_key(self, _a: list[str], _s: str) -> None:
        self.admin.add("key")

    def make_students(self, _a: list[str], text: str) -> None:
        for line in text.splitlines():
            kind, name, *rest = shlex.split(line)
            if kind == "u":
                uid, gid = map(int, rest[0].split(":"))
                self.users[name] = User(name, uid, gid, rest[2], rest[3], rest[1])

    def change_homes(self, _a: list[str], text: str) -> None:
        for name in text.split():
            user = self.users[name]
            self.homes[name] = Home("d", user.uid, user.gid, 0o770, expected_acl(ADMIN_UID))

    def add_hub_users(self, _a: list[str], text: str) -> None:
        self.hub |= set(text.split())

    def remove_hub_users(self, _a: list[str], text: str) -> None:
        self.hub -= set(text.split())

    def remove_students(self, _a: list[str], text: str) -> None:
        for name in text.split():
            self.users.pop(name, None)
            self.homes.pop(name, None)

    def stock(self, command: str) -> Answer:
        """pyinfra's own files.block on /etc/hosts, carried out on a copy."""
        assert "/etc/hosts" in command, command
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder, "hosts")
            copy.write_text(self.hosts_file)
            line = command.replace("/etc/hosts", str(copy)).replace(TEMP_DIR, folder)
            done = subprocess.run(["sh", "-c", line], capture_output=True, text=True)
            self.hosts_file = copy.read_text()
        if done.returncode != 0:
            raise LookupError(done.stderr)
        return done.stdout.splitlines()


SCRIPTS = {
    platform._SCRIPT: "read_platform",
    addresses._SCRIPT: "read_addresses",
    file_facts._SCRIPT: "read_paths",
    text_facts._SCRIPT: "read_texts",
    services._SCRIPT: "read_services",
    tree_facts._SCRIPT: "read_tree",
    firewall.SCRIPTS["ufw"]: "read_ufw",
    firewall.SCRIPTS["firewalld"]: "read_firewalld",
    admin._READ: "read_admin",
    admin._CREATE: "make_admin",
    admin._KEY: "make_key",
    files._WRITE: "write",
    files._ATTRIBUTES: "attributes",
    files._MKDIR: "mkdir",
    files._MAKE_ONCE: "secret",
    files._REMOVE: "remove",
    hubtree._BUILD + hubtree._SWITCH: "build",
    wheeltree._BUILD: "build_part",
    wheeltree._SWITCH: "switch_part",
    node_facts._SCRIPT: "read_node",
    nodetree._BUILD: "build_node",
    nodetree._ACCOUNTS: "log_in_node",
    database_facts._SCRIPT: "read_database",
    apidatabase.MIGRATE: "migrate",
    apidatabase._SYNC: "sync",
    health._ASK: "read_health",
    health._WAIT: "wait_for",
    postgresql_facts._MEMORY: "read_memory",
    postgresql_facts._CLUSTER: "read_cluster",
    postgresql_facts._DATABASE: "read_server",
    postgresql_operations._MAKE: "make_cluster",
    postgresql_operations._INCLUDE: "include",
    postgresql_operations._ACCESS: "let_in",
    postgresql_operations._SQL: "tell_server",
    web_facts._SERVING: "read_serving",
    web_facts._LISTENER: "read_listener",
    web_facts._ROOT: "read_pages",
    webroot._PUT: "put_pages",
    webserver._RELOAD: "reload",
    webserver._OWN: "make_certificate",
    webserver._CERTBOT: "get_certificate",
    account._READ: "read_account",
    account._CREATE: "make_account",
    content_facts._SCRIPT: "read_content",
    student_operations._CREATE: "make_students",
    **dict.fromkeys(packages.QUERIES.values(), "read_missing"),
    **dict.fromkeys(packages._OFFERED.values(), "read_offered"),
    **dict.fromkeys(installing.INSTALLERS.values(), "install"),
}
BY_SCRIPT = {text.strip(): name for text, name in SCRIPTS.items()}
PROGRAMS = {
    ("content_checkout", ""): "check_out",
    ("student_state", ""): "read_students",
    ("student_homes", "make"): "change_homes",
    ("student_homes", "mend"): "change_homes",
    ("student_removal", ""): "remove_students",
    ("hub_users", "list"): "read_hub",
    ("hub_users", "add"): "add_hub_users",
    ("hub_users", "remove"): "remove_hub_users",
}
BY_PROGRAM = {remote.source(program): program for program, _ in PROGRAMS}
TOOLS = {
    "rm": "rm",
    "ufw": "ufw",
    "firewall-cmd": "firewall_cmd",
    "firewall-offline-cmd": "firewall_cmd",
    "systemctl": "systemctl",
}


def _meaning(words: list[str]) -> tuple[str, list[str]]:
    """The method of :class:`Model` that a command stands for, and its arguments."""
    if words[:2] == ["sh", "-euc"]:
        text, arguments = words[2], words[4:]
        if text in BY_SCRIPT:
            return BY_SCRIPT[text], arguments
        rest = {"reset-failed": "act", "sysctl -e": "read_kernel", 'cat "$1"': "read_stamp"}
        return next(name for part, name in rest.items() if part in text), arguments
    if words[:2] == ["sh", "-c"] and words[3] == "wod":
        return "refuse", words[4:]
    if words[0] == "python3":
        program, arguments = BY_PROGRAM[words[3]], words[4:]
        return PROGRAMS.get((program, arguments[0])) or PROGRAMS[program, ""], arguments
    if words[0] == "sysctl":
        return "sysctl", words[1:]
    return (TOOLS[words[0]], words[1:]) if words[0] in TOOLS else ("stock", words)


def simulate(folder: Path) -> None:
    """From now on the fake connector asks the models kept in ``folder`` (``<host>.pickle``)."""

    def run_shell_command(
        self: FakeConnector, command: StringCommand | str, *_a: object, **arguments: object
    ) -> tuple[bool, CommandOutput]:
        path = folder / f"{self.host.name.rpartition('/')[2]}.pickle"
        model: Model = pickle.loads(path.read_bytes())
        line = command if isinstance(command, str) else command.get_raw_value()
        stdin = str(arguments.get("_stdin") or "")
        take: Callable[[str, str], Answer] = model.take
        try:
            done, said = True, [OutputLine("stdout", text) for text in take(line, stdin)]
        except LookupError as error:
            done, said = False, [OutputLine("stderr", str(error))]
        path.write_bytes(pickle.dumps(model))
        return done, CommandOutput(said)

    FakeConnector.run_shell_command = run_shell_command  # type: ignore[method-assign, assignment]
