"""``host[:port[:proto]]``, as the original installer's flags -b -j -a -e -f -w write an address."""

from __future__ import annotations

import re
from dataclasses import dataclass

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")


@dataclass(frozen=True)
class Endpoint:
    """A name with, where it was given, its port and its protocol."""

    host: str
    port: int | None = None
    proto: str | None = None

    @classmethod
    def parse(cls, text: str) -> Endpoint:
        """``be1.int.example.org:8010:https``; ValueError with a sentence for anything else."""
        host, _, rest = text.partition(":")
        port, _, proto = rest.partition(":")
        if not _HOST.fullmatch(host):
            raise ValueError(f"{text!r}: {host!r} is not a host name; write host[:port[:proto]]")
        if port and not (port.isdigit() and 0 < int(port) < 65536):
            raise ValueError(f"{text!r}: {port!r} is not a port from 1 to 65535")
        if proto and proto not in ("http", "https"):
            raise ValueError(f"{text!r}: the protocol is http or https, not {proto!r}")
        return cls(host, int(port) if port else None, proto or None)

    def __str__(self) -> str:
        rest = "" if self.port is None else f":{self.port}"
        return f"{self.host}{rest}" if self.proto is None else f"{self.host}{rest or ':'}:{self.proto}"

    def settings(self, prefix: str) -> dict[str, object]:
        """The settings ``<prefix>FQDN``, ``<prefix>PORT`` and ``<prefix>PROTO``, those that were given."""
        given = {"FQDN": self.host, "PORT": self.port, "PROTO": self.proto}
        return {prefix + key: value for key, value in given.items() if value is not None}
