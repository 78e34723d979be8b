"""How a setting is declared: once, with type, default, example and description; all else reads it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal, get_args, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from wod.settings.types import Says

SampleFile = Literal["all.yml", "wod-backend", "wod-system"]
SecretKind = Literal["token", "password", "given"]
"""``token`` and ``password`` are generated on first use; a ``given`` one is in a file or not at all."""


class Section(BaseModel):
    """Settings that belong together; the docstring is their title and introduction in samples and pages."""

    model_config = ConfigDict(frozen=True)
    FILE: ClassVar[SampleFile] = "all.yml"


def setting(
    default: object,
    description: str,
    *,
    example: object = None,
    aliases: tuple[str, ...] = (),
    secrecy: SecretKind | None = None,
) -> Any:
    """One field of a :class:`Section`. ``aliases`` are other spellings of the same name, older or newer."""
    extra: dict[str, Any] = {"aliases": list(aliases), "secret": secrecy}
    return Field(default, description=description, examples=[example], json_schema_extra=extra)


@dataclass(frozen=True)
class Setting:
    """What is known of one declared setting."""

    name: str
    section: type[Section]
    annotation: Any
    default: Any
    example: object
    description: str
    aliases: tuple[str, ...]
    secret: SecretKind | None

    @property
    def file(self) -> SampleFile:
        """The sample file that shows it."""
        return self.section.FILE

    @property
    def generated(self) -> bool:
        """A secret that is made on first use when nobody gave one."""
        return self.secret in ("token", "password")

    @cached_property
    def adapter(self) -> TypeAdapter[Any]:
        """What turns a value as written into a value of the right type, or refuses it."""
        return TypeAdapter(self.annotation)

    @cached_property
    def says(self) -> str:
        """The type in words, as in "must be …"."""
        return words(self.annotation)


def words(annotation: Any) -> str:
    """The :class:`~wod.settings.types.Says` of a type, found through ``X | None``; the outermost one counts."""
    for part in reversed(getattr(annotation, "__metadata__", ())):
        if isinstance(part, Says):
            return part.words
    found = (words(part) for part in get_args(annotation) if part is not type(None))
    return next((each for each in found if each), "")


def declared(section: type[Section]) -> list[Setting]:
    """The settings of one section, in the order in which they are written."""
    hints = get_type_hints(section, include_extras=True)
    return [_declared(section, name, hints[name]) for name in section.model_fields]


def _declared(section: type[Section], name: str, annotation: Any) -> Setting:
    field = section.model_fields[name]
    extra: dict[str, Any] = field.json_schema_extra  # type: ignore[assignment]
    return Setting(
        name=name,
        section=section,
        annotation=annotation,
        default=field.default,
        example=(field.examples or [None])[0],
        description=field.description or "",
        aliases=tuple(extra["aliases"]),
        secret=extra["secret"],
    )
