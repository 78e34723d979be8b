"""The account that administers a host: made once, its SSH key pair generated once and kept."""

from __future__ import annotations

from pyinfra import host
from pyinfra.api import FactBase, StringCommand, operation

from wod import shell
from wod.facts import END, ask, complete
from wod.operations import Commands

_READ = f"""
getent passwd "$1" | awk -F: '{{ print "account=" $6 ":" $7 }}'
home=$(getent passwd "$1" | cut -d: -f6)
if [ -n "$home" ] && [ -s "$home/.ssh/id_ed25519" ] && [ -s "$home/.ssh/id_ed25519.pub" ]; then echo key=yes; fi
echo {END}
"""
_CREATE = 'useradd --create-home --shell /bin/bash --comment "Workshops-on-Demand" --user-group "$1"'
_KEY = """
home=$(getent passwd "$1" | cut -d: -f6)
[ -d "$home" ] || install -d -m 0700 -o "$1" -g "$(id -gn "$1")" "$home"
runuser -u "$1" -- sh -euc '
    umask 077; mkdir -p "$1/.ssh"; cd "$1/.ssh"
    [ -s id_ed25519 ] || { rm -f id_ed25519 id_ed25519.pub; ssh-keygen -q -t ed25519 -N "" -C "$2" -f id_ed25519; }
    [ -s id_ed25519.pub ] || ssh-keygen -y -f id_ed25519 > id_ed25519.pub
    chmod 644 id_ed25519.pub
' key "$home" "$1@$(uname -n)"
"""


class AdminAccount(FactBase):
    """``{"account": "home:shell", "key": "yes"}`` with what is there of them, or ``None`` when it could not be read."""

    def command(self, user: str) -> StringCommand:
        return shell.script(_READ, user)

    def process(self, output: list[str]) -> dict[str, str] | None:
        lines = complete(output)
        return None if lines is None else dict(line.partition("=")[::2] for line in lines)


@operation()
def account(user: str) -> Commands:
    """Keep the account and its SSH key pair. An account, home or key that exists is never replaced.

    + user: its name (WODUSER)
    """
    state = ask(host, AdminAccount, user=user)
    if state is None:
        yield shell.refuse(f"could not read the account {user}")
        return
    if "account" not in state:
        yield shell.script(_CREATE, user)
    if "key" not in state:
        yield shell.script(_KEY, user)
    if state.keys() >= {"account", "key"}:
        host.noop(f"{user} and its key pair exist")
