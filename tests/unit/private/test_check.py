"""``wod private check``: each kind of override is named, and so is what would have no effect."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest

from tests.unit.private.conftest import Folder
from wod import samples

STEP = "def before():\n    pass\n"


def test_settings_say_which_file_they_replace(folder: Folder) -> None:
    folder.write("group_vars/all.yml", "BRANDING: Ours\nWODPRIVATEPREFIXES: [ACME_]\n")
    folder.write("ansible/group_vars/test", "USERMAX: 30\nACME_WIFI: workshop\n")
    folder.write("group_vars/staging.yml", "USERMAX: 40\n")
    rows = folder.rows()
    assert [row[:2] + row[3:] for row in rows] == [
        ("setting", "BRANDING", "", "group_vars/all.yml:1"),
        ("setting", "WODPRIVATEPREFIXES", "", "group_vars/all.yml:2"),
        ("setting", "USERMAX", "staging", "group_vars/staging.yml:1"),
        ("setting", "ACME_WIFI", "test", "ansible/group_vars/test:2"),
        ("setting", "USERMAX", "test", "ansible/group_vars/test:1"),
    ]
    assert all(row[2].startswith("replaces group_vars/all.yml:") for row in rows if row[1] in ("BRANDING", "USERMAX"))
    assert rows[3][2] == "adds"


def test_a_wrong_setting_is_a_problem_with_its_line(folder: Folder) -> None:
    folder.write("group_vars/test.yml", "USERMIN: 1\nUSERMXA: 30\n")
    assert "group_vars/test.yml:2: USERMXA is not a setting (did you mean USERMAX?)" in "\n".join(folder.problems())


def test_kernels_are_told_one_by_one(folder: Folder) -> None:
    own = "{name: xonsh, argv: [xonsh]}"
    folder.write("group_vars/test.yml", f"WODKERNELS:\n  - python\n  - {{name: bash, argv: [bash]}}\n  - {own}\n")
    assert [row[1:3] for row in folder.rows() if row[0] == "kernel"] == [
        ("bash", "replaces the kernel bash"),
        ("powershell", "leaves out"),
        ("ssh", "leaves out"),
        ("xonsh", "adds"),
    ]


def test_templates_are_for_all_platforms_or_for_one(folder: Folder) -> None:
    folder.write("group_vars/staging.yml", "---\n")
    folder.write("templates/README.md", "about them")
    folder.write("templates/system/limits.conf.j2", "{{ nofile }} {{ settings.USERMAX }}")
    folder.write("templates/staging/system/limits.conf.j2", '{% include "original/system/limits.conf.j2" %}{{ nproc }}')
    name = "system/limits.conf.j2"
    effect = f"replaces templates/{name}"
    assert folder.rows() == [
        ("template", name, effect, "", f"templates/{name}"),
        ("template", name, effect, "staging", f"templates/staging/{name}"),
    ]
    folder.write("group_vars/test.yml", "---\n")
    assert len(folder.rows("--platform", "test")) == 1


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("system/limit.conf.j2", "", "and no other private file names it (did you mean system/limits.conf.j2?)"),
        ("sytem/limits.conf.j2", "", "sytem is no module or platform (did you mean system?)"),
        ("production/sytem/x.j2", "", "sytem is no module (did you mean system?)"),
        ("limits.conf.j2", "", "limits.conf.j2 is no module or platform"),
        ("wheel/pyproject.toml.j2", "", "templates/wheel/ is not for hosts"),
        ("system/limits.conf.j2", "a\n{% if %}", "templates/system/limits.conf.j2:2: Expected an expression"),
        ("system/limits.conf.j2", "{{ nofiles }}", "which the module does not give (did you mean nofile?)"),
    ],
)  # fmt: skip
def test_a_template_without_effect_or_with_a_mistake_is_a_problem(
    folder: Folder, name: str, text: str, said: str
) -> None:
    folder.write(f"templates/{name}", text)
    problems = folder.problems()
    assert len(problems) == 1
    assert said in problems[0]
    assert problems[0].startswith(f"templates/{name}")


def test_a_template_that_steps_render_replaces_nothing_and_is_no_mistake(folder: Folder) -> None:
    folder.write("templates/students/motto.j2", "{{ whatever }}")
    folder.write("deploys/students.py", 'def after():\n    "students/motto.j2"\n')
    assert [row[:3] for row in folder.rows()] == [
        ("template", "students/motto.j2", "adds"),
        ("step", "after students", "runs after the module students"),
    ]


def test_steps_say_their_line(folder: Folder) -> None:
    folder.write("group_vars/staging.yml", "---\n")
    folder.write("deploys/students.py", "from pyinfra.api import deploy\n\n\n@deploy('Ours')\ndef after():\n    pass\n")
    folder.write("deploys/staging/system.py", f"def _help():\n    pass\n\n\n{STEP}")
    assert folder.rows() == [
        ("step", "after students", "runs after the module students", "", "deploys/students.py:4"),
        ("step", "before system", "runs before the module system", "staging", "deploys/staging/system.py:5"),
    ]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("student.py", STEP, "student.py: student is no module (did you mean students?)"),
        ("stagin/students.py", STEP, "students.py: stagin is no platform"),
        ("students.py", f"{STEP}\ndef aftr():\n    pass\n", ":4: aftr is neither before nor after"),
        ("students.py", f"{STEP}\n\ndef helper():\n    pass\n", "one that these call begins with _"),
        ("students.py", "X = 1\n", "it has no function before or after"),
        ("students.py", "\n1 / 0\n", "students.py:2: ZeroDivisionError: division by zero"),
        ("students.py", "def before(:\n", "students.py:1: SyntaxError: invalid syntax"),
    ],
)  # fmt: skip
def test_steps_that_are_never_run_are_a_problem(folder: Folder, name: str, text: str, said: str) -> None:
    folder.write("group_vars/staging.yml", "---\n")
    folder.write(f"deploys/{name}", text)
    assert [said in problem for problem in folder.problems()] == [True]


def test_the_skeleton_and_the_portal(folder: Folder) -> None:
    folder.write("skel/.hushlogin")
    folder.write("skel/bin/hello", "#!/bin/sh\n")
    folder.write("portal/img/logo.png")
    folder.write("portal/img/badges/finisher.svg")
    folder.write("portal/pages/index.html.j2")
    assert [row[:3] for row in folder.rows()] == [
        ("skeleton", ".hushlogin", "replaces templates/system/skel/.hushlogin"),
        ("skeleton", "bin/hello", "adds"),
        ("page", "img/logo.png", "adds"),
        ("page", "pages/index.html.j2", "replaces the portal's own"),
        ("badge", "img/badges/finisher.svg", "replaces the portal's own"),
    ]
    folder.write("portal/image/logo.png")
    (folder.path / "skel" / "binary").write_bytes(b"\xff\xfe")
    problems = folder.problems()
    assert any("portal/image goes over nothing" in text for text in problems)
    assert any("skel/binary: it is no text in UTF-8" in text for text in problems)


@pytest.fixture
def content(folder: Folder) -> Folder:
    shutil.copytree(samples.PRIVATE, folder.path, dirs_exist_ok=True)
    folder.write("group_vars/test.yml", "---\n")
    return folder


def test_content_that_no_backend_gets_is_a_problem(content: Folder) -> None:
    assert "backends of test do not get its workshops and hooks; set WODPRIVREPO" in "\n".join(content.problems())


def test_content_stands_beside_the_public_one(content: Folder) -> None:
    shutil.copytree(samples.PUBLIC / "WKSHP-Bash", content.path / "notebooks" / "WKSHP-Bash")
    content.run("init")
    content.write("group_vars/test.yml", f"WODPRIVREPO: {content.path}\n")
    found = content.check()
    assert "what is not committed does not reach backends: notebooks/WKSHP-Bash/" in found["notes"][0]
    assert [tuple(each.values())[:3] for each in found["overrides"] if each["kind"] in ("workshop", "hook")] == [
        ("workshop", "WKSHP-Bash", "goes over the public one"),
        ("workshop", "WKSHP-House-Rules", "adds"),
        ("hook", "post-copy-WKSHP-Bash.sh", "runs after the public one"),
    ]


def test_what_the_originals_repositories_have_besides_is_told(folder: Folder) -> None:
    for name in ("ansible/check_backend.yml", "ansible/hosts.j2", "sys/procmail-WOD.j2", "scripts/functions.sh"):
        folder.write(name)
    notes = "\n".join(folder.check()["notes"])
    for said in ("ansible/check_backend.yml is Ansible's", "WODHOSTS", "sys/ holds", "/etc/wod.sh"):
        assert said in notes


def test_a_misspelt_folder_is_a_problem(folder: Folder) -> None:
    folder.write("template/system/limits.conf.j2")
    folder.write("pictures/logo.png")
    assert folder.problems() == ["template: nothing is read from here (did you mean templates?)"]


def test_an_inventory_that_builds_another_platform_is_a_problem(content: Folder) -> None:
    build = "globals().update(build('tset', [Host('be1')]))\n"
    content.write("inventories/test.py", f"from wod.inventory import Host, build\n{build}")
    assert any("inventories/test.py: it builds the platform tset" in each for each in content.problems())


def test_for_people_it_is_a_table_that_ends_with_a_count(folder: Folder) -> None:
    folder.write("skel/.hushlogin")
    done = folder.run("private", "check")
    row, summary = done.output.splitlines()
    assert row.split("  ")[:4] == ["skeleton", ".hushlogin", "replaces templates/system/skel/.hushlogin", "all"]
    assert summary == "1 override, no problems"


def test_an_unknown_platform_or_folder_is_refused(
    folder: Folder, refusal: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write("group_vars/staging.yml", "---\n")
    assert "stagin is no platform (did you mean staging?)" in refusal("private", "check", "--platform", "stagin")
    monkeypatch.setenv("WOD_PRIVATE", str(folder.path / "nowhere"))
    assert "which is not a folder" in refusal("private", "check")
