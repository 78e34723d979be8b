"""The layered settings: declared once in :mod:`wod.settings.schema`, merged with provenance, frozen."""

from wod.errors import Problem, ProblemsFound
from wod.secrets import Secret
from wod.settings.checks import overlaps
from wod.settings.families import configured
from wod.settings.layers import Layer, private_dir
from wod.settings.load import collect, load
from wod.settings.merge import Provenance
from wod.settings.model import Settings
from wod.settings.yamlfile import Located

__all__ = [
    "Layer",
    "Located",
    "Problem",
    "ProblemsFound",
    "Provenance",
    "Secret",
    "Settings",
    "collect",
    "configured",
    "load",
    "overlaps",
    "private_dir",
]
