"""Hooks that are templates: which one is taken, what it is rendered with, who may read what comes of it."""

from __future__ import annotations

import os
import pwd
import subprocess
from pathlib import Path

import pytest

from tests.unit.engine.actions.conftest import Backend, root_only
from wod.engine import hooks, runner
from wod.engine.errors import Impossible, TryLater
from wod.engine.hookfile import runnable

CREATE = "scripts/create-WKSHP-Demo.sh"
PRIVATE = f"private/{CREATE}"
OTHER = "daemon"
"""An account that every host has, in the place of the admin account."""


def found(backend: Backend, kind: str = "create") -> str | None:
    script = hooks.hook(backend.config, "public", kind, backend.request("CREATE"))
    return str(script.relative_to(backend.folder)) if script else None


class TestWhichOneIsTaken:
    def test_the_script_before_its_template(self, backend: Backend) -> None:
        backend.write(f"{CREATE}.j2", "")
        assert found(backend) == f"{CREATE}.j2"
        backend.write(CREATE, "")
        assert found(backend) == CREATE

    def test_an_earlier_folders_template_before_a_later_ones_script(self, backend: Backend) -> None:
        backend.set(public_scripts=(*backend.config.public_scripts, str(backend.folder / "later")))
        backend.write("later/create-WKSHP-Demo.sh", "")
        assert found(backend) == "later/create-WKSHP-Demo.sh"
        backend.write(f"{CREATE}.j2", "")
        assert found(backend) == f"{CREATE}.j2"

    def test_other_endings_are_no_hooks(self, backend: Backend) -> None:
        backend.write(f"{CREATE}.j2.orig", "")
        backend.write(f"{CREATE}.jinja", "")
        assert found(backend) is None

    def test_a_template_is_a_reset_hook(self, backend: Backend) -> None:
        backend.api.tables.rows["workshops"][4]["reset"] = True
        steps = {step.name: step for step in backend.actions()(backend.request("RESET"), backend.memory)}
        steps["workshop"].run()
        with pytest.raises(Impossible, match=r"no reset-WKSHP-Demo\.sh"):
            steps["reset:script"].run()
        backend.write("scripts/reset-WKSHP-Demo.sh.j2", "")
        assert steps["reset:script"].run() == "found"


