"""The API's database brought to this release's tables and to the site's catalogue."""

from __future__ import annotations

from pyinfra import host
from pyinfra.api import operation

from wod import shell
from wod.api import config
from wod.facts import ask
from wod.facts.apidatabase import ApiDatabase
from wod.fleet import notes
from wod.operations import Commands
from wod.operations.health import POSTGRESQL

SHOWN = 20
"""Lines of a plan that are shown; ``wod api sync --dry-run`` shows all."""

MIGRATE = 'runuser -u wod-api -- "$1/bin/wod-api" migrate >&2'
"""Given an environment's tree as $1: the tables brought to the form that its code wants."""
_SYNC = 'runuser -u "$2" -- "$1" sync "$3"'


@operation()
def current(link: str, account: str, catalogue: str) -> Commands:
    """Migrate, where a database was put in the old one's place since; then change what the catalogue says otherwise.

    + link: the environment of the API
    + account: whose database it is
    + catalogue: the file on the host with the text of :func:`wod.apicatalogue.catalogue`
    """
    program = f"{link}/bin/wod-api"
    state = ask(host, ApiDatabase, program=program, account=account, catalogue=catalogue)
    if notes.unsettled([POSTGRESQL], [catalogue, str(config.PATH), link]):
        notes.follows()
    if state is None:
        yield shell.refuse("could not ask the API's database what it lacks")
    elif state.code not in (0, 1):
        yield shell.refuse(" ".join(state.said) or f"{program} did not say what the database lacks")
    elif not state.code and not state.said:
        host.noop("the database has the tables and the catalogue that it should have")
    else:
        for line in shown(state.said):
            host.log(line)
            notes.say(line)
        if state.code:
            yield shell.script(MIGRATE, link)
        yield shell.script(_SYNC, program, account, catalogue)


def shown(plan: tuple[str, ...]) -> list[str]:
    """A plan for people: its first lines, and how many more there are."""
    more = [f"and {len(plan) - SHOWN} more changes"] if len(plan) > SHOWN else []
    return [*plan[:SHOWN], *more]
