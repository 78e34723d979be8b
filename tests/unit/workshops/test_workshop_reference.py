"""The reference page names every key and every rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.workshops.test_planted_faults import PLANTS
from wod.workshops.keys import KEYS

PAGE = (Path(__file__).resolve().parents[3] / "docs/reference/workshops.md").read_text()


@pytest.mark.parametrize("name", sorted({*KEYS, *(plant.rule for plant in PLANTS)}))
def test_the_page_names_it(name):
    assert f"`{name}`" in PAGE
