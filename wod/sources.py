"""Which content repositories a host gets, as its settings say. Nothing is fetched here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from wod.errors import Problem, ProblemsFound
from wod.secrets import Secret
from wod.settings import Settings

SAMPLES = "WODSAMPLES"
SCHEMES = ("https", "http", "ssh", "git", "file")
FOLDERS = {"WODNOBOREPO": "WODNOBO", "WODBEREPO": "WODBEDIR", "WODPRIVREPO": "WODPRIVDIR"}
"""The setting that names a repository → the setting that says where it lies on a host."""
PRIVATE = "WODPRIVREPO"
_SCP_LIKE = re.compile(r"(?:[\w.-]+@)?[\w.-]+:[^:].*")


@dataclass(frozen=True)
class Source:
    """One repository for one host.

    ``name`` is the setting that names it, ``place`` where that was written; ``url`` is what git fetches, without any
    secret in it; ``branch`` a branch or tag; ``path`` and ``mode`` are the folder on the host.
    """

    name: str
    url: str
    branch: str
    path: str
    mode: int = 0o755
    place: str = ""
    token: Secret | None = None

    @property
    def token_setting(self) -> str:
        return f"{self.name}TOKEN"

    @property
    def branch_setting(self) -> str:
        return self.name.removesuffix("REPO") + "BRANCH"


def location(text: str, token_setting: str) -> str:
    """What git is to fetch, from a setting in any of its notations; :class:`ValueError` says what is wrong with it.

    ``URL``, ``user@host:path`` or a path of the control node; ``git clone`` before it and what follows it are dropped,
    as in the original installer's ``install.repo``.
    """
    words = re.sub(r"^\s*git\s+clone\s", "", text).split()
    if not words:
        raise ValueError("it names no repository")
    word = words[0]
    if word.startswith("-"):
        raise ValueError(f"the option {word.partition('=')[0]} is not taken here; a branch has a setting of its own")
    if "://" in word:
        return _url(word, token_setting)
    if "::" in word:
        raise ValueError("it is no URL that wod fetches from")
    return word if _SCP_LIKE.fullmatch(word) else str(Path(word).expanduser().absolute())


def _url(word: str, token_setting: str) -> str:
    """A URL is shown, logged and kept, so whatever could open the repository must not be in it."""
    parts = urlsplit(word)
    if parts.scheme not in SCHEMES:
        raise ValueError(f"{parts.scheme}:// is not one of {', '.join(f'{scheme}://' for scheme in SCHEMES)}")
    if (parts.scheme in ("http", "https") and "@" in parts.netloc) or parts.password is not None:
        bare = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()
        raise ValueError(f"it has a name or token in it; write {bare}, and put the token into {token_setting}")
    if parts.scheme in ("http", "https") and (parts.query or parts.fragment):
        bare = parts._replace(query="", fragment="").geturl()
        raise ValueError(f"it has a query or fragment; write {bare}, and put a token into {token_setting}")
    return word


def sources_of(settings: Settings) -> list[Source]:
    """The repositories of one host, the public one first; :class:`ProblemsFound` if settings of them are wrong."""
    sources: list[Source] = []
    problems: list[Problem] = []
    for name in FOLDERS:
        if settings[name] is None:
            continue
        try:
            sources.append(_source(settings, name, location(settings[name], f"{name}TOKEN")))
        except ValueError as error:
            problems.append(Problem(_place(settings, name), f"{name}: {error}"))
    if settings.WODNOBOREPO is None and settings.WODSAMPLES:
        folder = settings.WODNOBO.rstrip("/")
        sources.insert(0, Source(SAMPLES, "", "main", folder, place=_place(settings, SAMPLES)))
    problems += _shared_folders(settings, sources)
    if problems:
        raise ProblemsFound(problems)
    return sources


def unused_folders(settings: Settings) -> dict[str, str]:
    """Setting → folder on the host, of the repositories that the settings do not name."""
    unused = {name: settings[folder].rstrip("/") for name, folder in FOLDERS.items() if settings[name] is None}
    if settings.WODSAMPLES:
        unused.pop("WODNOBOREPO", None)
    return unused


def _source(settings: Settings, name: str, url: str) -> Source:
    return Source(
        name,
        url,
        settings[name.removesuffix("REPO") + "BRANCH"],
        settings[FOLDERS[name]].rstrip("/"),
        0o750 if name == PRIVATE else 0o755,
        _place(settings, name),
        settings[f"{name}TOKEN"],
    )


def _place(settings: Settings, name: str) -> str:
    return settings.explain(name)[0].place


def _shared_folders(settings: Settings, sources: list[Source]) -> Iterator[Problem]:
    taken: dict[str, str] = {}
    for source in sources:
        folder = FOLDERS.get(source.name, "WODNOBO")
        if source.path in taken:
            yield Problem(
                _place(settings, folder),
                f"{folder} and {taken[source.path]} are the same folder, {source.path}; each repository needs its own",
            )
        taken.setdefault(source.path, folder)
