"""Two thousand students on a new backend, and again with nothing to do; beside Ansible and stock pyinfra.

Runs on a lab of its own (two hosts, Debian 12 and 13; be1 is measured) and writes benchmarks/results/students.md. The
peers run at a small number of students and are extrapolated by their slope, since at 2000 they take most of an hour.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.machine import description, table
from benchmarks.timing import ROOT, Timed, timed
from wod import lab

BIN = Path(sys.executable).parent
MANY, FEW, SOME = 2000, 3, 15
REPEATS = 3


def pyinfra(*words: str, private: Path) -> Timed:
    return timed(str(BIN / "pyinfra"), "-y", *words, WOD_PRIVATE=str(private))


def role(private: Path, *flags: str, deploy: str = "deploys/backend.py") -> Timed:
    return pyinfra(*flags, "inventories/lab.py", deploy, private=private)


def ours(private: Path) -> dict[str, str]:
    """The rows of design.md's table that this release has."""
    many = ("--limit", "be1", "--data", f"USERMAX={MANY}")
    print("rolling out with one student, so that the next step is about students only", flush=True)
    role(private, "--data", "USERMAX=1")
    students = "deploys.modules.students.apply"
    first = role(private, *many, deploy=students)
    accounts, hub = (
        first.steps[f"Students | Keep {MANY} accounts and their homes"],
        first.steps[f"Students | Keep {MANY} Hub users"],
    )
    role(private, *many)
    nothing = [role(private, *many, deploy=students).seconds for _ in range(REPEATS)]
    whole = [role(private, *many).seconds for _ in range(REPEATS)]
    counted = role(private, "--debug", *many).commands_on("be1")
    twenty = ("--data", "USERMAX=20")
    role(private, *twenty)
    both = [role(private, *twenty).cpu for _ in range(REPEATS)]
    one = [role(private, *twenty, "--limit", "be1").cpu for _ in range(REPEATS)]
    small = role(private, "--debug", *twenty).commands_on("be1")
    return {
        f"{MANY} students on a new backend, whole run": f"{first.seconds:.1f} s",
        "… of which accounts, homes and ACLs": f"{accounts:.1f} s",
        "… of which Hub users": f"{hub:.1f} s",
        "the same again with nothing to do, students module": f"{median(nothing):.1f} s (median of {REPEATS})",
        "the same again with nothing to do, whole role": f"{median(whole):.1f} s (median of {REPEATS})",
        f"remote commands of the whole role with nothing to do, {MANY} students": str(counted),
        "remote commands of the whole role with nothing to do, 20 students": str(small),
        "control node CPU, nothing to do, one host, start of Python included": f"{median(one):.2f} s",
        "control node CPU, nothing to do, each further host": f"{median(both) - median(one):.2f} s",
    }


def slope(measure: Callable[[int], float]) -> float:
    """Seconds per student between few and some."""
    few, some = measure(FEW), measure(SOME)
    return (some - few) / (SOME - FEW)


def peers(scratch: Path) -> dict[str, str]:
    """Ansible and stock pyinfra, per student and extrapolated."""
    print("installing Ansible into a scratch environment", flush=True)
    subprocess.run([sys.executable, "-m", "venv", str(scratch / "venv")], check=True)
    pip = [str(scratch / "venv/bin/pip"), "install", "-q", "--disable-pip-version-check", "ansible"]
    subprocess.run(pip, check=True, stderr=subprocess.DEVNULL)
    rows = {}
    measures = {"Ansible": lambda n: ansible(scratch, n), "stock pyinfra (no ACLs)": lambda n: stock(scratch, n)}
    for name, measure in measures.items():
        for what in ("new", "nothing to do"):
            if what == "new":
                lab.reset("be1", snapshot="students-bench")
            each = slope(measure)
            rows[f"{name}, {what}: per student"] = f"{each:.2f} s"
            rows[f"{name}, {what}: {MANY}, extrapolated from {FEW} and {SOME}"] = f"{each * MANY / 60:.0f} min"
    return rows


def ansible(scratch: Path, count: int) -> float:
    """The playbook with SSH multiplexing and pipelining, as a careful operator sets it up."""
    host = next(host for host in lab.hosts() if host.name == "be1")
    data = lab.connection(host)
    options = f"-o UserKnownHostsFile={data['ssh_known_hosts_file']} -o ControlMaster=auto -o ControlPersist=60s"
    variables = f"ansible_user={data['ssh_user']} ansible_ssh_private_key_file={data['ssh_key']}"
    inventory = scratch / "hosts"
    inventory.write_text(f"{host.address} {variables} ansible_ssh_common_args='{options}'\n")
    playbook = ROOT / "benchmarks/peers/students.yml"
    limits = ("-e", json.dumps({"first": 1, "last": count}))
    words = (str(scratch / "venv/bin/ansible-playbook"), "-i", str(inventory), *limits, str(playbook))
    return timed(*words, ANSIBLE_PIPELINING="1").seconds


def stock(scratch: Path, count: int) -> float:
    """Stock operations over a stock inventory."""
    data = {**lab.connection(next(host for host in lab.hosts() if host.name == "be1")), "_sudo": True}
    inventory = scratch / "stock.py"
    inventory.write_text(f"hosts = [('be1', {data | {'first': 1, 'last': count}!r})]\n")
    return timed(str(BIN / "pyinfra"), "-y", str(inventory), "benchmarks/peers/students.py").seconds


def main() -> None:
    os.environ["WOD_LAB_STATE"], os.environ["WOD_LAB_SUBNET"] = "/var/lib/wod-lab-bench", "10.233.19.0/24"
    lab.down()
    lab.up(["be1", "be2"], say=print)
    try:
        with tempfile.TemporaryDirectory() as folder:
            scratch, private = Path(folder), Path(folder) / "private"
            private.mkdir()
            role(private, "--data", "USERMAX=1")
            lab.snapshot("students-bench", ["be1", "be2"], replace=True)
            parts = [
                "# Students\n\nWritten by `make bench` (benchmarks/students.py), which says how.\n",
                table("Measured on", description()),
                table("wod", ours(private)),
                table("Peers, in the same run", peers(scratch)),
            ]
    finally:
        lab.down()
        lab.remove_snapshot("students-bench")
    (ROOT / "benchmarks/results/students.md").write_text("\n".join(parts))
    print("\n".join(parts))


if __name__ == "__main__":
    main()
