"""Remove student accounts, and set their homes aside: nothing a person made is deleted.

Arguments: the folder of the homes. Names on stdin, one a line. A home goes to ``.removed/<name>-<time>`` in that
folder, which only root can enter.
"""

import errno
import fcntl
import os
import pwd
import subprocess
import sys
import time

LOCK = "/run/wod-students.lock"
FIRST_UID = 1000
"""Below are the system's own accounts, whose processes are nobody's to kill."""


def remove_account(name):
    try:
        account = pwd.getpwnam(name)
    except KeyError:
        return
    if account.pw_uid < FIRST_UID:
        sys.exit("%s has the uid %d, which is not a student's; it is left as it is" % (name, account.pw_uid))
    end_processes(account.pw_uid)
    if os.path.exists("/usr/bin/crontab"):  # or a later account of that name would run it
        subprocess.run(["crontab", "-r", "-u", name], check=False, stderr=subprocess.DEVNULL)
    subprocess.run(["userdel", name], check=True)


def end_processes(uid):
    """And wait until they are gone: userdel refuses while one is left."""
    for _ in range(100):
        if subprocess.run(["pkill", "-KILL", "-U", str(uid)], check=False).returncode != 0:
            return
        time.sleep(0.05)


def set_aside(folder, name, moment):
    home, attic = os.path.join(folder, name), os.path.join(folder, ".removed")
    if os.path.lexists(home):
        os.makedirs(attic, mode=0o700, exist_ok=True)
        move(home, os.path.join(attic, name + "-" + moment))


def move(source, target):
    """In one step where the file system can; where not (overlays, mounts), mv copies with owners, times and ACLs."""
    try:
        os.rename(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        subprocess.run(["mv", "-T", "--", source, target], check=True)


def main(folder):
    moment = time.strftime("%Y%m%dT%H%M%S")
    names = sys.stdin.read().split()  # before the lock: a control node that is gone must not keep it locked
    # Only root may open the lock: a student who could would be able to hold it.
    with os.fdopen(os.open(LOCK, os.O_WRONLY | os.O_CREAT, 0o600), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for name in names:
            remove_account(name)
            set_aside(folder, name, moment)


if __name__ == "__main__":
    main(*sys.argv[1:])
