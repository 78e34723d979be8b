"""The student accounts of a backend."""

from __future__ import annotations

from wod.settings.declare import Section, setting
from wod.settings.types import Flag, Folder, IdBase, Positive


class Students(Section):
    """Student accounts

    Fixed accounts give each participant an isolated place to run notebooks. They are called studentN, N from
    USERMIN to USERMAX, on Linux and in JupyterHub; the home of studentN is STUDDIR/studentN.
    """

    USERMIN: Positive = setting(1, "The number of the first student account.", example=1, aliases=("WODUSERMIN",))
    USERMAX: Positive = setting(
        20,
        "The number of the last student account. Changing it later renumbers the seats of all backends in "
        "the database, since BASESTDID is counted in steps of it.",
        example=100,
        aliases=("WODUSERMAX",),
    )
    UIDBASE: IdBase = setting(
        2000,
        "Added to a student's number to give the user id: with 2000, student35 has uid 2035.",
        example=2000,
        aliases=("WODUIDBASE",),
    )
    GIDBASE: IdBase = setting(
        2000,
        "Added to a student's number to give the group id: with 2000, student35 has gid 2035.",
        example=2000,
        aliases=("WODGIDBASE",),
    )
    STUDDIR: Folder = setting(
        "/student", "The folder that holds the students' homes.", example="/student", aliases=("WODSTUDDIR",)
    )
    CLEAN: Flag = setting(
        False,
        "Remove the range's accounts with their homes and Hub users. It refuses, naming them, while a "
        "student has a running server.",
        example=True,
    )
    CLEANFORCE: Flag = setting(False, "Let CLEAN go on even when a student has a running server.", example=True)
