"""The linter of content repositories: all that is wrong with the workshops, at once, each with file and line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from wod.engine.notebooks import README
from wod.errors import BadInput
from wod.workshops import files, hooks, metadata, notebooks, seats, templates
from wod.workshops.catalogue import Entry, Folder, entries, script_folders
from wod.workshops.findings import Finding, error, warning
from wod.workshops.names import Names
from wod.workshops.wodyml import conflict_line
from wod.workshops.workshop import Workshop


@dataclass(frozen=True)
class Context:
    """What one workshop is judged by: all entries, scripts, students, and a host's settings where they are known.

    ``only`` is the one directory that is checked, or empty.
    """

    entries: Sequence[Entry]
    scripts: hooks.Scripts
    first: int
    last: int
    variables: Mapping[str, object] | None
    only: str

    @property
    def known(self) -> set[str] | None:
        """The directories that hooks can be for; None for a private repository alone, whose hooks may be for others."""
        public = any(not folder.private and folder.path.parent.name != "notebooks" for folder in self._folders)
        return {entry.directory for entry in self.entries} if public else None

    @property
    def _folders(self) -> list[Folder]:
        return [folder for entry in self.entries for folder in entry.folders]


def lint(
    public: Path,
    private: Path | None = None,
    *,
    first: int,
    last: int,
    variables: Mapping[str, object] | None = None,
    scripts: Iterable[Path] = (),
    only: str = "",
) -> list[Finding]:
    """Findings of all workshops, or of the directory ``only``, sorted by file and line.

    ``first`` and ``last`` are USERMIN and USERMAX; ``variables`` the settings of a host, None when only the names of
    settings are known; ``scripts`` further folders with public hooks. :class:`BadInput` when there is no workshop.
    """
    found = entries(public, private)
    chosen = [entry for entry in found if only in ("", entry.directory)]
    if not chosen:
        raise BadInput(f"{public}: there is no workshop {only} here")
    context = Context(found, hooks.Scripts(script_folders(public, private, scripts)), first, last, variables, only)
    findings = [finding for entry in chosen for finding in _entry(entry, context)]
    return sorted({*findings, *_scripts(context)})


def _entry(entry: Entry, context: Context) -> Iterator[Finding]:
    """One workshop's findings, marked with whether it is offered."""
    for finding in _all_of(entry, context):
        yield replace(finding, active=entry.active)


def _all_of(entry: Entry, context: Context) -> Iterator[Finding]:
    for file in entry.files:
        yield from metadata.check_keys(file, entry.active)
    if entry.workshop is None:
        told = "there is no wod.yml, so the workshop is not offered; write one, or remove the directory"
        yield warning(entry.folders[0].wodyml, 1, "missing-wodyml", told)
    else:
        yield from _catalogue(entry.workshop, context)
    if entry.files and not any((folder.path / README).is_file() for folder in entry.folders):
        told = f"there is no {README}; a workshop opens with it"
        yield error(entry.folders[0].path / README, 1, "missing-readme", told)
    names = Names(entry.workshop, context.variables, context.scripts.create_text(entry.directory))
    for folder in entry.folders:
        for path in files.walk(folder.path):
            yield from _file(path, folder, names)
    compile = entry.workshop.compile if entry.workshop else ()
    for path, hook in context.scripts.rendered(entry.directory, compile):
        yield from _script(path, replace(names, hook=hook))


def _catalogue(workshop: Workshop, context: Context) -> Iterator[Finding]:
    """What the workshop says of itself, also beside the others. A pair is told once, at the later of the two."""
    others = [each.workshop for each in context.entries if each.workshop and each.directory != workshop.directory]
    earlier = [other for other in others if context.only or other.directory < workshop.directory]
    yield from metadata.check_values(workshop)
    yield from seats.check_seats(workshop, context.first, context.last)
    yield from seats.check_overlaps(workshop, earlier)
    yield from seats.check_names(workshop, earlier)
    yield from hooks.check(workshop, context.scripts)


def _file(path: Path, folder: Folder, names: Names) -> Iterator[Finding]:
    text = files.text_of(path)
    general = list(files.check(path, text))
    yield from general
    broken = any(finding.rule == "merge-conflict" for finding in general)
    if broken or not files.is_template(path, folder.private):
        return  # each further fault would only be an echo
    if text is None:
        yield from [files.unreadable(path)] if path.stat().st_size <= files.SCANNED else []
        return
    yield from _template(path, text, names)


def _script(path: Path, names: Names) -> Iterator[Finding]:
    """A hook as a template; all else that may be wrong in it is told for every script."""
    text = files.text_of(path)
    if text is None:
        yield files.unreadable(path)
    elif not conflict_line(text):
        yield from templates.check(path, text, names)


def _template(path: Path, text: str, names: Names) -> Iterator[Finding]:
    faults = list(templates.check(path, text, names))
    if path.suffix == ".ipynb":
        faults += notebooks.check(path, text)
        if not any(fault.severity == "error" for fault in faults):
            faults += notebooks.check_rendered(path, text)
    yield from faults


def _scripts(context: Context) -> Iterator[Finding]:
    """Hooks as files; and, for a whole repository, whatever else is in scripts/."""
    yield from hooks.check_files(context.scripts, context.known, context.only)
    hook_of = dict(context.scripts.hooks())
    for folder in context.scripts.folders:
        for path in files.walk(folder):
            if context.only in ("", hook_of.get(path)):
                yield from files.check(path, files.text_of(path))
