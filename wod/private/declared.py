"""What the private settings override, and the kernels among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wod.errors import ProblemsFound
from wod.kernels import KNOWN
from wod.private.found import Found, Look, Override
from wod.settings import Provenance, Settings, load
from wod.settings.schema import SETTINGS

KERNELS = "WODKERNELS"
LAYER = "private "
"""How the labels of the private files' layers begin; the file's name follows."""


def settings(look: Look) -> Found:
    """Every value of every private file, for all platforms; a file that is wrong is a problem, with its line."""
    found = Found()
    for platform in look.platforms:
        try:
            values = load(look.root, platform, private=look.private)
        except ProblemsFound as error:
            found.problems += error.problems
            continue
        found.overrides += [*_overrides(values), *_kernels(values)]
    found.overrides = list({(each.kind, each.name, each.file): each for each in reversed(found.overrides)}.values())
    return found


def _overrides(values: Settings) -> Iterator[Override]:
    for name in values:
        entries = values.explain(name)
        for number, entry in enumerate(entries):
            if entry.layer.startswith(LAYER):
                yield Override("setting", name, _effect(entries[number + 1 :]), platform_of(entry, values), entry.place)


def _effect(hidden: Sequence[Provenance]) -> str:
    if not hidden:
        return "adds"
    return "replaces the default" if hidden[0].layer == "default" else f"replaces {hidden[0].place}"


def platform_of(entry: Provenance, values: Settings) -> str:
    """The platform whose own file an entry is in; "" for a file that all share."""
    return values.group if entry.layer == f"{LAYER}{values.group}" else ""


def _kernels(values: Settings) -> Iterator[Override]:
    """What another list of kernels comes to: those of one's own, and those that are no longer there."""
    entry = values.explain(KERNELS)[0]
    if not entry.layer.startswith(LAYER):
        return
    wanted = {kernel.name: kernel for kernel in values[KERNELS]}
    usual = SETTINGS[KERNELS].default
    effects = {name: "leaves out" for name in usual if name not in wanted}
    effects |= {name: "adds" for name in wanted if name not in usual}
    effects |= {name: f"replaces the kernel {name}" for name in wanted if wanted[name].argv and name in KNOWN}
    for name, effect in effects.items():
        yield Override("kernel", name, effect, platform_of(entry, values), entry.place)
