"""Chains into values: templates rendered, types checked, secrets wrapped; each setting once, when needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from wod.errors import BadInput, Problem
from wod.secrets import Secret
from wod.secretstore import SecretStore
from wod.settings import families, faults
from wod.settings.data import freeze, holds_secret, revealed
from wod.settings.declare import Setting
from wod.settings.interpolate import TemplateFault, is_template, own_environment, render
from wod.settings.merge import Chains, Provenance
from wod.settings.schema import SETTINGS, canonical


class Failed(Exception):
    """A setting has no value because of a problem that is reported already."""


@dataclass
class _Frame:
    """One template that is being rendered: the settings it used, and the names it found without a value."""

    used: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)


class Resolver:
    """The values of one host. Problems are collected; what depends on a faulty setting adds none."""

    def __init__(self, chains: Chains, host_name: str, store: SecretStore) -> None:
        self.chains = chains
        self.values: dict[str, Any] = {}
        self.problems: list[Problem] = []
        self.failed: set[str] = set()
        self._host_name = host_name
        self._store = store
        self._stack: list[str] = []
        self._frames: list[_Frame] = []

    def value(self, name: str) -> Any:
        """The final value of a setting, by its canonical name."""
        if name in self.values:
            return self.values[name]
        if name in self.failed:
            raise Failed
        if name in self._stack:
            self._report_cycle(self._stack[self._stack.index(name) :])
            raise Failed
        return self._remember(name)

    def place(self, name: str) -> str:
        """Where the value of a setting was given."""
        return self.winner(name).place

    def winner(self, name: str) -> Provenance:
        """The layer that decides: the first that says more than "what the environment says"."""
        chain = self.chains[name]
        asks = (entry for entry in chain if canonical(own_environment(entry.value)) != name)
        return next(asks, chain[-1])

    def report(self, name: str, message: str) -> None:
        """Note a problem with a setting, at the place of its value, and count the setting as failed."""
        self.problems.append(Problem(self.place(name), message))
        self.failed.add(name)

    def _remember(self, name: str) -> Any:
        self._stack.append(name)
        try:
            given = self.winner(name).value
            plain = given if families.may_be_secret(name) else revealed(given)
            self.values[name] = self._typed(name, self._rendered(name, plain))
        except Failed:
            self.failed.add(name)
            raise
        finally:
            self._stack.pop()
        return self.values[name]

    def _rendered(self, name: str, raw: object) -> object:
        """The value with every template in it rendered, however deep."""
        if isinstance(raw, Mapping):
            return {key: self._rendered(name, each) for key, each in raw.items()}
        if isinstance(raw, list | tuple):
            return [self._rendered(name, each) for each in raw]
        return self._template(name, raw) if isinstance(raw, str) and is_template(raw) else raw

    def _template(self, name: str, text: str) -> object:
        frame = _Frame()
        self._frames.append(frame)
        try:
            result = render(text, self._lookup, self._host_name)
        except TemplateFault as fault:
            self.report(name, faults.template(name, fault, frame.missing, self.chains))
            raise Failed from None
        finally:
            self._frames.pop()
        if isinstance(result, Secret) or not any(holds_secret(self.values[each]) for each in frame.used):
            return result
        return Secret(name, lambda: self._revealed(name, text))

    def _revealed(self, name: str, text: str) -> str:
        """A template with its secrets in clear; what goes wrong here must not quote them."""
        try:
            return str(render(text, self._revealing, self._host_name))
        except TemplateFault:
            raise BadInput(f"{self.place(name)}: {name} cannot be worked out with the secret that it uses") from None

    def _lookup(self, name: str) -> object:
        frame, known = self._frames[-1], canonical(name)
        value = self.value(known) if known in self.chains else None
        if value is None:
            frame.missing.add(name)
            raise KeyError(name)
        frame.used.add(known)
        return value

    def _revealing(self, name: str) -> object:
        value = self.values[canonical(name)]
        if value is None:
            raise KeyError(name)
        return revealed(value)

    def _report_cycle(self, cycle: list[str]) -> None:
        """The same words whichever of its settings was asked for first."""
        start = cycle.index(min(cycle))
        ring = [*cycle[start:], *cycle[:start], cycle[start]]
        self.report(ring[0], f"settings that use each other in a circle: {' → '.join(ring)}")
        self.failed.update(cycle)

    def _typed(self, name: str, value: object) -> Any:
        setting = SETTINGS.get(name)
        try:
            if setting is None and families.is_workshop(name):
                return families.workshop_value(name, value)
            if setting is None:
                return freeze(families.concealed(name, value))
            return self._secret(setting, value) if setting.secret else setting.adapter.validate_python(value)
        except ValidationError as error:
            self.report(name, faults.wrong_type(name, value, error))
            raise Failed from None

    def _secret(self, setting: Setting, value: object) -> Secret | None:
        """A secret from the settings, or one of the store, or none."""
        given = setting.adapter.validate_python(value)
        if isinstance(given, Secret):
            return given
        if given is not None:
            return Secret(setting.name, given)
        kind = setting.secret
        if kind is None or kind == "given":
            kept = self._store.values().get(setting.name)  # a file above it says that it has none
            return Secret(setting.name, kept) if kept else None
        return Secret(setting.name, lambda: self._store.get_or_create(setting.name, kind))
