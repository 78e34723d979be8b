"""What the portal's pages are made from: the settings, the content, an operator's own files."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

from wod import frontend, gatsby, portal, repos
from wod.apicatalogue import workshops
from wod.portal import Listed, Portal
from wod.settings import Settings
from wod.settings.layers import private_dir
from wod.sources import sources_of

Files = Mapping[str, bytes]


def pages(settings: Settings, root: Path) -> Files:
    """``{path below the web root: content}``; ``root`` is the folder that has the settings.

    :class:`wod.errors.WodError` when the content, the operator's folder or the original's portal cannot be had.
    """
    if settings.WODFEREPO:
        return gatsby.built(settings)
    return portal.build(values(settings, root))


def values(settings: Settings, root: Path) -> Portal:
    """:class:`wod.portal.Portal` of a frontend."""
    return Portal(
        url=frontend.url(settings),
        branding=settings.BRANDING,
        programme=settings.BRANDINGWOD,
        contact=settings.WODSENDER,
        home=settings.BRANDINGURL,
        logo=settings.BRANDINGLOGOURL,
        feedback=settings.WODFEEDBACKURL or "",
        chat=settings.BRANDINGSLACK,
        x=settings.BRANDINGX,
        accent=settings.WODACCENT,
        workshops=listed(settings),
        pictures=settings.WODPICTURES,
        overlay=overlay(settings, root),
    )


def listed(settings: Settings) -> tuple[Listed, ...]:
    """The workshops whose badge has a page of its own: by ``replayId``, as mails link to it, where they have one."""
    found = workshops([repos.fetch(source) for source in sources_of(settings)])
    known = {each["replayId"]: each for each in found if each["active"] and each["replayId"]}
    return tuple(
        Listed(number, each["name"], each["description"], each["badgeImg"]) for number, each in sorted(known.items())
    )


def overlay(settings: Settings, root: Path) -> Path | None:
    """WODPORTALDIR, or ``portal/`` in the private folder where there is one."""
    if settings.WODPORTALDIR:
        return Path(settings.WODPORTALDIR).expanduser()
    folder = private_dir(root) / "portal"
    return folder if folder.is_dir() else None


def manifest(files: Files) -> str:
    """What ``sha256sum`` says of all the files, sorted by path; the host's are compared with it."""
    lines = [f"{hashlib.sha256(content).hexdigest()}  ./{name}" for name, content in files.items()]
    return "\n".join(sorted(lines, key=lambda line: line[66:].encode())) + "\n"


def digest(files: Files) -> str:
    """Of the manifest: the name of the files as a whole."""
    return hashlib.sha256(manifest(files).encode()).hexdigest()


def archive(files: Files) -> bytes:
    """A compressed tar file. A file's time follows from what is in it: nginx makes the ETag from time and size."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=6) as tar:
        for name, content in sorted(files.items()):
            info = tarfile.TarInfo(f"./{name}")
            info.mode, info.size, info.mtime = 0o644, len(content), time_of(content)
            tar.addfile(info, io.BytesIO(content))
    return packed.getvalue()


def time_of(content: bytes) -> int:
    """Seconds since 1970, between 1970 and 2004: the same on every frontend, another one for other content."""
    return int(hashlib.sha256(content).hexdigest()[:10], 16) % 2**30 + 1
