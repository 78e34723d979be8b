"""Whom reports go to, and by which mail server; kept for the night in which the settings themselves cannot be read."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path

from wod.errors import BadInput
from wod.fleet.state import Folder, read_json, write_json
from wod.secrets import Secret
from wod.settings import Settings
from wod.site import Site


@dataclass(frozen=True)
class Post:
    """The settings of these names, as far as mails need them."""

    WODMONITOR: str | None
    WODSENDER: str
    WODSMTPHOST: str | None
    WODSMTPPORT: int
    WODSMTPTLS: bool
    WODSMTPUSER: str | None
    WODSMTPPWD: str | None
    WODBEFQDN: str
    POSTPORT: int


def of(settings: Settings) -> Post:
    return Post(**{field.name: settings[field.name] for field in fields(Post)})


def of_site(site: Site) -> Post:
    """As the site's API host would mail it: WODSMTPHOST may be set for that one only."""
    if not site.hosts:
        raise BadInput("the inventory has no hosts")
    return of(next((host for host in site.hosts if host.role == "api_db"), site.hosts[0]).settings)


def keep(folder: Folder, post: Post) -> None:
    """For :func:`kept`; the relay's password is in it, so it is 0600 as all that lies there."""
    password = post.WODSMTPPWD
    plain = password.reveal() if isinstance(password, Secret) else password
    write_json(_path(folder), {field.name: getattr(post, field.name) for field in fields(Post)} | {"WODSMTPPWD": plain})


def kept(folder: Folder) -> Post:
    """What was kept last; :class:`BadInput` if nothing was."""
    try:
        post = Post(**read_json(_path(folder)))
    except TypeError:
        raise BadInput(f"{_path(folder)} says of nobody who is to be told; run wod drift install again") from None
    return replace(post, WODSMTPPWD=Secret("WODSMTPPWD", post.WODSMTPPWD)) if post.WODSMTPPWD else post


def _path(folder: Folder) -> Path:
    return folder.path / "post.json"
