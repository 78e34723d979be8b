import json

import pytest
from click.testing import CliRunner

from wod.cli.lab import lab
from wod.errors import BadInput, ProblemsFound
from wod.lab import preflight
from wod.lab.places import Places


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("WOD_LAB_STATE", str(tmp_path))
    monkeypatch.delenv("WOD_LAB_SUBNET", raising=False)


def run(*words):
    return CliRunner().invoke(lab, words)


@pytest.mark.parametrize("command", ["up", "down", "status", "ssh", "reset", "snapshot", "build"])
def test_every_command_has_help(command):
    assert "Usage" in run(command, "--help").output


def test_status_is_printed_without_a_lab():
    assert "be1" in run("status").output
    rows = json.loads(run("status", "--json").output)
    assert rows[0] == {
        "host": "be1", "role": "backends", "suite": "bookworm", "address": "10.233.7.11", "state": "down",
        "pid": None, "uptime": None, "snapshot": None, "snapshots": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["up", "--hosts", "be9"], "no host 'be9'"),
        (["down", "--hosts", "be9"], "no host 'be9'"),
        (["ssh", "be9"], "the lab knows be1"),
        (["ssh", "be1"], "start it with wod lab up"),
        (["reset"], "or say --all"),
        (["reset", "be1", "--all"], "or say --all"),
        (["snapshot", "a/b"], "take a name of letters"),
    ],
)
def test_bad_input_is_one_sentence(words, why):
    error = run(*words).exception
    assert isinstance(error, BadInput)
    assert why in str(error)
    assert "\n" not in str(error)


def test_everything_that_is_missing_is_said_at_once(monkeypatch):
    monkeypatch.setattr(preflight.shutil, "which", lambda program, path: None)
    monkeypatch.setattr(preflight.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(preflight.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 1e9}))
    monkeypatch.setattr(preflight.cgroups, "hierarchies", list)
    error = run("up").exception
    assert isinstance(error, ProblemsFound)
    for words in ("apt-get install systemd-container", "sudo", "1.0 GB free", "WOD_LAB_STATE", "no control groups"):
        assert words in str(error)


def test_root_in_a_container_that_may_not_mount_is_told_so(monkeypatch):
    monkeypatch.setattr(preflight.os, "geteuid", lambda: 0)
    monkeypatch.setattr(preflight, "_effective_capabilities", lambda: 0)
    assert any("CAP_SYS_ADMIN" in problem.message for problem in preflight.missing())


def test_each_thing_that_the_kernel_refuses_has_its_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(preflight, "_in_namespace", lambda *words: False)
    messages = [problem.message for problem in preflight._refused_by_kernel(Places(tmp_path))]
    assert [word for word in ("overlay", "bridge", "veth", "masq") for message in messages if word in message]
    assert len(messages) == 4


def test_taking_down_needs_root_and_nothing_else(monkeypatch):
    monkeypatch.setattr(preflight.os, "geteuid", lambda: 1000)
    assert "sudo" in str(run("down").exception)
