"""Every flag of the original's install.sh, the article's defaults, and a sentence for each of its rules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from wod.endpoint import Endpoint
from wod.errors import ProblemsFound
from wod.install.flags import order_of
from wod.install.order import ALL, Flags, Order
from wod.settings.schema import SETTINGS

HERE = "here.example.net"
BACKEND = Flags(kind="backend", backend="be1.local")
API = Flags(kind="api-db", backend="be1.local,be2.local", apidb="apidb.local")
FRONT = Flags(kind="frontend", apidb="apidb.local", frontend="front.local")
SSH = Flags(ssh="", backend="be1.local,be2.local", apidb="apidb.local", frontend="front.local")


def order(flags: Flags = BACKEND, **changed: object) -> Order:
    return order_of(replace(flags, **changed), HERE)  # type: ignore[arg-type]


def refusals(flags: Flags, **changed: object) -> list[str]:
    with pytest.raises(ProblemsFound) as found:
        order(flags, **changed)
    return [str(problem) for problem in found.value.problems]


def test_no_flags_at_all_are_this_machine_as_the_only_backend() -> None:
    made = order(Flags())
    assert (made.kind, made.group, made.targets, made.first) == ("backend", "production", (HERE,), 1)
    defaults = {name: SETTINGS[name].default for name in ("WODUSER", "WODSENDER", "POSTPORT")}
    assert (made.settings, defaults) == (
        {},
        {"WODUSER": "wodadmin", "WODSENDER": "wodadmin@localhost", "POSTPORT": 10025},
    )
    assert (made.apidb, made.frontend, made.address, made.new_keys, made.ssh) == (None, None, "", False, None)


@pytest.mark.parametrize("kind", ["backend", "api-db", "frontend", "appliance"])
def test_t_is_what_is_installed(kind: str) -> None:
    names = {"backend": "be1.local", "api-db": "apidb.local", "frontend": "front.local", "appliance": HERE}
    backend = "be1.local" if kind in ("backend", "api-db") else ""
    flags = Flags(kind=kind, backend=backend, apidb="apidb.local", frontend="front.local")
    assert order(flags).targets == (names[kind],)


def test_g_is_the_platform() -> None:
    assert order(group="test").group == "test"


def test_b_n_j_are_a_backend_its_number_and_its_external_name() -> None:
    made = order(backend="be2.local:8010:https", number="2", backend_ext="jupyter.example.org:443:https")
    (tier,) = made.backends
    assert (tier.internal, made.first) == (Endpoint("be2.local", 8010, "https"), 2)
    assert tier.external == Endpoint("jupyter.example.org", 443, "https")


def test_a_e_and_f_w_are_the_api_and_the_portal() -> None:
    made = order(FRONT, apidb="apidb.local:10000:https", apidb_ext="api.example.org", frontend_ext="www.example.org:80")
    assert made.apidb is not None
    assert made.frontend is not None
    assert made.apidb.internal == Endpoint("apidb.local", 10000, "https")
    assert made.apidb.external == Endpoint("api.example.org", 8021, "http")
    assert made.frontend.internal == Endpoint("front.local")
    assert made.frontend.external == Endpoint("www.example.org", 80, "http")


def test_external_names_without_a_port_have_the_originals() -> None:
    (tier,) = order(backend="be1.local:8010:https", backend_ext="jupyter.example.org").backends
    assert tier.external == Endpoint("jupyter.example.org", 8000, "http")


def test_u_s_p_c_are_settings() -> None:
    made = order(user="wodmgr", sender="wodmailer@local", postport="9000", insecure=True)
    assert made.settings == {
        "WODUSER": "wodmgr",
        "WODSENDER": "wodmailer@local",
        "POSTPORT": 9000,
        "WODCURLOPT": "-k",
    }


def test_i_k_are_an_address_and_new_keys() -> None:
    made = order(address="192.0.2.11", new_keys=True)
    assert (made.address, made.new_keys) == ("192.0.2.11", True)


def test_several_backends_are_numbered_in_their_order() -> None:
    made = order(API, backend="be1.local:8010,be2.local:8010", backend_ext="j1.example.org,j2.example.org")
    assert [tier.name for tier in made.backends] == ["be1.local", "be2.local"]
    assert [str(tier.external) for tier in made.backends] == ["j1.example.org:8000:http", "j2.example.org:8000:http"]
    assert made.targets == ("apidb.local",)


def test_a_frontend_without_f_is_this_machine() -> None:
    assert order(FRONT, frontend="").targets == (HERE,)


@pytest.mark.parametrize(("given", "user"), [("", ""), ("install@", "install"), ("install", "install")])
def test_ssh_installs_every_host_that_is_named(given: str, user: str) -> None:
    made = order(SSH, ssh=given)
    assert (made.kind, made.ssh) == (ALL, user)
    assert made.targets == ("be1.local", "be2.local", "apidb.local", "front.local")


def test_ssh_with_t_installs_that_part_of_them() -> None:
    assert order(SSH, kind="backend").targets == ("be1.local", "be2.local")
    assert order(SSH, kind="frontend").targets == ("front.local",)


WRONG = [
    (BACKEND, {"kind": "database"}, "-t: 'database' is none of backend, api-db, frontend, appliance"),
    (BACKEND, {"group": "wod-system"}, "-g: 'wod-system' cannot name a platform; choose a word such as production"),
    (BACKEND, {"group": "../etc"}, "-g: '../etc' cannot name a platform; choose a word such as production"),
    (
        BACKEND,
        {"backend": "be1.local,be2.local"},
        "-b: several backends go with -t api-db only; install each backend with its own -b and -n",
    ),
    (
        API,
        {"backend": ""},
        "-b: with -t api-db name all backends, in the order of their numbers, with commas between them",
    ),
    (API, {"backend": "be1.local,be1.local"}, "-b: be1.local is there twice; each backend is a host of its own"),
    (BACKEND, {"backend": "be1.local:0"}, "-b: 'be1.local:0': '0' is not a port from 1 to 65535"),
    (BACKEND, {"backend": "-x"}, "-b: '-x': '-x' is not a host name; write host[:port[:proto]]"),
    (BACKEND, {"number": "0"}, "-n: backends are counted from 1; '0' is no such number"),
    (BACKEND, {"number": "two"}, "-n: backends are counted from 1; 'two' is no such number"),
    (API, {"number": "1"}, "-n: only a backend has a number; leave it out with -t api-db"),
    (FRONT, {"number": "1"}, "-n: only a backend has a number; leave it out with -t frontend"),
    (SSH, {"number": "1"}, "-n: the place in -b is a backend's number; leave -n out when several are named"),
    (BACKEND, {"backend_ext": "a.local,b.local"}, "-j: it names 2 backends and -b 1; give each its external name"),
    (BACKEND, {"backend_ext": "a:1:ftp"}, "-j: 'a:1:ftp': the protocol is http or https, not 'ftp'"),
    (FRONT, {"apidb": "a.local:http"}, "-a: 'a.local:http': 'http' is not a port from 1 to 65535"),
    (FRONT, {"apidb": "a.local,b.local"}, "-a: it takes one host; only -b and -j take several"),
    (FRONT, {"frontend_ext": "a.local,b.local"}, "-w: it takes one host; only -b and -j take several"),
    (BACKEND, {"apidb_ext": "api.example.org"}, "-e: it goes with -a; give that, too"),
    (BACKEND, {"frontend_ext": "www.example.org"}, "-w: it goes with -f; give that, too"),
    (
        BACKEND,
        {"frontend": "front.local"},
        "-a: without it the api-db is the frontend's host, front.local; wod wants a host for each of the platform's "
        "parts, so name it",
    ),
    (
        API,
        {"apidb": ""},
        "-a: without it the api-db is the backend's host; wod wants a host for each of the platform's parts, "
        "so name it",
    ),
    (
        FRONT,
        {"frontend": "", "backend": "be1.local"},
        "-f: without it the frontend is the backend's host, be1.local; wod wants a host for each of the platform's "
        "parts, so name it",
    ),
    (
        API,
        {"apidb": "be1.local"},
        "-a: be1.local is named by -b, too; wod wants a host for each of the platform's parts",
    ),
    (BACKEND, {"address": "be1"}, "-i: 'be1' is not an IP address"),
    (
        API,
        {"address": "192.0.2.1"},
        "-i: it is the address of one backend; it goes with -t backend and a single host in -b",
    ),
    (BACKEND, {"user": "Wod Mgr"}, "-u: it takes a Linux account name such as wodadmin, not 'Wod Mgr'"),
    (BACKEND, {"user": "root"}, "-u: WODUSER must be an account of its own, not root"),
    (BACKEND, {"user": "student3"}, "-u: WODUSER must be an account of its own, not student3"),
    (BACKEND, {"sender": "nobody"}, "-s: it takes a mail address, not 'nobody'"),
    (BACKEND, {"postport": "70000"}, "-p: it takes a port from 1 to 65535, not '70000'"),
    (SSH, {"ssh": "Some Body@"}, "--ssh: 'Some Body' is not an account; write --ssh, or --ssh USER@"),
    (
        Flags(ssh=""),
        {},
        "--ssh: name the hosts: backends with -b, the api-db with -a, the frontend with -f",
    ),
]


@pytest.mark.parametrize(("flags", "changed", "sentence"), WRONG, ids=[each[2][:40] for each in WRONG])
def test_every_wrong_use_has_its_sentence(flags: Flags, changed: dict[str, object], sentence: str) -> None:
    assert refusals(flags, **changed) == [sentence]


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert [said[:2] for said in refusals(BACKEND, kind="x", number="0", user="root")] == ["-n", "-t", "-u"]
