"""Workshops on paper: pandoc and Chromium really run, and what they made is read back."""

from __future__ import annotations

import base64
import json
import re
import shutil
import socket
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.unit.workshops.conftest import Copy
from wod.errors import BadInput, ProblemsFound
from wod.secrets import Secret
from wod.workshops import printing
from wod.workshops.handout import handout

DOT = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
        "0000000d49444154789c626001000000ffff03000006000557bfabd40000000049454e44ae426082"
    )
).decode()
"""A picture of one pixel."""


def needs(*programs: str) -> pytest.MarkDecorator:
    missing = [name for name in programs if not any(map(shutil.which, printing.PROGRAMS.get(name, (name,))))]
    return pytest.mark.skipif(bool(missing), reason=f"needs {' and '.join(missing)}; scripts/prepare installs them")


def write(folder: Path, name: str, *cells: dict) -> Path:
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python", "language": "python"}}
    named = [{"id": f"c{number}", "metadata": {}, **cell} for number, cell in enumerate(cells)]
    path = folder / name
    path.write_text(json.dumps({"cells": named, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}))
    return path


def text(source: str, **more: object) -> dict:
    return {"cell_type": "markdown", "source": source, **more}


@pytest.fixture
def folder(tmp_path) -> Path:
    """A workshop with everything that a notebook may hold."""
    path = tmp_path / "WKSHP-Rich"
    path.mkdir()
    (path / "wod.yml").write_text("name: Rich & <famous>\npresenter: 'Ann Author'\ndescription: 'All there is.'\n")
    (path / "dot.png").write_bytes(base64.b64decode(DOT))
    readme = "# Welcome\n\nYou are student{{ STDID }} at {{ BRANDING }}, port {{ HTTPPORT + 1 }}, mode {{ MODEWS }}."
    write(path, "0-ReadMeFirst.ipynb", text(readme))
    pictures = '![own](dot.png) <img src="dot.png"> ![at](attachment:at.png) ![far](https://far.example.org/x.png)'
    write(path, "2-Two.ipynb", text(f"# Second\n\n{pictures}", attachments={"at.png": {"image/png": DOT}}))
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": "what was printed\n"},
        {"output_type": "display_data", "metadata": {}, "data": {"image/png": DOT}},
    ]
    code = "def answer():\n    return 6 * 7  # of course"
    cell = {"cell_type": "code", "execution_count": 1, "source": code, "outputs": outputs}
    write(path, "10-Ten.ipynb", text("# Tenth\n\n<center><h2>Raw heading</h2></center>"), cell)
    return path


def pdf_text(path: Path) -> str:
    return subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout


