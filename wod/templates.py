"""The files that modules render, from ``templates/<module>/``; a name that is not given is an error, never empty."""

from __future__ import annotations

import shlex
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

ROOT = Path(__file__).resolve().parent.parent / "templates"


@cache
def _environment() -> Environment:
    # What is rendered are files for root's eyes, not HTML; `py` writes a Python literal, `sh` a word of the shell,
    # `sql` a literal and `sqlname` a name of SQL.
    environment = Environment(
        loader=FileSystemLoader(ROOT),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701
    )
    environment.filters["py"] = repr
    environment.filters["sh"] = lambda value: shlex.quote(str(value))
    environment.filters["sql"] = lambda value: "'" + str(value).replace("'", "''") + "'"
    environment.filters["sqlname"] = lambda value: '"' + str(value).replace('"', '""') + '"'
    return environment


def render(name: str, **values: object) -> str:
    """The template ``<module>/<file>`` with ``values``."""
    return _environment().get_template(name).render(**values)


def compile_of(folder: str) -> None:
    """Read and compile a module's templates now, for processes that are forked later."""
    for path in (ROOT / folder).rglob("*.j2"):
        _environment().get_template(str(path.relative_to(ROOT)))


def text(name: str) -> str:
    """A file under ``templates/`` as it stands."""
    return (ROOT / name).read_text()
