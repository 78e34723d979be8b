"""``wod secrets check``: where values stand in clear."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import click

from wod import leaks, remote, vaultkey
from wod.cli import options
from wod.cli.settings import group_option, view_of
from wod.connection import opened, run
from wod.errors import BadInput
from wod.fleet.apart import ask_each
from wod.fleet.state import root as state_root
from wod.inventory import load_site
from wod.leaks import Leak, Needles
from wod.secrets import Secret
from wod.settings import load, private_dir
from wod.settings.load import secret_store
from wod.site import Site

PLACES = tuple("/dev/shm /etc /home /opt /root /run /srv /student /tmp /usr/local /var".split())  # noqa: SIM905, S108
INSTALLER = Path("~/.wod-install")
SECONDS = 300.0


@click.command()
@click.option("--hosts", "on_hosts", is_flag=True, help="Look on all hosts, too, as a student or nobody can.")
@options.inventory
@group_option
def check(on_hosts: bool, inventory: Path, group: str | None) -> None:
    """Look for values in clear: in this checkout and the private folder with what git remembers, in logs, on hosts.

    Nothing is changed, and no value is shown. Exit codes: 0 none was found, 1 some were, or a host was not seen.
    """
    if on_hosts and group:
        raise BadInput("--hosts needs an inventory, not --group")
    view = view_of(inventory, group)
    private = private_dir(Path())
    several = list(view.hosts.values()) or [load(Path(), view.group)]
    needles = Needles(leaks.known(several, secret_store(private, view.group)))
    keys = {f"the key of {view.group}": key.value for key in vaultkey.candidates(view.group)}  # never sent to a host
    found = sorted(set(_here(Needles({**needles.values, **keys}), private)))
    told, missed = _there(inventory, needles) if on_hosts else ([], 0)
    for leak in [*found, *told]:
        click.echo(leak)
    _say(f"{len(found) + len(told)} found of {len(needles.values)} secrets")
    if needles.short:
        _say(f"too short to be looked for: {', '.join(needles.short)}")
    if found or told or missed:
        sys.exit(1)


def _say(text: str) -> None:
    click.echo(text, err=True)


def _here(needles: Needles, private: Path) -> Iterator[Leak]:
    """On this machine. What lies in two of its places is looked into once."""
    seen: set[Path] = set()
    for folder in (Path(), private):
        start, git = time.monotonic(), (folder / ".git").exists()
        files = [path for path in leaks.files_of(folder) if path.resolve() not in seen]
        seen |= {path.resolve() for path in files}
        yield from leaks.in_files(files, needles)
        yield from leaks.in_history(folder, needles) if git else ()
        also = " and what git remembers" if git else ""
        _say(f"looked into {len(files)} files of {folder.absolute()}{also}, {time.monotonic() - start:.1f} s")
    for folder in (state_root(), INSTALLER.expanduser()):
        files = [path for path in leaks.below(folder) if path.resolve() not in seen]
        yield from leaks.in_files(files, needles)
        _say(f"looked into {len(files)} logs of {folder}")


def _there(inventory: Path, needles: Needles) -> tuple[list[Leak], int]:
    """On the hosts; how many could not be seen."""
    site = load_site(inventory)
    names = [host.name for host in site.hosts if host.role != "appliances"]
    answers = ask_each(names, partial(_asked, site, needles), seconds=SECONDS)
    found, missed = [], 0
    for name, answer in zip(names, answers, strict=True):
        if answer.error:
            _say(f"wod: {answer.error}")
            missed += 1
            continue
        said = json.loads(answer.text)
        found += sorted({Leak(f"{name}: {place}", secret) for place, secret in said["found"]})
        _say(
            f"{name}: looked into {said['files']} files and {said['processes']} processes as {said['user']}, and the "
            f"journal of 30 days, {answer.seconds:.1f} s"
        )
    return found, missed


def _asked(site: Site, needles: Needles, name: str) -> str:
    """In a child. The values go by stdin to a program that keeps them in its memory."""
    with opened(site, name) as (chosen, host):
        student = f"student{chosen.settings.USERMIN}" if chosen.role == "backends" else "nobody"
        asked = {"needles": needles.values, "user": student, "places": PLACES}
        return run(host, remote.program("leak_search", stdin=Secret("what is looked for", json.dumps(asked))))
