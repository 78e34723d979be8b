import pytest

from wod.lab import watches


@pytest.fixture
def limit(tmp_path, monkeypatch):
    monkeypatch.setattr(watches, "LIMIT", tmp_path / "limit")
    monkeypatch.setattr(watches, "BEFORE", tmp_path / "before")
    watches.LIMIT.write_text("128\n")
    return watches.LIMIT


def test_a_platform_needs_no_more_than_every_kernel_has(limit):
    watches.ensure(6)
    watches.restore()
    assert limit.read_text() == "128\n"


def test_the_limit_is_raised_for_many_and_put_back_to_what_it_was_first(limit):
    watches.ensure(20)
    watches.ensure(51)
    assert limit.read_text() == "816"
    watches.ensure(3)
    assert limit.read_text() == "816"
    watches.restore()
    assert limit.read_text() == "128"
    watches.restore()
    assert limit.read_text() == "128"
