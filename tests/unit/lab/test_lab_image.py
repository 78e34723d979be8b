from pathlib import Path

import pytest

from wod.errors import WodError
from wod.lab import image
from wod.lab.mirror import Mirror
from wod.lab.places import Places
from wod.lab.recipe import Recipe


@pytest.fixture
def lab(tmp_path, monkeypatch):
    monkeypatch.setattr(image, "find_mirror", lambda: Mirror("http://mirror.test/debian"))
    return Places(tmp_path / "state", tmp_path / "cache")


@pytest.fixture
def steps(monkeypatch):
    """A build without debootstrap; what it did is in the list."""
    done = []

    def debootstrap(places, recipe, target, lock_fd):
        done.append(recipe.suite)
        target.mkdir(parents=True)

    monkeypatch.setattr(image, "_debootstrap", debootstrap)
    monkeypatch.setattr(image.tree, "write", lambda *words: None)
    monkeypatch.setattr(image, "run", lambda *words, **options: image_run(*words))
    return done


def image_run(program, *words):
    import shutil

    if program == "rm":
        shutil.rmtree(words[-1], ignore_errors=True)


def test_images_are_built_once(lab, steps):
    first = image.ensure(lab, ["trixie", "bookworm", "trixie"])
    assert sorted(steps) == ["bookworm", "trixie"]
    assert image.ensure(lab, ["trixie", "bookworm"]) == first
    assert len(steps) == 2
    assert sorted(path.name for path in lab.cache.glob("[!.]*")) == sorted(first.values())


def test_a_build_that_was_cut_short_is_never_taken_for_an_image(lab, steps):
    (lab.cache / ".building-bookworm/etc").mkdir(parents=True)
    name = image.ensure(lab, ["bookworm"])["bookworm"]
    assert steps == ["bookworm"]
    assert not (lab.cache / name / "etc").exists()


def test_a_failed_build_says_why_and_where_to_read_more(lab, monkeypatch):
    def fail(command, log, lock_fd):
        log.write_text("I: Retrieving\nE: no route to mirror\n")
        return 1

    monkeypatch.setattr(image, "_logged", fail)
    lab.cache.mkdir()
    with pytest.raises(WodError, match=r"bookworm: .*no route to mirror.*see .*bookworm\.log"):
        image._debootstrap(lab, Recipe("bookworm", Mirror("http://m.test")), Path("/x"), 0)


def test_a_suite_that_debootstrap_does_not_know_is_built_like_sid():
    assert image._arguments(Recipe("zurg", Mirror("http://m.test")), Path("/x"))[-1].endswith("/scripts/sid")


def test_outdated_images_are_removed_unless_a_host_stands_on_them(lab, monkeypatch):
    for name in ("bookworm-new", "bookworm-old", "bookworm-kept", "bookworm-mounted", "trixie-old"):
        (lab.cache / name).mkdir(parents=True)
    monkeypatch.setattr(image, "lower_layers_in_use", lambda: {lab.cache / "bookworm-mounted"})
    image.remove_outdated(lab, {"bookworm": "bookworm-new"}, {"bookworm-kept"})
    left = sorted(path.name for path in lab.cache.glob("[!.]*"))
    assert left == ["bookworm-kept", "bookworm-mounted", "bookworm-new", "trixie-old"]
