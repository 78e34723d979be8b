"""A site's hosts: groups, derived settings, what is wrong with them, and what pyinfra is given."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from pyinfra.api import Inventory

from wod import ssh
from wod.connection import Unreachable, opened
from wod.errors import BadInput, ProblemsFound
from wod.here import Here
from wod.inventory import Host, Site, build, load_site, plain_name, repository_root, settings_of, siblings

REPOSITORY = Path(__file__).resolve().parents[2]
BE1, BE2 = Host("be1.example.org", number=1), Host("be2.example.org", number=2)
API = Host("api.example.org", role="api_db", internal="api.int.example.org:10000")
WWW = Host("www.example.org", role="frontends", external="wod.example.org:443:https")


@pytest.fixture(autouse=True)
def private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No settings of the person at the terminal."""
    monkeypatch.setenv("WOD_PRIVATE", str(tmp_path))
    return tmp_path


def site(*hosts: Host) -> Site:
    return Site("test", REPOSITORY, hosts).resolved({})


def problems(*hosts: Host) -> list[str]:
    with pytest.raises(ProblemsFound) as found:
        site(*hosts)
    return [str(problem) for problem in found.value.problems]


def test_groups_are_the_roles_that_have_hosts() -> None:
    groups = build("test", [BE1, BE2, API, WWW], REPOSITORY)
    names = {role: [name for name, _ in members] for role, members in groups.items() if role != "_site"}
    assert names == {
        "backends": ["be1.example.org", "be2.example.org"],
        "api_db": ["api.example.org"],
        "frontends": ["www.example.org"],
    }


def test_what_a_host_is_given_depends_on_those_beside_it() -> None:
    alone, same = (site(BE1, API).host(BE1.name) for _ in range(2))
    beside = site(BE1, API, WWW).host(BE1.name)
    moved = site(BE1, replace(API, address="192.0.2.7")).host(BE1.name)
    assert alone.settings.digest() == moved.settings.digest()
    assert alone.digest() == same.digest()
    assert len({alone.digest(), beside.digest(), moved.digest()}) == 3


def test_a_host_can_be_this_machine_and_others_can_be_known_only() -> None:
    groups = build("test", [replace(BE1, connector="local"), replace(API, connector="none")], REPOSITORY)
    assert [name for name, _ in groups["backends"]] == ["@here/be1.example.org"]
    assert "api_db" not in groups
    assert groups["_site"].host("be1.example.org").settings.WODAPIDBFQDN == "api.int.example.org"
    with (
        pytest.raises(Unreachable, match=r"api\.example\.org is rolled out from another machine"),
        opened(groups["_site"], "api.example.org"),
    ):
        pass


def test_pyinfra_knows_this_machine_by_its_plain_name() -> None:
    hosts = Inventory((["@here/be1.local"], {}), backends=(["@here/be1.local"], {}))
    (host,) = hosts.get_group("backends")
    assert (host.name, host.connector_cls) == ("be1.local", Here)


def test_seats_follow_from_the_number() -> None:
    one, two = site(Host("be1", number=1), Host("be2", number=2)).hosts
    assert (one.settings.BASESTDID, two.settings.BASESTDID) == (0, two.settings.USERMAX)


def test_every_host_knows_the_addresses_of_every_tier() -> None:
    one, two, api, www = site(BE1, BE2, API, WWW).hosts
    assert [host.settings.WODBEFQDN for host in (one, two, api, www)] == [
        "be1.example.org",
        "be2.example.org",
        "be1.example.org",
        "be1.example.org",
    ]
    for host in (one, two, api, www):
        assert (host.settings.WODAPIDBFQDN, host.settings.WODAPIDBPORT) == ("api.int.example.org", 10000)
        assert (host.settings.WODFEFQDN, host.settings.WODFEEXTFQDN) == ("www.example.org", "wod.example.org")
    assert one.settings.WODBEAPIURL == "http://be1.example.org:8000"


def test_values_of_one_host_are_its_own() -> None:
    one, two = site(Host("be1", number=1, settings={"WODSERVERMEM": "1G"}), Host("be2", number=2)).hosts
    assert (one.settings.WODSERVERMEM, two.settings.WODSERVERMEM) == ("1G", "2G")


