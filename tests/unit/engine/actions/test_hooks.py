"""Hooks run for real, with the original's environment; appliances; compiled scripts; what is masked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.engine.actions.conftest import Backend, root_only
from wod.engine import hooks, runner
from wod.engine.catalogue import Workshop
from wod.engine.errors import Impossible, TryLater


@root_only
class TestHooks:
    def test_public_then_private_each_before_and_after_the_notebooks(self, backend: Backend) -> None:
        here = 'test -d "$stddir/$ws" && state=after || state=before\n'
        for kind in ("create", "post-copy"):
            for origin in ("", "private/"):
                text = f'{here}echo "{kind} {origin} $state" >> {backend.folder}/log\n'
                backend.write(f"{origin}scripts/{kind}-WKSHP-Demo.sh", text)
        for step in backend.actions()(backend.request("CREATE"), backend.memory):
            step.run()
        log = (backend.folder / "log").read_text().splitlines()
        expected = ["create  before", "create private/ before", "post-copy  after", "post-copy private/ after"]
        assert log == expected

    def test_environment_is_the_originals(self, backend: Backend) -> None:
        backend.api.tables.rows["workshops"][4]["multiappliance"] = True
        names = ["stdid", "w", "ws", "wid", "stddir", "randompw", "accessToken", "WODAPIDBEXTURL", "WODRTARGET", "USER"]
        backend.write("scripts/create-WKSHP-Demo.sh", f"env > {backend.folder}/env; pwd > {backend.folder}/cwd\n")
        backend.run(backend.request("CREATE"))
        seen = dict(line.split("=", 1) for line in (backend.folder / "env").read_text().splitlines() if "=" in line)
        values = [seen[name] for name in names]
        assert values[:5] == ["3", "WKSHP-Demo", "WKSHP-Demo", "4", str(backend.home())]
        assert seen["randompw"] == backend.accounts.passwords["student3"]
        assert seen["WODAPIDBEXTURL"] == f"{backend.api.url}/api"
        assert seen["WODRTARGET"] == "192.0.2.11"  # the second of the range 2 to 5
        assert seen["USER"] == backend.config.admin

    def test_secrets_are_masked_in_log_and_reason(self, backend: Backend, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level("INFO", "wod.engine.hooks")
        backend.write("scripts/create-WKSHP-Demo.sh", 'echo "pw $randompw token $accessToken"; exit 3\n')
        with pytest.raises(TryLater, match=r"create-WKSHP-Demo\.sh failed with 3: pw \*\*\* token \*\*\*"):
            backend.run(backend.request("CREATE"))
        assert backend.accounts.passwords["student3"] not in caplog.text
        assert "pw *** token ***" in caplog.text

    def test_third_failure_is_final_and_a_retry_counts_anew(self, backend: Backend) -> None:
        backend.write("scripts/create-WKSHP-Demo.sh", "echo no licence left >&2; exit 1\n")
        for expected in (TryLater, TryLater, Impossible, TryLater):
            with pytest.raises(expected, match="no licence left"):
                backend.run(backend.request("CREATE"))

    def test_hook_that_hangs_is_ended(self, backend: Backend) -> None:
        backend.set(hook_timeout=1)
        backend.write("scripts/create-WKSHP-Demo.sh", "sleep 100 & sleep 100\n")
        with pytest.raises(TryLater, match="longer than 1 s"):
            backend.run(backend.request("CREATE"))

    def test_compiled_scripts_reach_the_home(self, backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
        shc = backend.write("bin/shc", '#!/bin/sh\ntr a-z A-Z < "$2" > "$2.x"; echo c > "$2.x.c"\n')
        shc.chmod(0o755)
        monkeypatch.setenv("PATH", f"{shc.parent}:/usr/bin:/bin")
        backend.api.tables.rows["workshops"][4]["compile"] = "get-it.shc,false"
        backend.write("private/scripts/get-it.shc", "token of {{ STDID }}\n")
        backend.run(backend.request("CREATE"))
        assert (backend.home() / "get-it.shc.x").read_text() == "TOKEN OF 3\n"
        assert not list(backend.home().glob("get-it.shc")) + list(backend.home().glob("*.c"))


class TestTarget:
    def ask(self, backend: Backend, number: int = 3, **flags: object) -> str | None:
        workshop = Workshop(4, first=2, **flags)  # type: ignore[arg-type]
        return hooks.target(backend.config, backend.request("CREATE"), workshop, number)

    def test_none_one_or_a_row(self, backend: Backend) -> None:
        assert self.ask(backend) is None
        assert self.ask(backend, monoappliance=True) == "192.0.2.10"
        assert self.ask(backend, multiappliance=True, number=5) == "192.0.2.13"

    @pytest.mark.parametrize("address", ["x.y.z.t", ""])
    def test_unconfigured_is_impossible(self, backend: Backend, address: str) -> None:
        backend.set(appliances={"IP-WKSHP-Demo": address})
        with pytest.raises(Impossible, match="IP-WKSHP-Demo"):
            self.ask(backend, monoappliance=True)

    def test_student_before_the_range_is_impossible(self, backend: Backend) -> None:
        with pytest.raises(Impossible, match="outside the range"):
            self.ask(backend, number=1, multiappliance=True)


class TestUnits:
    def test_no_secret_in_arguments(self, tmp_path: Path) -> None:
        job = runner.Job("1-create", tmp_path / "x.sh", "root", {"randompw": "s3cret"}, ["s3cret"], 60)
        command = runner.Units(tmp_path)._command(job.script, tmp_path / "env", job)
        assert "s3cret" not in " ".join(command)
        assert "RuntimeMaxSec=60" in command

    def test_environment_file_is_quoted(self) -> None:
        assert runner._quoted('a"b\\c$d`e') == '"a\\"b\\\\c\\$d\\`e"'

    def test_longer_secrets_are_masked_first(self) -> None:
        assert runner.masked("abcdef", ["abc", "abcdef", ""]) == "***"
