"""All that the private folder overrides, and all that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from wod.errors import BadInput, Problem
from wod.private import contents, declared, overlays, platforms, stepfiles
from wod.private.found import Found, Look, did_you_mean

FOLDERS = (
    *("group_vars", "ansible", "inventories", "secrets", "templates", "deploys", "skel"),
    *("notebooks", "scripts", "portal", "sys", "install", "docs"),
)
"""What is, or may well be, in a private folder; others are left alone unless they look like one of these."""
PLAYBOOK = "is Ansible's, and wod does not read it; write its steps into deploys/<module>.py"
UNREAD = {
    "sys": "sys/ holds the original's templates, and wod does not read it; its own are in templates/<module>/",
    "hosts.j2": "is not read; put its lines into the setting WODHOSTS",
    "functions.sh": "is not read; hooks are given what they need in /etc/wod.sh",
}


def look_at(root: Path, private: Path, wanted: tuple[str, ...] = ()) -> Found:
    """``wanted`` are platforms; without one, all that the folder knows, or else those of the repository."""
    if not private.is_dir():
        raise BadInput(f"there is no private folder {private}; make one with wod init, or name one with WOD_PRIVATE")
    known = platforms.known(root, private)
    for name in wanted:
        if name not in known:
            raise BadInput(f"{name} is no platform{did_you_mean(name, known)}; there are {', '.join(known)}")
    look = Look(root, private, wanted or platforms.own(private) or known)
    every = Look(root, private, known)
    found = declared.settings(look)
    for part in (overlays.template_files, overlays.skeleton_files, overlays.portal_files, stepfiles.step_files):
        found += part(every)
    found += contents.content(look)
    found += Found(problems=list(_misspelt(look)), notes=list(_unread(look)))
    if wanted:
        found.overrides = [each for each in found.overrides if each.platform in ("", *wanted)]
    return found.sorted()


def _misspelt(look: Look) -> Iterator[Problem]:
    for path in sorted(look.private.iterdir()):
        near = did_you_mean(path.name, FOLDERS)
        if path.is_dir() and not path.name.startswith(".") and path.name not in FOLDERS and near:
            yield Problem(look.shown(path), f"nothing is read from here{near}")


def _unread(look: Look) -> Iterator[str]:
    """What the original's private repositories have besides, and what takes its place here."""
    if (look.private / "sys").is_dir():
        yield UNREAD["sys"]
    for path in sorted(look.private.glob("ansible/*")):
        if path.name in UNREAD:
            yield f"{look.shown(path)} {UNREAD[path.name]}"
        elif path.suffix in (".yml", ".yaml"):
            yield f"{look.shown(path)} {PLAYBOOK}"
    if (look.private / "scripts" / "functions.sh").is_file():
        yield f"{look.shown(look.private / 'scripts' / 'functions.sh')} {UNREAD['functions.sh']}"
