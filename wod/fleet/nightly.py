"""The systemd units with which the control node looks for drift every night. Pure, but for :func:`install`."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wod.errors import BadInput, WodError

UNITS = Path("/etc/systemd/system")
JITTER = 60
"""Minutes over which sites are spread, each always at the same one."""
CAPABILITIES = ("CAP_DAC_READ_SEARCH", "CAP_DAC_OVERRIDE")
"""Root reads the operator's files, whoever they belong to."""
SENDMAIL_CAPABILITIES = ("CAP_SETUID", "CAP_SETGID", "CAP_CHOWN", "CAP_FOWNER")
HIDDEN = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - the service has its own (PrivateTmp)
SPOOLS = tuple(Path("/var/spool") / name for name in ("postfix", "exim4", "nullmailer", "mqueue", "clientmqueue"))
"""Where mail servers' sendmail puts what it is given."""
_SERVICE = """\
[Unit]
Description=Drift of {platform}: looked for{also}
Wants=network-online.target
After=network-online.target
OnFailure={name}-failed.service

[Service]
Type=oneshot
ExecStart={wod} drift night{fix}{always} -i {inventory}
{common}"""
_FAILED = """\
[Unit]
Description=Tell that the drift of {platform} could not be looked for

[Service]
Type=oneshot
ExecStart={wod} drift tell {name}.service --platform {group} -i {inventory}
{common}"""
_COMMON = """\
User={user}
WorkingDirectory={folder}
{environment}UMask=0077
TimeoutStartSec=6h
NoNewPrivileges=yes
PrivateTmp=yes
PrivateDevices=yes
PrivateMounts=yes
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths={writable}
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
RestrictNamespaces=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
LockPersonality=yes
RemoveIPC=yes
KeyringMode=private
CapabilityBoundingSet={capabilities}
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
"""
_TIMER = """\
[Unit]
Description=Every night: drift of {platform}

[Timer]
OnCalendar=*-*-* {time}:00
AccuracySec=1s
Persistent=yes

[Install]
WantedBy=timers.target
"""


@dataclass(frozen=True)
class Nightly:
    """What is to run: ``at`` is HH:MM, the earliest moment; ``always`` are days on which a mail comes in any case.

    ``sendmail``: mails are handed to this machine's own program, which needs more than the look itself.
    """

    platform: str
    inventory: Path
    folder: Path
    state: Path
    writable: tuple[Path, ...]
    at: str = "02:00"
    fix: bool = False
    always: str = ""
    user: str = "root"
    sendmail: bool = False
    environment: Mapping[str, str] | None = None

    @property
    def name(self) -> str:
        return f"wod-drift-{re.sub(r'[^A-Za-z0-9_.-]', '_', self.platform)}"


def moment(at: str, platform: str) -> str:
    """``HH:MM``: the time given, and up to an hour later by the platform's name. :class:`BadInput` for no time."""
    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", at)
    if not match:
        raise BadInput(f"{at} is no time of the day; write it as HH:MM, such as 02:00")
    later = int(hashlib.sha256(platform.encode()).hexdigest(), 16) % JITTER
    minutes = (int(match[1]) * 60 + int(match[2]) + later) % (24 * 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"


def units(nightly: Nightly, wod: Path) -> dict[str, str]:
    """The texts of the three units by name."""
    values = {
        "platform": nightly.platform,
        "name": nightly.name,
        "also": " and mended" if nightly.fix else "",
        "wod": _word(wod),
        "fix": " --fix" if nightly.fix else "",
        "always": f" --always-on {nightly.always}" if nightly.always else "",
        "inventory": _word(nightly.inventory),
        "group": _word(nightly.platform),
        "common": _common(nightly),
        "time": moment(nightly.at, nightly.platform),
    }
    texts = {".service": _SERVICE, "-failed.service": _FAILED, ".timer": _TIMER}
    return {f"{nightly.name}{end}": text.format(**values) for end, text in texts.items()}


def _common(nightly: Nightly) -> str:
    environment = "".join(f"Environment={_word(f'{k}={v}')}\n" for k, v in sorted((nightly.environment or {}).items()))
    writable = (nightly.state, *nightly.writable, *(SPOOLS if nightly.sendmail else ()))
    capabilities = [*CAPABILITIES, *(SENDMAIL_CAPABILITIES if nightly.sendmail else ())]
    return _COMMON.format(
        user=nightly.user,
        folder=str(nightly.folder).replace("%", "%%"),
        environment=environment,
        writable=" ".join(_word(path, "-") for path in writable),
        capabilities=" ".join(capabilities) if nightly.user == "root" else "",
    )


def _word(value: object, prefix: str = "") -> str:
    """A word of a unit's line, as systemd.syntax(7) has it."""
    text = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{prefix}{text}"' if re.search(r"[^A-Za-z0-9_./=:,@+-]", text) else f"{prefix}{text}"


def install(nightly: Nightly) -> list[str]:
    """Write the units where they differ, and start the timer; what was written. As root only."""
    program = Path(sys.argv[0]).resolve()
    texts = units(nightly, program)
    if os.geteuid() != 0:
        raise BadInput(f"only root can write to {UNITS}; run it with sudo")
    refuse_hidden(program, nightly.inventory, nightly.folder)
    written = [name for name, text in texts.items() if _write(UNITS / name, text)]
    if written:
        _systemctl("daemon-reload")
    _systemctl("enable", "--now", f"{nightly.name}.timer")
    return written


def refuse_hidden(*paths: Path) -> None:
    """:class:`BadInput` for what the service would not see."""
    for path in paths:
        if any(folder in path.parents for folder in HIDDEN):
            raise BadInput(
                f"{path} is in a folder for temporary files, which the service does not see; move it elsewhere"
            )


def _write(path: Path, text: str) -> bool:
    if path.exists() and path.read_text() == text:
        return False
    path.write_text(text)
    path.chmod(0o644)
    return True


def _systemctl(*words: str) -> None:
    done = subprocess.run(["systemctl", *words], capture_output=True, text=True)
    if done.returncode != 0:
        raise WodError(f"systemctl {' '.join(words)}: {done.stderr.strip()}")
