"""What a host is like, path by path: two of them compared tell what has moved in between."""

from __future__ import annotations

import json

from tests.lab.site import Site

FOLDERS = "/etc /usr/local /opt /student /var/www /home /root /var/lib/wod"
OTHERS = {
    "accounts": "getent passwd | sort; getent group | sort",
    "packages": "dpkg-query -W -f '${Package} ${db:Status-Abbrev}\\n'",
    "firewall": "ufw status | sort; iptables -S ufw-user-input | sort",
    "kernel": "sysctl -n net.ipv4.tcp_keepalive_time",
    "enabled": "systemctl list-unit-files --no-legend | awk '$2 !~ /transient|generated/ { print $1, $2 }' | sort",
    "running": "systemctl list-units --no-legend --plain --state=active UNITS | awk '{ print $1, $3, $4 }' | sort",
    "students' processes": "ps -eo uid=,pid=,comm= | awk '$1 > 2000 && $1 < 2100' | sort",
}
UNITS = (
    "'wod-*' 'jupyter*' 'postfix*' 'postgresql*' students.slice fail2ban.service nginx.service ufw.service ssh.service"
)
_SCRIPT = """
import hashlib, json, os, subprocess, sys
found = {}
def state(path):
    info = os.lstat(path)
    kind = oct(info.st_mode)
    parts = [kind, info.st_uid, info.st_gid]
    if os.path.islink(path):
        parts.append(os.readlink(path))
    elif os.path.isfile(path):
        parts.append(info.st_size if path.startswith("/opt/") else hashlib.sha256(open(path, "rb").read()).hexdigest())
        if path.startswith("/student/"):
            parts.append(info.st_mtime_ns)
    elif os.path.isdir(path):
        for name in ("system.posix_acl_access", "system.posix_acl_default"):
            parts.append(os.getxattr(path, name).hex() if name in os.listxattr(path) else "")
    if SEALED:
        parts.append(info.st_ctime_ns)
    return " ".join(map(str, parts))
for top in FOLDERS.split():
    for folder, names, files in os.walk(top):
        names[:] = [name for name in names if name != "__pycache__"]
        if folder == "/student":
            names.remove("student1") if "student1" in names else None  # at work
        for name in [*names, *files]:
            path = os.path.join(folder, name)
            try:
                key = folder if path.startswith("/opt/") else path
                found[key] = found.get(key, "") + name + " " + state(path) + "\\n"
            except FileNotFoundError:
                pass
for key in [key for key in found if key.startswith("/opt")]:
    found[key] = hashlib.sha256("".join(sorted(found[key].splitlines(True))).encode()).hexdigest()
for name, command in OTHERS.items():
    found[name] = subprocess.run(command, shell=True, capture_output=True, text=True).stdout
show = ["systemctl", "show", "--property=Id,MainPID,ExecMainStartTimestampMonotonic", *PROCESSES]
blocks = subprocess.run(show, capture_output=True, text=True).stdout.split("\\n\\n")
for block in blocks:
    values = dict(line.split("=", 1) for line in block.split("\\n") if "=" in line)
    found["process " + values["Id"]] = values["MainPID"] + " " + values["ExecMainStartTimestampMonotonic"]
print(json.dumps(found))
"""
PROCESSES = [
    "jupyterhub.service", "jupyterhub-proxy.service", "wod-engine.service", "postfix.service", "postfix@-.service",
    "fail2ban.service", "postgresql@15-main.service", "wod-api.service", "wod-lifecycle.service", "nginx.service",
    "ssh.service", "jupyter-student1.service",
]  # fmt: skip


def fingerprint(site: Site, host: str, sealed: bool = False) -> dict[str, str]:
    """``{path or name: state}``; ``sealed`` ones differ by whatever is written, if only the same again."""
    others = {name: command.replace("UNITS", UNITS) for name, command in OTHERS.items()}
    values = {"FOLDERS": FOLDERS, "OTHERS": others, "PROCESSES": PROCESSES, "SEALED": sealed}
    text = "".join(f"{name} = {value!r}\n" for name, value in values.items()) + _SCRIPT
    found: dict[str, str] = json.loads(site.ssh(host, f"python3 - <<'END'\n{text}\nEND"))
    return found


def moved(before: dict[str, str], after: dict[str, str]) -> dict[str, tuple[str, str]]:
    """What is not the same: ``{path or name: (before, after)}``."""
    keys = sorted(before.keys() | after.keys())
    return {key: (before.get(key, ""), after.get(key, "")) for key in keys if before.get(key) != after.get(key)}
