"""What the private folder's own files go over: templates, skeleton, portal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import TemplateSyntaxError, meta

from wod import skeleton, templates
from wod.errors import BadInput, Problem
from wod.portal import sources
from wod.private.folder import below, modules
from wod.private.found import Found, Look, Override, did_you_mean
from wod.private.syntax import ENDING, faults

BADGES = re.compile(r"img/(badges/.+|\d+_workshops_.+)")


def template_files(look: Look) -> Found:
    """What replaces nothing is a mistake, unless another private file names it."""
    found, top = Found(), look.private / "templates"
    texts = _texts(look)
    for name, path in below(top).items():
        platform, public = _split(name, look)
        place = look.shown(path)
        complaint = _misplaced(name, public, look)
        if complaint:
            found.problems.append(Problem(place, complaint))
            continue
        effect = f"replaces templates/{public}" if (templates.ROOT / public).is_file() else "adds"
        if effect == "adds" and not any(public in text for other, text in texts.items() if other != path):
            found.problems.append(Problem(place, _nothing(public)))
        found.overrides.append(Override("template", public, effect, platform, place))
        found.problems += [*faults([path]), *_unknown_names(path, public, place)]
    return found


def _texts(look: Look) -> dict[Path, str]:
    """What may name a template: the other templates, and steps."""
    paths = [path for folder in ("templates", "deploys") for path in below(look.private / folder).values()]
    return {path: path.read_text(encoding="utf-8", errors="replace") for path in paths}


def _split(name: str, look: Look) -> tuple[str, str]:
    """``(platform, <module>/<file>)``; the platform is "" for all."""
    first, _, rest = name.partition("/")
    return ("", name) if first in modules() or first not in look.platforms else (first, rest)


def _misplaced(name: str, public: str, look: Look) -> str:
    module = public.partition("/")[0]
    if module in templates.OURS_ALONE:
        return f"templates/{module}/ is not for hosts, and nothing goes over it; remove it"
    if "/" in public and module in modules():
        return ""
    known = (*modules(), *(look.platforms if public == name else ()))
    word = "module" if public != name else "module or platform"
    return f"{module} is no {word}{did_you_mean(module, known)}; there are {', '.join(known)}"


def _nothing(public: str) -> str:
    module = public.partition("/")[0]
    ours = [f"{module}/{name}" for name in below(templates.ROOT / module)]
    return f"it replaces nothing, and no other private file names it{did_you_mean(public, ours)}"


def _unknown_names(path: Path, public: str, place: str) -> Iterator[Problem]:
    """Names that no template of the module uses: the module will hardly give them."""
    if path.suffix != ENDING or not (templates.ROOT / public).is_file():
        return
    given = {"settings"}
    for ours in below(templates.ROOT / public.partition("/")[0]).values():
        given |= _names(ours) if ours.suffix == ENDING else set()
    for name in sorted(_names(path) - given):
        told = f"uses {name}, which the module does not give{did_you_mean(name, given)}; a setting is settings.NAME"
        yield Problem(place, told)


def _names(path: Path) -> set[str]:
    try:
        return meta.find_undeclared_variables(
            templates.environment().parse(path.read_text(encoding="utf-8", errors="replace"))
        )
    except TemplateSyntaxError:
        return set()


def skeleton_files(look: Look) -> Found:
    found, top = Found(), look.private / "skel"
    for name, path in below(top, hidden=True).items():
        effect = f"replaces templates/system/skel/{name}" if (skeleton.OURS / name).is_file() else "adds"
        found.overrides.append(Override("skeleton", name, effect, "", look.shown(path)))
        try:
            templates.read(path)
        except templates.Faulty as fault:
            found.problems.append(Problem("", str(fault)))
    return found


def portal_files(look: Look) -> Found:
    """Pages, texts, pictures and badges of the portal."""
    found, top = Found(), look.private / "portal"
    if not top.is_dir():
        return found
    try:
        sources.Sources(top)
    except BadInput as error:
        found.problems.append(Problem("", str(error)))
    for name, path in below(top).items():
        kind = "badge" if BADGES.fullmatch(name) else "page"
        effect = "replaces the portal's own" if (sources.OURS / name).is_file() else "adds"
        found.overrides.append(Override(kind, name, effect, "", look.shown(path)))
    return found
