"""The admin account of real hosts, read and read for real."""

from __future__ import annotations

import pytest

from tests.commands import run
from tests.fixtures import lines
from wod.operations.admin import AdminAccount


@pytest.mark.parametrize("distribution", ["debian12", "debian13"])
def test_what_real_hosts_print(distribution: str) -> None:
    state = AdminAccount().process(lines(f"{distribution}/admin"))
    assert state == {"account": "/home/wodadmin:/bin/bash", "key": "yes"}


def test_an_account_of_this_machine() -> None:
    root = AdminAccount().process(run(AdminAccount().command(user="root")).stdout.splitlines())
    assert root is not None
    assert root["account"].startswith("/root:")


def test_an_account_that_does_not_exist() -> None:
    assert AdminAccount().process(run(AdminAccount().command(user="no-such-account")).stdout.splitlines()) == {}
