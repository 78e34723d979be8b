"""Plain data: frozen so that nobody changes it, and back again for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from wod.secrets import Secret


def freeze(value: object) -> Any:
    """Lists as tuples, mappings as read-only copies."""
    if isinstance(value, Mapping):
        return MappingProxyType({key: freeze(each) for key, each in value.items()})
    return tuple(freeze(each) for each in value) if isinstance(value, list | tuple) else value


def thaw(value: object) -> Any:
    """New lists and dictionaries, which JSON and pyinfra take; secrets stay redacted."""
    if isinstance(value, BaseModel):
        return {key: thaw(each) for key, each in value}
    if isinstance(value, Mapping):
        return {key: thaw(each) for key, each in value.items()}
    return [thaw(each) for each in value] if isinstance(value, list | tuple) else value


def holds_secret(value: object) -> bool:
    """Whether a secret is the value, or anywhere in it."""
    if isinstance(value, BaseModel):
        return any(holds_secret(each) for _, each in value)
    if isinstance(value, Mapping):
        return any(holds_secret(each) for each in value.values())
    return any(holds_secret(each) for each in value) if isinstance(value, list | tuple) else isinstance(value, Secret)


def revealed(value: object) -> Any:
    """The value with every secret in it in clear: only for the last moment."""
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, BaseModel):
        return {key: revealed(each) for key, each in value}
    if isinstance(value, Mapping):
        return {key: revealed(each) for key, each in value.items()}
    return [revealed(each) for each in value] if isinstance(value, list | tuple) else value
