"""Remove student accounts, and set their homes aside: nothing a person made is deleted.

Arguments: the folder of the homes. Names on stdin, one a line. A home goes to ``.removed/<name>-<time>`` in that folder,
which only root can enter.
"""

import fcntl
import os
import pwd
import subprocess
import sys
import time

LOCK = "/run/lock/wod-students.lock"


def remove_account(name):
    try:
        account = pwd.getpwnam(name)
    except KeyError:
        return
    subprocess.run(["pkill", "-KILL", "-U", str(account.pw_uid)], check=False)
    subprocess.run(["userdel", name], check=True)


def set_aside(folder, name, moment):
    home, attic = os.path.join(folder, name), os.path.join(folder, ".removed")
    if os.path.lexists(home):
        os.makedirs(attic, mode=0o700, exist_ok=True)
        os.rename(home, os.path.join(attic, name + "-" + moment))


def main(folder):
    moment = time.strftime("%Y%m%dT%H%M%S")
    with open(LOCK, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for name in sys.stdin.read().split():
            remove_account(name)
            set_aside(folder, name, moment)


if __name__ == "__main__":
    main(*sys.argv[1:])
