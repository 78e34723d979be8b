"""Everything together: find the layers, merge, resolve, check; all problems at once, or frozen settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from wod.errors import Problem, ProblemsFound
from wod.secrets import Secret
from wod.secretstore import SecretStore
from wod.settings import checks, families
from wod.settings.layers import (
    COMMON,
    Layer,
    check_group,
    generated_file,
    mapping,
    private_dir,
    private_file,
    public_file,
    shown_path,
)
from wod.settings.merge import Merged, merge
from wod.settings.model import Settings
from wod.settings.resolve import Failed, Resolver
from wod.settings.schema import SETTINGS, suggestion
from wod.settings.unseal import Keyring, unsealed
from wod.settings.yamlfile import Located

Values = Mapping[str, object]
NOTHING: Values = MappingProxyType({})
T = TypeVar("T")

DEFAULTS = Layer(
    "default",
    MappingProxyType(
        {name: Located(setting.default, "default") for name, setting in SETTINGS.items()}
        | {name: Located(value, "default") for name, value in families.DEFAULTS.items()}
    ),
)


def load(
    root: Path,
    group: str,
    *,
    private: Path | None = None,
    generated: Values = NOTHING,
    host: Values = NOTHING,
    override: Values = NOTHING,
    host_name: str = "",
    kept_values: Mapping[str, str] | None = None,
) -> Settings:
    """The settings of a host, or of the platform without one; :class:`ProblemsFound` names all that is wrong.

    ``generated`` is what the inventory derives from its hosts, ``host`` what it says of this one,
    ``override`` is ``--data``. Nothing is touched: secrets are generated when they are revealed, not here.
    ``kept_values`` are looked at in place of those in the store.
    """
    check_group(group)
    folder = private_dir(root) if private is None else private
    place = f"inventory: {host_name or group}"
    given = (
        mapping("generated", generated, place),
        mapping("host", host, place),
        mapping("--data", override, "--data"),
    )
    store = secret_store(folder, group)
    found = [(DEFAULTS, ()), (kept(store, root, kept_values), ()), *_found(root, folder, group, *given)]
    keyring = Keyring(group, [layer for layer, _ in found])
    found = [unsealed(layer, problems, keyring) for layer, problems in found]
    merged = merge([layer for layer, _ in found])
    resolver = Resolver(merged.chains, host_name, store)
    problems = [problem for _, several in found for problem in several]
    values = _resolved(resolver, merged)
    problems += [*merged.problems, *resolver.problems]
    if problems:
        raise ProblemsFound(problems)
    return Settings(values, merged.chains, group=group, host_name=host_name, warnings=merged.warnings, private=folder)


def secret_store(private: Path, group: str) -> SecretStore:
    """Where the generated secrets of a platform are kept."""
    return SecretStore(private / "secrets" / f"{group}.yml")


def kept(store: SecretStore, root: Path, values: Mapping[str, str] | None = None) -> Layer:
    """What the store holds (or would), as the lowest layer: whatever a file says stands above it."""
    place, held = shown_path(store.path, root), store.values() if values is None else values
    return Layer("secrets", {name: Located(Secret(name, value), place) for name, value in held.items()})


def collect(loads: Iterable[Callable[[], T]]) -> list[T]:
    """The results of several loads; when any of them found problems, those of all of them together."""
    results: list[T] = []
    problems: list[Problem] = []
    for each in loads:
        try:
            results.append(each())
        except ProblemsFound as found:
            problems += found.problems
    if problems:
        raise ProblemsFound(problems)
    return results


def _found(
    root: Path, private: Path, group: str, generated: Layer, host: Layer, override: Layer
) -> Iterator[tuple[Layer, tuple[Problem, ...]]]:
    """The layers above the defaults and the kept secrets, lowest first, with what is wrong with their files.

    What the installer was told and what the inventory derives stand above the shared private files and below
    the platform's own: so the original's wod-backend file with its ``BASESTDID: 0`` serves several backends
    unchanged, and an operator can still decide.
    """
    yield from (public_file(root, name) for name in (*COMMON, group))
    yield from (private_file(root, private, name) for name in COMMON)
    yield mapping("platform", {"WODGROUP": group}, "the platform's name"), ()
    yield generated_file(root, private, group)
    yield generated, ()
    yield private_file(root, private, group)
    yield from ((host, ()), (override, ()))


def _resolved(resolver: Resolver, merged: Merged) -> Mapping[str, object]:
    """All values in their types; what is wrong is left in the resolver."""
    unknown = set(_unknown(resolver, merged))
    for name in merged.chains:
        if name in unknown:
            _report_unknown(resolver, name)
    for name in merged.chains:
        try:
            resolver.value(name)
        except Failed:
            continue
    for names, message in checks.between(resolver.values):
        written = (name for name in names if resolver.winner(name).layer != DEFAULTS.label)
        resolver.report(next(written, names[0]), message)  # where a person wrote something
    return MappingProxyType({name: resolver.values[name] for name in sorted(resolver.values)})


def _unknown(resolver: Resolver, merged: Merged) -> Iterator[str]:
    """Names that are neither declared, nor a workshop's, nor under a private prefix."""
    try:
        prefixes = resolver.value("WODPRIVATEPREFIXES")
    except Failed:
        prefixes = ("",)  # reported already; every name might be private
    for name in merged.chains:
        if name not in SETTINGS and not families.is_workshop(name) and not name.startswith(tuple(prefixes)):
            yield name


def _report_unknown(resolver: Resolver, name: str) -> None:
    """In every file that has it."""
    for entry in resolver.chains[name]:
        message = f"{name} is not a setting{suggestion(name)}; names of your own need a prefix (WODPRIVATEPREFIXES)"
        resolver.problems.append(Problem(entry.place, message))
    resolver.failed.add(name)
