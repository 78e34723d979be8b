"""Workshops: the catalogue that content repositories hold, and the linter of such repositories."""

from wod.workshops.catalogue import read_all
from wod.workshops.findings import Finding
from wod.workshops.linter import lint
from wod.workshops.workshop import Workshop

__all__ = ["Finding", "Workshop", "lint", "read_all"]
