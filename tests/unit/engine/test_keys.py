"""Keys in stock: each handed out once, whoever asks at the same time, and whatever was killed."""

from __future__ import annotations

import stat
import subprocess
import threading
from pathlib import Path

from wod.engine import keys


def test_a_key_is_whole_and_says_whose_it_is(tmp_path: Path) -> None:
    private, public = keys.take(tmp_path, "student3")
    path = tmp_path / "given"
    path.write_bytes(private)
    path.chmod(0o600)
    derived = subprocess.run(["ssh-keygen", "-y", "-f", path], capture_output=True, check=True).stdout
    assert derived.split()[:2] == public.split()[:2]
    assert public.split()[0] == b"ssh-rsa"
    assert public.endswith(b" student3\n")
    assert list((tmp_path / "keys").iterdir()) == []


def test_the_stock_is_filled_as_far_as_wanted(tmp_path: Path) -> None:
    assert [keys.prepare(tmp_path, wanted=2) for _ in range(3)] == [True, True, False]
    assert len(list((tmp_path / "keys").iterdir())) == 2
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


def test_no_key_is_given_twice(tmp_path: Path) -> None:
    for _ in range(3):
        keys.prepare(tmp_path)
    given: list[bytes] = []
    threads = [threading.Thread(target=lambda: given.append(keys.take(tmp_path, "x")[0])) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(given)) == 6
    assert list((tmp_path / "keys").iterdir()) == []


def test_a_key_in_stock_is_one_file(tmp_path: Path) -> None:
    """A folder of an overlay's lower layer cannot be renamed: hosts of such a filesystem could hand nothing out."""
    keys.prepare(tmp_path)
    assert [path.is_file() for path in (tmp_path / "keys").iterdir()] == [True]


def test_what_was_killed_half_way_is_forgotten(tmp_path: Path) -> None:
    keys.prepare(tmp_path)
    (tmp_path / "keys" / "key-abc").mkdir()
    (tmp_path / "keys" / "key-abc" / "id_rsa").write_text("half")
    (tmp_path / "keys" / "key-def").write_text("claimed, never handed out")
    keys.tidy(tmp_path)
    assert [path.name.split("-")[0] for path in (tmp_path / "keys").iterdir()] == ["ready"]
