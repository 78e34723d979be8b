"""Templates in workshops: rendered in Jinja2's sandbox, compiled once as long as they do not change."""

from __future__ import annotations

import hashlib
import threading
import traceback
from collections.abc import Mapping
from types import CodeType
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, Undefined, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from wod.engine.errors import Impossible

MARKS = ("{{", "{%", "{#")
KEPT = 1000
"""Compiled templates that are kept; a workshop has about twenty."""


def environment() -> ImmutableSandboxedEnvironment:
    """White space as workshops' authors know it from Ansible's template module."""
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True)


class Renderer:
    """One for all threads of the worker. ``undefined`` says what a name without a value is: by default, an error."""

    def __init__(self, undefined: type[Undefined] = StrictUndefined) -> None:
        self._environment = environment().overlay(undefined=undefined)
        self._compiled: dict[tuple[str, bytes], CodeType] = {}
        self._lock = threading.Lock()

    def render(self, name: str, source: bytes, variables: Mapping[str, Any]) -> bytes:
        """``source`` rendered; ``name`` is how a message calls it. :class:`Impossible` with its file and line."""
        try:
            text = source.decode()
        except UnicodeDecodeError as error:
            raise Impossible(
                f"{name} is not UTF-8 text (byte {error.start}); give it an ending that is copied"
            ) from error
        if not any(mark in text for mark in MARKS):
            return source
        try:
            code = self._code(name, source, text)
            return Template.from_code(self._environment, code, {}).render(variables).encode()
        except TemplateSyntaxError as error:
            raise Impossible(f"{name}, line {error.lineno}: {error.message}") from error
        except UndefinedError as error:
            raise Impossible(f"{name}, line {_line(error, name)}: {error.message}; set it in the settings") from error
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise Impossible(f"{name}, line {_line(error, name)}: {error}") from error

    def _code(self, name: str, source: bytes, text: str) -> CodeType:
        key = (name, hashlib.blake2b(source, digest_size=16).digest())
        with self._lock:
            known = self._compiled.get(key)
        if known is None:
            known = self._environment.compile(text, name, name)
            with self._lock:
                while len(self._compiled) >= KEPT:
                    self._compiled.pop(next(iter(self._compiled)))
                self._compiled[key] = known
        return known


def _line(error: BaseException, name: str) -> int:
    """Jinja2 writes a template's own lines into the traceback."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == name]
    return lines[-1] or 0 if lines else 0
