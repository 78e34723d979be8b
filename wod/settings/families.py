"""Names that are not declared one by one: what workshops need (``*-WKSHP-*``), and an operator's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BeforeValidator, TypeAdapter, ValidatorFunctionWrapHandler, WrapValidator

from wod.secrets import Secret
from wod.settings.declare import words
from wod.settings.schema import ALIASES, SETTINGS
from wod.settings.types import Address, Port, Says

FAMILY = re.compile(r"([A-Za-z][A-Za-z0-9_]*)-WKSHP-[A-Za-z0-9][A-Za-z0-9_.-]*")
SECRET_NAME = re.compile(r"PASSW|PASSPHRASE|PWD|TOKEN|SECRET|API_?KEY|PRIV(ATE)?_?KEY", re.IGNORECASE)
"""An undeclared name with one of these in it is taken for a secret's: better one redacted too many."""

NOT_YET = re.compile(r"x\.y\.z\.t|[xyz]+")
"""The original's placeholders for "not configured here": ``x.y.z.t`` for an address, ``xx`` for a port."""


def _or_placeholder(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """A placeholder stays as it is, as content shows it; whoever needs the value asks :func:`configured`."""
    return handler(value) if configured(value) else value


def _scalar(value: object) -> object:
    if value is None or isinstance(value, str | int | float):
        return value
    raise ValueError("a list or mapping")


def configured(value: object) -> bool:
    """Whether a workshop's value has been filled in."""
    return not (isinstance(value, str) and NOT_YET.fullmatch(value))


WorkshopPort: Any = Annotated[Port, WrapValidator(_or_placeholder)]
WorkshopAddress: Any = Annotated[
    Address, WrapValidator(_or_placeholder), Says("an IP address, or x.y.z.t while there is none")
]
WorkshopValue: Any = Annotated[Any, BeforeValidator(_scalar), Says("one text, number or true/false, not a list")]

DEFAULTS: Mapping[str, object] = MappingProxyType(
    {
        "SSHPORT-WKSHP-Docker101": 14101,
        "SSHPORT-WKSHP-Ansible101": 16001,
        "HTTPPORT-WKSHP-Docker101": 14151,
        "HTTPPORT-WKSHP-Ansible101": 16051,
        "HTTPPORT-WKSHP-Spark101": 17161,
        "HTTPPORT-WKSHP-Concourse101": 19061,
        "HTTPPORT-WKSHP-ML101": 18061,
        "HTTPPORT-WKSHP-DataVisu101": 22161,
        "CONCOURSEPORT-WKSHP-Concourse101": 19001,
        "CONCOURSEPORT2-WKSHP-Concourse101": 19031,
        "SPARKPORT-WKSHP-Spark101": 17101,
        "SPARKPORT2-WKSHP-Spark101": 17131,
        "MLPORT-WKSHP-ML101": 18101,
        "MLPORT2-WKSHP-ML101": 18031,
        "DATAVISUPORT1-WKSHP-DataVisu101": 22101,
        "DATAVISUPORT2-WKSHP-DataVisu101": 22131,
        "IP-WKSHP-DataVisu101": "x.y.z.t",
        "IP-WKSHP-Concourse101": "x.y.z.t",
        "IP-WKSHP-Docker101": "x.y.z.t",
        "IP-WKSHP-Ansible101": "x.y.z.t",
        "IP-WKSHP-Spark101": "x.y.z.t",
        "IP-WKSHP-ML101": "x.y.z.t",
        "IP-WKSHP-StackStorm101": "x.y.z.t",
    }
)
"""What the public workshops use when nothing else is said."""


def is_workshop(name: str) -> bool:
    """Whether a name belongs to the open family ``*-WKSHP-*``."""
    return FAMILY.fullmatch(name) is not None


def annotation(name: str) -> Any:
    """The type of a workshop's setting, told by the first part of its name."""
    kind = name.partition("-WKSHP-")[0]
    if kind == "IP":
        return WorkshopAddress
    return WorkshopPort if "PORT" in kind else WorkshopValue


def workshop_value(name: str, value: object) -> object:
    """The value in its type; :class:`pydantic.ValidationError` when it does not fit."""
    kind = annotation(name)
    checked = ADAPTERS[words(kind)].validate_python(value)
    return concealed(name, checked) if kind is WorkshopValue else checked


ADAPTERS: Mapping[str, TypeAdapter[Any]] = MappingProxyType(
    {words(each): TypeAdapter(each) for each in (WorkshopPort, WorkshopAddress, WorkshopValue)}
)


def too_wide(prefix: str) -> str:
    """A declared name that a private prefix would swallow, so that misspelt ones pass; or nothing."""
    return next((name for name in (*SETTINGS, *ALIASES) if name.startswith(prefix)), "")


def is_open(name: str) -> bool:
    """Whether a value that is given to an undeclared name may be a secret; ports and addresses are none."""
    return name not in SETTINGS and (not is_workshop(name) or annotation(name) is WorkshopValue)


def may_be_secret(name: str) -> bool:
    """Whether an encrypted value of this name stays hidden."""
    declared = SETTINGS.get(name)
    return declared.secret is not None if declared else is_open(name)


def concealed(name: str, value: object, always: bool = False) -> object:
    """An undeclared value with every text and number that is called like a secret, or ``always``, turned into one."""
    if isinstance(value, Mapping):
        return {key: concealed(f"{name}.{key}", each, always) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [concealed(name, each, always) for each in value]
    if value in (None, "") or isinstance(value, Secret | bool) or not (always or SECRET_NAME.search(name)):
        return value
    return Secret(name, str(value))
