"""Look for values on this host as somebody with an ordinary account could, and in its journal. stdin: JSON.

Its keys: ``needles``: {name: value}. ``user``: the account to look as; nobody if it is not there. ``places``: folders.
One line of JSON: {user, files, processes, found: [[place, name], ...]}. Values are in no argument, file or answer.
"""

import json
import os
import pwd
import re
import subprocess
import sys

LARGEST = 4 * 1024 * 1024


def main():
    asked = json.load(sys.stdin)
    values = {name: value.encode() for name, value in asked["needles"].items()}
    pattern = re.compile(b"|".join(re.escape(v) for v in sorted(set(values.values()), key=len, reverse=True)))

    def names(content):
        hits = set(pattern.findall(content))
        return [name for name, value in sorted(values.items()) if value in hits]

    found = [["the journal", name] for name in in_journal(pattern, values)]
    user = account(asked["user"])
    seen = as_user(user, lambda: look(asked["places"], names))
    seen["found"] = found + seen["found"]
    print(json.dumps(dict(seen, user=user.pw_name)))


def in_journal(pattern, values):
    """As root: what is in it can get into a report or a mail."""
    hits = set()
    words = ["journalctl", "--quiet", "--no-pager", "--all", "--output=cat", "--since=-30d"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as journal:
        for line in journal.stdout or ():
            hits.update(pattern.findall(line))
    return [name for name, value in sorted(values.items()) if value in hits]


def account(name):
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return pwd.getpwnam("nobody")


def as_user(user, work):
    """What ``work`` gives in a process of that account's."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.initgroups(user.pw_name, user.pw_gid)
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
        with os.fdopen(writer, "w") as out:
            out.write(json.dumps(work()))
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    return json.loads(said)


def look(places, names):
    found, files, processes = [], 0, 0
    for path in regular(places):
        content = read(path, LARGEST)
        if content is not None:
            files += 1
            found += [[path, name] for name in names(content)]
    for number in filter(str.isdigit, os.listdir("/proc")):
        processes += 1
        for part in ("cmdline", "environ"):
            content = read("/proc/%s/%s" % (number, part), LARGEST) or b""
            found += [["/proc/PID/%s of %s" % (part, comm(number)), name] for name in names(content)]
    return {"files": files, "processes": processes, "found": found}


def regular(places):
    """Files below ``places`` that are not too large, of one filesystem each, no link followed."""
    for place in places:
        if not os.path.isdir(place):
            continue
        device = os.lstat(place).st_dev
        for top, folders, names in os.walk(place):
            folders[:] = [name for name in folders if on(device, os.path.join(top, name))]
            for name in names:
                path = os.path.join(top, name)
                try:
                    info = os.lstat(path)
                except OSError:
                    continue
                if info.st_mode & 0o170000 == 0o100000 and 0 < info.st_size <= LARGEST:
                    yield path


def on(device, path):
    try:
        return os.lstat(path).st_dev == device
    except OSError:
        return False


def read(path, most):
    try:
        with open(path, "rb") as file:
            return file.read(most)
    except OSError:
        return None


def comm(number):
    return (read("/proc/%s/comm" % number, 64) or b"a process").decode(errors="replace").strip()


main()
