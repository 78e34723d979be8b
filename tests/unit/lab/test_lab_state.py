import json
import os
import subprocess
import sys
from ipaddress import IPv4Network

import pytest

from wod.errors import BadInput, WodError
from wod.lab import processes, session, snapshots, snapshotting, state, survey
from wod.lab.hostset import KNOWN
from wod.lab.places import Places
from wod.lab.state import HostRecord, LabState


@pytest.fixture
def lab(tmp_path, monkeypatch):
    monkeypatch.setenv("WOD_LAB_STATE", str(tmp_path))
    monkeypatch.delenv("WOD_LAB_SUBNET", raising=False)
    return Places(tmp_path, tmp_path / "cache")


RECORD = HostRecord("bookworm-abc", ("be1-1",), "snap", 4321, 99)


def test_the_state_reads_as_it_was_written(lab):
    assert state.load(lab) == LabState()
    written = LabState("10.1.2.0/24", {"be1": RECORD})
    state.save(lab, written)
    assert state.load(lab) == written


def test_a_state_file_that_is_not_one_is_named(lab):
    lab.state_file.write_text("{")
    with pytest.raises(WodError, match=r"state\.json: cannot be read"):
        state.load(lab)


def test_a_second_command_waits_and_says_so(lab):
    said = []
    holder = "import fcntl,sys,time; f=open(sys.argv[1],'w'); fcntl.flock(f,2); print(flush=True); time.sleep(0.3)"
    with subprocess.Popen([sys.executable, "-c", holder, str(lab.state / "lock")], stdout=subprocess.PIPE) as other:
        assert other.stdout.readline()
        with state.locked(lab.state / "lock", "another command", said.append):
            assert said == ["waiting for another command"]


def test_an_inventory_can_be_printed_without_a_lab(lab):
    assert [(host.name, host.role, host.address) for host in survey.hosts()] == [
        ("be1", "backends", "10.233.7.11"),
        ("be2", "backends", "10.233.7.12"),
    ]


def test_the_hosts_on_record_are_the_labs_hosts(lab):
    state.save(lab, LabState("10.1.2.0/24", {"www": RECORD, "be1": RECORD}))
    assert [host.address for host in survey.hosts()] == ["10.1.2.11", "10.1.2.16"]


def test_light_hosts_are_listed_once_they_are_there(lab):
    assert [row.host for row in survey.status()] == [host.name for host in KNOWN]
    state.save(lab, LabState("10.1.2.0/24", {"n50": RECORD, "n01": RECORD}))
    assert [host.address for host in survey.hosts()] == ["10.1.2.111", "10.1.2.160"]
    assert [row.host for row in survey.status()][-2:] == ["n01", "n50"]


def test_a_connection_is_strict(lab):
    data = survey.connection(survey.hosts()[0])
    assert data["ssh_strict_host_key_checking"] == "yes"
    assert data["ssh_hostname"] == "10.233.7.11"
    assert data["ssh_known_hosts_file"].startswith(str(lab.state))


def test_a_host_whose_process_is_gone_is_dead_not_up(lab):
    state.save(lab, LabState("10.1.2.0/24", {"be1": RECORD, "be2": HostRecord("trixie-abc")}))
    found = {row.host: row.state for row in survey.status()}
    assert found["be1"] == "dead"
    assert found["be2"] == found["www"] == "down"


def test_the_lab_does_not_move_under_its_hosts(lab):
    running = LabState("10.1.2.0/24", {"be1": RECORD})
    assert session.subnet_for(running, "10.1.2.0/24") == IPv4Network("10.1.2.0/24")
    with pytest.raises(BadInput, match=r"on 10\.1\.2\.0/24; run wod lab down before moving to 10\.3\.0\.0/24"):
        session.subnet_for(running, "10.3.0.0/24")
    assert session.subnet_for(LabState("10.1.2.0/24"), "10.3.0.0/24") == IPv4Network("10.3.0.0/24")


def test_one_host_that_fails_stops_no_other():
    done = []

    def act(name):
        if name == "be1":
            raise WodError("no room")
        done.append(name)

    with pytest.raises(WodError, match=r"^be1: no room$"):
        session.on_each(["be1", "be2"], act)
    assert done == ["be2"]


