"""What a new database of the original's Node application is filled with: seeders, and the SQL for its accounts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from wod import templates
from wod.nodeapi import File, Files
from wod.secrets import Secret
from wod.settings import Settings


def seeders(files: Files, catalogue: Mapping[str, Any]) -> dict[str, File]:
    """The four seeders that the original's installer generates, where the application has a folder for them.

    ``catalogue`` is :func:`wod.apicatalogue.catalogue`'s. They are read once, when the database is new.
    """
    if not any(name.startswith("seeders/") for name in files):
        return {}
    tables = {
        "01-workshop": ("workshops", list(_workshops(catalogue))),
        "03-students": ("students", list(_students(catalogue))),
        "06-users": ("users", [{"username": each["username"], "email": "dummy"} for each in catalogue["users"]]),
        "07-location": ("locations", list(catalogue["locations"])),
    }
    return {
        f"seeders/{name}.js": File(
            templates.render("nodeapi/seeder.js.j2", table=table, rows=json.dumps(rows)).encode()
        )
        for name, (table, rows) in tables.items()
    }


_WORKSHOP = (
    *("name", "description", "capacity", "priority", "range", "reset", "ldap", "varpass", "monoappliance"),
    *("multiappliance", "beta", "avatar", "role", "replayLink", "active", "workshopImg", "badgeImg", "replayId"),
    *("category", "duration", "presenter"),
)


def _workshops(catalogue: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """All at the first location, as the original has it."""
    names = [each["name"] for each in catalogue["locations"]]
    for each in catalogue["workshops"]:
        yield {
            **{key: each[key] for key in _WORKSHOP if each.get(key) not in (None, [], ())},
            "notebook": each["directory"],
            "sessionType": "Workshops-on-Demand",
            "compile": ",".join(each.get("compile") or ()) or "false",
            "location": names[0] if names else None,
            "alternateLocation": names[1:] or [""],
        }


def _students(catalogue: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Ids are given, not left to the order: N + basestdid."""
    for place in catalogue["locations"]:
        for number in range(1, catalogue["seats"] + 1):
            name = f"student{number}"
            yield {
                "id": place["basestdid"] + number,
                "url": f"{place['proto']}://{place['name']}:{place['port']}/user/{name}/lab?",
                "username": name,
                "location": place["name"],
            }


def accounts(settings: Settings, catalogue: Mapping[str, Any]) -> Secret:
    """SQL that gives the site's two accounts their passwords and roles, as the original's installer does by psql."""
    users = [
        {"name": each["username"], "password": each["password"], "roles": each["roles"]} for each in catalogue["users"]
    ]
    return Secret("accounts.sql", templates.render("nodeapi/accounts.sql.j2", settings=settings, users=users))
