"""A folder as a git repository of one commit, whose id follows from the files alone: the same everywhere.

It serves the built-in sample workshops. The format of the stream is that of git-fast-import(1).
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from wod import gitcommand
from wod.errors import WodError

COMMITTER = b"Workshops-on-Demand <wod@example.org> 946684800 +0000"
MESSAGE = b"Built-in sample workshops\n"
LEFT_OUT = {"__pycache__", ".ipynb_checkpoints", ".git"}


def repository(folder: Path, cache: Path) -> Path:
    """The bare repository made of a folder, in the folder ``cache``; made once for each content."""
    stream = b"".join(_stream(folder))
    target = cache / f"samples-{hashlib.sha256(stream).hexdigest()[:16]}.git"
    if not target.is_dir():
        made = Path(tempfile.mkdtemp(dir=cache, prefix="samples-new-"))
        try:
            _import(stream, made)
            made.rename(target)
        except OSError:
            if not target.is_dir():  # another process was not first
                raise
        finally:
            shutil.rmtree(made, ignore_errors=True)
    return target


def _import(stream: bytes, target: Path) -> None:
    gitcommand.run("init", "--quiet", "--bare", "--template=", "--object-format=sha1", str(target))
    with tempfile.TemporaryFile() as file:
        file.write(stream)
        file.seek(0)
        gitcommand.run("fast-import", "--quiet", mirror=target, stdin=file)


def _stream(folder: Path) -> Iterator[bytes]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not _left_out(path.relative_to(folder))]
    if not files:
        raise WodError(f"{folder} has no sample workshops; install wod again, or set WODNOBOREPO to a repository")
    yield b"commit refs/heads/main\ncommitter " + COMMITTER + b"\n" + _data(MESSAGE)
    for path in files:
        content = path.read_bytes()
        mode = b"100755" if content.startswith(b"#!") else b"100644"  # modes are lost on the way through some packages
        yield b"M " + mode + b" inline " + path.relative_to(folder).as_posix().encode() + b"\n" + _data(content)


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


def _left_out(path: Path) -> bool:
    return path.suffix == ".pyc" or bool(LEFT_OUT & set(path.parts))
