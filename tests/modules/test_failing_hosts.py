"""A host that fails never stops the others, and is never left out of the report."""

from __future__ import annotations

import pytest

from tests.modules.conftest import REPOSITORY, FakeSite
from tests.modules.model import Model


def failing(*names: str) -> Model:
    return Model(failing=set(names))


@pytest.mark.parametrize("fact", ["read_platform", "read_paths", "read_services"])
def test_a_fact_that_fails_stops_its_host_only(site: FakeSite, fact: str) -> None:
    site.put("be1", failing(fact))
    run = site.roll_out()
    assert run.code == 1
    assert "Traceback" not in run.said
    assert f"{fact} was made to fail" in run.said
    assert len(site.model("be2").hub) == 20
    assert site.model("be1").hub == set()


def test_a_fact_that_fails_changes_nothing(site: FakeSite) -> None:
    """What could not be read is never taken for "nothing there"."""
    for name, fact in (("be1", "read_ufw"), ("be2", "read_students")):
        site.put(name, failing(fact))
    run = site.roll_out()
    assert "the firewall is left as it is" in run.said
    assert not site.model("be1").openings
    assert "could not read the student accounts" in run.said
    assert not site.model("be2").users


@pytest.mark.parametrize("module", ["system", "jupyterhub"])
def test_an_unknown_distribution_is_refused_by_name(site: FakeSite, module: str) -> None:
    site.put("be1", Model("opensuse15"))
    run = site.pyinfra(f"deploys.modules.{module}.apply")
    assert run.code == 1
    assert "opensuse-leap 15.6 is not a system that wod supports" in run.said
    assert "Traceback" not in run.said
    assert site.model("be1").log == ["refuse " + site.model("be1").log[0].removeprefix("refuse ")]
    assert site.model("be2").log != []


def test_a_conflict_is_refused_in_one_sentence(rolled_out: FakeSite) -> None:
    model = rolled_out.model("be1")
    model.admin = set()
    rolled_out.put("be1", model)
    run = rolled_out.pyinfra("deploys.modules.students.apply")
    assert run.code == 1
    assert "the admin account wodadmin does not exist; run the system module first; nothing was changed" in run.said


@pytest.mark.parametrize("options", [(), ("--dry",)])
def test_a_fresh_host_can_be_prepared(site: FakeSite, options: tuple[str, ...]) -> None:
    """Without -y pyinfra asks all facts first, some of which cannot work before an earlier step has."""
    for name in ("be1", "be2"):
        site.put(name, failing("read_ufw", "read_students", "read_hub"))
    run = site.pyinfra(str(REPOSITORY / "deploys" / "backend.py"), options=options, stdin="\n")
    prepared, _, executed = run.said.partition("Beginning operation run")
    assert "hosts failed, continue" not in prepared
    assert bool(executed) == (not options)
    assert bool(site.model("be1").log) == (not options)
