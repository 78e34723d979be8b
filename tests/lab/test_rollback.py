"""A backend and the API go back to an earlier roll-out: code, settings, content and database; and forward again."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.lab.conftest import OTHERS, ROLLED_OUT, long
from tests.lab.site import BIN, Run, Site
from tests.scratch import REPOSITORY, Scratch, copied
from wod import lab

pytestmark = [pytest.mark.lab, long]
HOSTS = ("be1", "api")
OURS = "/etc/jupyterhub /etc/systemd/system /etc/sudoers.d /etc/wod"
STATE = (
    f"find {OURS} /etc/wod-api -type f ! -name stamp.json -exec sha256sum {{}} + 2>/dev/null | sort; "
    "readlink /opt/jupyterhub /opt/wod-engine /opt/wod-api; "
    "git -c safe.directory=* -C /home/wodadmin/wod-notebooks rev-parse HEAD 2>/dev/null; "
    "cd /; runuser -u postgres -- psql -qAt -d workshops-on-demand -c 'SELECT version_num FROM alembic_version' || true"
)
TABLE = '''"""A table that the release before does not know."""

from alembic import op

revision = "9999"
down_revision = "{before}"


def upgrade() -> None:
    op.execute("CREATE TABLE wod_novelty (id integer PRIMARY KEY)")


def downgrade() -> None:
    op.execute("DROP TABLE wod_novelty")
'''


@dataclass
class Operator:
    """Somebody with a checkout of wod, and with private settings and workshops in git."""

    site: Site
    folder: Path
    wod: Scratch
    private: Scratch
    workshops: Scratch

    def run(self, *words: str) -> Run:
        environment = {
            **self.site.environment,
            "PYTHONPATH": str(self.wod.path),
            "WOD_CACHE": str(self.folder / "cache"),
            "WOD_PRIVATE": str(self.private.path),
            "WOD_STATE": str(self.folder / "state"),
        }
        done = subprocess.run(
            [BIN / "wod", *words],
            cwd=self.wod.path,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=900,
        )
        return Run(done.returncode, done.stdout + done.stderr)

    def rollout(self, *words: str) -> dict[str, str]:
        """``{host: outcome}``; all must have gone well."""
        run = self.run("rollout", "--yes", "--limit", ",".join(HOSTS), *words)
        assert run.code == 0, run.output
        summary = run.output.partition("\n\n")[2].splitlines()
        return {line.split()[0]: line.split()[1] for line in summary if line.startswith(HOSTS)}

    def hosts(self) -> dict[str, str]:
        """What a roll-out gives: our files, trees, content, the form of the database."""
        return {host: self.site.ssh(host, STATE) for host in HOSTS}

    def stamp(self) -> dict[str, Any]:
        return dict(json.loads(self.site.ssh("be1", "cat /etc/wod/stamp.json")))

    def tables(self) -> str:
        count = "SELECT count(*) FROM pg_tables WHERE tablename IN ('wod_novelty', 'customers')"
        return self.site.ssh("api", f'cd /; runuser -u postgres -- psql -qAt -d workshops-on-demand -c "{count}"')


@pytest.fixture(scope="module")
def operator(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    folder = tmp_path_factory.mktemp("rollback")
    shutil.copytree(REPOSITORY / "wod" / "samples" / "public", folder / "workshops")
    workshops = Scratch(folder / "workshops")
    workshops.commit()
    private = Scratch(folder / "private")
    private.commit({"group_vars/lab.yml": f"WODNOBOREPO: {workshops.path}\n"})
    shutil.copytree(site.private / "secrets", private.path / "secrets")
    yield Operator(site, folder, copied(folder / "wod"), private, workshops)
    lab.reset(OTHERS, snapshot=ROLLED_OUT)


def test_back_to_a_roll_out_and_forward_again(operator: Operator) -> None:
    operator.rollout()
    before, first = operator.hosts(), operator.stamp()
    newest = sorted((operator.wod.path / "wod/api/migrations/versions").glob("r0*.py"))[-1].stem[1:5]
    operator.wod.commit({"wod/api/migrations/versions/r9999_novelty.py": TABLE.format(before=newest)})
    operator.wod.append("templates/jupyterhub/jupyterhub_config.py.j2", "# newer\n")
    operator.private.commit({"group_vars/lab.yml": f"WODNOBOREPO: {operator.workshops.path}\nWODIDLETIMEOUT: 7200\n"})
    operator.workshops.commit({"README.md": "newer\n"})
    assert operator.rollout() == {"be1": "changed", "api": "changed"}
    after, second = operator.hosts(), operator.stamp()
    assert [before[host] == after[host] for host in HOSTS] == [False, False]
    assert [first[part] == second[part] for part in ("revision", "settings", "content")] == [False] * 3
    assert operator.tables() == "2"

    listed = operator.run("rollout", "--list").output.splitlines()
    name = listed[-1].split()[0]
    assert "the database's migration 9999 is taken back" in operator.run("rollout", "--to", name).output
    assert operator.tables() == "2", "nobody agreed"
    assert operator.rollout("--to", name) == {"be1": "changed", "api": "changed"}
    assert operator.hosts() == before
    assert {**operator.stamp(), "changed": first["changed"]} == first
    assert operator.tables() == "1"
    assert operator.site.ssh("api", "ls /var/lib/wod-api/backups/*.dump")
    assert operator.rollout("--to", name) == {"be1": "unchanged", "api": "unchanged"}

    assert operator.rollout() == {"be1": "changed", "api": "changed"}
    assert operator.hosts() == after
    assert {**operator.stamp(), "changed": second["changed"]} == second
    assert operator.rollout() == {"be1": "unchanged", "api": "unchanged"}