@root_only
class TestRun:
    def test_settings_student_and_environment_are_there(self, backend: Backend) -> None:
        text = "{{ BRANDING }} {{ STDID }} {{ MODEWS }} {{ WORKSHOP }} {{ CHALLENGE }}"
        port = "{{ hostvars[inventory_hostname]['HTTPPORT-WKSHP-Demo'] }}"
        backend.write(f"{CREATE}.j2", f'{{# no word #}}echo "{text} $(({port} + stdid)) $0" > {backend.folder}/seen\n')
        assert backend.run(backend.request("CREATE"))["hook:create"] == "create-WKSHP-Demo.sh.j2"
        said, path = (backend.folder / "seen").read_text().strip().rsplit(" ", 1)
        assert said == "Example 3 WKSHP WKSHP-Demo WKSHP-Demo 8103"
        assert Path(path).name == "create-WKSHP-Demo.sh"

    def test_a_challenge_has_its_workshops_template(self, backend: Backend) -> None:
        backend.api.tables.seed("workshops", {"id": 5, "name": "Demo!", "notebook": "CHLG-Demo", "range": [2, 5]})
        backend.write(f"{CREATE}.j2", f'echo "{{{{ MODEWS }}}} {{{{ CHALLENGE }}}}" > {backend.folder}/seen\n')
        backend.run(backend.request("CREATE", workshop="CHLG-Demo"))
        assert (backend.folder / "seen").read_text() == "CHLG CHLG-Demo\n"

    def test_a_later_hook_uses_what_an_earlier_one_found(self, backend: Backend) -> None:
        folder = backend.folder / "private/pass"
        backend.write(CREATE, f'mkdir -p {folder}; echo "HTTPPORT: 8123" > {folder}/variables_"$w"_"$stdid".yml\n')
        backend.write(f"{PRIVATE}.j2", f"echo {{{{ HTTPPORT }}}} > {backend.folder}/seen\n")
        backend.run(backend.request("CREATE"))
        assert (backend.folder / "seen").read_text() == "8123\n"

    def test_a_script_is_run_as_it_is(self, backend: Backend) -> None:
        backend.write(CREATE, f"echo '{{{{ NOBODY }}}}' > {backend.folder}/seen\n")
        backend.run(backend.request("CREATE"))
        assert (backend.folder / "seen").read_text() == "{{ NOBODY }}\n"
        assert not (backend.folder / "run").exists()

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("true\necho {{ NOBODY }}\n", r"create-WKSHP-Demo\.sh\.j2, line 2: 'NOBODY' is undefined; set it"),
            ("true\n\n{% if %}\n", r"create-WKSHP-Demo\.sh\.j2, line 3"),
            ("echo ${#x}\n", r"create-WKSHP-Demo\.sh\.j2, line 1"),
            ("echo {{ PASSSTU }}\n", "'PASSSTU' is undefined"),
        ],
    )
    def test_a_mistake_is_final_and_nothing_is_run(self, backend: Backend, text: str, said: str) -> None:
        backend.write(f"{CREATE}.j2", text)
        with pytest.raises(Impossible, match=said):
            backend.run(backend.request("CREATE"))
        assert backend.runner.jobs == []

    def test_a_link_is_not_followed(self, backend: Backend) -> None:
        backend.write("elsewhere", "of root alone")
        backend.write("scripts/x", "")
        (backend.folder / f"{CREATE}.j2").symlink_to(backend.folder / "elsewhere")
        with pytest.raises(Impossible, match=r"create-WKSHP-Demo\.sh\.j2 cannot be read.*not a link"):
            backend.run(backend.request("CREATE"))

    def test_a_secret_setting_is_masked(self, backend: Backend, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level("INFO", "wod.engine.hooks")
        backend.set(variables={"LLM101_API_KEY": "k3y-of-somebody", "BRANDING": "Example"})
        backend.write(f"{CREATE}.j2", "echo {{ BRANDING }} {{ LLM101_API_KEY }}; exit 3\n")
        with pytest.raises(TryLater, match=r"failed with 3: Example \*\*\*$"):
            backend.run(backend.request("CREATE"))
        assert "k3y-of-somebody" not in caplog.text

    def test_compiled_scripts_may_be_templates(self, backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
        shc = backend.write("bin/shc", '#!/bin/sh\ncp "$2" "$2.x"; echo c > "$2.x.c"\n')
        shc.chmod(0o755)
        monkeypatch.setenv("PATH", f"{shc.parent}:/usr/bin:/bin")
        backend.api.tables.rows["workshops"][4]["compile"] = "get-it.shc"
        backend.write("scripts/get-it.shc.j2", "token of {{ STDID }}\n")
        backend.run(backend.request("CREATE"))
        assert (backend.home() / "get-it.shc.x").read_text() == "token of 3\n"
        assert sorted(path.name for path in backend.home().glob("get-it*")) == ["get-it.shc.x"]


@root_only
class TestWhoMayRead:
    def job(self, text: str, timeout: int = 20) -> runner.Job:
        return runner.Job("1-create/public", Path("/nowhere/create.sh.j2"), OTHER, {}, [], timeout, text.encode())

    def test_the_admin_account_alone_as_long_as_it_runs(self, backend: Backend) -> None:
        run, seen = backend.folder / "run", backend.folder / "seen"
        run.mkdir(mode=0o700)  # as systemd makes it
        seen.mkdir(mode=0o777)
        seen.chmod(0o777)
        script = f'stat -c "%U %a" "$0" > {seen}/x; stat -c "%U %a" "$(dirname "$0")" >> {seen}/x\n'
        script += f"id -un >> {seen}/x; ls {run} 2> /dev/null || echo no list >> {seen}/x\n"
        assert runner.Plain(run).run(self.job(script)) == runner.Outcome(0, "")
        assert (seen / "x").read_text().splitlines() == [f"{OTHER} 400", "root 710", OTHER, "no list"]
        assert os.listdir(run) == []

    def test_nobody_else_can(self, backend: Backend) -> None:
        folder, text = backend.folder / "run/x.d", b"echo secret\n"
        with runnable(Path("x.sh.j2"), text, pwd.getpwnam(OTHER), folder) as path:
            done = {
                user: subprocess.run(["cat", path], user=user, group=user, extra_groups=[]) for user in (OTHER, "bin")
            }
            assert [each.returncode == 0 for each in done.values()] == [True, False]
        assert not folder.exists()

    def test_nothing_is_left_by_failures_and_time_limits(self, backend: Backend) -> None:
        run = backend.folder / "run"
        assert runner.Plain(run).run(self.job("exit 4\n")).code == 4
        assert runner.Plain(run).run(self.job("sleep 100\n", 1)).code != 0
        assert os.listdir(run) == []

    def test_what_a_killed_engine_left_is_no_hindrance(self, backend: Backend) -> None:
        run = backend.folder / "run"
        left = run / f"{self.job('').unit}.d/create.sh"
        left.parent.mkdir(parents=True)
        left.write_text("exit 5\n")
        assert runner.Plain(run).run(self.job("echo new\n")) == runner.Outcome(0, "new")

    def test_a_unit_runs_the_rendered_file_and_not_the_template(self, tmp_path: Path) -> None:
        job = self.job("echo secret\n")
        with runnable(job.script, job.text, pwd.getpwnam(OTHER), tmp_path / "x.d") as path:
            command = runner.Units(tmp_path)._command(path, tmp_path / "env", job)
        assert str(path) in command
        assert path.name == "create.sh"
        assert "secret" not in " ".join(command)
