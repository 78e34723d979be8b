"""Modelled hosts for the commands of the fleet, run as a user runs them."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.modules.conftest import REPOSITORY, FakeSite, Run, rolled_out, rolled_out_once, site

__all__ = ["rolled_out", "rolled_out_once", "site"]
CONFIG, TOKEN = "/etc/jupyterhub/jupyterhub_config.py", "/etc/jupyterhub/token"
WOD = Path(sys.executable).with_name("wod")


def wod(site: FakeSite, *words: str) -> Run:
    """``wod WORDS -i INVENTORY``, with a private folder and a state of its own."""
    environment = {
        **os.environ,
        "WOD_PRIVATE": str(site.folder / "private"),
        "WOD_STATE": str(site.folder / "state"),
        "PYTHONPATH": str(REPOSITORY),
    }
    command = [str(WOD), *words, "-i", str(site.write_inventory())]
    done = subprocess.run(command, cwd=site.folder, env=environment, capture_output=True, text=True, timeout=300)
    return Run(done.returncode, done.stdout, done.stderr)


def plant(site: FakeSite, host: str) -> None:
    """Somebody edits the Hub's configuration and opens its token."""
    model = site.model(host)
    model.clock += 1
    model.texts[CONFIG] += "# edited\n"
    edited = hashlib.sha256(model.texts[CONFIG].encode()).hexdigest()
    model.paths[CONFIG] = replace(model.paths[CONFIG], detail=edited)
    model.changed[CONFIG] = model.clock
    model.paths[TOKEN] = replace(model.paths[TOKEN], mode=0o644)
    site.put(host, model)


@pytest.fixture
def drifted(rolled_out: FakeSite) -> FakeSite:
    """be1 and be2 are rolled out, and be1 has drifted."""
    plant(rolled_out, "be1")
    return rolled_out
