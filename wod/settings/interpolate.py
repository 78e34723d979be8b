"""Values that use other settings, ``{{ WODBEDIR }}/scripts``: jinja2, strict and sandboxed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, TemplateError, Undefined, meta, nodes
from jinja2.exceptions import SecurityError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

Lookup = Callable[[str], object]
"""From a name to its value; KeyError when there is none."""

WHOLE = re.compile(r"\{\{[-+]?(.*?)[-+]?\}\}", re.DOTALL)
OWN_ENVIRONMENT = re.compile(r"\{\{\s*ansible_env\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
RESERVED = ("vars", "hostvars", "ansible_env", "inventory_hostname")
"""Names of Ansible's that are understood in settings."""


class TemplateFault(Exception):
    """A template that cannot be rendered; the text says why."""


class Missing(TemplateFault):
    """A template that needs a name without a value."""


class Names(Mapping[str, object]):
    """All settings as a mapping, for names that are not identifiers: ``vars['SSHPORT-WKSHP-Docker101']``."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    def __getitem__(self, name: str) -> object:
        return self._lookup(name)

    def __iter__(self) -> Iterator[str]:
        raise TemplateFault("settings can be named one by one only, not listed")

    def __len__(self) -> int:
        raise TemplateFault("settings can be named one by one only, not counted")


@dataclass(frozen=True)
class Compiled:
    """A template ready to run: the names it uses, and how to run it."""

    names: frozenset[str]
    run: Callable[[Mapping[str, object]], object]


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=True)
    del (
        environment.filters["random"],
        environment.globals["lipsum"],
    )  # the same settings must give the same values
    return environment


ENVIRONMENT = _environment()


def is_template(value: object) -> bool:
    """Whether a text asks for other settings."""
    return isinstance(value, str) and ("{{" in value or "{%" in value)


def own_environment(value: object) -> str:
    """X when the value is exactly ``{{ ansible_env.X }}``, else nothing."""
    match = OWN_ENVIRONMENT.fullmatch(value.strip()) if isinstance(value, str) else None
    return match[1] if match else ""


def render(text: str, lookup: Lookup, host_name: str) -> object:
    """The value of a template; one that is nothing but ``{{ X }}`` keeps the type of X."""
    names = Names(lookup)
    host = host_name or "localhost"
    context: dict[str, Any] = {
        "vars": names,
        "ansible_env": names,
        "inventory_hostname": host,
        "hostvars": {host: names},
    }
    try:
        compiled = compile_template(text)
        for name in compiled.names.difference(context):
            try:
                context[name] = lookup(name)
            except KeyError:
                pass  # undefined: an error where it is used, unless the template says what then
        return _plain(compiled.run(context))
    except UndefinedError as error:
        raise Missing(str(error)) from None
    except (TemplateError, SecurityError, ArithmeticError, TypeError, ValueError, LookupError) as error:
        raise TemplateFault(str(error)) from None


@lru_cache(maxsize=4096)
def compile_template(text: str) -> Compiled:
    """Templates are compiled once, however many hosts use them."""
    tree = ENVIRONMENT.parse(text)
    names = frozenset(meta.find_undeclared_variables(tree))
    whole = WHOLE.fullmatch(text)
    if whole and _is_one_expression(tree):
        return Compiled(names, ENVIRONMENT.compile_expression(whole[1].strip(), undefined_to_none=False))
    return Compiled(names, ENVIRONMENT.from_string(text).render)


def _is_one_expression(tree: nodes.Template) -> bool:
    body = tree.body
    if len(body) != 1 or not isinstance(body[0], nodes.Output):
        return False
    return len(body[0].nodes) == 1 and not isinstance(body[0].nodes[0], nodes.TemplateData)


def _plain(value: object) -> object:
    """Data only: an undefined result is an error, a lazy one a list."""
    if isinstance(value, Undefined):
        str(value)  # raises
    if isinstance(value, Names) or callable(value):
        raise TemplateFault("this is not a value")
    return list(value) if isinstance(value, Iterator) else value
