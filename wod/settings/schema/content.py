"""Where workshops come from: repositories that the control node fetches and hands on to backends."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

from wod.settings.declare import Section, setting
from wod.settings.types import Flag, MaybeSecret, MaybeText, Says, Text, matching


def without_password(value: str | None) -> str | None:
    """A URL is shown and logged, so ``https://user:token@host/…`` is refused before anybody prints it."""
    if value and re.search(r"https?://[^/\s]*@", value):
        raise ValueError("a password in a URL")
    return value


Branch = Annotated[
    Text, matching(r"(?!.*(\.\.|//|@\{))[A-Za-z0-9_][A-Za-z0-9_./+-]*", "no such name"), Says("a branch or tag")
]
Repository = Annotated[
    MaybeText,
    AfterValidator(without_password),
    Says("a repository without a password or token in its URL (a token has a setting of its own)"),
]


class Content(Section):
    """Repositories

    The control node fetches them once and sends each backend what it lacks; backends need no access to any of them.
    A repository is a URL or a path on the control node; what follows a space in it is ignored, as in `install.repo`.
    """

    FILE = "all.yml"

    WODSAMPLES: Flag = setting(
        True, "Hand out the built-in sample workshops while WODNOBOREPO names no repository.", example=False
    )
    WODNOBOREPO: Repository = setting(
        None, "The public workshops' repository.", example="https://git.example.org/wod/wod-notebooks.git"
    )
    WODNOBOBRANCH: Branch = setting("main", "Its branch or tag.", example="v2.1")
    WODNOBOREPOTOKEN: MaybeSecret = setting(None, "The token that opens it over HTTPS.", secrecy="given")
    WODBEREPO: Repository = setting(
        None,
        "The repository with the public workshops' hook scripts, if they have one of their own.",
        example="https://git.example.org/wod/wod-backend.git",
    )
    WODBEBRANCH: Branch = setting("main", "Its branch or tag.", example="v2.1")
    WODBEREPOTOKEN: MaybeSecret = setting(None, "The token that opens it over HTTPS.", secrecy="given")
    WODPRIVREPO: Repository = setting(
        None,
        "The private repository: workshops, hook scripts and skeleton files that go over the public ones.",
        example="https://git.example.org/acme/wod-private.git",
    )
    WODPRIVBRANCH: Branch = setting("main", "Its branch or tag.", example="production")
    WODPRIVREPOTOKEN: MaybeSecret = setting(None, "The token that opens it over HTTPS.", secrecy="given")
    WODAPIREPO: Repository = setting(
        None,
        "The repository of the original's Node API, to be run in place of the built-in API.",
        example="https://git.example.org/wod/wod-api-db.git",
    )
    WODAPIBRANCH: Branch = setting("main", "Its branch or tag.", example="v1.0.2")
    WODAPIREPOTOKEN: MaybeSecret = setting(None, "The token that opens it over HTTPS.", secrecy="given")
    WODFEREPO: Repository = setting(
        None,
        "The repository of the original's portal (Gatsby), to be built and shown in place of the built-in one.",
        example="https://git.example.org/wod/wod-frontend.git",
    )
    WODFEBRANCH: Branch = setting("main", "Its branch or tag.", example="v1.0.2")
    WODFEREPOTOKEN: MaybeSecret = setting(None, "The token that opens it over HTTPS.", secrecy="given")
