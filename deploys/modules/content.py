"""The content of a backend: workshops and hook scripts from their repositories, by way of the control node."""

from __future__ import annotations

from collections.abc import Iterable

from pyinfra import host

from deploys.modules import module
from wod import repos
from wod.contentcheck import refusals
from wod.errors import WodError
from wod.inventory import settings_of
from wod.operations import content
from wod.repos import Fetched
from wod.settings import Settings
from wod.sources import Source, sources_of, unused_folders


@module("Content")
def apply() -> None:
    """Bring the repositories of a backend to the commits that the settings name."""
    settings = settings_of(host)
    fetched, reasons = fetch_all(settings)
    reasons += [] if reasons else refuse_broken(settings, fetched)
    content.present(
        name="Bring the content repositories up to date",
        repos=[content.Repository(each, settings.WODUSER) for each in fetched],
        left=sorted(unused_folders(settings).values()),
        unfetched=reasons,
    )


def fetch_all(settings: Settings) -> tuple[list[Fetched], list[str]]:
    """``(repositories, why some could not be had)``: an exception here would end the run for every host."""
    try:
        sources = sources_of(settings)
    except WodError as error:
        return [], str(error).splitlines()
    return _fetched(sources)


def _fetched(sources: Iterable[Source]) -> tuple[list[Fetched], list[str]]:
    fetched, reasons = [], []
    for source in sources:
        try:
            fetched.append(repos.fetch(source))
        except WodError as error:
            reasons.append(str(error))
    return fetched, reasons


def refuse_broken(settings: Settings, fetched: Iterable[Fetched]) -> list[str]:
    """Errors of active workshops, a sentence each; with one, the host keeps the content that it has."""
    try:
        return refusals(settings, fetched)
    except WodError as error:
        return [str(error)]
