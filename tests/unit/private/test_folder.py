"""The private folder as a platform sees it: which files count, and what stands in whose place."""

from __future__ import annotations

import pytest

from tests.unit.private.conftest import REPOSITORY, Folder
from wod import skeleton, templates, wheel
from wod.fleet.record import fingerprint
from wod.private import Private
from wod.private.folder import modules
from wod.settings import Settings, load
from wod.site import Host, SiteHost
from wod.templates import Faulty

LIMITS = "system/limits.conf.j2"


def settings(folder: Folder, platform: str = "test") -> Settings:
    return load(REPOSITORY, platform, private=folder.path)


def digest(folder: Folder, platform: str = "test") -> str:
    return Private.of(settings(folder, platform)).digest()


def test_the_modules_are_those_that_are_rolled_out() -> None:
    from deploys.modules import ORDER

    assert set(modules()) == set(ORDER)


def test_an_empty_folder_has_no_digest(folder: Folder) -> None:
    for name in (
        "templates/README.md",
        "group_vars/test.yml",
        "notebooks/WKSHP-X/wod.yml",
        "deploys/__pycache__/x.pyc",
    ):
        folder.write(name, "---\n")
    assert digest(folder) == "none"


@pytest.mark.parametrize(
    "name", [f"templates/{LIMITS}", f"templates/test/{LIMITS}", "deploys/students.py", "skel/.x", "portal/img/logo.png"]
)
def test_a_changed_file_is_another_digest_and_another_fingerprint(folder: Folder, name: str) -> None:
    given = []
    for text in ("one", "another"):
        folder.write(name, text)
        given.append((digest(folder), fingerprint(SiteHost(Host("be1"), settings(folder)))))
    assert len({*given[0], *given[1]}) == 4
    folder.write(name, "one")
    assert digest(folder) == given[0][0]


def test_what_only_another_platform_gets_does_not_count(folder: Folder) -> None:
    folder.write(f"templates/staging/{LIMITS}", "x")
    folder.write("deploys/staging/students.py", "x")
    assert digest(folder) == "none"
    assert digest(folder, "staging") != "none"


def test_only_templates_for_hosts_can_be_replaced(folder: Folder) -> None:
    for name in ("wheel/pyproject.toml.j2", LIMITS):
        folder.write(f"templates/{name}", "ours")
    private = Private.of(settings(folder))
    with templates.overlaid(*private.templates):
        assert templates.render(LIMITS) == "ours"
        assert "[project]" in templates.render("wheel/pyproject.toml.j2", part=wheel.ENGINE, version="1")
    assert "nofile" in templates.render(LIMITS, nproc=1, nofile=2)


def test_a_misspelt_setting_in_a_template_has_a_suggestion(folder: Folder) -> None:
    path = folder.write(f"templates/{LIMITS}", "\n{{ settings.USERMXA }}")
    given = settings(folder)
    with (
        templates.overlaid(*Private.of(given).templates, settings=given),
        pytest.raises(Faulty, match="did you mean USERMAX") as error,
    ):
        templates.render(LIMITS, nproc=1, nofile=2)
    assert str(error.value).startswith(f"{path}:2: ")


def test_secrets_in_a_template_stay_redacted(folder: Folder) -> None:
    folder.write(f"templates/{LIMITS}", "{{ settings.WODBETOKEN }}")
    given = settings(folder)
    with templates.overlaid(*Private.of(given).templates, settings=given):
        assert templates.render(LIMITS) == "<secret WODBETOKEN>"


def test_a_file_that_is_not_rendered_is_replaced_as_it_is(folder: Folder) -> None:
    path = folder.write("templates/fail2ban/sshd.conf", "{{ not rendered }}")
    with templates.overlaid(*Private.of(settings(folder)).templates):
        assert templates.text("fail2ban/sshd.conf") == "{{ not rendered }}"
        path.write_bytes(b"\xff\xfe")
        with pytest.raises(Faulty, match="it is no text in UTF-8"):
            templates.text("fail2ban/sshd.conf")


def test_folders_of_the_skeleton_come_before_their_files(folder: Folder) -> None:
    folder.write("skel/a/b/c", "text")
    made = [entry.path for entry in skeleton.entries(Private.of(settings(folder)))]
    assert made == ["/etc/skel/a", "/etc/skel/a/b", "/etc/skel/.hushlogin", "/etc/skel/a/b/c"]
