"""The keys of a ``wod.yml``: what each holds, what it is when it is missing, and how its text is read.

Defaults are those of the original's database columns; the same 20 keys stand in all of its public workshops.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

Presence = Literal["required", "expected", "optional"]
"""A missing ``required`` key is an error, an ``expected`` one a warning."""

NUMBER = re.compile(r"[0-9]{1,9}")
SPAN = re.compile(r"([0-9]{1,9})\s*[-,:.]+\s*([0-9]{1,9})")
NO_SCRIPT = ("", "false", "null", "none")
"""How "nothing to compile" is written; the original stores the text ``false``."""


@dataclass(frozen=True)
class Key:
    """``read`` gives the typed value of a text or list of texts; :class:`ValueError` when it does not fit ``words``."""

    words: str
    read: Callable[[Any], Any]
    default: Any
    presence: Presence


def text(content: object) -> str:
    if not isinstance(content, str):
        raise ValueError("not a text")
    return content.strip()


def some_text(content: object) -> str:
    if not text(content):
        raise ValueError("empty")
    return text(content)


def flag(content: object) -> bool:
    return {"true": True, "false": False}[text(content).lower()]


def number(content: object) -> int:
    if not NUMBER.fullmatch(text(content)):
        raise ValueError("not a number")
    return int(text(content))


def texts(content: object) -> tuple[str, ...]:
    if not isinstance(content, tuple) or not all(each.strip() for each in content):
        raise ValueError("not a list")
    return tuple(each.strip() for each in content)


def span(content: object) -> tuple[int, int]:
    """``[first, last]``, both included, first not above last."""
    if not isinstance(content, tuple) or len(content) != 2:
        raise ValueError("not two numbers")
    first, last = map(number, content)
    if not 1 <= first <= last:
        raise ValueError("no students")
    return first, last


def meant_span(content: object) -> tuple[int, int] | None:
    """What a malformed range such as ``[1981-1985]`` surely means, as the original's sync script reads it."""
    parts = content if isinstance(content, tuple) else (content,)
    match = SPAN.fullmatch(",".join(str(part) for part in parts).strip())
    return span((match[1], match[2])) if match and 1 <= int(match[1]) <= int(match[2]) else None


def scripts(content: object) -> tuple[str, ...]:
    """``'a,b'``: names of scripts."""
    if text(content).lower() in NO_SCRIPT:
        return ()
    names = tuple(name.strip() for name in text(content).split(","))
    if text(content).lower() == "true" or not all(re.fullmatch(r"[A-Za-z0-9_.-]+", name) for name in names):
        raise ValueError("not names")
    return names


_TEXT = "a text"
_FLAG = "true or false"
_COUNT = "a whole number, 0 or more"

KEYS: Mapping[str, Key] = MappingProxyType(
    {
        "name": Key("a text that is not empty", some_text, "", "required"),
        "description": Key("a text that is not empty", some_text, "", "required"),
        "active": Key(_FLAG, flag, False, "required"),
        "capacity": Key(_COUNT, number, 0, "required"),
        "priority": Key(_COUNT, number, 0, "expected"),
        "range": Key("the first and the last student, such as [1, 5]", span, None, "required"),
        "reset": Key(_FLAG, flag, False, "expected"),
        "ldap": Key(_FLAG, flag, False, "expected"),
        "varpass": Key(_FLAG, flag, False, "expected"),
        "compile": Key("false, or names of scripts such as 'a.sh,b.sh'", scripts, (), "expected"),
        "beta": Key(_FLAG, flag, False, "expected"),
        "monoappliance": Key(_FLAG, flag, False, "optional"),
        "multiappliance": Key(_FLAG, flag, False, "optional"),
        "replayId": Key(_COUNT, number, 0, "expected"),
        "workshopImg": Key(_TEXT, text, "", "expected"),
        "badgeImg": Key(_TEXT, text, "", "expected"),
        "category": Key("a list of texts, such as ['Open Source']", texts, (), "expected"),
        "duration": Key("a whole number of hours", number, 4, "expected"),
        "presenter": Key(_TEXT, text, "", "expected"),
        "role": Key(_TEXT, text, "", "expected"),
        "avatar": Key(_TEXT, text, "", "expected"),
        "replayLink": Key(_TEXT, text, "", "expected"),
    }
)

ASSIGNED = MappingProxyType(
    {
        "location": "the backend is chosen where the catalogue is stored",
        "alternateLocation": "the backends are chosen where the catalogue is stored",
        "notebook": "it is the directory's name",
        "sessionType": "it is always Workshops-on-Demand",
    }
)
"""Keys that other parts of the system set; the original's sync script stops at them."""
