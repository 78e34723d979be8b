"""The files of a workshop: which there are, which are templates, and what no file may hold."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from wod.engine.notebooks import NEVER_COPIED, PRIVATE_GLOBS, PUBLIC_GLOBS
from wod.workshops.findings import Finding, Severity, error, warning
from wod.workshops.wodyml import conflict_line

SKIPPED = frozenset({".git", ".ipynb_checkpoints", "__pycache__"})

LARGE = 20 * 1024 * 1024
"""Bytes; every participant gets a copy."""
SCANNED = 2 * 1024 * 1024
"""Bytes; larger files are data, not text that somebody wrote."""

SECRETS = {
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"),
    "an AWS key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a GitHub token": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{40,})"),
    "a GitLab token": re.compile(r"\bglpat-[A-Za-z0-9_-]{20,}"),
    "a Slack token": re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{20,}"),
    "an API key": re.compile(r"\bsk-[A-Za-z0-9_-]{32,}"),
    "a JSON web token": re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    "a password or token": re.compile(
        r"(?i)(?:passwd|password|token|secret|api_?key)\w*\\?[\"']?\s*[:=]\s*\\?[\"']?"
        r"(?=[A-Za-z0-9+/_-]*[0-9])(?=[A-Za-z0-9+/_-]*[A-Za-z])[A-Za-z0-9+/_-]{20,}"
    ),
}


def walk(folder: Path) -> Iterator[Path]:
    """The regular files below a directory, sorted; links are not followed."""
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - SKIPPED)
        for name in sorted(names):
            path = Path(base, name)
            if path.is_file() and not path.is_symlink():
                yield path


def is_template(path: Path, private: bool) -> bool:
    """Whether a file is rendered, not copied."""
    if any(fnmatchcase(path.name, each) for each in NEVER_COPIED):
        return False
    return any(fnmatchcase(path.name, each) for each in (PRIVATE_GLOBS if private else PUBLIC_GLOBS))


def text_of(path: Path) -> str | None:
    """The text of a file, None for what is none, is too large or cannot be read."""
    try:
        if path.stat().st_size > SCANNED:
            return None
        data = path.read_bytes()
    except OSError:
        return None
    try:
        return None if b"\0" in data else data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def check(path: Path, text: str | None) -> Iterator[Finding]:
    """Size, marks of merge conflicts, what looks like a secret."""
    yield from _size(path)
    if text is not None:
        yield from _conflict(path, text)
        yield from _secrets(path, text)


def _size(path: Path) -> Iterator[Finding]:
    size = path.stat().st_size
    if size > LARGE:
        told = f"has {size // 1024**2} MB, and every participant gets a copy; fetch it when it is needed"
        yield warning(path, 1, "large-file", told)


def _conflict(path: Path, text: str) -> Iterator[Finding]:
    line = conflict_line(text)
    if not line or path.name == "wod.yml":  # its own reader tells
        return
    severity: Severity = "warning" if path.suffix in (".md", ".txt") else "error"  # a text may well teach about them
    told = "a merge conflict was left here; decide it and remove the marks"
    yield Finding(path, line, severity, "merge-conflict", told)


def _secrets(path: Path, text: str) -> Iterator[Finding]:
    for number, line in enumerate(text.split("\n"), 1):
        for kind, pattern in SECRETS.items():
            if pattern.search(line):
                told = f"this looks like {kind}; keep it in a private setting, use it as {{{{ NAME }}}}, and revoke it"
                yield warning(path, number, "secret", told)
                break


def unreadable(path: Path) -> Finding:
    """A template that is no text."""
    return error(path, 1, "encoding", "is rendered as a template, but is not a text in UTF-8; save it as UTF-8")
