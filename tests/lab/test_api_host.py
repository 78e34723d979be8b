"""The API's host: rolled out twice, upgraded while it serves, destroyed and restored, given an original's database."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.addresses import ADDRESS
from tests.lab.site import BIN, REPOSITORY, Site
from tests.lab.whole import API, Whole, health, whole

pytestmark = pytest.mark.lab
LEAKY = REPOSITORY / "tests" / "unit" / "api" / "original.sql"
MIGRATION = """
from alembic import op

revision, down_revision = "9999", "{head}"


def upgrade() -> None:
    op.execute("CREATE TABLE wod_of_the_next_release (id integer)")
    op.execute("SELECT pg_sleep(3)")
"""


@pytest.fixture(scope="module")
def wod(site: Site) -> Iterator[Whole]:
    with whole(site) as ready:
        yield ready


def test_the_second_roll_out_changes_nothing_and_keeps_the_data(wod: Whole) -> None:
    assert wod.register("ada@example.org", "Python - First steps").status_code == 200
    run = wod.site.roll_out(deploy=API)
    assert (run.code, run.changed) == (0, {}), run.output
    assert wod.sql("SELECT email FROM customers") == "ada@example.org"


def test_only_the_api_can_be_reached(wod: Whole) -> None:
    listening = wod.site.ssh("api", "ss -Hltn | awk '{print $4}'").split()
    outside = {each.rpartition(":")[2] for each in listening if not each.startswith(("127.", "[::1]"))}
    assert outside == {"22", "8021"}


def test_no_secret_can_be_read_by_others(wod: Whole) -> None:
    found = wod.site.ssh(
        "api", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '; runuser -u nobody -- cat /etc/wod/api/* 2>&1 || true"
    )
    for name in ("WODMAILKEY", "WODAPITOKENKEY"):
        assert wod.site.secret(name) not in found


def test_a_killed_service_comes_back(wod: Whole) -> None:
    wod.site.ssh("api", "systemctl kill -s KILL wod-api wod-lifecycle")
    wod.until("the API", lambda: health() == 200)
    wod.until("the life cycle", lambda: wod.site.ssh("api", "systemctl is-active wod-lifecycle", False) == "active")


def test_a_release_with_a_migration_serves_until_the_switch(wod: Whole, tmp_path: Path) -> None:
    """The next release is this one with one migration more: a copy of the repository, which pyinfra runs from."""
    following = next_release(tmp_path / "next")
    seen: list[tuple[float, int]] = []
    going = threading.Event()
    watcher = threading.Thread(target=lambda: watch(seen, going))
    watcher.start()
    try:
        done = subprocess.run(
            [BIN / "pyinfra", "-y", "inventories/lab.py", API],
            cwd=following,
            env={**wod.site.environment, "PYTHONPATH": str(following)},
            capture_output=True,
            text=True,
            timeout=600,
        )
    finally:
        going.set()
        watcher.join()
    assert done.returncode == 0, done.stdout + done.stderr
    assert wod.sql("SELECT version_num FROM alembic_version") == "9999"
    away = [moment for moment, status in seen if status != 200]
    served = [moment for moment, status in seen if status == 200]
    assert len(served) > 50
    assert not away or max(away) - min(away) < 15, "away for longer than a restart takes"
    assert not away or min(away) > served[0] + 3, "away while the new release was still being installed"


def next_release(copy: Path) -> Path:
    left_out = shutil.ignore_patterns(".venv", ".git", "artifacts", "private", "__pycache__")
    shutil.copytree(REPOSITORY, copy, ignore=left_out)
    (copy / ".git").write_text(f"gitdir: {REPOSITORY / '.git'}\n")
    versions = copy / "wod" / "api" / "migrations" / "versions"
    head = max(re.findall(r'^revision = "(\d+)"', "\n".join(file.read_text() for file in versions.glob("r*.py")), re.M))
    (versions / "r9999_next.py").write_text(MIGRATION.format(head=head))
    return copy


def watch(seen: list[tuple[float, int]], going: threading.Event) -> None:
    while not going.wait(0.1):
        seen.append((time.monotonic(), health()))


def test_the_release_before_is_not_put_over_a_newer_database(wod: Whole) -> None:
    run = wod.site.roll_out(deploy=API)
    assert run.code != 0
    assert "newer release" in run.output
    wod.sql("DROP TABLE wod_of_the_next_release; UPDATE alembic_version SET version_num = (SELECT '0004')")
    assert wod.site.roll_out(deploy=API).code == 0


def test_a_backup_brings_the_same_customers_back(wod: Whole, tmp_path: Path) -> None:
    before = wod.sql('SELECT id, email, \\"studentId\\" FROM customers ORDER BY id')
    made = wod.site.command("wod", "api", "backup", "--fetch", str(tmp_path))
    assert made.code == 0, made.output
    dump = next(tmp_path.glob("*.dump"))
    assert dump.stat().st_mode & 0o777 == 0o600
    wod.site.ssh("api", "systemctl stop wod-api wod-lifecycle; cd /; runuser -u postgres -- dropdb workshops-on-demand")
    assert wod.site.roll_out(deploy=API).code == 0
    assert wod.sql("SELECT count(*) FROM customers") == "0"
    restored = wod.site.command("wod", "api", "restore", str(dump), "--yes")
    assert restored.code == 0, restored.output
    assert wod.sql('SELECT id, email, \\"studentId\\" FROM customers ORDER BY id') == before
    assert wod.workshop("Python - First steps")["capacity"] == 6


def test_the_database_of_an_original_is_adopted_and_carried_on(wod: Whole, tmp_path: Path) -> None:
    upload = f"cd /; cat > /tmp/original.sql; {as_postgres('createdb original')}; "
    upload += as_postgres("psql -q -d original -f /tmp/original.sql") + " >/dev/null; "
    upload += as_postgres("pg_dump -Fc --no-owner original")
    command = [BIN / "wod", "lab", "ssh", "api", "--", f"sudo sh -c '{upload}'"]
    dump = tmp_path / "original.dump"
    leaky = LEAKY.read_text().replace("be1.example.org", ADDRESS["be1"]).replace("be2.example.org", ADDRESS["be2"])
    made = subprocess.run(command, cwd=REPOSITORY, env=wod.site.environment, input=leaky.encode(), capture_output=True)
    assert made.returncode == 0, made.stderr
    dump.write_bytes(made.stdout)
    restored = wod.site.command("wod", "api", "restore", str(dump), "--yes")
    assert (restored.code, "adopt" in restored.output) == (1, True), restored.output
    assert wod.site.command("wod", "api", "adopt").code == 1
    repaired = wod.site.command("wod", "api", "adopt", "--apply")
    assert repaired.code == 0, repaired.output
    assert wod.site.command("wod", "api", "sync").code == 0
    assert wod.site.roll_out(deploy=API).code == 0
    assert "Nothing to repair." in wod.site.command("wod", "api", "adopt").output
    assert wod.register("new@example.org", "Python - First steps").status_code == 200


def as_postgres(command: str) -> str:
    return f"runuser -u postgres -- {command}"
