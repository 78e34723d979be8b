"""``wod secrets edit`` and ``rekey``: all values at once in an editor; another key."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

from wod import rotation
from wod.cli import options
from wod.cli.settings import group_option, view_of
from wod.errors import BadInput, ProblemsFound
from wod.previous import KEPT, written
from wod.rekeying import files
from wod.rekeying import rekey as rekeyed
from wod.secretstore import SecretStore, listing, parsed
from wod.settings import private_dir
from wod.settings.load import load, secret_store

MEMORY = ("/dev/shm", "/run/shm")  # noqa: S108 - in a folder of our own, 0700
ABOUT = "# One NAME: 'value' per line. An empty file, or one that is not changed, changes nothing.\n"


@click.command()
@options.inventory
@group_option
def edit(inventory: Path, group: str | None) -> None:
    """Open all kept secrets in $VISUAL or $EDITOR. What cannot be read, or names no setting, is refused.

    The file that is edited is in memory, for its owner only, and gone afterwards.
    """
    store = secret_store(private_dir(Path()), group or view_of(inventory, None).group)
    before = store.values()
    with tempfile.TemporaryDirectory(dir=memory(store)) as folder:  # 0700
        path = Path(folder) / store.path.name
        path.touch(0o600)
        path.write_text(ABOUT + listing(before), encoding="utf-8")
        after, window = _until_sound(path, store)
    if after in ({}, before):
        click.echo("no changes")
        return
    _keep(store, before, with_keys_of_before(before, after, time.time() + window * rotation.HOUR))
    click.echo(f"{store.path} is written; roll out to bring it to the hosts")


def with_keys_of_before(before: dict[str, str], after: dict[str, str], until: float) -> dict[str, str]:
    """A key that was edited, and nothing said of the one before it: that is good for a while, as after a rotation."""
    names = [name for name in KEPT if name in before and name in after and before[name] != after[name]]
    silent = [name for name in names if after.get(f"{name}BEFORE") == before.get(f"{name}BEFORE")]
    return after | {f"{name}BEFORE": written(before[name], until) for name in silent}


def _until_sound(path: Path, store: SecretStore) -> tuple[dict[str, str], int]:
    """What was edited, and WODMAILWINDOW; at a terminal, nonsense can be put right."""
    while True:
        try:
            return _edited(path, store)
        except (ValueError, ProblemsFound) as error:
            if not sys.stdin.isatty() or not click.confirm(f"{error}; edit it again?", default=True, err=True):
                raise BadInput(f"{error}; nothing was changed") from None


def memory(store: SecretStore) -> str:
    """A folder that is in memory; where there is none, the one of the secrets, which is nobody else's."""
    usable = [
        folder for folder in (os.environ.get("XDG_RUNTIME_DIR", ""), *MEMORY) if folder and os.access(folder, os.W_OK)
    ]
    if not usable:
        store.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return usable[0] if usable else str(store.path.parent)


def _edited(path: Path, store: SecretStore) -> tuple[dict[str, str], int]:
    """What the editor left; :class:`ValueError` or :class:`ProblemsFound` for nonsense."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    try:
        done = subprocess.run([*shlex.split(editor), str(path)], check=False)
    except (OSError, ValueError) as error:
        raise BadInput(f"the editor {editor} cannot be run: {error}") from None
    if done.returncode:
        raise BadInput(f"the editor {editor} ended with {done.returncode}; nothing was changed")
    values = parsed(path.read_text(encoding="utf-8"))
    settings = load(Path(), store.group, kept_values=values)  # ProblemsFound if a roll-out could not read it
    return values, settings.WODMAILWINDOW


def _keep(store: SecretStore, before: dict[str, str], after: dict[str, str]) -> None:
    def replace(values: dict[str, str]) -> dict[str, str]:
        if values != before:
            raise BadInput(f"{store.path} was changed by somebody else meanwhile; nothing was changed: edit it again")
        return after

    store.change(replace)


@click.command()
@click.option(
    "--new-key-file", type=click.Path(path_type=Path, dir_okay=False), help="Take the new key from this file."
)
@options.inventory
@group_option
def rekey(new_key_file: Path | None, inventory: Path, group: str | None) -> None:
    """Encrypt what is kept, and what settings files hold encrypted, with a new key. Values stay as they are.

    The key before stays beside the new one in its file. A file of an earlier release, in clear, is only encrypted.
    """
    name, private = group or view_of(inventory, None).group, private_dir(Path())
    for line in rekeyed(secret_store(private, name), files(Path(), private, name), new_key_file):
        click.echo(line)
