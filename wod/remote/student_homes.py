"""Make student homes, or set a home's owner, mode and ACL right, without touching what is in it.

Arguments: ``make`` or ``mend``, the folder of the homes, the admin account, the skeleton folder. Names on stdin.

A home is made beside the others and moved into place when it is complete, so one that exists is always whole: a run
that was killed leaves nothing half-made. A lock keeps the program of a killed run and that of the next one apart.
"""

import fcntl
import os
import pwd
import shutil
import subprocess
import sys

LOCK = "/run/wod-students.lock"


def own_tree(top, uid, gid):
    """Give a fresh copy of the skeleton to its student; links are changed themselves, never followed."""
    os.lchown(top, uid, gid)
    for folder, folders, files in os.walk(top):
        for name in folders + files:
            os.lchown(os.path.join(folder, name), uid, gid)


def grant(paths, admin, *options):
    """Access and default ACL for the admin account, in batches that fit an argument list."""
    rules = "u:%s:rwX,d:u:%s:rwX" % (admin, admin)
    for start in range(0, len(paths), 500):
        subprocess.run(["setfacl", *options, "-m", rules, "--"] + paths[start : start + 500], check=True)


def make(folder, names, admin, skeleton):
    staging = os.path.join(folder, ".wod-new")
    shutil.rmtree(staging, ignore_errors=True)
    os.mkdir(staging, 0o700)
    wanted = [name for name in names if not os.path.lexists(os.path.join(folder, name))]
    for name in wanted:
        account, home = pwd.getpwnam(name), os.path.join(staging, name)
        shutil.copytree(skeleton, home, symlinks=True)
        own_tree(home, account.pw_uid, account.pw_gid)
        os.chmod(home, 0o700)
    grant([os.path.join(staging, name) for name in wanted], admin, "-R", "-P")
    for name in wanted:
        os.rename(os.path.join(staging, name), os.path.join(folder, name))
    os.rmdir(staging)


def mend(folder, names, admin, _skeleton):
    """The home itself only: an ACL on what a student keeps there (0600 keys) would let sshd and ssh refuse it."""
    for name in names:
        account, home = pwd.getpwnam(name), os.path.join(folder, name)
        os.lchown(home, account.pw_uid, account.pw_gid)
        subprocess.run(["setfacl", "-b", "--", home], check=True)
        os.chmod(home, 0o700)
    grant([os.path.join(folder, name) for name in names], admin)


def main(action, folder, admin, skeleton):
    names = sys.stdin.read().split()  # before the lock: a control node that is gone must not keep it locked
    # Only root may open the lock: a student who could would be able to hold it.
    with os.fdopen(os.open(LOCK, os.O_WRONLY | os.O_CREAT, 0o600), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        {"make": make, "mend": mend}[action](folder, names, admin, skeleton)


if __name__ == "__main__":
    main(*sys.argv[1:])
