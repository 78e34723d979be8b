"""A handout as PDF or for a word processor: pandoc reads the notebooks, Chromium prints.

Notebooks hold HTML in their texts, which pandoc's writers for other formats leave out. So each becomes HTML first, is
read again as HTML, and pictures are put into it; what is printed is one file that needs nothing else. Nothing is
fetched: a picture from the network becomes a link to it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Literal

from wod.errors import BadInput, WodError
from wod.workshops.handout import Handout, Page

Kind = Literal["pdf", "docx"]
PARTS = files("wod.workshops") / "print"
PROGRAMS = {"pandoc": ("pandoc",), "chromium": ("chromium", "chromium-browser", "google-chrome")}
"""Package → the names that its program goes by."""
NOWHERE = "http://127.0.0.1:9"
"""The discard port. As proxy it keeps programs off the network."""
PATIENCE = 300
"""Seconds for one run of a program."""


class PrintingFailed(WodError):
    """A program is missing or gave up; the text says which."""


def write(handout: Handout, kind: Kind, target: Path) -> None:
    """Write the handout to ``target``, which is replaced only when all went well.

    :class:`BadInput` for a target that cannot be; :class:`PrintingFailed`.
    """
    if (target.exists() and not target.is_file()) or not target.parent.is_dir():
        raise BadInput(f"{target}: cannot be written, it must be a file in a directory that exists")
    pandoc = program("pandoc")
    chromium = program("chromium") if kind == "pdf" else ""
    with tempfile.TemporaryDirectory(prefix="wod-print-") as name:
        folder = Path(name)
        html = folder / "handout.html"
        html.write_text(document(handout, [_fragment(pandoc, page, folder / str(n)) for n, page in _numbered(handout)]))
        made = _pdf(chromium, html) if kind == "pdf" else _docx(pandoc, html)
        _deliver(made, target.resolve())


def program(package: str) -> str:
    """Where a package's program is."""
    found = next(filter(None, map(shutil.which, PROGRAMS[package])), None)
    if found is None:
        raise PrintingFailed(
            f"{package} is missing; install the package {package}, such as by apt-get install {package}"
        )
    return found


def document(handout: Handout, fragments: Sequence[str]) -> str:
    """One HTML text: a title page, then a section for each notebook."""
    title = [("Title", handout.name), ("Author", handout.presenter), ("Abstract", handout.description)]
    lines = [f'<div data-custom-style="{style}"><p>{escape(text)}</p></div>' for style, text in title if text.strip()]
    head = f"<meta charset='utf-8'><title>{escape(handout.name)}</title><style>{_part('style.css')}</style>"
    body = "\n".join([*lines, *(f'<div class="notebook">\n{each}\n</div>' for each in fragments)])
    return f"<!DOCTYPE html>\n<html><head>{head}</head><body>\n{body}\n</body></html>\n"


def _part(name: str) -> str:
    return (PARTS / name).read_text()


def _numbered(handout: Handout) -> list[tuple[int, Page]]:
    return list(enumerate(handout.pages, 1))


def _fragment(pandoc: str, page: Page, folder: Path) -> str:
    """One notebook as a piece of HTML with its pictures in it."""
    folder.mkdir()
    (folder / "page.ipynb").write_bytes(page.text)
    for name in ("media.lua", "print.lua", "body.html"):
        (folder / name).write_text(_part(name))
    reading = ["-f", "ipynb", "-t", "html5", "--mathml", "--no-highlight", "--lua-filter=media.lua", "-o", "page.html"]
    _run([pandoc, *reading, "page.ipynb"], folder)
    found = f"--resource-path={folder}{os.pathsep}{page.path.parent}"
    options = ["-f", "html", "-t", "html5", "--mathml", "--self-contained", "--lua-filter=print.lua", found]
    options += ["--template=body.html", "--metadata=title=-", f"--id-prefix=p{folder.name}-", "-o", "out.html"]
    _run([pandoc, *options, "page.html"], folder)
    return (folder / "out.html").read_text()


def _docx(pandoc: str, html: Path) -> Path:
    (html.parent / "print.lua").write_text(_part("print.lua"))
    _run([pandoc, "-f", "html", "-t", "docx", "--lua-filter=print.lua", "-o", "out.docx", html.name], html.parent)
    return html.parent / "out.docx"


def _pdf(chromium: str, html: Path) -> Path:
    """``--no-sandbox`` only where Chromium demands it: it does not run as root otherwise."""
    out, profile = html.parent / "out.pdf", html.parent / "profile"
    options = [
        "--headless",
        "--disable-gpu",
        "--no-first-run",
        f"--user-data-dir={profile}",
        f"--proxy-server={NOWHERE}",
    ]
    options += ["--no-sandbox"] if os.geteuid() == 0 else []
    options += [
        "--proxy-bypass-list=<-loopback>",
        "--no-pdf-header-footer",
        "--print-to-pdf-no-header",
        f"--print-to-pdf={out}",
        html.as_uri(),
    ]
    said = _run([chromium, *options], html.parent)
    if not out.is_file():
        raise PrintingFailed(f"{Path(chromium).name} made no PDF: {_last(said)}")
    return out


def _run(command: Sequence[str], folder: Path) -> str:
    """What it said on stderr. ``folder`` is also its home: none of a person's settings have a say."""
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), NOWHERE)
    environment = {**os.environ, **proxies, "no_proxy": "", "NO_PROXY": "", "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    name = Path(command[0]).name
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, errors="replace", timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        raise PrintingFailed(f"{name} took longer than {PATIENCE} s; try again when the machine is less busy") from None
    if done.returncode != 0:
        raise PrintingFailed(f"{name} failed: {_last(done.stderr) or done.returncode}")
    return done.stderr


def _last(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].strip()[:300] if lines else ""


def _deliver(made: Path, target: Path) -> None:
    """Beside it first, so that nobody finds half of it."""
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        shutil.copyfile(made, beside)
        beside.replace(target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise BadInput(f"{target}: cannot be written: {error.strerror}") from None
