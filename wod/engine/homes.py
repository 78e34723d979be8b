"""A student's home, emptied and made anew; the folder itself stays, as the roll-out's students module made it."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from wod.engine import keys
from wod.engine.accounts import Account
from wod.engine.delivery import Entry, deliver, shared, walk
from wod.engine.errors import Impossible, TryLater

KEY = ".ssh/id_rsa"
"""The name under which workshops' scripts look for it; they copy its public half to appliances."""
CRONTABS = (Path("/var/spool/cron/crontabs"), Path("/var/spool/cron"))
_ACLS = ("system.posix_acl_access", "system.posix_acl_default")


def check(home: Path) -> None:
    """Only a real folder is ever emptied or written to."""
    try:
        kind = os.lstat(home).st_mode
    except FileNotFoundError as error:
        raise Impossible(f"{home} does not exist; roll the students module out") from error
    if not stat.S_ISDIR(kind):
        raise Impossible(f"{home} is no folder; move it aside and roll the students module out")


def empty(folder: Path) -> None:
    """Remove all that is in a folder, however deep, without following a link or crossing into another file system."""
    command = ["find", "-P", str(folder), "-xdev", "-mindepth", "1", "-delete"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if os.listdir(folder):
        complaint = done.stderr.strip().splitlines()
        raise TryLater(
            f"{folder} could not be emptied: {complaint[0] if complaint else 'something was made meanwhile'}"
        )


def hand_over(folder: Path, account: Account, makers: Iterable[int]) -> None:
    """What the uids ``makers`` own in a folder becomes the account's: links themselves, never what they point to.

    Only for a home whose student cannot act (freshly erased, password just changed): a file with another name elsewhere
    (a hard link) is left alone all the same.
    """
    owned = [word for uid in makers for word in ("-o", "-uid", str(uid))][1:]
    command = ["find", "-P", str(folder), "-xdev", "-mindepth", "1", "(", *owned, ")"]
    command += ["(", "-type", "d", "-o", "-links", "1", ")"]
    command += ["-exec", "chown", "-h", f"{account.uid}:{account.gid}", "{}", "+"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        raise TryLater(f"{folder} could not be handed over: {done.stderr.strip().splitlines()[0]}")


def remove(path: Path) -> None:
    """Remove a folder, file or link, if it is there; ``path``'s parent must be a home that :func:`check` accepted."""
    try:
        if stat.S_ISDIR(os.lstat(path).st_mode):
            empty(path)
            os.rmdir(path)
        else:
            os.unlink(path)
    except FileNotFoundError:
        pass


def remove_crontab(name: str, spools: Iterable[Path] = CRONTABS) -> None:
    """Or what one participant left there would run for the next one; the file of ``crontab``, named by the account."""
    for spool in spools:
        (spool / name).unlink(missing_ok=True)


def admit(account: Account, home: Path, admin: str) -> None:
    """Owner, mode and ACL of the home itself, as ``wod/remote/student_homes.py`` makes them."""
    os.chown(home, account.uid, account.gid, follow_symlinks=False)
    for name in _ACLS:
        try:
            os.removexattr(home, name, follow_symlinks=False)
        except OSError as error:
            if error.errno not in (errno.ENODATA, errno.ENOTSUP):
                raise
    os.chmod(home, 0o700)
    rules = f"u:{admin}:rwX,d:u:{admin}:rwX"
    done = subprocess.run(["setfacl", "-m", rules, "--", str(home)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise TryLater(f"setfacl failed: {done.stderr.strip()}")


def skeleton(folders: Iterable[str]) -> Iterator[Entry]:
    """What a fresh home holds: all skeletons, a later one over an earlier one, and ``.ssh``.

    In ``.ssh`` modes stay as they are: ssh and sshd refuse files that others might write.
    """
    merged: dict[str, Entry] = {".ssh": Entry(".ssh", 0o750)}
    for folder in folders:
        if os.path.isdir(folder):
            for entry in walk(Path(folder)):
                private = entry.path.split("/")[0] == ".ssh"
                merged[entry.path] = entry if private else replace(entry, mode=shared(entry.mode | 0o600))
    merged[".ssh"] = Entry(".ssh", 0o750)
    yield from (merged[path] for path in sorted(merged))


def new_key(name: str, top: Path) -> list[Entry]:
    """A key pair of the student's own; ``top`` is the engine's state folder."""
    private, public = keys.take(top, name)
    return [Entry(KEY, 0o600, private), Entry(f"{KEY}.pub", 0o644, public)]


def renew(account: Account, home: Path, skeletons: Iterable[str], admin: str, private: Path) -> None:
    """An empty home, then the skeletons and a new key; safe to repeat after any interruption.

    ``private`` is a folder that only root may enter.
    """
    check(home)
    remove_crontab(account.name)
    empty(home)
    admit(account, home, admin)
    deliver(account, home, [*skeleton(skeletons), *new_key(account.name, private)])