@pytest.mark.parametrize(
    ("hosts", "sentence"),
    [
        ([Host("a", number=1), Host("a", number=2)], "inventory, host a: the host is there twice"),
        ([Host("a", number=1), Host("b", number=1)], "inventory: number=1 is given to 2 backends"),
        ([Host("a", number=1), Host("b")], "inventory, host b: with several backends each needs number=1, 2"),
        ([Host("a", number=0)], "inventory, host a: number=0: backends are counted from 1"),
        ([Host("a", connector="smoke")], "inventory, host a: connector='smoke' is none of ssh, local, none"),
        ([Host(n, number=1, connector="local") for n in "ab"], "inventory: several hosts have connector"),
        ([Host("a", role="backend")], "inventory, host a: role='backend' is none of backends"),
        ([Host("a", role="api_db", number=1)], "inventory, host a: only backends have a number"),
        ([Host("a", internal="x:0")], "inventory, host a: internal='x:0'"),
        ([Host("a", external="x:80:ftp")], "inventory, host a: external='x:80:ftp'"),
        ([Host("not a name")], "inventory, host not a name: name='not a name'"),
    ],
)
def test_what_is_wrong_with_hosts_is_said(hosts: list[Host], sentence: str) -> None:
    assert any(problem.startswith(sentence) for problem in problems(*hosts))


def test_all_problems_are_said_at_once() -> None:
    assert len(problems(Host("a", role="x"), Host("b", external="-"), Host("c", number=-1))) >= 3


def test_problems_of_all_hosts_settings_are_said_at_once() -> None:
    found = problems(Host("a", number=1, settings={"USERMIM": 1}), Host("b", number=2, settings={"WODBEPORT": 0}))
    assert ["USERMIM" in found[0], "WODBEPORT" in found[1]] == [True, True]


def test_seats_must_not_overlap() -> None:
    (problem,) = problems(Host("a", number=1), Host("b", number=2, settings={"BASESTDID": 5}))
    assert "the seats of b" in problem
    assert "overlap those of a" in problem


def test_pyinfra_is_given_settings_and_connection_but_no_secret() -> None:
    host = Host("be1", number=1, address="192.0.2.1", ssh={"ssh_user": "install"}, settings={"WODBETOKEN": "hunter2"})
    ((name, data),) = build("test", [host], REPOSITORY)["backends"]
    assert name == "be1"
    assert (data["ssh_hostname"], data["ssh_user"], data["_sudo"]) == ("192.0.2.1", "install", True)
    assert data["ssh_paramiko_connect_kwargs"]["transport_factory"] is ssh.transport
    assert data["USERMAX"] == 20
    assert "hunter2" not in repr(data)


@pytest.mark.parametrize(
    ("name", "plain"),
    [("be1.example.org", "be1.example.org"), ("@fake/be1", "be1"), ("@local", "local"), ("@docker/debian", "debian")],
)
def test_plain_names(name: str, plain: str) -> None:
    assert plain_name(Host(name)) == plain


def pyinfra_host(override: dict[str, object]) -> SimpleNamespace:
    """What :func:`settings_of` uses of a pyinfra host."""
    ((name, data),) = build("test", [Host("be1", number=1)], REPOSITORY)["backends"]
    inventory = SimpleNamespace(get_override_data=lambda: override)
    return SimpleNamespace(name=name, data=SimpleNamespace(**data), inventory=inventory)


def test_settings_of_a_pyinfra_host() -> None:
    assert settings_of(pyinfra_host({})).USERMAX == 20
    assert [host.name for host in siblings(pyinfra_host({}))] == ["be1"]


def test_override_data_reaches_the_settings() -> None:
    override = {"USERMAX": 7, "WODKERNELS": ["python"], "ssh_user": "me", "_sudo": False}
    settings = settings_of(pyinfra_host(override))
    assert settings.USERMAX == 7
    assert [kernel.name for kernel in settings.WODKERNELS] == ["python"]
    assert settings.explain("USERMAX")[0].place == "--data"


def test_a_site_can_be_loaded_outside_pyinfra() -> None:
    loaded = load_site(REPOSITORY / "inventories" / "production.py")
    assert [host.role for host in loaded.hosts] == ["backends", "backends", "api_db", "frontends"]
    assert loaded.host("be2.example.org").settings.BASESTDID > 0
    with pytest.raises(BadInput, match="there is no host be9 in this inventory; it has be1"):
        loaded.host("be9")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "there is no such inventory"),
        ("hosts = []", "it has no line globals"),
        ("def", "invalid syntax"),
        ("raise KeyError('no such colour')", "site.py: 'no such colour'"),
        ("from wod.inventory import Host\nHost(nmae='x')", "nmae"),
    ],
)
def test_an_inventory_that_is_none_is_said(tmp_path: Path, text: str | None, sentence: str) -> None:
    path = tmp_path / "site.py"
    if text is not None:
        path.write_text(text)
    with pytest.raises(BadInput, match=sentence):
        load_site(path)


def test_the_repository_is_the_current_folder_or_the_packages_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "wod"
    (here / "group_vars").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert repository_root() == REPOSITORY
    monkeypatch.chdir(here)
    assert repository_root() == here
    monkeypatch.setenv("WOD_PRIVATE", str(here))
    assert repository_root() == REPOSITORY
