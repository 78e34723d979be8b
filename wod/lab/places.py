"""Where the lab keeps things and what it calls them. Two labs with different state directories never meet."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

STATE = Path("/var/lib/wod-lab")
CACHE = Path("/var/cache/wod-lab")


@dataclass(frozen=True)
class Places:
    """Paths and names of one lab; all names follow from the state directory."""

    state: Path = STATE
    cache: Path = CACHE

    @property
    def suffix(self) -> str:
        """Empty for the default lab; a short hash for a lab that lives elsewhere."""
        return "" if self.state == STATE else hashlib.sha256(str(self.state).encode()).hexdigest()[:6]

    @property
    def bridge(self) -> str:
        """The network bridge: at most 15 characters, the kernel's limit."""
        return f"wodlab{self.suffix or '0'}"

    @property
    def table(self) -> str:
        """The nftables table, and the comment on each rule that the lab adds to other tables."""
        return f"wod_lab_{self.suffix}" if self.suffix else "wod_lab"

    def machine(self, host: str) -> str:
        """A host's name for systemd-nspawn, which also names its network interface and control groups."""
        return f"wl{self.suffix}-{host}" if self.suffix else f"wodlab-{host}"

    def cable(self, host: str) -> str:
        """This machine's end of a host's network cable, as systemd-nspawn names it (at most 15 characters)."""
        return f"vb-{self.machine(host)}"

    def host(self, name: str) -> Path:
        """Everything of one host that ``down`` removes."""
        return self.state / "hosts" / name

    def root(self, name: str) -> Path:
        """Where the host's file system is mounted."""
        return self.host(name) / "root"

    def log(self, name: str) -> Path:
        """What the host printed on its console while it started."""
        return self.state / "logs" / f"{name}.log"

    def host_key(self, name: str) -> Path:
        """The host's own ssh key, kept when the host is not."""
        return self.state / "host-keys" / name / "ssh_host_ed25519_key"

    @property
    def mail(self) -> Path:
        """The mails that the lab's hosts sent, one file each."""
        return self.state / "mail"

    @property
    def layers(self) -> Path:
        """What hosts had written when a snapshot was taken."""
        return self.state / "layers"

    @property
    def snapshots(self) -> Path:
        return self.state / "snapshots"

    @property
    def state_file(self) -> Path:
        return self.state / "state.json"

    @property
    def lab_key(self) -> Path:
        """The key that logs in to every host of this lab."""
        return self.state / "ssh" / "lab_ed25519"

    @property
    def known_hosts(self) -> Path:
        return self.state / "ssh" / "known_hosts"


def places(environ: Mapping[str, str] = os.environ) -> Places:
    """The lab that the environment selects (``WOD_LAB_STATE``, ``WOD_LAB_CACHE``)."""
    state = environ.get("WOD_LAB_STATE") or STATE
    cache = environ.get("WOD_LAB_CACHE") or CACHE
    return Places(Path(os.path.abspath(state)), Path(os.path.abspath(cache)))
