"""The files that JupyterHub and its units are given, rendered from real settings."""

from __future__ import annotations

import ast
import configparser
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from wod import templates
from wod.hub import Hub
from wod.settings import load

REPOSITORY = Path(__file__).resolve().parents[2]


def hub(tmp_path: Path, **values: object) -> Hub:
    return Hub(load(REPOSITORY, "test", private=tmp_path, host=values))


def assigned(text: str) -> dict[str, object]:
    """``c.X.y = literal`` of a configuration."""
    found = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
            try:
                found[ast.unparse(node.targets[0])] = ast.literal_eval(node.value)
            except ValueError:
                continue
    return found


def configuration(tmp_path: Path, **values: object) -> str:
    return templates.render("jupyterhub/jupyterhub_config.py.j2", **hub(tmp_path, **values).values)


def test_the_configuration_is_python_and_says_what_the_settings_say(tmp_path: Path) -> None:
    values = assigned(configuration(tmp_path, WODBEPORT=8010, WODSERVERMEM="512M", WODSERVERCPU=0.5, JPHUB="/srv/hub"))
    assert values["c.JupyterHub.bind_url"] == "http://:8010"
    assert values["c.SystemdSpawner.mem_limit"] == "512M"
    assert values["c.SystemdSpawner.cpu_limit"] == 0.5
    assert values["c.Spawner.cmd"] == ["/srv/hub/bin/jupyterhub-singleuser"]
    assert values["c.Spawner.default_url"] == "/lab"
    assert values["c.Authenticator.admin_users"] == {"wodadmin"}
    assert values["c.JupyterHub.cleanup_servers"] is False


@pytest.mark.parametrize(("seconds", "culls"), [(3600, True), (0, False)])
def test_the_idle_culler_is_there_when_it_has_a_timeout(tmp_path: Path, seconds: int, culls: bool) -> None:
    text = configuration(tmp_path, WODIDLETIMEOUT=seconds)
    ast.parse(text)
    assert (f"--timeout={seconds}" in text) == culls
    assert ("idle-culler" in text) == culls


def test_before_a_start_the_services_former_tokens_are_forgotten(tmp_path: Path) -> None:
    """And nobody else's; a Hub that has no database yet, or an empty one, starts as well."""
    path = tmp_path / "jupyterhub.sqlite"
    command = [sys.executable, "-I", str(REPOSITORY / "templates/jupyterhub/forget_tokens.py"), str(path)]
    subprocess.run(command, check=True)
    assert not path.exists()
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript("CREATE TABLE services (id INTEGER, name TEXT);")
    subprocess.run(command, check=True)
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(
            "CREATE TABLE api_tokens (id INTEGER, service_id INTEGER, user_id INTEGER, note TEXT);"
            "INSERT INTO services VALUES (1, 'admintk'), (2, 'other');"
            "INSERT INTO api_tokens VALUES (1, 1, NULL, 'from config'), (2, 2, NULL, 'from config'),"
            "(3, NULL, 1, 'from config'), (4, 1, NULL, 'made by hand');"
        )
    subprocess.run(command, check=True)
    with closing(sqlite3.connect(path)) as database:
        assert [row[0] for row in database.execute("SELECT id FROM api_tokens ORDER BY id")] == [2, 3, 4]


def test_no_secret_is_in_the_configuration(tmp_path: Path) -> None:
    """It reads its token from a file that only root can read."""
    text = configuration(tmp_path, WODBETOKEN="hunter2")
    assert "hunter2" not in text
    assert "<secret" not in text
    assert repr(Hub.token_file) in text


def unit(name: str, tmp_path: Path, **values: object) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None, allow_no_value=True)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(templates.render(f"jupyterhub/{name}.service.j2", **hub(tmp_path, **values).values))
    return parser


@pytest.mark.parametrize("name", ["jupyterhub", "jupyterhub-proxy"])
def test_units_are_hardened_and_start_at_boot(tmp_path: Path, name: str) -> None:
    service = unit(name, tmp_path)
    assert service["Install"]["WantedBy"] == "multi-user.target"
    assert service["Service"]["NoNewPrivileges"] == "yes"
    assert service["Service"]["ProtectSystem"] == "strict"


@pytest.mark.parametrize(("port", "capability"), [(80, "CAP_NET_BIND_SERVICE"), (8000, None)])
def test_the_proxy_may_use_a_low_port_only_when_it_has_one(tmp_path: Path, port: int, capability: str | None) -> None:
    service = unit("jupyterhub-proxy", tmp_path, WODBEPORT=port)
    assert service["Service"].get("AmbientCapabilities") == capability
    assert f"--port {port} " in service["Service"]["ExecStart"]


def test_a_name_that_is_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        templates.render("system/sudoers.j2")


def test_files_end_as_they_stand() -> None:
    assert templates.render("system/sudoers.j2", user="wodadmin").endswith("wodadmin ALL=(ALL:ALL) NOPASSWD: ALL\n")
    assert templates.text("jupyterhub/pam.rhel").splitlines()[1:] == [
        "auth     substack password-auth",
        "account  substack password-auth",
    ]
