"""What an order makes of an inventory: written, read back, extended, and never taken from its editor's hands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from wod.errors import BadInput, ProblemsFound
from wod.install import generated
from wod.install.flags import order_of
from wod.install.inventoryfile import extended, line_of, path_of, text_of
from wod.install.order import Flags
from wod.install.platform import hosts_of
from wod.inventory import load_site
from wod.settings import load
from wod.site import Host

REPOSITORY = Path(__file__).resolve().parents[3]
COMMON = Flags(apidb="apidb.local:10000:https", frontend="front.local:8000", group="test", user="wodmgr")
BE1 = replace(COMMON, kind="backend", backend="be1.local:8010", number="1", postport="9000", sender="wodmailer@local")
BE2 = replace(BE1, backend="be2.local:8010", number="2")
API = replace(COMMON, kind="api-db", backend="be1.local:8010,be2.local:8010")
FRONT = replace(COMMON, kind="frontend")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the public settings, inventories of its own and an empty private folder."""
    (tmp_path / "inventories").mkdir()
    (tmp_path / "group_vars").symlink_to(REPOSITORY / "group_vars")
    (tmp_path / "private").mkdir()
    monkeypatch.setenv("WOD_PRIVATE", str(tmp_path / "private"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lines(flags: Flags) -> list[str]:
    return [line_of(host) for host in hosts_of(order_of(flags, "here"))]


def write(root: Path, flags: Flags) -> str:
    order = order_of(flags, "here")
    text = extended(root, order.group, hosts_of(order), order.settings).text
    path_of(root, order.group).write_text(text)
    return text


def test_each_machine_of_the_articles_example_knows_what_it_is_told() -> None:
    api = 'Host("apidb.local", role="api_db", internal="apidb.local:10000:https", connector="{}")'
    front = 'Host("front.local", role="frontends", internal="front.local:8000", connector="{}")'
    be = 'Host("be{0}.local", number={0}, internal="be{0}.local:8010", connector="{1}")'
    assert lines(BE1) == [be.format(1, "local"), api.format("none"), front.format("none")]
    assert lines(BE2) == [be.format(2, "local"), api.format("none"), front.format("none")]
    assert lines(API) == [be.format(1, "none"), be.format(2, "none"), api.format("local"), front.format("none")]
    assert lines(FRONT) == [api.format("none"), front.format("local")]


def test_over_ssh_every_host_is_installed_from_here() -> None:
    flags = replace(API, kind="", frontend="front.local", ssh="install@")
    assert lines(flags)[0] == 'Host("be1.local", number=1, internal="be1.local:8010", ssh={"ssh_user": "install"})'
    assert "connector" not in "".join(lines(flags))


def test_the_file_is_an_inventory_with_the_settings_that_follow(root: Path) -> None:
    write(root, BE2)
    generated.write(root / "private", "test", order_of(BE2, "here").settings)
    site = load_site(path_of(root, "test"))
    settings = site.host("be2.local").settings
    assert (settings.BASESTDID, settings.WODBEPORT, settings.WODUSER) == (20, 8010, "wodmgr")
    assert settings.WODAPIDBURL == "https://apidb.local:10000/api"
    assert settings.WODFEFQDN == "front.local"
    assert (settings.POSTPORT, settings.WODSENDER) == (9000, "wodmailer@local")
    assert settings.explain("POSTPORT")[0].place.endswith("generated/test.yml:4")
    assert [host.name for host in site.hosts if host.managed] == ["be2.local"]


def test_writing_it_again_changes_nothing(root: Path) -> None:
    assert write(root, BE1) == write(root, BE1)


def test_a_further_host_is_added_and_what_was_there_stays(root: Path) -> None:
    write(root, BE1)
    site = [replace(host, settings={"WODSERVERMEM": "1G"}) for host in load_site(path_of(root, "test")).declared]
    path_of(root, "test").write_text(text_of("test", site))
    text = write(root, replace(API, apidb="apidb.local:10000:https", kind="api-db", ssh=""))
    assert 'settings={"WODSERVERMEM": "1G"}' in text
    assert text.index("be1.local") < text.index("be2.local") < text.index("apidb.local") < text.index("front.local")


def test_a_file_of_ones_own_is_left_alone(root: Path) -> None:
    own = write(root, BE1).replace("Host(", "Host(  ")
    path_of(root, "test").write_text(own)
    assert write(root, BE1) == own
    with pytest.raises(BadInput, match=r'written by hand, so it is left to you; it needs: Host\("be1.local".*9999'):
        write(root, replace(BE1, backend="be1.local:9999"))


def test_the_sample_that_comes_with_wod_is_replaced(root: Path) -> None:
    path_of(root, "production").write_text((REPOSITORY / "inventories/production.py").read_text())
    text = write(root, Flags(backend="be1.local"))
    assert "example.org" not in text
    assert 'Host("be1.local", number=1, connector="local")' in text


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (replace(BE1, number="2"), None),
        (replace(BE1, backend="be9.local"), "backend 1 is be1.local there; give be9.local another number"),
        (replace(FRONT, frontend="www.local"), "the platform has the frontend front.local; take it out there"),
        (replace(BE2, apidb="other.local"), "the platform has the api-db apidb.local"),
        (
            replace(COMMON, kind="frontend", frontend="be1.local"),
            "be1.local is the backend there, and not frontend; each part of a platform has a host of its own",
        ),
    ],
)
def test_what_does_not_fit_to_what_is_there(root: Path, flags: Flags, sentence: str | None) -> None:
    write(root, BE1)
    if sentence is None:
        assert "number=2" in write(root, flags)
        return
    with pytest.raises(ProblemsFound) as found:
        write(root, flags)
    assert sentence in str(found.value)
    assert str(found.value).startswith("inventories/test.py: ")


def test_another_platforms_file_is_not_ours(root: Path) -> None:
    path_of(root, "test").write_text(text_of("other", [Host("be1.local")]))
    with pytest.raises(BadInput, match="is the platform other's, not test's"):
        write(root, BE1)


def test_bad_settings_are_said_before_anything_is_written(root: Path) -> None:
    (root / "private/group_vars").mkdir()
    (root / "private/group_vars/test.yml").write_text("USERMAXX: 3\n")
    with pytest.raises(ProblemsFound, match="USERMAXX is not a setting"):
        write(root, BE1)
    assert not path_of(root, "test").exists()


def test_generated_settings_are_for_their_owner_and_below_his_own(root: Path) -> None:
    private = root / "private"
    assert generated.write(private, "test", {"POSTPORT": 9000, "WODUSER": "wodmgr"})
    assert not generated.write(private, "test", {"POSTPORT": 9000, "WODUSER": "wodmgr"})
    path = private / "generated/test.yml"
    assert (path.stat().st_mode & 0o777, (path.parent / ".gitignore").read_text()) == (0o600, "*\n")
    (private / "group_vars").mkdir()
    (private / "group_vars/all.yml").write_text("POSTPORT: 1\nWODUSER: nobody\n")
    (private / "group_vars/test.yml").write_text("WODUSER: chief\n")
    settings = load(root, "test")
    assert (settings.POSTPORT, settings.WODUSER) == (9000, "chief")
