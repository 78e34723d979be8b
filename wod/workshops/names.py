"""Which variables a workshop's templates may use."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from wod.settings.families import is_workshop
from wod.settings.schema import ALIASES, SETTINGS, canonical
from wod.settings.schema.workshops import Workshops
from wod.workshops.workshop import Workshop

PLACEHOLDERS = frozenset({"STDID", "MODEWS", "WORKSHOP", "CHALLENGE", "DIR", "inventory_hostname", "hostvars"})
"""What the engine adds to the settings: :func:`wod.engine.variables.build`."""
PASSWORD = "PASSSTU"  # noqa: S105 - a variable's name
LATER = frozenset({"HTTPPORT", "SPARKTOK", "SPARKPORT", "MLTOK", "DATAVISUTOK", "TENSORFLOWTOK"})
"""What the original's create hooks leave for the notebooks."""


@dataclass(frozen=True)
class Names:
    """The names that templates of one workshop know.

    ``given`` are the settings of a host; None means that only their names are known, and that any name of the open
    family ``*-WKSHP-*`` may be set somewhere. ``hook`` is the text of the workshop's create hooks.
    """

    workshop: Workshop | None
    given: Mapping[str, object] | None = None
    hook: str = ""

    def fault(self, name: str) -> str:
        """Why a template must not use a name, and what to do; empty when it may."""
        if name == PASSWORD:
            return "" if self._has_password else f"{name} exists only with varpass: true (or ldap: true) in wod.yml"
        if name in PLACEHOLDERS:
            return ""
        if name in SETTINGS or name in ALIASES:
            setting = SETTINGS[canonical(name)]
            secret = setting.secret and setting.section is not Workshops  # the others never reach a notebook
            return (
                f"{name} is a secret of the platform and must not reach a participant or a hook; remove it"
                if secret
                else ""
            )
        return "" if self._is_open(name) else f"{name} is not defined{self._suggestion(name)}{self._mend(name)}"

    def unset(self, name: str) -> bool:
        """Whether a setting is known to have no value on this host."""
        return self.given is not None and canonical(name) in self.given and self.given[canonical(name)] is None

    @property
    def _has_password(self) -> bool:
        return self.workshop is not None and (self.workshop.varpass or self.workshop.ldap)

    def _is_open(self, name: str) -> bool:
        if self.given is None:
            return is_workshop(name) or self._from_hook(name)
        return name in self.given or self._from_hook(name)

    def _from_hook(self, name: str) -> bool:
        return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", self.hook) is not None

    def _suggestion(self, name: str) -> str:
        known = {each.upper(): each for each in (*SETTINGS, *PLACEHOLDERS, PASSWORD, *(self.given or ()))}
        close = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.75)
        return f" (did you mean {known[close[0]]}?)" if close else ""

    def _mend(self, name: str) -> str:
        if name in LATER:
            return f"; the workshop's create hook must provide it, and none names {name}"
        return "; set it in the private group_vars, or provide it in the create hook"
