"""The stock pyinfra command line with our inventories: overrides, single modules, listings, and bad settings."""

from __future__ import annotations

import json

import pytest

from tests.modules.conftest import REPOSITORY, FakeSite
from tests.modules.model import Model

BACKEND = str(REPOSITORY / "deploys" / "backend.py")


def test_data_reaches_the_settings(site: FakeSite) -> None:
    options = ("-y", "--data", "USERMAX=3", "--data", 'WODKERNELS=["python"]')
    run = site.pyinfra(BACKEND, options=options)
    assert run.code == 0, run.said
    assert sorted(site.model("be1").users) == ["student1", "student2", "student3"]
    kernels = [path for path in site.model("be1").texts if path.endswith("kernel.json")]
    assert kernels == ["/usr/local/share/jupyter/kernels/python3/kernel.json"]


def test_a_module_runs_alone_by_its_name(rolled_out: FakeSite) -> None:
    run = rolled_out.pyinfra("deploys.modules.students.apply")
    assert run.code == 0, run.said
    assert {name.partition(" ")[0] for name in run.results} == {"Students", "Grand"}
    assert rolled_out.model("api") == Model()  # its role has no such module


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_listing_the_inventory_shows_no_secret(rolled_out: FakeSite, options: tuple[str, ...]) -> None:
    rolled_out.settings("WODBETOKEN: hunter2hunter2\nWODLDAPPWD: hunter3hunter3\n")
    run = rolled_out.pyinfra("debug-inventory", options=options)
    assert run.code == 0, run.said
    assert "be1" in run.said
    assert "USERMAX" in run.said
    assert "hunter" not in run.said
    assert "<secret WODBETOKEN>" in run.said
    if options:
        assert [host["name"] for host in json.loads(run.out)] == ["@fake/be1", "@fake/be2", "@fake/api"]


BAD = """\
USERMAX: many
USERMIM: 3
WODBEPORT: 70000
WODKERNELS: [cobol]
"""


def test_bad_settings_are_said_all_at_once(site: FakeSite) -> None:
    site.settings(BAD)
    run = site.pyinfra(BACKEND)
    assert run.code == 2
    for number, name in enumerate(["USERMAX", "USERMIM", "WODBEPORT", "WODKERNELS"], 1):
        assert f"test.yml:{number}: {name}" in run.said.replace("\n", " ")
    assert "did you mean USERMIN?" in run.said
    assert "Traceback" not in run.said
    assert site.model("be1").log == []


def test_bad_hosts_are_said_all_at_once(site: FakeSite) -> None:
    site.hosts = 'Host("@fake/be1", number=1), Host("@fake/be2", number=1), Host("@fake/x", role="backend", number=2)'
    run = site.pyinfra(BACKEND)
    assert run.code == 2
    assert "number=1 is given to 2 backends" in run.said
    assert "role='backend' is none of backends, api_db, frontends, appliances" in run.said
    assert "Traceback" not in run.said


@pytest.mark.parametrize("value", ["USERMAX=many", "USERMIM=3"])
def test_bad_data_is_said_without_a_traceback(site: FakeSite, value: str) -> None:
    run = site.pyinfra(BACKEND, options=("-y", "--data", value))
    assert run.code == 2
    assert f"--data: {value.partition('=')[0]}" in run.said
    assert "Traceback" not in run.said
    assert site.model("be1").log == []
