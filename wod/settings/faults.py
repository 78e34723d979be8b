"""What is wrong with a value, in words. A secret's value is never quoted."""

from __future__ import annotations

import json
import re
from collections.abc import Collection

from pydantic import ValidationError

from wod.settings import families
from wod.settings.interpolate import Missing, TemplateFault
from wod.settings.schema import SETTINGS, canonical, suggestion


def template(name: str, fault: TemplateFault, missing: Collection[str], known: Collection[str]) -> str:
    """Why a value that uses other settings cannot be worked out."""
    if isinstance(fault, Missing) and missing:
        return "; ".join(f"{name} uses {_missing(each, known)}" for each in sorted(missing))
    reason = "it is not a valid template" if _is_secret(name) else str(fault)  # a parser's message quotes the text
    return f"{name} cannot be worked out: {reason}"


def wrong_type(name: str, value: object, error: ValidationError) -> str:
    """What a value must be, and what it is."""
    setting = SETTINGS.get(name)
    says = setting.says if setting else families.words(families.annotation(name))
    if _is_secret(name):
        return f"{name} must be {says}"
    return f"{name} must be {says}, not {_shown(value)}{_where(error)}"


def _missing(name: str, known: Collection[str]) -> str:
    if canonical(name) in known:
        return f"{name}, which has no value"
    return f"{name}, which is not defined{suggestion(name, known)}"


def _is_secret(name: str) -> bool:
    return bool(SETTINGS[name].secret if name in SETTINGS else families.SECRET_NAME.search(name))


def _shown(value: object) -> str:
    """A value as a person wrote it, near enough, and short."""
    text = "empty" if value is None else json.dumps(value, ensure_ascii=False, default=str)
    text = re.sub(r"://[^/\s@]*@", "://…@", text)  # a URL may hold a password
    return text if len(text) <= 60 else f"{text[:57]}..."


def _where(error: ValidationError) -> str:
    """The part of a list or mapping that does not fit."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    location = ".".join(str(part) for part in first["loc"])
    return f" (at {location}: {first['msg'].removeprefix('Value error, ')})" if location else ""