def test_a_process_is_told_by_its_start_time():
    mine = processes.start_time(os.getpid())
    assert processes.alive(os.getpid(), mine)
    assert not processes.alive(os.getpid(), mine + 1)
    assert not processes.alive(None, 0)


def test_waiting_has_an_end():
    assert processes.wait_until(lambda: True, 0)
    assert not processes.wait_until(lambda: False, 0.01, pause=0.001)


def store(lab, name, host, base="bookworm-abc", layers=("be1-1",)):
    snapshots.store(lab, name, host, snapshots.Snapshot(base, layers))


def test_a_snapshot_is_found_again(lab):
    store(lab, "ready", "be1")
    assert snapshots.names(lab, "be1") == ["ready"]
    assert snapshots.fresh_record(lab, "be1", "bookworm-abc", "ready") == HostRecord(
        "bookworm-abc", ("be1-1",), "ready"
    )
    assert snapshots.fresh_record(lab, "be1", "bookworm-abc", None) == HostRecord("bookworm-abc")


def test_a_snapshot_on_another_base_is_refused_with_the_mend(lab):
    store(lab, "ready", "be1")
    with pytest.raises(BadInput, match="wod lab snapshot ready --replace"):
        snapshots.find(lab, "ready", "be1", "bookworm-new")


def test_a_snapshot_that_is_not_there_is_refused_with_those_that_are(lab):
    store(lab, "ready", "be1")
    with pytest.raises(BadInput, match="none of be2"):
        snapshots.find(lab, "ready", "be2", "trixie-abc")
    with pytest.raises(BadInput, match="of this host there are: ready"):
        snapshots.find(lab, "other", "be1", "bookworm-abc")
    with pytest.raises(BadInput, match="see wod lab status"):
        snapshots.remove(lab, "other")


@pytest.fixture
def as_root(monkeypatch):
    monkeypatch.setattr(snapshotting.preflight, "require_root", lambda: None)


def test_others_of_its_debian_start_from_what_a_snapshot_holds_of_one(lab, as_root):
    store(lab, "ready", "n01", layers=("n01-2", "n01-1"))
    snapshotting.share("ready", "n01", ["n01", "n02", "n03"])
    assert snapshots.fresh_record(lab, "n03", "bookworm-abc", "ready").layers == ("n01-2", "n01-1")
    with pytest.raises(BadInput, match="none of n04"):
        snapshots.load(lab, "ready", "n04")


def test_no_host_is_a_copy_of_another_debian(lab, as_root):
    store(lab, "ready", "n01")
    with pytest.raises(BadInput, match="be2, www cannot be a copy of n01, which is bookworm"):
        snapshotting.share("ready", "n01", "n02,be2,www")
    assert snapshots.names(lab, "n02") == []


def test_only_what_is_there_can_be_shared(lab, as_root):
    with pytest.raises(BadInput, match="none of n01"):
        snapshotting.share("ready", "n01", "n02")


@pytest.mark.parametrize("name", ["", "../x", "a/b", "-x", "x" * 65])
def test_names_that_could_leave_the_directory_are_refused(name):
    with pytest.raises(BadInput):
        snapshots.check_name(name)


def test_layers_are_removed_once_nobody_stands_on_them(lab):
    for layer in ("be1-1", "be1-2", "be1-3"):
        (lab.layers / layer).mkdir(parents=True)
    store(lab, "ready", "be1", layers=("be1-1",))
    snapshots.remove_unused_layers(lab, LabState("10.1.2.0/24", {"be1": HostRecord("b", ("be1-2",))}))
    assert sorted(layer.name for layer in lab.layers.iterdir()) == ["be1-1", "be1-2"]


def test_moving_into_a_layer_is_done_once_however_often_it_is_tried(lab):
    (lab.host("be1") / "upper").mkdir(parents=True)
    (lab.host("be1") / "upper/file").touch()
    snapshots.move_into_layer(lab, "be1", "be1-1")
    (lab.host("be1") / "upper").mkdir()
    snapshots.move_into_layer(lab, "be1", "be1-1")
    assert (lab.layers / "be1-1/file").exists()
    assert (lab.host("be1") / "upper").is_dir()


def test_the_state_file_is_plain_json(lab):
    state.save(lab, LabState("10.1.2.0/24", {"be1": RECORD}))
    assert json.loads(lab.state_file.read_text())["hosts"]["be1"]["pid"] == 4321
