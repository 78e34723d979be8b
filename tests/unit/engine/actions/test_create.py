"""CREATE from end to end: what is in the home, what the API and the Hub were told, and what makes it impossible."""

from __future__ import annotations

import json
import stat
from dataclasses import replace

import pytest

from tests.unit.engine.actions.conftest import UID, Backend, root_only
from wod.engine.errors import Impossible, TryLater

pytestmark = root_only


class TestCreate:
    def test_notebooks_are_in_place_and_belong_to_the_student(self, backend: Backend) -> None:
        backend.run(backend.request("CREATE"), twice=True)
        page = backend.home() / "WKSHP-Demo/0-ReadMeFirst.ipynb"
        assert "Hello Example, you are student3" in page.read_text()
        assert (backend.home() / "WKSHP-Demo/notes.md").read_text() == "{{ not rendered }}\n"
        owners = {path.lstat().st_uid for path in backend.home().rglob("*")}
        assert owners == {UID + 3}
        assert page.stat().st_mode & 0o700 == 0o700

    def test_home_has_skeleton_key_and_workspace(self, backend: Backend) -> None:
        backend.run(backend.request("CREATE"))
        home = backend.home()
        assert (home / ".bashrc").read_text() == "# ours\n"
        assert (home / ".ssh/id_rsa.pub").read_text().startswith("ssh-rsa ")
        assert stat.S_IMODE((home / ".ssh/id_rsa").stat().st_mode) == 0o600
        workspace = json.loads((home / ".jupyter/lab/workspaces/default-37a8.jupyterlab-workspace").read_text())
        assert "WKSHP-Demo/0-ReadMeFirst.ipynb" in json.dumps(workspace)
        checkpoint = home / "WKSHP-Demo/.ipynb_checkpoints/0-ReadMeFirst-checkpoint.ipynb"
        assert checkpoint.read_text() == (home / "WKSHP-Demo/0-ReadMeFirst.ipynb").read_text()

    def test_api_is_told_the_password_that_was_set_then_that_it_is_ready(self, backend: Backend) -> None:
        backend.run(backend.request("CREATE"), twice=True)
        password = backend.accounts.passwords["student3"]
        assert len(password) >= 8
        assert backend.told() == [("student/103", {"password": password}), ("customer/7", {"active": "true"})]
        assert backend.hub.users["student3"] == "ready"

    def test_no_remark_holds_the_password(self, backend: Backend) -> None:
        remarks = backend.run(backend.request("CREATE"))
        assert backend.accounts.passwords["student3"] not in json.dumps(remarks)

    def test_password_is_remembered_before_it_is_set(self, backend: Backend) -> None:
        def refuse(name: str, password: str) -> None:
            raise TryLater("away")

        backend.accounts.set_password = refuse  # type: ignore[method-assign]
        with pytest.raises(TryLater):
            backend.run(backend.request("CREATE"))
        assert backend.memory.recall("password:3")

    def test_test_order_calls_for_no_customer(self, backend: Backend) -> None:
        remarks = backend.run(backend.request("CREATE", customer=0))
        assert remarks["api:customer"] == "no customer: a test"
        assert not [call for call in backend.api.calls if "customer" in call.path]

    def test_challenge_is_the_workshop_in_another_mode(self, backend: Backend) -> None:
        backend.api.tables.seed("workshops", {"id": 5, "name": "C", "notebook": "CHLG-Demo"})
        backend.write("public/WKSHP-Demo/mode.py", "mode = '{{ MODEWS }} {{ CHALLENGE }} {{ WORKSHOP }}'\n")
        backend.run(backend.request("CREATE", workshop="CHLG-Demo"))
        text = (backend.home() / "WKSHP-Demo/mode.py").read_text()
        assert text == "mode = 'CHLG CHLG-Demo WKSHP-Demo'\n"

    def test_varpass_gives_the_password_to_notebooks(self, backend: Backend) -> None:
        backend.api.tables.rows["workshops"][4]["varpass"] = True
        backend.write("public/WKSHP-Demo/login.sh", "echo {{ PASSSTU }}\n")
        backend.run(backend.request("CREATE"))
        text = (backend.home() / "WKSHP-Demo/login.sh").read_text()
        assert text == f"echo {backend.accounts.passwords['student3']}\n"

    @pytest.mark.parametrize(("first", "said"), [(0, "student0"), (6, "student6"), (99, "student99")])
    def test_student_of_another_backend_is_impossible(self, backend: Backend, first: int, said: str) -> None:
        with pytest.raises(Impossible, match=f"{said}.*1 to 5"):
            backend.run(replace(backend.request("CREATE"), first=first, last=first))
        assert backend.accounts.passwords == {}

    def test_missing_account_or_home_is_impossible(self, backend: Backend) -> None:
        backend.accounts.missing.add("student3")
        with pytest.raises(Impossible, match="no account"):
            backend.run(backend.request("CREATE"))
        backend.accounts.missing.clear()
        backend.home().rmdir()
        with pytest.raises(Impossible, match="does not exist"):
            backend.run(backend.request("CREATE"))

    def test_unknown_workshop_is_impossible(self, backend: Backend) -> None:
        with pytest.raises(Impossible, match="WKSHP-Other"):
            backend.run(backend.request("CREATE", workshop="WKSHP-Other"))

    def test_unknown_customer_is_impossible(self, backend: Backend) -> None:
        with pytest.raises(Impossible, match="customer/99"):
            backend.run(backend.request("CREATE", customer=99))

    def test_ldap_and_compile_name_what_is_missing(self, backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
        row = backend.api.tables.rows["workshops"][4]
        row["ldap"] = True
        with pytest.raises(Impossible, match="WODLDAPSRVNAME"):
            backend.run(backend.request("CREATE"))
        backend.memory.values.clear()
        row.update(ldap=False, compile="get-it.shc")
        backend.write("scripts/get-it.shc", "#!/bin/bash\n")
        monkeypatch.setattr("wod.engine.scripts.shutil.which", lambda _: None)
        with pytest.raises(Impossible, match="shc is missing"):
            backend.run(backend.request("CREATE"))
