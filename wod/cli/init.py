"""``wod init``: a private repository, from nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click

from wod.cli import settings
from wod.gitcommand import gitpython
from wod.private.new import Made, make
from wod.private.versioned import commit

DEFAULT = Path("private")
FIRST, LATER = "Begin the private repository", "Add what wod init found missing"


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--platform", "platforms", multiple=True, metavar="NAME", help="A platform to have; may be repeated.")
def init(folder: Path | None, platforms: tuple[str, ...]) -> None:
    """Make a private repository in FOLDER: settings, inventories, and a place for all that goes over what is public.

    FOLDER is WOD_PRIVATE or private/ when it is not named. Run again, it adds what is missing, a platform for instance,
    and never overwrites anything. The new files are committed to git, and nothing else is.
    """
    settings.in_repository()
    gitpython()  # refused before anything is made
    named = os.environ.get("WOD_PRIVATE", "")
    usual = Path(named).expanduser() if named else DEFAULT
    folder = folder or usual
    made = make(folder, platforms, str(folder))
    click.echo("".join(f"made {folder / name}\n" for name in made.files), nl=False)
    said = commit(folder, made.files, LATER if made.found else FIRST)
    click.echo("\n".join(line for line in (said, *_next(folder, made, usual)) if line))


def _next(folder: Path, made: Made, usual: Path) -> Iterator[str]:
    """What the operator does now."""
    if not made.files:
        yield f"{folder} lacks nothing"
    if made.found and made.files:
        yield f"what was in {folder} before is as it was; look for passwords before you commit it"
    if folder.resolve() != usual.resolve():
        yield f"wod reads {usual} until you say: export WOD_PRIVATE={folder.resolve()}"
    new = [name for name in made.platforms if f"inventories/{name}.py" in made.files]
    for name in new:
        inventory = folder / "inventories" / f"{name}.py"
        yield f"put the hosts of {name} into {inventory}, then: wod settings check -i {inventory}"
    if new:
        yield "other commands of wod take an inventory with -i, too, or from the variable WOD_INVENTORY"
