"""Whether content may be rolled out: the linter's errors in workshops that are active, for what a host would get."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from wod import bundles
from wod.errors import WodError
from wod.repos import Fetched
from wod.settings import Settings
from wod.sources import PRIVATE, SAMPLES

HOOKS = "WODBEREPO"
SHOWN = 5
"""Errors told in full; ``wod workshop lint`` tells all."""
_JUDGED: dict[object, tuple[str, ...]] = {}


def refusals(settings: Settings, fetched: Iterable[Fetched]) -> list[str]:
    """Why a host must keep the content that it has, a sentence each; nothing when it may get the new one.

    Many hosts get the same content, so what decides is judged once: the commits, the students, the settings' names.
    """
    known = {each.source.name: each for each in fetched}
    if not known.keys() - {HOOKS}:
        return []
    commits = tuple((name, each.commit) for name, each in known.items())
    names = frozenset((name, settings[name] is None) for name in settings)
    key = (commits, settings.USERMIN, settings.USERMAX, names)
    if key not in _JUDGED:
        _JUDGED[key] = tuple(_judged(settings, known))
    return list(_JUDGED[key])


def _judged(settings: Settings, known: dict[str, Fetched]) -> list[str]:
    from wod.workshops import lint  # late: reading notebooks takes nbformat a second to import

    trees = {name: bundles.tree(each) for name, each in known.items()}
    public = next((tree for name, tree in trees.items() if name not in (PRIVATE, HOOKS)), None)
    private = trees.get(PRIVATE)
    scripts = [tree / "scripts" for name, tree in trees.items() if name == HOOKS and (tree / "scripts").is_dir()]
    first, last = settings.USERMIN, settings.USERMAX
    roots = (public, private) if public else (private, None)
    assert roots[0] is not None
    try:
        found = lint(roots[0], roots[1], first=first, last=last, variables=settings, scripts=scripts)
    except WodError as error:
        return [_relative(str(error), trees)]
    own = trees.get(SAMPLES)  # tested with wod itself; a backend with fewer students than they ask for is no error
    errors = [_relative(str(each), trees) for each in found if each.blocks and own not in each.path.parents]
    more = [f"{len(errors) - SHOWN} more errors, which `wod workshop lint` tells"] if len(errors) > SHOWN else []
    return errors[:SHOWN] + more


def _relative(text: str, trees: dict[str, Path]) -> str:
    """Files by the repository's setting instead of the cache's folder."""
    for name, tree in trees.items():
        text = text.replace(f"{tree}/", f"{name} ").replace(str(tree), name)
    return text
