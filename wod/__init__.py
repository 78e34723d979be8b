"""Deploys Workshops-on-Demand, and keeps it as it should be."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("wod")
except PackageNotFoundError:  # run from a source tree that was never installed
    __version__ = "0+unknown"
