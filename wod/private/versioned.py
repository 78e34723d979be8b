"""git for a private repository: its first commit, and one for what ``wod init`` adds later."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wod.errors import WodError
from wod.gitcommand import gitpython

BRANCH = "main"


def commit(folder: Path, files: Sequence[str], message: str) -> str:
    """Commit these files and nothing else, and say so; or say why that is left to the operator."""
    git = gitpython()
    try:
        repository, why = _repository(git, folder)
        return _committed(git, repository, files, message) if repository and files else why
    except git.GitCommandError as error:
        said = str(error.stderr).strip().removeprefix("stderr: ").strip("'\n ").splitlines() or ["git said nothing"]
        raise WodError(f"the files are in {folder}, but git cannot commit them: {said[0]}") from None


def _committed(git: Any, repository: Any, files: Sequence[str], message: str) -> str:
    with repository:
        if _staged(repository):
            return "other changes are staged, so nothing was committed; commit the new files yourself"
        repository.index.add(list(files))
        author = git.Actor.author(repository.config_reader())
        made = repository.index.commit(message, author=author, committer=author, skip_hooks=True)
    return f"committed as {made.hexsha[:12]}, by {author.name} <{author.email}>"


def _repository(git: Any, folder: Path) -> tuple[Any, str]:
    """The folder's own, made if it has none; none inside another's work tree, where it would be a stranger."""
    try:
        return git.Repo(folder), ""
    except git.InvalidGitRepositoryError:
        pass
    try:
        around = git.Repo(folder, search_parent_directories=True)
    except git.InvalidGitRepositoryError:
        around = None
    if around is not None and not around.ignored(str(folder.resolve())):
        return None, f"{folder} belongs to the repository {around.working_tree_dir}; commit it there"
    return git.Repo.init(folder, initial_branch=BRANCH), ""


def _staged(repository: Any) -> bool:
    if not repository.head.is_valid():
        return bool(repository.index.entries)
    return bool(repository.index.diff("HEAD"))
