"""Deploys Workshops-on-Demand, and keeps it as it should be."""


def __getattr__(name: str) -> str:
    """``__version__``, looked up when it is asked for: the import that finds it is a third of taking a mail in."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("wod")
    except PackageNotFoundError:  # run from a source tree that was never installed
        return "0+unknown"
