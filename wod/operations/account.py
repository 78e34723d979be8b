"""A system account that a service of ours runs as."""

from __future__ import annotations

from pyinfra import host
from pyinfra.api import FactBase, StringCommand, operation

from wod import shell
from wod.facts import END, ask, complete
from wod.operations import Commands

_READ = f'getent passwd "$1" | cut -d: -f6,7; echo {END}'
_CREATE = 'useradd --system --user-group --no-create-home --home-dir "$2" --shell "$3" --comment "$4" "$1"'
NOLOGIN = "/usr/sbin/nologin"


class SystemAccount(FactBase):
    """``home:shell``, empty when there is no such account; ``None`` when it could not be read."""

    def command(self, user: str) -> StringCommand:
        return shell.script(_READ, user)

    def process(self, output: list[str]) -> str | None:
        lines = complete(output)
        return None if lines is None else "".join(lines[:1])


@operation()
def system(user: str, home: str, comment: str) -> Commands:
    """Keep an account with a group of its own that nobody logs in to. One that exists is left as it is.

    + user: its name
    + home: its home, which is not made here
    + comment: what it is for
    """
    state = ask(host, SystemAccount, user=user)
    if state is None:
        yield shell.refuse(f"could not read the account {user}")
    elif state:
        host.noop(f"{user} exists")
    else:
        yield shell.script(_CREATE, user, home, NOLOGIN, comment)