def docx_xml(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read("word/document.xml").decode()


class TestHandout:
    def test_the_first_page_first_then_by_name_and_number(self, folder):
        write(folder, "!.ipynb", text("x"))
        (folder / ".ipynb_checkpoints").mkdir()
        write(folder, ".ipynb_checkpoints/2-Two-checkpoint.ipynb", text("x"))
        names = [page.path.name for page in handout(folder).pages]
        assert names == ["0-ReadMeFirst.ipynb", "!.ipynb", "2-Two.ipynb", "10-Ten.ipynb"]

    def test_stand_ins(self, folder):
        write(
            folder,
            "3-x.ipynb",
            text("{{ hostvars[inventory_hostname]['IP-WKSHP-Rich'] }} {{ PASSSTU }} {{ OCENDPOINT }}"),
        )
        pages = [page.text.decode() for page in handout(folder).pages]
        assert "You are studentN at WoD Developer, port [HTTPPORT], mode WKSHP." in pages[0]
        assert "[IP-WKSHP-Rich] [your password] [OCENDPOINT]" in pages[2]

    def test_the_challenge(self, folder):
        write(folder, "3-x.ipynb", text("{{ CHALLENGE }}{% if MODEWS == 'WKSHP' %} hint{% endif %}"))
        assert b'"CHLG-Rich"' in handout(folder, challenge=True).pages[2].text
        assert b'"WKSHP-Rich hint"' in handout(folder).pages[2].text

    def test_a_hosts_settings_but_no_secret(self, folder):
        write(folder, "3-x.ipynb", text("{{ BRANDING }} {{ LLM101_API_KEY }} {{ WODUSERMAX }} {{ NO_VALUE }}"))
        key = Secret("LLM101_API_KEY", "k3y-of-somebody")
        found = handout(folder, {"BRANDING": "Ours", "LLM101_API_KEY": key, "USERMAX": 9, "NO_VALUE": None})
        assert b"Ours [LLM101_API_KEY] 9 [NO_VALUE]" in found.pages[2].text

    def test_defaults_that_are_made_of_others(self, folder):
        write(folder, "3-x.ipynb", text("{{ WODNOBO }}"))
        (said,) = re.findall(rb'"(/home/[^"]*)"', handout(folder).pages[2].text)
        assert said.endswith(b"/wod-notebooks")

    @pytest.mark.parametrize("what", ["missing", "a file", "empty", "no notebooks", "broken"])
    def test_a_bad_directory(self, tmp_path, what):
        folder = tmp_path / "WKSHP-X"
        if what == "a file":
            folder.write_text("")
        elif what != "missing":
            folder.mkdir()
        if what in ("no notebooks", "broken"):
            (folder / "wod.yml").write_text("name: X\n" if what == "no notebooks" else "name: a: b\n")
        with pytest.raises(BadInput, match=r"WKSHP-X.*(there is no|for it has no wod.yml|not YAML)"):
            handout(folder)

    def test_all_faults_of_notebooks_at_once(self, folder):
        (folder / "2-Two.ipynb").write_text('{"cells": [,\n')
        write(folder, "3-x.ipynb", text("{{ 1 | nonsense }}"))
        (folder / "4-x.ipynb").write_bytes(b"\xff")
        with pytest.raises(ProblemsFound) as caught:
            handout(folder)
        lines = str(caught.value).splitlines()
        assert sorted(re.search(r"[234]-\w+\.ipynb[:, ]", line)[0] for line in lines) == [
            "2-Two.ipynb:",
            "3-x.ipynb,",
            "4-x.ipynb ",
        ]


@needs("pandoc", "chromium", "pdftotext", "pdfimages")
class TestPdf:
    def test_title_order_code_outputs_and_pictures(self, folder, tmp_path):
        target = tmp_path / "out.pdf"
        printing.write(handout(folder), "pdf", target)
        pages = pdf_text(target).rstrip("\f").split("\f")
        assert [re.sub(r"\s+", " ", line.strip()) for line in pages[0].splitlines() if line.strip()] == [
            "Rich & <famous>",
            "Ann Author",
            "All there is.",
        ]
        assert [page.split("\n")[0].strip() for page in pages[1:]] == ["Welcome", "Second", "Tenth"]
        assert "You are studentN" in pages[1]
        assert "far" in pages[2]
        for word in ("Raw heading", "def answer():", "    return 6 * 7", "# of course", "what was printed"):
            assert word in pages[3]
        shown = subprocess.run(["pdfimages", "-list", target], capture_output=True, text=True, check=True).stdout
        assert {line.split()[0] for line in shown.splitlines()[2:]} == {"3", "4"}

    def test_from_the_command_line(self, copy: Copy, tmp_path, monkeypatch, capsys):
        assert run(monkeypatch, tmp_path, "pdf", copy.public / "WKSHP-Python", "--challenge") == 0
        assert capsys.readouterr().out == "WKSHP-Python.pdf: 4 notebooks\n"
        said = pdf_text(tmp_path / "WKSHP-Python.pdf")
        assert "First steps" in said
        assert "Hint:" not in said
        assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@needs("pandoc")
class TestDocx:
    def test_title_order_code_outputs_and_pictures(self, folder, tmp_path):
        target = tmp_path / "out.docx"
        printing.write(handout(folder), "docx", target)
        xml = docx_xml(target)
        said = re.sub(r"<[^>]+>", "", xml)
        words = ["Rich &amp; &lt;famous&gt;", "Ann Author", "All there is.", "Welcome", "studentN", "Second", "Tenth"]
        words += ["Raw heading", "def answer", "return", "Output:", "what was printed"]
        places = [said.find(word) for word in words]
        assert -1 not in places
        assert places == sorted(places)
        assert (said.count("Rich &amp;"), len(re.findall("<pic:pic[ >]", xml)), xml.count('w:type="page"')) == (1, 4, 3)

    def test_from_the_command_line(self, copy: Copy, tmp_path, monkeypatch):
        assert run(monkeypatch, tmp_path, "docx", copy.public / "WKSHP-Python", "-o", "x.docx") == 0
        assert "Hint:" in docx_xml(tmp_path / "x.docx")

    def test_a_failure_leaves_what_was_there(self, folder, tmp_path, monkeypatch):
        bin = tmp_path / "bin"
        bin.mkdir()
        (bin / "pandoc").write_text("#!/bin/sh\necho first >&2; echo out of ink >&2; exit 9\n")
        (bin / "pandoc").chmod(0o755)
        (tmp_path / "x.docx").write_text("old")
        monkeypatch.setenv("PATH", f"{bin}:/usr/bin:/bin")
        with pytest.raises(printing.PrintingFailed, match=r"^pandoc failed: out of ink$"):
            printing.write(handout(folder), "docx", tmp_path / "x.docx")
        assert (tmp_path / "x.docx").read_text() == "old"


@needs("pandoc", "chromium")
@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_nothing_is_fetched(folder, tmp_path, kind):
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        tags = (
            f'<img src="{url}"> <iframe src="{url}"></iframe> <link rel="stylesheet" href="{url}"> <embed src="{url}">'
        )
        styled = f'<p style="background: url({url})">x</p><video src="{url}"></video><script src="{url}"></script>'
        output = {"output_type": "display_data", "metadata": {}, "data": {"text/html": [tags, styled]}}
        code = {"cell_type": "code", "execution_count": 1, "source": "x", "outputs": [output]}
        write(folder, "3-x.ipynb", text(f"![x]({url}) {tags}\n\n{styled}"), code)
        printing.write(handout(folder), kind, tmp_path / "out")
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()


def run(monkeypatch, cwd: Path, *arguments: object) -> int:
    """``wod workshop …`` in a directory."""
    from wod.cli import main

    monkeypatch.chdir(cwd)
    monkeypatch.setattr("sys.argv", ["wod", "workshop", *map(str, arguments)])
    try:
        main()
    except SystemExit as exit_:
        return int(exit_.code or 0)
    return 0


@pytest.mark.parametrize(("kind", "there", "missing"), [("docx", [], "pandoc"), ("pdf", ["pandoc"], "chromium")])
def test_a_missing_program_is_one_sentence(folder, tmp_path, monkeypatch, capsys, kind, there, missing):
    bin = tmp_path / "bin"
    bin.mkdir()
    for name in there:
        (bin / name).write_text("#!/bin/sh\n")
        (bin / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(bin))
    assert run(monkeypatch, tmp_path, kind, folder) == 1
    captured = capsys.readouterr()
    assert (captured.out, captured.err.count("\n")) == ("", 1)
    assert f"install the package {missing}," in captured.err
    assert not (tmp_path / f"WKSHP-Rich.{kind}").exists()


@pytest.mark.parametrize("output", ["nowhere/x.pdf", ".", "/dev/null"])
@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_a_target_that_cannot_be(folder, tmp_path, monkeypatch, capsys, kind, output):
    assert run(monkeypatch, tmp_path, kind, folder, "-o", output) == 2
    assert capsys.readouterr().err.startswith(f"wod: {Path(output)}: cannot be written")


def test_a_bad_directory_from_the_command_line(tmp_path, monkeypatch, capsys):
    assert run(monkeypatch, tmp_path, "pdf", "nowhere") == 2
    assert capsys.readouterr().err == "wod: nowhere: there is no such directory; name a workshop's directory\n"


def test_chromium_keeps_its_sandbox_unless_root(tmp_path, monkeypatch):
    said = tmp_path / "said"
    browser = tmp_path / "chromium"
    browser.write_text(f'#!/bin/sh\necho "$@" > {said}\necho no screen >&2\n')
    browser.chmod(0o755)
    for user, expected in ((1000, False), (0, True)):
        monkeypatch.setattr("os.geteuid", lambda user=user: user)
        with pytest.raises(printing.PrintingFailed, match="chromium made no PDF: no screen"):
            printing._pdf(str(browser), tmp_path / "x.html")
        assert ("--no-sandbox" in said.read_text().split()) is expected
