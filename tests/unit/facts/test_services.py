"""The state of systemd units, as real hosts print it."""

from __future__ import annotations

from dataclasses import fields

import pytest

from tests.fixtures import lines
from wod.facts.services import ServiceStates, UnitState, parse


@pytest.mark.parametrize("distribution", ["debian12", "debian13"])
def test_what_real_hosts_print(distribution: str) -> None:
    services = ServiceStates().process(lines(f"{distribution}/services"))
    assert services is not None
    hub = services.units["jupyterhub.service"]
    assert hub == UnitState(active=True, enabled=True, exists=True, since=hub.since)
    assert services.units["wod-update.timer"].since > 1_700_000_000  # when it was started: it has no process
    assert services.units["nosuch.service"] == UnitState()
    assert services.changed["/nowhere"] == 0
    assert 1_700_000_000 < services.changed["/etc/jupyterhub/jupyterhub_config.py"] <= hub.since


def block(load: str, active: str, file_state: str, reload: str = "no") -> list[str]:
    states = [f"LoadState={load}", f"ActiveState={active}", f"UnitFileState={file_state}"]
    return ["unit=x", *states, f"NeedDaemonReload={reload}", "Since=0"]


@pytest.mark.parametrize(
    ("printed", "true"),
    [
        (block("masked", "inactive", "masked"), {"masked", "exists"}),
        (block("masked", "inactive", "masked-runtime"), {"masked", "exists"}),
        (block("loaded", "inactive", "disabled"), {"exists"}),
        (block("loaded", "failed", "enabled"), {"exists", "failed", "enabled"}),
        (block("loaded", "active", "enabled", "yes"), {"exists", "active", "enabled", "needs_reload"}),
        (block("loaded", "reloading", "static"), {"exists", "active", "enabled"}),
        (block("loaded", "activating", "enabled"), {"exists", "enabled"}),
        (block("loaded", "active", "enabled-runtime"), {"exists", "active"}),  # it would not come up after a boot
        (block("bad-setting", "inactive", "enabled"), {"enabled"}),
    ],
)
def test_states(printed: list[str], true: set[str]) -> None:
    state = parse(printed).units["x"]
    assert {field.name for field in fields(state) if getattr(state, field.name) is True} == true


def test_a_watched_path_may_have_spaces() -> None:
    assert parse(["watched=7.25 /a b/c d"]).changed == {"/a b/c d": 7.25}
