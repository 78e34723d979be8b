"""Tell what a host is, before anything on it is changed, as one line of JSON. stdin: JSON, what to look at.

Its keys: ``ports``: numbers. ``names``: host names. ``paths``: folders whose disk matters. ``peers``: [name, port] of
hosts that may be there already. ``api``: the URL whose answer has the time, or nothing.
"""

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from email.utils import parsedate_to_datetime

PATIENCE = 5
SOURCES = 30
"""Seconds for a package source."""


def output(words, seconds=PATIENCE):
    """What a program says; nothing when it fails or is not there."""
    try:
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=seconds)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace") if done.returncode == 0 else ""


def system():
    """The lines of os-release, and the container's kind."""
    with open("/etc/os-release") as file:
        lines = file.read().splitlines()
    return lines + ["wod_container=" + output(["systemd-detect-virt", "--container"]).strip()]


def memory():
    with open("/proc/meminfo") as file:
        found = re.search(r"^MemTotal:\s+(\d+) kB", file.read(), re.MULTILINE)
    return int(found.group(1)) * 1024 if found else 0


def disks(paths):
    """Free bytes where the folders are, or will be; of one filesystem once, by the first."""
    found, seen = {}, set()
    for path in paths:
        there = path
        while not os.path.exists(there):
            there = os.path.dirname(there)
        if os.stat(there).st_dev not in seen:
            seen.add(os.stat(there).st_dev)
            info = os.statvfs(there)
            found[path] = info.f_bavail * info.f_frsize
    return found


def resolved(name):
    try:
        return sorted({str(each[4][0]) for each in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)})
    except OSError:
        return []


def own_addresses():
    return re.findall(r"inet6? ([0-9a-f.:]+)", output(["ip", "-o", "addr", "show"]))


def listener(port):
    """The systemd unit that listens on a port, else its process; empty when the port is free."""
    line = output(["ss", "-ltnpH", "sport = :%d" % port]).strip().splitlines()
    if not line:
        return ""
    found = re.search(r'\("([^"]*)",pid=(\d+)', line[0])
    if not found:
        return "an unknown process"
    try:
        with open("/proc/%s/cgroup" % found.group(2)) as file:
            own = [line for line in file.read().splitlines() if line.startswith("0::") or ":name=systemd:" in line]
        units = re.findall(r"/([^/\s]+\.service)", "\n".join(own))
    except OSError:
        units = []
    return units[-1] if units else found.group(1)


def answers(name, port):
    try:
        socket.create_connection((name, port), PATIENCE).close()
    except OSError:
        return False
    return True


def date_of(url):
    """Seconds since 1970 as the API says it; None when it says nothing."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # it is asked for the time, and told nothing
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
    try:
        headers = opener.open(url, timeout=PATIENCE).headers
    except urllib.error.HTTPError as error:
        headers = error.headers
    except (OSError, ValueError):
        return None
    return parsedate_to_datetime(headers["Date"]).timestamp() if headers.get("Date") else None


def sources():
    """``[[package source, whether it could be reached]]``, by the distribution's own means, proxies included."""
    with tempfile.TemporaryDirectory() as folder:
        if not shutil.which("apt-get"):
            made = output(["dnf", "--setopt=cachedir=%s" % folder, "makecache"], 4 * SOURCES)
            return [["dnf's repositories", bool(made)]]
        listed = output(["apt-get", "update", "--print-uris"], SOURCES)  # indextargets knows none before a first update
        urls = sorted(set(re.findall(r"^'(\S+/InRelease)'", listed, re.MULTILINE)))
        helper, place = "/usr/lib/apt/apt-helper", os.path.join(folder, "InRelease")
        found = [[url, bool(output([helper, "download-file", url, place], SOURCES))] for url in urls]
        return found or [["apt's list of sources", False]]


def main(wanted):
    told = {
        "system": system(),
        "cpus": os.cpu_count() or 1,
        "memory": memory(),
        "disks": disks(wanted["paths"]),
        "names": {name: resolved(name) for name in wanted["names"]},
        "addresses": own_addresses(),
        "ports": {str(port): listener(port) for port in wanted["ports"]},
        "peers": [[name, port] for name, port in wanted["peers"] if answers(name, port)],
        "sources": sources(),
        "synchronised": output(["timedatectl", "show", "-p", "NTPSynchronized", "--value"]).strip(),
        "api": date_of(wanted["api"]) if wanted["api"] else None,
    }
    told["time"] = time.time()
    print(json.dumps(told, separators=(",", ":")))


if __name__ == "__main__":
    main(json.loads(sys.stdin.read()))
