"""Layers into chains: for every setting, what each layer says, the winner first. Inputs are never changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from wod.errors import Problem
from wod.settings.data import holds_secret, revealed
from wod.settings.families import may_be_secret
from wod.settings.layers import Layer
from wod.settings.schema import SETTINGS, canonical
from wod.settings.schema.published import is_published
from wod.settings.yamlfile import Located


@dataclass(frozen=True)
class Provenance:
    """What one layer says of a setting, and where; the value is as written, redacted if it is secret."""

    layer: str
    place: str
    value: object


Chains = Mapping[str, tuple[Provenance, ...]]


@dataclass(frozen=True)
class Merged:
    """All settings that any layer names, with what is wrong and what is worth a warning."""

    chains: Chains
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def merge(layers: Sequence[Layer]) -> Merged:
    """``layers`` are given lowest first."""
    chains: dict[str, list[Provenance]] = {}
    problems: list[Problem] = []
    warnings: list[Problem] = []
    for layer in reversed(layers):
        problems += spelt_twice(layer)
        for name, located in layer.values.items():
            if _published(name, located):
                warnings.append(_published_warning(name, located))
            else:
                warnings += _in_clear(name, located)
                entry = Provenance(layer.label, located.place, located.value)
                chains.setdefault(canonical(name), []).append(entry)
    frozen = {name: tuple(entries) for name, entries in chains.items()}
    return Merged(frozen, tuple(problems), tuple(sorted(set(warnings))))


def spelt_twice(layer: Layer) -> Iterable[Problem]:
    """Two spellings of one setting in one file: whichever were taken, the other would be ignored silently."""
    spelling: dict[str, str] = {}
    for name, located in layer.values.items():
        other = spelling.setdefault(canonical(name), name)
        if other != name:
            first = layer.values[other].place
            yield Problem(located.place, f"{name} and {other} ({first}) are the same setting; keep one of them")


def _published(name: str, located: Located) -> bool:
    setting = SETTINGS.get(canonical(name))
    return setting is not None and setting.secret is not None and is_published(revealed(located.value))


def _in_clear(name: str, located: Located) -> Iterator[Problem]:
    """An encrypted value of a setting that is no secret: it works, but does not stay hidden."""
    if not may_be_secret(canonical(name)) and holds_secret(located.value):
        yield Problem(located.place, f"{name} is encrypted here, but is no secret: it is shown")


def _published_warning(name: str, located: Located) -> Problem:
    setting = SETTINGS[canonical(name)]
    then = " and one of your own is generated" if setting.generated else "; give one of your own if you need it"
    return Problem(located.place, f"{name} is the value published with the original; it is ignored{then}")
