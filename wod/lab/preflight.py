"""What this machine lacks to run real hosts: all of it at once, in words, before anything is changed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from wod.errors import BadInput, Problem, ProblemsFound
from wod.lab import cgroups
from wod.lab.places import Places
from wod.lab.places import places as current_places
from wod.lab.run import PATH, succeeds

PROGRAMS = {
    "systemd-nspawn": "systemd-container",
    "debootstrap": "debootstrap",
    "nft": "nftables",
    "ip": "iproute2",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "setpriv": "util-linux",
    "unshare": "util-linux",
    "mount": "mount",
}
"""Program → the Debian and Ubuntu package that it comes in."""

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
NEEDED_GB = 6
CAPABILITIES = {"CAP_SYS_ADMIN": 21, "CAP_NET_ADMIN": 12, "CAP_SYS_CHROOT": 18, "CAP_MKNOD": 27}
HERE = "this machine"


def missing(places: Places | None = None) -> list[Problem]:
    """Everything that keeps the lab from running here; empty when it can run."""
    places = places or current_places()
    problems = [*_missing_programs(), *_missing_rights(), *_missing_disk(places)]
    if not any(cgroups.hierarchies()):
        problems.append(_problem("no control groups are mounted: mount -t cgroup2 none /sys/fs/cgroup"))
    return problems or list(_refused_by_kernel(places))


def require(places: Places) -> None:
    """Raise everything that is missing, as one error."""
    problems = missing(places)
    if problems:
        raise ProblemsFound(problems)


def require_root() -> None:
    """What taking the lab down needs; more may be missing by then, and that must not be in the way."""
    if os.geteuid() != 0:
        raise BadInput("the lab's mounts and network need root: run it with sudo")


def _problem(message: str) -> Problem:
    return Problem(HERE, message)


def _missing_programs() -> Iterator[Problem]:
    for program, package in PROGRAMS.items():
        if not shutil.which(program, path=PATH):
            yield _problem(f"{program} is not installed: apt-get install {package}")
    if not KEYRING.exists():
        yield _problem(f"{KEYRING} is missing: apt-get install debian-archive-keyring")


def _missing_rights() -> Iterator[Problem]:
    if os.geteuid() != 0:
        yield _problem("mounts and network bridges need root: run it with sudo")
        return
    lacking = [name for name, bit in CAPABILITIES.items() if not _effective_capabilities() >> bit & 1]
    if lacking:
        yield _problem(f"root may not do all it should ({', '.join(lacking)}): give the container --privileged")


def _effective_capabilities() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapEff:"):
            return int(line.split()[1], 16)
    return 0


def _missing_disk(places: Places) -> Iterator[Problem]:
    for directory, variable in ((places.state, "WOD_LAB_STATE"), (places.cache, "WOD_LAB_CACHE")):
        free = shutil.disk_usage(_existing(directory)).free / 1e9
        if free < NEEDED_GB:
            yield _problem(
                f"{directory} has {free:.1f} GB free, of {NEEDED_GB} GB needed: "
                f"make room, or name a larger disk in {variable}"
            )


def _existing(directory: Path) -> Path:
    """The directory or the nearest one above it that exists."""
    return next(path for path in (directory, *directory.parents) if path.exists())


def _refused_by_kernel(places: Places) -> Iterator[Problem]:
    """Try what the lab will do, in throw-away namespaces that leave nothing behind."""
    if not _in_namespace("--mount", _OVERLAY, str(_existing(places.state))):
        yield _problem(
            f"no overlay can be mounted over {_existing(places.state)}: modprobe overlay, "
            "or name a directory on ext4, xfs or btrfs in WOD_LAB_STATE"
        )
    if not _in_namespace("--net", "ip link add name wodprobe type bridge"):
        yield _problem("the kernel has no network bridges: modprobe bridge")
    if not _in_namespace("--net", "ip link add name wodprobe type veth peer name wodpeer"):
        yield _problem("the kernel has no virtual network cables: modprobe veth")
    if not _in_namespace("--net", _MASQUERADE):
        yield _problem("the kernel cannot translate addresses: modprobe nft_masq")


_OVERLAY = """
find "$1" -maxdepth 1 -name '.wod-probe.*' -mmin +5 -exec rm -rf {} +
base=$(mktemp -d -p "$1" .wod-probe.XXXXXX) && mkdir "$base/l" "$base/u" "$base/w" "$base/m"
mount -t overlay -o "lowerdir=$base/l,upperdir=$base/u,workdir=$base/w" overlay "$base/m"
result=$?
umount "$base/m"; rm -rf --one-file-system -- "$base"
exit $result
"""
_MASQUERADE = """
nft add table ip wodprobe
nft 'add chain ip wodprobe out { type nat hook postrouting priority 100; }'
nft add rule ip wodprobe out masquerade
"""


def _in_namespace(kind: str, script: str, *arguments: str) -> bool:
    return succeeds("unshare", kind, "sh", "-ec" if kind == "--net" else "-c", script, "sh", *arguments)
