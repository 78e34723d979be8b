"""The files that modules render, from ``templates/<module>/``; a name that is not given is an error, never empty.

While a module is applied, files of the private folder stand in the place of ours (:func:`overlaid`). A private template
still has the one of ours as ``original/<module>/<file>``, and the settings as ``settings``.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from traceback import extract_tb

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined, TemplateSyntaxError

from wod.errors import BadInput
from wod.settings.schema import suggestion

ROOT = Path(__file__).resolve().parent.parent / "templates"
ORIGINAL = "original"
OURS_ALONE = ("wheel", "fleet", "private")
"""Not for hosts: what stood over these would not be seen on any."""


UNKNOWN_SETTING = re.compile(r"Settings object' has no attribute '(\w+)'")
"""What jinja says of one."""


class Faulty(BadInput):
    """A private file cannot be used; the text is one sentence with its place."""


@dataclass(frozen=True)
class _Over:
    """``folders`` go over ours, the first one first; ``values`` are given to private templates besides the module's."""

    folders: tuple[Path, ...] = ()
    values: Mapping[str, object] = field(default_factory=dict)


_OVER: ContextVar[_Over] = ContextVar("over", default=_Over())  # noqa: B039 - never changed


@contextmanager
def overlaid(*folders: Path, **values: object) -> Iterator[None]:
    """What is rendered inside is looked for in these folders first."""
    token = _OVER.set(_Over(folders, values))
    try:
        yield
    finally:
        _OVER.reset(token)


@cache
def environment(*over: Path) -> Environment:
    """With ``folders`` that go over ours, the first one first."""
    # What is rendered are files for root's eyes, not HTML; `py` writes a Python literal, `sh` a word of the shell,
    # `sql` a literal and `sqlname` a name of SQL.
    ours = FileSystemLoader(ROOT)
    environment = Environment(
        loader=ChoiceLoader([*map(FileSystemLoader, over), ours, PrefixLoader({ORIGINAL: ours})]),
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
    """The template ``<module>/<file>`` with ``values``; :class:`Faulty` when a private one cannot be rendered."""
    private = _private(name)
    if private is None:
        return environment().get_template(name).render(**values)
    over = _OVER.get()
    try:
        return environment(*over.folders).get_template(name).render(**{**over.values, **values})
    except Exception as error:  # whatever a person's template does
        raise Faulty(f"{place(error, private)}: {reason(error)}") from error


def text(name: str) -> str:
    """A file under ``templates/``, or the private one in its place, as it stands."""
    return read(_private(name) or ROOT / name)


def read(path: Path) -> str:
    """A file that a host is to get; :class:`Faulty` when it is no text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Faulty(f"{path}: it is no text in UTF-8, and nothing else is brought to hosts from here") from None


def compile_of(folder: str) -> None:
    """Read and compile a module's templates now, for processes that are forked later."""
    for path in (ROOT / folder).rglob("*.j2"):
        environment().get_template(str(path.relative_to(ROOT)))


def _private(name: str) -> Path | None:
    if name.split("/")[0] in OURS_ALONE:
        return None
    return next((path for folder in _OVER.get().folders if (path := folder / name).is_file()), None)


def place(error: Exception, path: Path) -> str:
    """``file:line`` of what went wrong in a template: jinja puts templates into tracebacks as if they were Python."""
    if isinstance(error, TemplateSyntaxError):
        return f"{error.filename or path}:{error.lineno}"
    frames = [each for each in extract_tb(error.__traceback__) if each.filename == str(path)]
    return f"{path}:{frames[-1].lineno}" if frames else str(path)


def reason(error: Exception) -> str:
    """In a sentence; jinja's own errors speak for themselves."""
    said = " ".join(str(error).split())
    unknown = UNKNOWN_SETTING.search(said)
    if unknown:
        return f"there is no setting {unknown[1]}{suggestion(unknown[1])}"
    return said if type(error).__module__.startswith("jinja2") and said else f"{type(error).__name__}: {said}"
