"""``install.priv`` and ``token``, as the original's operators keep them: read, never run.

The private repository it names becomes the private folder, and what backends get of private content.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from wod import gitcommand
from wod.errors import BadInput
from wod.gitcommand import GitFailed
from wod.secrets import Secret
from wod.sources import PRIVATE, Source, location

FILES = ("install.priv", "install/install.priv")
_LINE = re.compile(r"\s*(?:export\s+)?(WODPRIVREPO|WODPRIVBRANCH)=(.*)")
_TOKEN = re.compile(r"//(?:([^@/:\s]+):)?\$\{?token\}?@")
"""``https://user:$token@host/…``"""


@dataclass(frozen=True)
class Declared:
    """A private repository: where from, which branch, and what opens it."""

    url: str
    branch: str
    token: Secret | None
    place: str

    @property
    def settings(self) -> dict[str, object]:
        """What backends are told by; the token stands in the generated settings, which only their owner reads."""
        opened = {"WODPRIVREPOTOKEN": self.token.reveal()} if self.token else {}
        return {"WODPRIVREPO": self.url, "WODPRIVBRANCH": self.branch, **opened}


def declared(root: Path) -> Declared | None:
    """What ``install.priv`` says, if there is one; :class:`BadInput` for what cannot be understood without a shell."""
    path = next((root / name for name in FILES if (root / name).is_file()), None)
    if path is None:
        return None
    values, places = {}, {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if found := _LINE.fullmatch(line):
            places[found[1]] = f"{path}:{number}"
            values[found[1]] = _value(found[2], places[found[1]])
    if "WODPRIVREPO" not in values:
        raise BadInput(f'{path} names no private repository; write WODPRIVREPO="git@host:account/repository.git"')
    place = places["WODPRIVREPO"]
    user = _TOKEN.search(values["WODPRIVREPO"])
    text = _TOKEN.sub("//", values["WODPRIVREPO"])
    if "$" in text or "`" in text:
        raise BadInput(f"{place}: only $token is understood in it, and nothing is run; write the address itself")
    try:
        url = location(text, "the file token beside it")
    except ValueError as error:
        raise BadInput(f"{place}: WODPRIVREPO: {error}") from None
    return Declared(url, values.get("WODPRIVBRANCH") or "main", _token(path.parent / "token", user), place)


def _value(text: str, place: str) -> str:
    try:
        return " ".join(shlex.split(text, comments=True))
    except ValueError:
        raise BadInput(f"{place}: a quote is not closed") from None


def _token(path: Path, used: re.Match[str] | None) -> Secret | None:
    if used is None:
        return None
    try:
        value = path.read_text(encoding="utf-8").strip()
        is_open = path.stat().st_mode & 0o077
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}; it is to hold the token alone") from None
    if is_open:
        raise BadInput(f"{path} can be read by others than its owner; mend it with: chmod 600 {path}")
    return Secret(PRIVATE, f"{used[1]}:{value}" if used[1] else value)


def check_out(private: Declared, folder: Path) -> None:
    """The private folder at the branch's newest commit; what lies in it besides (secrets, generated) stays."""
    source = Source(PRIVATE, private.url, private.branch, str(folder), place=private.place, token=private.token)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    here = ("-C", str(folder))
    if not (folder / ".git").exists():
        gitcommand.run(*here, "init", "--quiet", "--template=")
    remote = f"refs/remotes/origin/{private.branch}"
    try:
        gitcommand.run(*here, "fetch", "--quiet", private.url, f"+refs/heads/{private.branch}:{remote}", source=source)
    except GitFailed as failure:
        raise BadInput(gitcommand.in_words(source, str(failure))) from None
    try:
        fresh = gitcommand.run(*here, "for-each-ref", "refs/heads") == ""
        words = (
            ("checkout", "--quiet", "-B", private.branch, remote)
            if fresh
            else ("merge", "--quiet", "--ff-only", remote)
        )
        gitcommand.run(*here, *words)
    except GitFailed as failure:
        reason = " ".join(str(failure).split())
        raise BadInput(f"{folder} cannot be brought to {private.branch} of {private.url}: {reason}") from None
