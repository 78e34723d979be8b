"""The types that settings have, each with the words in which an error names it."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidatorFunctionWrapHandler, WrapValidator

from wod.secrets import Secret


@dataclass(frozen=True)
class Says:
    """A type in words: an error reads "USERMAX must be <words>, not 'many'"."""

    words: str


def _whole(value: object) -> object:
    """YAML's ``yes`` would otherwise pass as 1."""
    if isinstance(value, bool):
        raise ValueError("a boolean is not a number")
    return value.strip() if isinstance(value, str) else value


def _text(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """A whole number is taken as its text (``BRANDING: 101``), a secret stays one, all else is refused."""
    if isinstance(value, Secret):
        return value
    return handler(str(value) if isinstance(value, int) and not isinstance(value, bool) else value)


def _exact(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """A secret must be written as text: ``0123`` without quotes would be another number to YAML."""
    return value if isinstance(value, Secret) else handler(value)


def _absent(value: object) -> object:
    """The original writes "no value" as an empty text or as ``None``."""
    return None if value in ("", "None") else value


def split(value: object) -> object:
    """A list may be written as ``a,b``, as the original and ``--data`` do."""
    return [part.strip() for part in value.split(",") if part.strip()] if type(value) is str else value


def matching(pattern: str, fault: str = "this does not fit") -> AfterValidator:
    """A text that the whole pattern fits."""
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(fault)
        return value

    return AfterValidator(check)


def _folder(value: str) -> str:
    """Absolute, and never the root or a folder that the system needs: it may be chowned or removed."""
    path = value.rstrip("/")
    if (
        not re.fullmatch(r"(/[^/\s'\"$`\\;|&*?<>()#%]+)+", path)
        or {".", ".."} & set(path.split("/"))
        or path in FORBIDDEN
    ):
        raise ValueError("not a folder of its own")
    return path


def _address(value: str) -> str:
    return str(ipaddress.ip_address(value))


def network(value: str) -> str:
    """``192.0.2.1`` or ``192.0.2.0/24``; a text that is neither raises :class:`ValueError`."""
    return str(ipaddress.ip_network(value)) if "/" in value else _address(value)


def _rule(value: str) -> str:
    """``9100/tcp``, ``8000-8010/tcp from 10.0.0.0/8``: a port or range, a protocol, perhaps a network."""
    match = re.fullmatch(r"(\d+)(?:-(\d+))?/(tcp|udp)(?: from (\S+))?", value)
    if not match:
        raise ValueError("not a rule")
    first, last = int(match[1]), int(match[2] or match[1])
    if not 1 <= first <= last <= 65535:
        raise ValueError("no such ports")
    if match[4]:
        ipaddress.ip_network(match[4])
    return value


TOP = "bin boot dev etc home lib opt proc root run sbin srv sys tmp usr var"
FORBIDDEN = frozenset(f"/{name}" for name in TOP.split())
"""Top folders that a setting must not name as its own."""

Text = Annotated[str, WrapValidator(_text), Says("text (put it in quotes)")]
Flag = Annotated[bool, Says("true or false")]
Whole = Annotated[int, BeforeValidator(_whole), Says("a whole number")]
Count = Annotated[int, BeforeValidator(_whole), Field(ge=0), Says("a whole number, 0 or more")]
Positive = Annotated[int, BeforeValidator(_whole), Field(ge=1), Says("a whole number, 1 or more")]
IdBase = Annotated[int, BeforeValidator(_whole), Field(ge=1000), Says("a whole number, 1000 or more")]
Hour = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=23), Says("an hour from 0 to 23")]
Cores = Annotated[float, BeforeValidator(_whole), Field(gt=0, le=4096), Says("a number of cores such as 2.0")]
Port = Annotated[int, BeforeValidator(_whole), Field(ge=1, le=65535), Says("a port from 1 to 65535")]
Proto = Annotated[Literal["http", "https"], Says("http or https")]
Folder = Annotated[Text, AfterValidator(_folder), Says("an absolute path of a folder of its own, such as /opt/x")]
Host = Annotated[
    Text,
    matching(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?|[0-9a-fA-F:]+"),
    Says("a host name such as be1.example.org"),
]
Address = Annotated[Text, AfterValidator(_address), Says("an IP address")]
Url = Annotated[Text, matching(r"https?://[^\s/]\S*"), Says("a URL such as https://wod.example.org")]
Mail = Annotated[Text, matching(r"[^\s@<>,;]+@[^\s@<>,;]+"), Says("a mail address")]
Login = Annotated[Text, matching(r"[a-z_][a-z0-9_-]{0,31}"), Says("a Linux account name such as wodadmin")]
Memory = Annotated[Text, matching(r"[1-9][0-9]*(\.[0-9]+)?[KMGT]?"), Says("an amount of memory such as 512M or 2G")]
Rule = Annotated[Text, AfterValidator(_rule), Says("rules such as 9100/tcp or '9100/tcp from 10.0.0.0/8'")]
Texts = Annotated[tuple[Text, ...], BeforeValidator(split), Says("a list of texts")]
Rules = Annotated[
    tuple[Rule, ...],
    BeforeValidator(split),
    Says("a list of rules such as 9100/tcp or '9100/tcp from 10.0.0.0/8'"),
]

MaybeUrl = Annotated[Url | None, BeforeValidator(_absent)]
MaybeText = Annotated[Text | None, BeforeValidator(_absent)]
ExactText = Annotated[str, WrapValidator(_exact), Says("text (put it in quotes)")]
MaybeSecret = Annotated[ExactText | None, BeforeValidator(_absent)]
MaybeMail = Annotated[Mail | None, BeforeValidator(_absent)]
MaybePort = Annotated[Port | None, BeforeValidator(_absent)]
MaybeHost = Annotated[Host | None, BeforeValidator(_absent)]
MaybeAddress = Annotated[Address | None, BeforeValidator(_absent)]
