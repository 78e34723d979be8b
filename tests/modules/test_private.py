"""What a private folder may replace and add on hosts, and what a mistake in it comes to."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.modules.conftest import HOSTS, REPOSITORY, FakeSite
from wod.operations import stamp

LIMITS, KERNEL = "/etc/security/limits.d/90-wod.conf", "/etc/sysctl.d/90-wod.conf"
STEPS = """
from pyinfra import host

from wod import templates
from wod.inventory import settings_of
from wod.operations import files


def before():
    files.present(name="Say hello", entries=[files.File("/etc/hello", settings_of(host).BRANDING)])


def after():
    text = templates.render("students/motto.j2", motto="shared")
    files.present(name="Say goodbye", entries=[files.File("/etc/goodbye", text)])
"""
ONE_FILE = """
from pyinfra.api import deploy

from wod.operations import files


@deploy("Ours")
def {when}():
    files.present(name="Write it", entries=[files.File("{path}", "here")])
"""
FAILING = """
from pyinfra import host
from pyinfra.api import operation


@operation()
def explode():
    if host.name.endswith("be1"):
        raise ValueError("in an operation")
    yield from ()


def {when}():
    {body}
"""


def write(site: FakeSite, name: str, text: str) -> Path:
    path = site.folder / "private" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture(scope="module")
def result(rolled_out_once: Path, tmp_path_factory: pytest.TempPathFactory) -> FakeSite:
    """A rolled-out site whose private folder then got something of each kind, rolled out again. Not to be changed."""
    site = FakeSite(Path(shutil.copytree(rolled_out_once, tmp_path_factory.mktemp("private") / "site")))
    write(site, "templates/system/limits.conf.j2", '{% include "original/system/limits.conf.j2" %}# shared\n')
    write(site, "templates/system/sysctl.conf.j2", "# shared\n")
    write(site, "templates/test/system/sysctl.conf.j2", "# {{ settings.USERMAX }} on this platform\n")
    write(site, "templates/other/system/limits.conf.j2", "# of another platform\n")
    write(site, "templates/students/motto.j2", "{{ motto }} {{ settings.group }}\n")
    write(site, "deploys/students.py", STEPS)
    write(site, "deploys/test/students.py", ONE_FILE.format(when="after", path="/etc/here"))
    write(site, "deploys/other/students.py", "raise ValueError('of another platform')\n")
    write(site, "deploys/frontend.py", "raise ValueError('of another role')\n")
    for module in ("fail2ban", "system"):
        write(site, f"deploys/{module}.py", ONE_FILE.format(when="before", path=f"/etc/{module}"))
    write(site, "skel/.hushlogin", "# ours\n")
    write(site, "skel/bin/hello", "#!/bin/sh\n").chmod(0o755)
    run = site.roll_out()
    assert run.code == 0, run.said
    return site


def test_a_private_template_takes_the_place_of_ours_and_may_build_on_it(result: FakeSite) -> None:
    limits = result.model("be1").texts[LIMITS]
    assert "nofile" in limits
    assert limits.endswith("# shared\n")


def test_a_platforms_template_takes_the_place_of_the_shared_one(result: FakeSite) -> None:
    assert result.model("be1").texts[KERNEL] == "# 20 on this platform\n"


def test_steps_run_before_and_after_their_module_and_the_platforms_last(result: FakeSite) -> None:
    model = result.model("be2")
    assert (model.texts["/etc/hello"], model.texts["/etc/goodbye"]) == ("WoD Developer\n", "shared test\n")
    assert model.texts["/etc/here"] == "here\n"
    order = [line.split()[1] for line in model.log if line.startswith("write /etc/")]
    assert order.index("/etc/hello") < order.index("/etc/goodbye") < order.index("/etc/here")


def test_hosts_without_the_module_do_not_get_its_steps(result: FakeSite) -> None:
    assert "/etc/hello" not in result.model("api").texts


def test_private_files_go_over_the_skeleton(result: FakeSite) -> None:
    model = result.model("be1")
    assert model.texts["/etc/skel/.hushlogin"] == "# ours\n"
    assert model.paths["/etc/skel/bin/hello"].mode == 0o755


def test_the_stamp_tells_of_changes_that_are_private(rolled_out: FakeSite) -> None:
    before = json.loads(rolled_out.model("be1").texts[stamp.PATH])
    write(rolled_out, "skel/.hushlogin", "# ours\n")
    run = rolled_out.pyinfra("deploys.modules.stamp.apply")
    assert run.code == 0, run.said
    after = json.loads(rolled_out.model("be1").texts[stamp.PATH])
    assert before["private"] == "none"
    assert len(after["private"]) == 64


BROKEN = [
    ("deploys/students.py", "import nothing_of_this_name\n", "students.py:1: ModuleNotFoundError: No module named"),
    ("deploys/test/students.py", "\ndef after(:\n", "students.py:2: SyntaxError: invalid syntax"),
    ("templates/system/limits.conf.j2", "\n{% if %}\n", "limits.conf.j2:2: Expected an expression"),
    ("templates/test/postfix/main.cf.j2", "{{ a", "main.cf.j2:1: unexpected end of template"),
]


def test_what_cannot_be_read_is_told_all_at_once_before_anything_is_done(site: FakeSite) -> None:
    paths = [write(site, name, text) for name, text, _ in BROKEN]
    run = site.roll_out()
    assert run.code == 1
    for path, (_, _, said) in zip(paths, BROKEN, strict=True):
        assert f"{path.parent}/{said}" in run.said
    assert "Traceback" not in run.said
    assert [line.split()[0] for line in site.model("be1").log] == ["refuse"]


def fails_on_the_first_only(site: FakeSite, module: str, said: str) -> None:
    for name in ("be1", "be2"):
        model = site.model(name)
        model.log.clear()
        del model.users["student7"]
        site.put(name, model)
    run = site.pyinfra(f"deploys.modules.{module}.apply")
    assert run.code == 1
    assert "Traceback" not in run.said
    assert said in run.said
    assert any(line.startswith("refuse") for line in site.model("be1").log)
    assert not any(line.startswith("refuse") for line in site.model("be2").log)


def test_a_name_that_a_module_does_not_give_fails_its_host_with_a_sentence(rolled_out: FakeSite) -> None:
    rolled_out.hosts = HOSTS.replace("number=1", 'number=1, settings={"USERMAX": 19}')
    text = "\n{% if settings.USERMAX == 19 %}{{ nofiles }}{% endif %}\n"
    path = write(rolled_out, "templates/system/limits.conf.j2", text)
    fails_on_the_first_only(rolled_out, "system", f"{path}:2: 'nofiles' is undefined")


def test_an_exception_in_a_step_fails_its_host_and_is_named(rolled_out: FakeSite) -> None:
    body = "if host.name.endswith('be1'): raise KeyError('gone')"
    path = write(rolled_out, "deploys/students.py", FAILING.format(when="before", body=body))
    fails_on_the_first_only(rolled_out, "students", f"{path}:14: KeyError: 'gone'")
    assert "student7" in rolled_out.model("be2").users


def test_an_exception_in_a_steps_operation_fails_its_host_and_is_named(rolled_out: FakeSite) -> None:
    path = write(rolled_out, "deploys/test/students.py", FAILING.format(when="after", body="explode(name='Explode')"))
    fails_on_the_first_only(rolled_out, "students", f"{path}:9: ValueError: in an operation")


def test_steps_on_the_same_line_of_two_modules_are_two_operations(result: FakeSite) -> None:
    """pyinfra knows operations by their lines."""
    run = result.pyinfra(str(REPOSITORY / "deploys" / "site.py"), options=("-y", "--limit", "backends"))
    named = [name for name in run.results if name.endswith("Write it")]
    titles = [("System", "Before system"), ("Students", "After students"), ("fail2ban", "Before fail2ban")]
    assert named == [f"{title} | {step} | Ours | Write it" for title, step in titles]
    assert run.total[1] == 0
