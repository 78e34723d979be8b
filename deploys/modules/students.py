"""The student accounts of a backend: Linux accounts, homes, ACLs and Hub users, kept or (CLEAN) removed."""

from __future__ import annotations

from pyinfra import host

from deploys.modules import module
from wod.hub import Hub
from wod.inventory import settings_of
from wod.operations import files, students
from wod.settings import Settings
from wod.students import StudentRange


@module("Students")
def apply() -> None:
    """Keep the accounts USERMIN to USERMAX, or remove them when CLEAN is set."""
    settings = settings_of(host)
    wanted = range_of(settings)
    if settings.CLEAN:
        students.removed(name="Remove the students", wanted=wanted, hub=Hub.access, force=settings.CLEANFORCE)
        return
    admin = settings.WODUSER
    files.present(name="Make the folder of the homes", entries=[files.Directory(settings.STUDDIR, 0o711, admin, admin)])
    students.accounts(name=f"Keep {len(wanted)} accounts and their homes", wanted=wanted)
    students.hub_users(name=f"Keep {len(wanted)} Hub users", wanted=wanted, hub=Hub.access)


def range_of(settings: Settings) -> StudentRange:
    """The students of a backend as its settings say."""
    return StudentRange(
        first=settings.USERMIN,
        last=settings.USERMAX,
        uid_base=settings.UIDBASE,
        gid_base=settings.GIDBASE,
        folder=settings.STUDDIR,
        admin=settings.WODUSER,
    )
