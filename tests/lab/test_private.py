"""Two platforms from one private repository: made by ``wod init``, pushed, cloned, and rolled out twice."""

from __future__ import annotations

import json
import os
import shutil
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.site import REPOSITORY, Run, Site
from tests.lab.test_content import git
from tests.unit.content.server import serving
from wod import samples

pytestmark = pytest.mark.lab

TOKEN = "lab-token-8c31e0d94b"
HOSTS = {"blue": "be1", "green": "be2"}
INVENTORY = """
from pathlib import Path

from wod import lab
from wod.inventory import Host, build

TOKEN = (Path(__file__).parent.parent / "token").read_text().strip()
globals().update(
    build(
        "{platform}",
        [
            Host(
                host.name,
                number=host.number,
                external=str(host.address),
                address=str(host.address),
                settings={{"WODPRIVREPOTOKEN": TOKEN}},
                ssh=lab.connection(host),
            )
            for host in lab.hosts()
            if host.name == "{host}"
        ],
    )
)
"""
SHARED = """
BRANDING: Ours
WODPRIVREPO: {url}/wod-private.git
WODKERNELS:
  - python
  - bash
  - name: ours
    display_name: Ours
    argv: ["{{jphub}}/bin/python", "-m", "ipykernel_launcher", "-f", "{{connection_file}}"]
    language: python
"""
LIMITS = "system/limits.conf.j2"
STEPS = """
from pyinfra import host
from pyinfra.operations import files as stock

from wod.inventory import settings_of
from wod.operations import files


def before():
    stock.directory(name="Make our folder", path="/etc/ours")


def after():
    text = f"{settings_of(host).BRANDING} on {host.name}"
    files.present(name="Write our file", entries=[files.File("/etc/ours/motto", text)])
"""
ONE_STEP = """
from pyinfra.api import deploy

from wod.operations import files


@deploy("Green alone")
def after():
    files.present(name="Write it", entries=[files.File("/etc/green", "here")])
"""
PAGE = "notebooks/WKSHP-Bash/0-ReadMeFirst.ipynb"


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def fill(folder: Path, url: str) -> None:
    """What an operator writes into a new private repository."""
    write(folder, "group_vars/all.yml", SHARED.format(url=url))
    write(folder, "group_vars/green.yml", "BRANDING: Ours in green\n")
    write(folder, f"templates/{LIMITS}", f'{{% include "original/{LIMITS}" %}}# {{{{ settings.BRANDING }}}}\n')
    write(folder, f"templates/green/{LIMITS}", f'{{% include "original/{LIMITS}" %}}# green\n')
    write(folder, "deploys/students.py", STEPS)
    write(folder, "deploys/green/system.py", ONE_STEP)
    shutil.copytree(samples.PUBLIC / "WKSHP-Bash", folder / "notebooks" / "WKSHP-Bash")
    write(folder, PAGE, (folder / PAGE).read_text().replace("Bash", "Our Bash", 1))
    for platform, host in HOSTS.items():
        write(folder, f"inventories/{platform}.py", INVENTORY.format(platform=platform, host=host))


