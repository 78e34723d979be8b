"""Tell how this host does, as one line of JSON; nothing on it is changed. stdin: JSON, what to look at.

Its keys: ``stamp``: a path. ``disks``: paths. ``active``: the Hub's {url, token_file}. ``queue``: the engine's program.
``failed`` and ``load``: true. ``certificate``: {port, name}: what is served there, told as PEM.
``checks``: a list of {kind: http|smtp|unit, ...}; each is answered by "" or by a sentence.
Each part that fails is left out and said in ``errors``.
"""

import http.client
import json
import os
import re
import smtplib
import socket
import ssl
import subprocess
import sys
import urllib.request

STUDENT = re.compile(r"student[0-9]+$")
PATIENCE = 8
PAGE = 200


def stamp(path):
    if not os.path.exists(path):
        return {}
    with open(path) as file:
        return json.load(file)


def disks(paths):
    """[{path, used, free}] in bytes, as df(1) counts them; paths of one filesystem once, by the first."""
    found, seen = [], set()
    for path in paths:
        if os.path.isdir(path) and os.stat(path).st_dev not in seen:
            seen.add(os.stat(path).st_dev)
            info = os.statvfs(path)
            used = (info.f_blocks - info.f_bfree) * info.f_frsize
            found.append({"path": path, "used": used, "free": info.f_bavail * info.f_frsize})
    return found


def failed_units(_):
    said = output(["systemctl", "list-units", "--state=failed", "--plain", "--no-legend", "--no-pager"])
    return sorted(line.split()[0] for line in said.splitlines() if line.strip())


def load(_):
    with open("/proc/uptime") as file:
        uptime = float(file.read().split()[0])
    return {"uptime": uptime, "load": os.getloadavg()[0], "cpus": os.cpu_count()}


def active(hub):
    """How many students have a server, or are about to: only those are sent, page by page."""
    with open(hub["token_file"]) as file:
        headers = {"Authorization": "token " + file.read().strip()}
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy would be given the token
    count, offset = 0, 0
    while True:
        path = "/users?state=active&limit=%d&offset=%d" % (PAGE, offset)
        request = urllib.request.Request(hub["url"] + path, headers=headers)
        with opener.open(request, timeout=PATIENCE) as answer:
            page = json.loads(answer.read().decode())
        count += sum(1 for user in page if STUDENT.match(user["name"]))
        if len(page) < PAGE:
            return count
        offset += PAGE


def queue(engine):
    """{state: how many orders}"""
    counts = {}  # type: dict[str, int]
    for row in json.loads(output([engine, "queue", "list", "--json"])):
        counts[row["state"]] = counts.get(row["state"], 0) + 1
    return counts


def output(words):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=2 * PATIENCE)
    if done.returncode != 0:
        raise OSError(done.stderr.decode(errors="replace").strip() or "%s failed" % words[0])
    return done.stdout.decode()


def encrypted(address, port, name):
    """Whose certificate it is does not matter here: its end is told, and browsers judge the rest."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(socket.create_connection((address, port), PATIENCE), server_hostname=name)


def certificate(served):
    connection = encrypted("127.0.0.1", served["port"], served["name"])
    try:
        return ssl.DER_cert_to_PEM_cert(connection.getpeercert(True))
    finally:
        connection.close()


def check_http(proto, address, port, path, name, expect=""):
    """GET, with ``name`` as the host that is asked for; ``expect`` must be in the answer."""
    where = "%s://%s:%d%s" % (proto, name, port, path)
    connection = http.client.HTTPConnection(address, port, timeout=PATIENCE)
    try:
        if proto == "https":
            connection.sock = encrypted(address, port, name)
        connection.request("GET", path, headers={"Host": "%s:%d" % (name, port)})
        answer = connection.getresponse()
        text = answer.read(1 << 20).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return "%s does not answer: %s" % (where, error)
    finally:
        connection.close()
    if answer.status != 200:
        return "%s answers %d" % (where, answer.status)
    return "" if expect in text else "%s answers without %r" % (where, expect)


def check_smtp(address, port):
    server = smtplib.SMTP(timeout=PATIENCE)
    try:
        code, said = server.connect(address, port)
        if code != 220:
            return "the mail server on port %d answers %d %s" % (port, code, said.decode(errors="replace"))
        server.quit()
    except (OSError, smtplib.SMTPException) as error:
        return "the mail server on port %d does not answer: %s" % (port, error)
    finally:
        server.close()
    return ""


def check_unit(unit):
    done = subprocess.run(["systemctl", "is-active", unit], stdout=subprocess.PIPE, timeout=PATIENCE)
    state = done.stdout.decode().strip()
    return "" if state == "active" else "%s is %s" % (unit, state or "not known")


CHECKS = {"http": check_http, "smtp": check_smtp, "unit": check_unit}  # type: dict


def checks(wanted):
    return [CHECKS[each.pop("kind")](**each) for each in wanted]


PARTS = {
    "stamp": stamp,
    "disks": disks,
    "failed": failed_units,
    "load": load,
    "active": active,
    "queue": queue,
    "certificate": certificate,
    "checks": checks,
}  # type: dict


def main(wanted):
    told, errors = {}, {}
    for part in sorted(wanted):
        try:
            told[part] = PARTS[part](wanted[part])
        except Exception as error:
            errors[part] = str(error) or type(error).__name__
    told["errors"] = errors
    print(json.dumps(told, separators=(",", ":")))


if __name__ == "__main__":
    main(json.loads(sys.stdin.read()))
