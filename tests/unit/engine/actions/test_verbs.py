"""CLEANUP, RESET and PURGE from end to end: homes, and what the API and the Hub were told, in which order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.engine.actions.conftest import Backend, root_only
from wod.engine.errors import Impossible, TryLater

pytestmark = root_only


class TestCleanup:
    def test_seat_is_given_back_after_the_home_is_empty(self, backend: Backend) -> None:
        backend.run(backend.request("CREATE"))
        backend.api.calls.clear()
        backend.memory.values.clear()
        backend.run(backend.request("CLEANUP"), twice=True)
        assert not (backend.home() / "WKSHP-Demo").exists()
        password = backend.accounts.passwords["student3"]
        assert backend.told() == [
            ("student/103", {"password": password}),
            ("customer/7", {"completionPercentage": "0"}),
            ("student/103", {"assigned": "false"}),
            ("customer/7", {"cleaned": "true"}),
        ]
        assert backend.hub.users["student3"] == "stopped"

    def test_reset_workshop_keeps_home_and_seat(self, backend: Backend) -> None:
        backend.api.tables.rows["workshops"][4]["reset"] = True
        backend.run(backend.request("CREATE"))
        backend.api.calls.clear()
        remarks = backend.run(backend.request("CLEANUP"))
        assert remarks["erase"] == "left to RESET"
        assert (backend.home() / "WKSHP-Demo").exists()
        assert backend.told()[2:] == [
            ("student/103", {"assigned": "true"}),
            ("customer/7", {"active": "false"}),
            ("customer/7", {"cleaned": "true"}),
        ]

    def test_completion_is_measured(self, backend: Backend) -> None:
        cells = ['{"execution_count": 1}', '{"execution_count": null}', '{"execution_count": 3}']
        folder = backend.home() / "WKSHP-Demo"
        folder.mkdir()
        (folder / "1.ipynb").write_text(f"[{','.join(cells)}]")
        remarks = backend.run(backend.request("CLEANUP"))
        assert remarks["completion"] == "66 %"
        assert ("customer/7", {"completionPercentage": "66"}) in backend.told()

    def test_deleted_customer_and_workshop_hinder_nothing(self, backend: Backend) -> None:
        remarks = backend.run(backend.request("CLEANUP", customer=99, workshop="WKSHP-Gone"))
        assert remarks["workshop"] == "no longer in the catalogue"
        assert remarks["api:cleaned"] == "customer 99 is gone"
        assert backend.api.tables.rows["students"][103]["assigned"] is False


class TestReset:
    def test_range_is_reset_and_opened(self, backend: Backend) -> None:
        backend.api.tables.rows["workshops"][4].update(reset=True, capacity=0)
        backend.api.tables.rows["customers"][7]["cleaned"] = True
        ran = backend.folder / "ran"
        backend.write("scripts/reset-WKSHP-Demo.sh", f'echo "reset $stdid $ws" >> {ran}\n')
        for number in (2, 3, 4):
            (backend.home(number) / "left").write_text("behind")
        backend.run(backend.request("RESET", 2, 4), twice=True)
        assert not any((backend.home(number) / "left").exists() for number in (2, 3, 4))
        assert set(backend.accounts.passwords) == {"student2", "student3", "student4"}
        assert len(set(backend.accounts.passwords.values())) == 3
        assert ran.read_text().splitlines()[0] == "reset 2 WKSHP-Demo"
        assert backend.told()[0] == ("workshop/4", {"capacity": "3"})
        assert backend.told()[1:] == [(f"student/{number}", {"assigned": "false"}) for number in (102, 103, 104)]

    def test_waits_for_cleanup_then_goes_on_after_fifteen_minutes(self, backend: Backend) -> None:
        backend.api.tables.rows["workshops"][4]["reset"] = True
        backend.write("scripts/reset-WKSHP-Demo.sh", "true\n")
        with pytest.raises(TryLater) as waiting:
            backend.run(backend.request("RESET"))
        assert waiting.value.after == 5
        since = float(backend.memory.values["waiting"])
        backend.memory.values["waiting"] = str(since - 15 * 60)
        assert backend.run(backend.request("RESET"))["cleaned"] == "not cleaned in 15 minutes, going on"

    def test_without_the_flag_nothing_happens(self, backend: Backend) -> None:
        (backend.home() / "kept").write_text("")
        backend.run(backend.request("RESET"))
        assert (backend.home() / "kept").exists()
        assert backend.told() == []

    def test_without_a_script_nothing_is_handed_out_again(self, backend: Backend) -> None:
        backend.api.tables.rows["workshops"][4]["reset"] = True
        with pytest.raises(Impossible, match=r"reset-WKSHP-Demo\.sh"):
            backend.run(backend.request("RESET", customer=0))
        assert backend.told() == []


class TestPurge:
    def test_seat_is_free_with_a_new_password(self, backend: Backend) -> None:
        backend.api.tables.rows["customers"][7]["cleaned"] = True
        backend.hub.users["student3"] = "ready"
        (backend.home() / "left").write_text("behind")
        backend.run(backend.request("PURGE", workshop="WKSHP-Unknown"), twice=True)
        password = backend.accounts.passwords["student3"]
        assert backend.told() == [("student/103", {"assigned": "false", "password": password})]
        assert not (backend.home() / "left").exists()
        assert backend.hub.users["student3"] == "stopped"

    def test_test_order_does_not_wait(self, backend: Backend) -> None:
        assert backend.run(backend.request("PURGE", customer=0))["cleaned"] == "no customer: a test"


class TestResolve:
    def test_student_is_found_by_customer(self, backend: Backend) -> None:
        request = replace(backend.request("PURGE"), first=0, last=0)
        assert backend.actions().resolve(request).students == range(3, 4)

    def test_known_student_is_left_alone(self, backend: Backend) -> None:
        request = backend.request("PURGE")
        assert backend.actions().resolve(request) is request
        assert backend.api.calls == []

    @pytest.mark.parametrize("seat", [None, 3, 999])
    def test_foreign_student_is_impossible(self, backend: Backend, seat: int | None) -> None:
        backend.api.tables.rows["customers"][7]["studentId"] = seat
        with pytest.raises(Impossible, match="customer 7"):
            backend.actions().resolve(replace(backend.request("PURGE"), first=0, last=0))

    @pytest.mark.parametrize("customer", [0, 99])
    def test_unknown_customer_is_impossible(self, backend: Backend, customer: int) -> None:
        with pytest.raises(Impossible, match=f"customer {customer} is unknown"):
            backend.actions().resolve(replace(backend.request("PURGE", customer=customer), first=0, last=0))

    def test_api_away_is_for_later(self, backend: Backend) -> None:
        backend.api.fail_next(1, 503, "/api/customers")
        with pytest.raises(TryLater):
            backend.actions().resolve(replace(backend.request("PURGE"), first=0, last=0))