@pytest.fixture(scope="module")
def private(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The operator of both platforms, with a clone of what another one made by ``wod init`` and pushed."""
    root = tmp_path_factory.mktemp("forge")
    pair = f"x-access-token:{TOKEN}"
    with serving(root, pair) as (url, _), pytest.MonkeyPatch.context() as patch:
        header = f"Authorization: Basic {b64encode(pair.encode()).decode()}"
        config = {"COUNT": "1", "KEY_0": f"http.{url}.extraHeader", "VALUE_0": header}
        for name, value in config.items():
            patch.setenv(f"GIT_CONFIG_{name}", value)
        git(root, "init", "-q", "--bare", "-b", "main", "wod-private.git")
        git(root / "wod-private.git", "config", "http.receivepack", "true")
        made = site.command("wod", "init", str(root / "made"), "--platform", "blue", "--platform", "green")
        assert made.code == 0, made.output
        fill(root / "made", url)
        git(root / "made", "add", "-A")
        git(root / "made", "commit", "-qm", "What is ours")
        git(root / "made", "push", "-q", f"{url}/wod-private.git", "main")
        git(root, "clone", "-q", f"{url}/wod-private.git", "clone")
        for name in config:
            patch.delenv(f"GIT_CONFIG_{name}")
        (root / "clone" / "token").write_text(f"{TOKEN}\n")
        operator = Site(root / "clone")
        operator.environment |= {"WOD_STATE": str(root / "state")}
        yield operator


def inventory(private: Site, platform: str) -> str:
    return os.path.relpath(private.private / "inventories" / f"{platform}.py", REPOSITORY)


@pytest.fixture(scope="module")
def rolled_out(private: Site) -> dict[str, Run]:
    """Both platforms, each by its inventory of the private repository."""
    runs = {platform: private.roll_out(inventory=inventory(private, platform)) for platform in HOSTS}
    for run in runs.values():
        assert run.code == 0, run.output
    return runs


def test_private_check_names_each(private: Site) -> None:
    done = private.command("wod", "private", "check", "--json")
    assert done.code == 0, done.output
    found = {
        (each["kind"], each["name"], each["platform"], each["effect"]) for each in json.loads(done.output)["overrides"]
    }
    replaced = f"replaces templates/{LIMITS}"
    assert found >= {
        ("template", LIMITS, "", replaced),
        ("template", LIMITS, "green", replaced),
        ("step", "before students", "", "runs before the module students"),
        ("step", "after students", "", "runs after the module students"),
        ("step", "after system", "green", "runs after the module system"),
        ("workshop", "WKSHP-Bash", "", "goes over the public one"),
        ("kernel", "ours", "", "adds"),
        ("kernel", "ssh", "", "leaves out"),
        ("skeleton", ".bash_aliases", "", "adds"),
    }
    assert {(name, platform) for kind, name, platform, _ in found if kind == "setting"} >= {
        ("BRANDING", ""), ("BRANDING", "green"), ("WODKERNELS", ""),
    }  # fmt: skip


@pytest.mark.parametrize(("platform", "name"), [("blue", "all.yml:2"), ("green", "green.yml:1")])
def test_explain_names_the_private_file(private: Site, platform: str, name: str) -> None:
    said = private.command("wod", "settings", "explain", "BRANDING", "-i", inventory(private, platform))
    winner = next(line for line in said.output.splitlines() if line.startswith("  from"))
    assert f"clone/group_vars/{name} " in winner
    kernels = private.command("wod", "settings", "explain", "WODKERNELS", "-i", inventory(private, platform))
    assert "clone/group_vars/all.yml:4" in kernels.output


@pytest.mark.parametrize(("platform", "motto"), [("blue", "Ours on be1"), ("green", "Ours in green on be2")])
def test_the_hosts_have_what_is_private(private: Site, rolled_out: dict[str, Run], platform: str, motto: str) -> None:
    host = HOSTS[platform]
    read = f"tail -n 1 /etc/security/limits.d/90-wod.conf; cat /etc/ours/motto; cat /home/wodadmin/wod-private/{PAGE}"
    limit, line, *page = private.ssh(host, read).splitlines()
    assert limit == {"blue": "# Ours", "green": "# green"}[platform]
    assert line == motto
    assert "Our Bash" in "".join(page)
    kernels = "ls /usr/local/share/jupyter/kernels; grep -h allowed -A4 /etc/jupyter/jupyter_server_config.json"
    assert "ours" in private.ssh(host, kernels)
    assert private.ssh(host, "cat /etc/green 2>/dev/null || true") == {"blue": "", "green": "here"}[platform]
    name = private.ssh(host, "cat /etc/wod/stamp.json")
    assert json.loads(name)["platform"] == platform


def test_the_private_kernel_runs(private: Site, rolled_out: dict[str, Run]) -> None:
    private.environment["WOD_INVENTORY"] = inventory(private, "blue")
    person = private.participant("be1", 7)
    assert person.log_in()
    person.start_server()
    assert person.kernels() == ["bash", "ours", "python3"]
    assert person.run("6*7", kernel="ours") == "42"


@pytest.mark.parametrize("platform", HOSTS)
def test_the_second_roll_out_changes_nothing(private: Site, rolled_out: dict[str, Run], platform: str) -> None:
    again = private.roll_out(inventory=inventory(private, platform))
    assert again.code == 0, again.output
    assert again.changed == {}
    assert any("Before students | Make our folder" in name for name in again.unchanged)


def test_plan_and_drift_say_nothing_until_a_private_file_changes(private: Site, rolled_out: dict[str, Run]) -> None:
    where = inventory(private, "green")
    assert "1 as they should be" in private.command("wod", "plan", where).output
    assert private.command("wod", "drift", "check", "-i", where).code == 0
    write(private.private, f"templates/green/{LIMITS}", f'{{% include "original/{LIMITS}" %}}# greener\n')
    planned = private.command("wod", "plan", where)
    assert planned.code == 2, planned.output
    assert "+# greener" in planned.output
    checked = private.command("wod", "drift", "check", "-i", where, "--json")
    assert [host["verdict"] for host in json.loads(checked.output)["hosts"]] == ["behind"]


def test_a_mistake_in_a_template_is_a_sentence_and_changes_nothing(private: Site, rolled_out: dict[str, Run]) -> None:
    path = private.private / "templates" / "green" / LIMITS
    path.write_text("{{ nofiles }}\n")
    run = private.roll_out(inventory=inventory(private, "green"), deploy="deploys.modules.system.apply")
    assert run.code != 0
    assert "Traceback" not in run.output
    assert f"{path}:1: 'nofiles' is undefined" in run.output
    assert "# green" in private.ssh("be2", "cat /etc/security/limits.d/90-wod.conf")
