"""New values in the place of secrets' old ones: which can have one, and what is kept of the old one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wod import database
from wod.previous import KEPT, written
from wod.secrets import Kind, new_value
from wod.settings import Settings
from wod.settings.schema import SETTINGS

LOWEST = ("secrets", "default")
"""The layers above which there is a file, or a host of the inventory, that says otherwise."""
HOUR = 3600.0
RESTARTS: Mapping[str, str] = {
    "WODBETOKEN": "the Hub restarts on each backend; servers and sessions go on",
    "WODMAILKEY": "orders signed before are still carried out",
    "WODFEAPIPWD": "backends try again until the API has it, too",
    "WODAPIDBADMINPWD": "log in to the operators' page anew",
    "WODAPITOKENKEY": "log-ins to the API end; links in mails that were sent still work",
    "WODPGPASSWD": "the operator's tools need the new one",
}
"""What comes of a new value when it is rolled out."""


def hindrance(name: str, several: Iterable[Settings]) -> str:
    """Why ``name`` cannot be given a new value here, or nothing. ``several`` are the settings of all hosts."""
    setting, found = SETTINGS[name], list(several)
    if not setting.generated:
        return f"{name} is given to you, not generated; keep another value by: wod secrets set {name}"
    places = {each.origin(name).place for each in found if each.origin(name).layer not in LOWEST}
    if places:
        return f"{name} is given in {', '.join(sorted(places))}, which wins; change it there, or remove it there first"
    if name == "WODPGPASSWD" and not all(database.is_local(each) for each in found):
        return f"{name} is an account's of another database server; change it there, then: wod secrets set {name}"
    return ""


def names_of_all() -> list[str]:
    """The secrets that wod generates, as they are declared."""
    return [name for name, setting in SETTINGS.items() if setting.generated]


def rotated(values: Mapping[str, str], names: Iterable[str], until: float) -> dict[str, str]:
    """``values`` with new ones for ``names``."""
    made = {name: new_value(kind_of(name)) for name in names}
    return replaced(values, made, until)


def replaced(values: Mapping[str, str], new: Mapping[str, str], until: float) -> dict[str, str]:
    """``values`` with the ``new`` ones in them. Old keys that are still needed are good ``until`` that moment.

    That is in seconds since 1970; 0 keeps none of them.
    """
    result = {**values, **new}
    for name in KEPT:
        if name in new:
            result.pop(f"{name}BEFORE", None)
            if until and name in values and values[name] != new[name]:
                result[f"{name}BEFORE"] = written(values[name], until)
    return result


def kind_of(name: str) -> Kind:
    return "password" if SETTINGS[name].secret == "password" else "token"  # noqa: S105 - a kind
