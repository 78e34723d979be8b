"""The sample workshops: clean, rendered for both modes, and every code cell runs, without a network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tests.unit.workshops.conftest import told
from wod import samples
from wod.engine import render
from wod.settings.schema import SETTINGS
from wod.workshops import lint, read_all

NOTEBOOKS = sorted([*samples.PUBLIC.rglob("*.ipynb"), *samples.PRIVATE.rglob("*.ipynb")])
VALUES = {
    **{name: setting.default for name, setting in SETTINGS.items()},
    "STDID": 7,
    "PASSSTU": "Abcd1234",
    "WODBEEXTFQDN": "be1.example.org",
}


def shown(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def rendered(path: Path, mode: str = "WKSHP", **values: object) -> nbformat.NotebookNode:
    text = render.environment().from_string(path.read_text()).render(VALUES, MODEWS=mode, **values)
    return nbformat.reads(text, as_version=nbformat.NO_CONVERT)


def script(path: Path) -> str:
    cells = rendered(path).cells
    return "\n".join(str(cell.source) for cell in cells if cell.cell_type == "code")


def run(home: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], **variables}
    return subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, timeout=300)


@pytest.mark.parametrize("private", [None, samples.PRIVATE])
def test_the_samples_give_no_finding(private):
    assert told(lint(samples.PUBLIC, private, first=1, last=20)) == []


def test_the_private_samples_alone_give_no_finding():
    assert told(lint(samples.PRIVATE, first=1, last=20)) == []


def test_the_samples_show_what_there_is():
    found = read_all(samples.PUBLIC, samples.PRIVATE)
    assert len(found) == 5
    assert all(each.active and each.capacity <= each.seats for each in found)
    assert {flag for each in found for flag in each.flags} == {"reset", "varpass"}


@pytest.mark.parametrize("mode", ["WKSHP", "CHLG"])
@pytest.mark.parametrize("survey", ["TBD", "https://example.org/survey"])
@pytest.mark.parametrize("path", NOTEBOOKS, ids=shown)
def test_notebooks_are_valid_before_and_after_rendering(path, mode, survey):
    nbformat.validate(nbformat.reads(path.read_text(), as_version=nbformat.NO_CONVERT))
    notebook = rendered(path, mode, SURVEYURL=survey, SURVEYCHALURL=survey)
    nbformat.validate(notebook)
    assert "{{" not in json.dumps(notebook)
    assert "{%" not in json.dumps(notebook)


def test_the_challenge_has_no_hints():
    path = samples.PUBLIC / "WKSHP-Python/2-WKSHP-Exercises.ipynb"
    texts = {mode: str(rendered(path, mode)) for mode in ("WKSHP", "CHLG")}
    assert texts["WKSHP"].count("**Hint:**") == 3
    assert "**Hint:**" not in texts["CHLG"]


@pytest.mark.parametrize("path", [path for path in NOTEBOOKS if "python3" in path.read_text()], ids=shown)
def test_every_python_cell_runs(path, tmp_path):
    for file in path.parent.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    done = run(tmp_path, sys.executable, "-I", "-c", script(path))
    assert (done.returncode, done.stderr) == (0, "")


def test_the_hints_of_the_exercises_solve_them(tmp_path):
    folder = samples.PUBLIC / "WKSHP-Python"
    (tmp_path / "visits.csv").write_bytes((folder / "visits.csv").read_bytes())
    text = script(folder / "2-WKSHP-Exercises.ipynb")
    bodies = {
        "total": "return sum(row['visitors'] for row in rows)",
        "favourite": "sums = {}\n    for row in rows:\n        sums[row['workshop']] = "
        "sums.get(row['workshop'], 0) + row['visitors']\n    return max(sums, key=sums.get)",
        "weak_days": "return sorted({row['day'] for row in rows if row['finished'] < 0.7 * row['visitors']})",
    }
    for name, body in bodies.items():
        head = f"def {name}(rows):"
        assert head in text
        text = text.replace(head, f"{head}\n    {body}", 1)
    assert run(tmp_path, sys.executable, "-I", "-c", text).stdout.count("well done!") == 3


@pytest.fixture
def home(tmp_path):
    """A student's home with the Bash workshop handed out, as the engine does it: its hooks in their order."""
    folder = tmp_path / "WKSHP-Bash"
    folder.mkdir()
    for name in ("create", "post-copy"):
        hook(tmp_path, samples.PUBLIC, name)
    hook(tmp_path, samples.PRIVATE, "post-copy")
    return tmp_path


def hook(home: Path, repository: Path, kind: str) -> None:
    path = repository / f"scripts/{kind}-WKSHP-Bash.sh"
    done = run(home, "bash", str(path), stdid="7", stddir=str(home), ws="WKSHP-Bash", w="WKSHP-Bash")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("path", [path for path in NOTEBOOKS if '"bash"' in path.read_text()], ids=shown)
def test_every_bash_cell_runs(path, home):
    done = run(home / "WKSHP-Bash", "bash", "-eu", "-c", script(path))
    assert done.returncode == 0, done.stderr


def test_the_log_has_an_answer(home):
    lines = (home / "WKSHP-Bash/visits.log").read_text().splitlines()
    assert len(lines) == 401
    assert lines[-1].startswith("192.0.2.250 ")  # the private hook came last
    knocks = [line.split()[0] for line in lines if " 403 " in line]
    assert max(set(knocks), key=knocks.count) == "192.0.2.107"


@pytest.mark.parametrize("kind", ["cleanup", "reset"])
def test_hooks_can_be_repeated_and_leave_nothing(kind, home):
    for _ in range(2):
        hook(home, samples.PUBLIC, "create")
    for _ in range(2):
        hook(home, samples.PUBLIC, kind)
    left = {path.name for path in home.iterdir()}
    assert left == ({"WKSHP-Bash"} if kind == "cleanup" else set())
