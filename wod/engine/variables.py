"""What notebooks may use: the settings, what is known of the student, and what hooks found out for this student."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import takewhile
from pathlib import Path
from typing import Any

from wod.engine.config import Worker
from wod.engine.delivery import read_regular
from wod.engine.errors import Impossible
from wod.engine.request import Request

LIMIT = 1 << 16
_LINE = re.compile(r"""(?P<q>["']?)(?P<key>[A-Za-z_][A-Za-z0-9_.-]*)(?P=q)\s*:(?:\s+(?P<value>.*))?""")


def files(config: Worker, request: Request, number: int) -> list[Path]:
    """Where hooks leave what they found out: ``variables_<workshop>_<N>.yml`` in the private repository.

    ``pass/``, or ``ansible/<group>/pass/`` as the original has it; the file is there only while the order is at work.
    """
    if not config.private_workshops:
        return []
    private = Path(config.private_workshops).parent
    folders = [private / "pass", *sorted(private.glob("ansible/*/pass"))]
    return [folder / f"variables_{request.workshop}_{number}.yml" for folder in folders]


_VAULT = re.compile(r"!vault(-encrypted)?\s*[|>][-+]?\s*")


class Hidden(str):
    """A value that was encrypted: a log must not show it, whatever its name is."""


def _value(text: str, place: str) -> str:
    value = text.strip()
    if value[:1] in ("'", '"'):
        end = value.find(value[0], 1)
        if end < 0:
            raise Impossible(f"{place}: a quotation mark is missing")
        return value[1:end]
    if value[:1] in tuple("!|>[{&*"):
        raise Impossible(f"{place}: only plain `KEY: value` lines and !vault are understood, no {value.split()[0]}")
    return re.split(r"\s#", value)[0].strip()


def _pairs(text: str, path: Path, password: str) -> Iterator[tuple[str, str]]:
    lines = list(enumerate(text.splitlines(), 1))
    while lines:
        number, line = lines.pop(0)
        place = f"{path}, line {number}"
        if not line.strip() or line.lstrip().startswith(("#", "---", "%")):
            continue
        match = _LINE.fullmatch(line.rstrip())
        if match is None:
            raise Impossible(f"{place}: expected `KEY: value`")
        if _VAULT.fullmatch(match["value"] or ""):
            block = list(takewhile(lambda each: each[1][:1] in (" ", "\t"), lines))
            del lines[: len(block)]
            yield match["key"], _opened("\n".join(each for _, each in block), password, f"{place}: {match['key']}")
        else:
            yield match["key"], _value(match["value"] or "", place)


def _opened(text: str, password: str, what: str) -> Hidden:
    """What Ansible Vault encrypted; only a backend that was given VAULTPWD can open it."""
    from wod import vault  # late: few sites have such files

    if not password:
        raise Impossible(f"{what} is encrypted, and this backend has no password for it; set VAULTPWD and roll out")
    try:
        return Hidden(vault.decrypt(text, password))
    except vault.WrongKey:
        raise Impossible(f"{what}: VAULTPWD does not open it, or it was changed after it was encrypted") from None
    except vault.Unreadable as error:
        raise Impossible(f"{what} cannot be opened: {error}") from None


def parse(text: str, path: Path, password: str = "") -> dict[str, str]:
    """The flat subset of YAML that scripts write with ``echo``: ``KEY: value``, comments, quotes; values are text.

    A value may be encrypted (``!vault |``), and so may be the whole file; ``password`` is VAULTPWD.
    """
    if not text.startswith("$ANSIBLE_VAULT"):
        return dict(_pairs(text, path, password))
    return {key: Hidden(value) for key, value in _pairs(_opened(text, password, str(path)), path, password)}


def found_by_hooks(paths: list[Path], password: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for path in paths:
        try:
            found.update(parse(read_regular(path, LIMIT).decode(), path, password))
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError) as error:
            raise Impossible(f"the variables of a hook cannot be read: {error}") from error
    return found


def build(config: Worker, request: Request, number: int, password: str | None) -> Mapping[str, Any]:
    """All variables of one student's notebooks. Settings win over hooks, as they always have.

    ``hostvars[inventory_hostname]`` holds them once more, for names with hyphens. ``password`` only with varpass.
    """
    values: dict[str, Any] = {
        **found_by_hooks(files(config, request, number), config.vault_password),
        **config.appliances,
        **config.variables,
    }
    values |= {
        "STDID": str(number),
        "WORKSHOP": request.notebook,
        "CHALLENGE": request.workshop,
        "MODEWS": request.mode,
        "DIR": "",
        "inventory_hostname": config.backend,
    }
    if password is not None:
        values["PASSSTU"] = password
    return {**values, "hostvars": {config.backend: dict(values)}}
