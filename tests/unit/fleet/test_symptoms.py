"""What cannot be right while something else is broken is no difference of its own: a check names the cause alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.modules.conftest import REPOSITORY, FakeSite
from tests.modules.model import Model
from tests.unit.fleet.conftest import wod
from wod.facts.services import Services, UnitState
from wod.fleet import notes
from wod.fleet.drift import judge
from wod.fleet.result import Change, HostResult
from wod.operations.services import Unit, plan, settled

FILE = "/etc/systemd/system/a.service"
A = Unit("a.service", watch=(FILE,))
RUNNING = UnitState(active=True, enabled=True, exists=True, since=100)
GONE = UnitState(active=True, since=100)
EDITED = UnitState(active=True, enabled=True, exists=True, needs_reload=True, since=100)


@pytest.mark.parametrize("state", [RUNNING, GONE, EDITED])
def test_a_unit_whose_file_is_written_anew_needs_nothing_else(state: UnitState) -> None:
    assert not list(plan([A], settled(Services({A.name: state}, {FILE: 0.0}), [FILE])))


@pytest.mark.parametrize(
    ("state", "rewritten"),
    [
        (EDITED, ["/etc/other"]),
        (UnitState(exists=True), [FILE]),
        (UnitState(active=True, exists=True, since=100), [FILE]),
        (UnitState(exists=True, masked=True), [FILE]),
    ],
)
def test_a_unit_with_another_fault_needs_more(state: UnitState, rewritten: list[str]) -> None:
    assert list(plan([A], settled(Services({A.name: state}, {FILE: 0.0}), rewritten)))


def test_what_services_say_is_news_unless_something_comes_before_it() -> None:
    assert not notes.unsettled(["b.service"], ["/a"])
    with notes.collecting():
        assert not notes.unsettled(["b"], ["/a"])
        notes.written("/a")
        assert notes.unsettled(paths=["/a"])
        assert not notes.unsettled(["b"], ["/b"])
        notes.starts(["b@1.service"])
        assert notes.unsettled(["a", "b"])
        assert not notes.unsettled(["a"])


def test_a_stamp_that_was_removed_comes_with_what_has_a_cause_of_its_own() -> None:
    """And without what follows from that."""
    changes = (
        Change("Hub | Write", "Hub", 1),
        Change("Hub | Run", "Hub", 1, follows=True),
        Change("Stamp | Write the stamp", "Stamp", 1, remarks=("the host has no stamp",)),
    )
    judged = judge(HostResult("be1", "backends", "changed", changes), known=True)
    assert [change.operation for change in judged.changes] == ["Hub | Write", "Stamp | Write the stamp"]


@pytest.fixture
def api(site: FakeSite) -> FakeSite:
    """Its api-db host is rolled out."""
    run = site.pyinfra(str(REPOSITORY / "deploys" / "api-db.py"))
    assert run.code == 0, run.said
    return site


def stop(unit: str) -> Callable[[Model], None]:
    def act(model: Model) -> None:
        model.started.pop(unit)
        model.answering = False

    return act


def remove(path: str) -> Callable[[Model], None]:
    def act(model: Model) -> None:
        del model.paths[path]

    return act


def another_access(model: Model) -> None:
    model.access.pop(0)
    model.changed["/etc/postgresql/15/main/pg_hba.conf"] = model.clock = model.clock + 1


@pytest.mark.parametrize(
    ("plant", "operation"),
    [
        (stop("wod-api.service"), "API | Run the API and the life cycle"),
        (stop("postgresql@15-main.service"), "PostgreSQL | Run PostgreSQL"),
        (remove("/etc/systemd/system/wod-api.service"), "API | Write what the API needs to know"),
        (another_access, "PostgreSQL | Make PostgreSQL's cluster, and say who gets in"),
    ],
)
def test_a_check_names_the_cause_alone(api: FakeSite, plant: Callable[[Model], None], operation: str) -> None:
    model = api.model("api")
    plant(model)
    api.put("api", model)
    checked = wod(api, "drift", "check", "--limit", "api", "--json")
    (host,) = json.loads(checked.out)["hosts"]
    assert [change["operation"] for change in host["changes"]] == [operation]


def test_pages_that_are_gone_are_the_cause_of_what_is_not_served(tmp_path: Path) -> None:
    hosts = 'Host("@fake/www", role="frontends"), Host("@fake/api", role="api_db", address="192.0.2.30")'
    portal = FakeSite(tmp_path, hosts=hosts, models=["www", "api"])
    run = portal.pyinfra(str(REPOSITORY / "deploys" / "frontend.py"))
    assert run.code == 0, run.said
    model = portal.model("www")
    model.pages = (model.pages[0], "")
    portal.put("www", model)
    (host,) = json.loads(wod(portal, "drift", "check", "--limit", "www", "--json").out)["hosts"]
    assert [change["operation"] for change in host["changes"]] == ["Frontend | Bring the portal's pages"]
