"""What this machine needs to reach registries, carried into each host: resolver, certificates, pip, npm, apt, proxies.

Read when a host starts and never stored anywhere else: some of it may hold credentials.
"""

from __future__ import annotations

import configparser
import io
import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from wod.lab.run import run, succeeds

BUNDLE = "etc/ssl/certs/ca-certificates.crt"
CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----\n.*?\n-----END CERTIFICATE-----\n", re.DOTALL)
PROXIES = ("http_proxy", "https_proxy", "no_proxy")
APT_OPTIONS = re.compile(r"^(Acquire::(?:https?::(?:Proxy|CAInfo)\b|Check-(?:Date|Valid-Until) ).*;)$", re.MULTILINE)
"""The apt options that decide whether an archive can be reached and is believed."""


def collect(
    environ: Mapping[str, str] = os.environ, etc: Path = Path("/etc"), home: Path | None = None
) -> dict[str, str]:
    """The files to write into a host, by path without the leading slash; empty ones are left out."""
    home = home or Path.home()
    proxies = {name: environ.get(name) or environ.get(name.upper(), "") for name in PROXIES}
    proxies = {name: value for name, value in proxies.items() if value}
    pip = (etc / "pip.conf", home / ".pip/pip.conf", home / ".config/pip/pip.conf")
    apt = run("apt-config", "dump") if succeeds("apt-config", "--version") else ""
    files = {
        "etc/resolv.conf": resolver(_texts(etc / "resolv.conf", Path("/run/systemd/resolve/resolv.conf"))),
        "etc/pip.conf": pip_config(_texts(*pip), proxies),
        "root/.npmrc": npm_config(_texts(home / ".npmrc"), proxies),
        "etc/apt/apt.conf.d/90lab": apt_config(apt, proxies),
        "etc/environment": "".join(f"{name}={value}\n" for name, value in proxies.items()),
    }
    return {name: text for name, text in files.items() if text}


def _texts(*paths: Path) -> list[str]:
    return [path.read_text() for path in paths if path.is_file()]


def resolver(texts: Iterable[str]) -> str:
    """The first resolv.conf whose servers a host can reach: one on this machine's loopback is not."""
    for text in texts:
        servers = re.findall(r"^nameserver\s+(\S+)", text, re.MULTILINE)
        if any(not server.startswith(("127.", "::1")) for server in servers):
            return text
    return ""


def pip_config(texts: Iterable[str], proxies: Mapping[str, str]) -> str:
    """pip's configuration for a host: the machine's, later files winning, less what names this machine's disk."""
    merged = configparser.RawConfigParser()
    for text in texts:
        merged.read_string(text)
    for section in merged.sections():
        for option, value in merged.items(section):
            kept = [word for word in value.split() if not word.startswith(("/", "file:", "~", "."))]
            if option == "find-links" or not kept:
                merged.remove_option(section, option)
            elif option.endswith("-url"):
                merged.set(section, option, " ".join(kept))
    if "global" not in merged:
        merged.add_section("global")
    merged.set("global", "cert", f"/{BUNDLE}")
    if proxies.get("https_proxy"):
        merged.set("global", "proxy", proxies["https_proxy"])
    written = io.StringIO()
    merged.write(written)
    return written.getvalue().rstrip() + "\n"


def npm_config(texts: Iterable[str], proxies: Mapping[str, str]) -> str:
    """npm's configuration for a host's root: the machine's, less what names this machine's disk."""
    lines = [line for text in texts for line in text.splitlines() if line.strip()]
    kept = [line for line in lines if not re.search(r"=\s*[\"']?(/|file:|~)", line)]
    kept.append(f"cafile=/{BUNDLE}")
    named = {"http_proxy": "proxy", "https_proxy": "https-proxy", "no_proxy": "noproxy"}
    return "\n".join(kept + [f"{named[name]}={value}" for name, value in proxies.items()]) + "\n"


def apt_config(dump: str, proxies: Mapping[str, str]) -> str:
    """apt's options for a host, from what ``apt-config dump`` prints here; proxies of the environment count too."""
    options = APT_OPTIONS.findall(dump)
    for scheme in ("http", "https"):
        if proxies.get(f"{scheme}_proxy") and not any(f"::{scheme}::Proxy" in line for line in options):
            options.append(f"Acquire::{scheme}::Proxy {json.dumps(proxies[f'{scheme}_proxy'])};")
    return "".join(f"{line}\n" for line in options)


def extra_certificates(machine_bundle: str, known: Iterable[str]) -> list[str]:
    """The authorities that somebody added on this machine: trusted here, and in none of the texts in ``known``."""
    return sorted(set(CERTIFICATE.findall(machine_bundle)).difference(*map(CERTIFICATE.findall, known)))


def distributed_certificates(directory: Path = Path("/usr/share/ca-certificates")) -> list[str]:
    """Those that came with this machine's distribution; a host has its own distribution's, older or newer."""
    return _texts(*sorted(directory.rglob("*.crt")))


def has_credentials(text: str) -> bool:
    """Whether a configuration file holds a password or token, and so must not be readable by everybody."""
    return bool(re.search(r"://[^/\s]*@|_auth|password", text, re.IGNORECASE))
