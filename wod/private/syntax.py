"""Private templates that are no templates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from jinja2 import TemplateSyntaxError

from wod import templates
from wod.errors import Problem

ENDING = ".j2"


def faults(paths: Iterable[Path]) -> Iterator[Problem]:
    """What of these files cannot be read; those that are not rendered must only be texts."""
    for path in paths:
        try:
            text = templates.read(path)
            if path.suffix == ENDING:
                templates.environment().parse(text, filename=str(path))
        except TemplateSyntaxError as error:
            yield Problem(f"{path}:{error.lineno}", templates.reason(error))
        except templates.Faulty as error:
            yield Problem("", str(error))
