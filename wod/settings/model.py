"""The settings of one host, final and frozen, each able to say where it came from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from wod.errors import BadInput, Problem
from wod.secrets import Secret
from wod.settings.data import holds_secret, thaw
from wod.settings.families import concealed
from wod.settings.interpolate import is_template
from wod.settings.merge import Chains, Provenance
from wod.settings.schema import SETTINGS, canonical, suggestion


class Settings(Mapping[str, Any]):
    """Read as ``settings.USERMAX`` or ``settings["IP-WKSHP-Docker101"]``; any spelling of a name will do."""

    __slots__ = ("_chains", "_values", "group", "host_name", "private", "warnings")
    group: str
    host_name: str
    private: Path | None
    warnings: tuple[Problem, ...]
    _values: Mapping[str, Any]
    _chains: Chains

    def __init__(
        self,
        values: Mapping[str, Any],
        chains: Chains,
        *,
        group: str,
        host_name: str,
        warnings: tuple[Problem, ...],
        private: Path | None = None,
    ) -> None:
        """``private`` is the private folder that they were read from, which need not exist."""
        given = {
            "_values": values,
            "_chains": chains,
            "group": group,
            "host_name": host_name,
            "warnings": warnings,
            "private": private,
        }
        for name, value in given.items():
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"settings are frozen; {name} cannot be set")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"there is no setting {name}{suggestion(name, self._values)}") from None

    def __getitem__(self, name: str) -> Any:
        return self._values[canonical(name)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"<settings of {self.host_name or self.group}>"

    def __copy__(self) -> Settings:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Settings:
        return self

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError("settings are not pickled, since secrets do not travel; load them again")

    def as_data(self) -> dict[str, Any]:
        """All values under their canonical names, as plain data of one's own; secrets stay redacted."""
        return {name: thaw(value) for name, value in self._values.items()}

    def explain(self, name: str) -> list[Provenance]:
        """Who gave the value, the winner first, then what it hid."""
        known = canonical(name)
        if known not in self._chains or known not in self._values:
            raise BadInput(f"there is no setting {name}{suggestion(name, self._values)}")
        return [self._redacted(known, entry) for entry in self._chains[known]]

    def origin(self, name: str) -> Provenance:
        """Who gave the value of a secret: the first that gives any, for an empty one counts as none."""
        return self._redacted(canonical(name), self._giver(name))

    def in_clear(self, name: str) -> bool:
        """Whether a secret's value stands in a file as it is, for whoever reads that file."""
        given = self._giver(name).value
        return bool(given) and not holds_secret(given) and not (isinstance(given, str) and is_template(given))

    def _giver(self, name: str) -> Provenance:
        chain = self._chains[canonical(name)]
        return next((entry for entry in chain if entry.value not in (None, "", "None")), chain[-1])

    def _redacted(self, name: str, entry: Provenance) -> Provenance:
        if entry.value in (None, "") or not isinstance(entry.value, str | int | float):
            return replace(
                entry, value=thaw(concealed(name, entry.value)) if name not in SETTINGS else thaw(entry.value)
            )
        declared = SETTINGS.get(name)
        secret = bool(declared and declared.secret) or holds_secret(self._values[name])
        return replace(entry, value=Secret(name, "")) if secret else entry

    def digest(self) -> str:
        """The same for the same settings, whatever the secrets are."""
        text = json.dumps(self.as_data(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()
