"""Settings that Ansible Vault encrypted, values or whole files, opened with the platform's key or with VAULTPWD."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from wod import vault, vaultkey
from wod.errors import Problem
from wod.secrets import Secret
from wod.settings.families import concealed, is_open
from wod.settings.interpolate import is_template
from wod.settings.layers import Layer
from wod.settings.yamlfile import Located, Sealed, parse

PASSWORD = "VAULTPWD"  # noqa: S105 - a name


class Keyring:
    """All that may open a platform's encrypted settings. Nothing is looked for until something is encrypted."""

    def __init__(self, group: str, layers: Sequence[Layer]) -> None:
        self._group, self._layers = group, layers

    @cached_property
    def keys(self) -> Mapping[str, str]:
        """``{key: where it comes from}``: the platform's own first, then what any layer gives as VAULTPWD."""
        own = {key.value: key.origin for key in vaultkey.candidates(self._group)}
        found = dict(own)
        for layer in reversed(self._layers):
            given = layer.values.get(PASSWORD)
            value = _password(given.value, own) if given else ""
            if given and value:
                found.setdefault(value, f"{PASSWORD} in {given.place}")
        return found

    def open(self, text: str) -> str:
        """:class:`wod.vault.Unreadable`, with half a sentence for people, if no key opens it."""
        if not self.keys:
            raise vault.Unreadable(
                f"is encrypted, and there is no key for it; set {PASSWORD}, or name the key's file in {vaultkey.FILE}"
            )
        try:
            return opened(text, self.keys)
        except vault.WrongKey:
            tried = ", ".join(self.keys.values())
            raise vault.WrongKey(
                f"is opened by no key, or it was changed after it was encrypted (tried: {tried})"
            ) from None
        except vault.Unreadable as error:
            raise vault.Unreadable(f"cannot be opened: {error}") from None


def opened(text: str, keys: Mapping[str, str]) -> str:
    """With the first key that fits; :class:`wod.vault.WrongKey` if none does."""
    for key in keys:
        try:
            return vault.decrypt(text, key)
        except vault.WrongKey:
            continue
    raise vault.WrongKey("no key opens it")


def _password(given: object, own: Mapping[str, str]) -> str:
    """VAULTPWD as a layer gives it: plainly, kept by wod, or encrypted with the platform's own key."""
    if isinstance(given, Secret):
        return given.reveal()
    if isinstance(given, Sealed):
        try:
            return opened(given.text, own)
        except vault.Unreadable:
            return ""  # said where the setting itself is opened
    return given if isinstance(given, str) and not is_template(given) else ""


def unsealed(layer: Layer, problems: tuple[Problem, ...], keyring: Keyring) -> tuple[Layer, tuple[Problem, ...]]:
    """The layer with what was encrypted in clear, as secrets; what cannot be opened is left out and reported."""
    whole, found = _opened_file(layer, keyring)
    values: dict[str, Located] = {}
    for name, located in whole.items():
        try:
            values[name] = Located(_opened_value(name, located.value, keyring), located.place)
        except vault.Unreadable as error:
            found = (*found, Problem(located.place, f"{name} {error}"))
    return Layer(layer.label, values), (*problems, *found)


def _opened_file(layer: Layer, keyring: Keyring) -> tuple[Mapping[str, Located], tuple[Problem, ...]]:
    """The values of a file that is encrypted as a whole. Its lines are those that it has in clear."""
    if not layer.sealed:
        return layer.values, ()
    try:
        parsed = parse(keyring.open(layer.sealed), layer.shown)
    except vault.Unreadable as error:
        return {}, (Problem(layer.shown, f"the file {error}"),)
    if parsed.sealed:
        return {}, (Problem(layer.shown, "the file is encrypted twice; decrypt it once"),)
    hidden = {name: Located(_hidden(name, each.value), each.place) for name, each in parsed.values.items()}
    return hidden, parsed.problems


def _hidden(name: str, value: object) -> object:
    """What nobody declared, and somebody encrypted, is secret; a template is as secret as what it uses."""
    if not is_open(name) or (isinstance(value, str) and is_template(value)) or isinstance(value, Sealed):
        return value
    return concealed(name, value, always=True)


def _opened_value(name: str, value: object, keyring: Keyring) -> object:
    """The value with every encrypted text in it, however deep, as a secret."""
    if isinstance(value, Sealed):
        return Secret(name, keyring.open(value.text))
    if isinstance(value, Mapping):
        return {key: _opened_value(f"{name}.{key}", each, keyring) for key, each in value.items()}
    return [_opened_value(name, each, keyring) for each in value] if isinstance(value, list) else value
