"""What is made of the original's Node application: rendered files, an archive, commands, seeders."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest

from wod import nodeapi, nodeseeds
from wod.errors import BadInput
from wod.inventory import Host
from wod.nodeapi import File
from wod.settings import Settings
from wod.site import Site

STANDIN = Path(__file__).parents[1] / "standin" / "nodeapi"
ROOT = Path(__file__).parents[2]
SETTINGS = {"WODAPIREPO": "https://git.example.org/api.git", "WODPGUSER": "wod", "WODPGLISTEN": ["127.0.0.1"]}
CATALOGUE = {
    "workshops": [
        {"directory": "WKSHP-A", "name": "It's A", "capacity": 4, "range": [1, 4], "compile": ["a.sh"], "category": []}
    ],
    "locations": [
        {"name": "be1.example.org", "proto": "https", "port": "443", "basestdid": 0},
        {"name": "be2.example.org", "proto": "http", "port": "8000", "basestdid": 2},
    ],
    "seats": 2,
    "users": [
        {"username": "moderator", "password": "it's", "roles": ["user", "moderator"]},
        {"username": "boss", "password": "b0ss", "roles": ["user", "admin"]},
    ],
}


@pytest.fixture(autouse=True)
def private(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WOD_PRIVATE", str(tmp_path_factory.mktemp("private")))


def settings(**own: object) -> Settings:
    site = Site("test", ROOT, (Host("api", "api_db", settings={**SETTINGS, **own}),)).resolved({})
    return site.host("api").settings


def application() -> dict[str, File]:
    return nodeapi.read(STANDIN, settings(BRANDINGWOD="Acme's"))


def test_templates_are_rendered_under_their_plain_names() -> None:
    files = application()
    text = files["src/api.js"].content.decode()
    assert "const branding = 'Acme's';" in text
    assert "{%" not in text
    assert "`${branding} listening`" in text
    assert "src/api.js.j2" not in files


def test_folders_of_the_originals_installer_are_left_as_they_are(tmp_path: Path) -> None:
    for name in ("ansible/nginx.conf.j2", "scripts/wod-update-db.j2"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("{{ nobody_knows_this }}")
    assert set(nodeapi.read(tmp_path, settings())) == {"ansible/nginx.conf.j2", "scripts/wod-update-db.j2"}


def test_an_unknown_name_in_a_template_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.js.j2").write_text("\n{{ WODNOSUCH }}")
    with pytest.raises(BadInput, match=r"WODAPIREPO: a\.js\.j2, line 2: 'WODNOSUCH' is undefined; set it"):
        nodeapi.read(tmp_path, settings())


def test_templates_see_no_secret_but_those_of_the_env_file(tmp_path: Path) -> None:
    (tmp_path / "env.j2").write_text("{{ WODPGPASSWD }} {{ ansible_env.HOME }}")
    text = nodeapi.read(tmp_path, settings(WODPGPASSWD="pg-secret"))["env"].content
    assert text == b"pg-secret /var/lib/wod-nodeapi"
    (tmp_path / "env.j2").write_text("{{ WODBETOKEN }}")
    with pytest.raises(BadInput, match="WODBETOKEN"):
        nodeapi.read(tmp_path, settings())


def test_a_link_is_never_followed(tmp_path: Path) -> None:
    (tmp_path / "passwords").symlink_to("/etc/shadow")
    (tmp_path / "folder").symlink_to("/etc")
    files = nodeapi.read(tmp_path, settings())
    assert files == {"folder": File(b"", link="/etc"), "passwords": File(b"", link="/etc/shadow")}


def test_the_archive_is_the_same_for_the_same_files() -> None:
    files = application()
    packed = nodeapi.archive(files)
    assert packed == nodeapi.archive(dict(reversed(files.items())))
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        assert set(tar.getnames()) == set(files)
        member = tar.extractfile("package.json")
        assert member is not None
        assert member.read() == files["package.json"].content


def test_any_change_is_another_digest() -> None:
    files = {"a": File(b"1")}
    others = [{"a": File(b"2")}, {"b": File(b"1")}, {"a": File(b"1", True)}, {"a": File(b"1", link="b")}]
    digests = {nodeapi.digest_of(each, "wod") for each in [files, *others]} | {nodeapi.digest_of(files, "other")}
    assert len(digests) == 6
    assert nodeapi.digest_of(dict(files), "wod") in digests


def test_the_database_is_never_made_or_dropped_by_the_application() -> None:
    scripts = {
        "seed-data": "npx sequelize db:create && npx sequelize db:migrate && npx sequelize db:seed:all",
        "reset-data": "npx sequelize db:drop",
    }
    filling, migrating = nodeapi.setup_of({"scripts": scripts})
    assert filling == ["npx sequelize db:migrate", "npx sequelize db:seed:all"]
    assert migrating == ["npx sequelize db:migrate"]
    assert nodeapi.setup_of({"scripts": {}}) == ([], [])


@pytest.mark.parametrize(
    ("script", "command"),
    [
        (
            "nodemon ./src/api.js --exec babel-node --presets @babel/preset-env",
            "/opt/wod-nodeapi/node_modules/.bin/babel-node --presets @babel/preset-env ./src/api.js",
        ),
        ("node ./src/api.js", "/usr/bin/node ./src/api.js"),
        ("node a.js; rm -rf x", "/usr/bin/npm start"),
        ("node $HOME/a.js", "/usr/bin/npm start"),
        ("nodemon a.js", "/usr/bin/npm start"),
        ("webpack && node a.js", "/usr/bin/npm start"),
    ],
)
def test_it_is_started_without_what_is_for_developers(script: str, command: str) -> None:
    assert " ".join(nodeapi.start_of({"scripts": {"start": script}})) == command


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"scripts": []}', '{"scripts": {}}'])
def test_a_repository_without_an_application_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match=r"no package\.json with a start script"):
        nodeapi.package_of({"package.json": File(text.encode())})


def test_the_env_file_is_the_originals() -> None:
    text = nodeapi.environment({}, settings(WODPGPASSWD="pg-$ecret", WODDENYLIST="@a.example,@b.example")).reveal()
    assert "WODPGPASSWD='pg-$ecret'\n" in text
    assert "WODDENYLIST='@a.example,@b.example'\n" in text
    assert "WODFEEDBACKURL='None'\n" in text
    with pytest.raises(BadInput, match=r"WODPGPASSWD: the original's \.env file cannot hold a quote"):
        nodeapi.environment({}, settings(WODPGPASSWD="it's"))


def test_the_applications_own_env_template_wins() -> None:
    assert nodeapi.environment({".env": File(b"A=1")}, settings()).reveal() == "A=1"


@pytest.mark.parametrize(
    ("own", "word"),
    [
        ({"WODPGUSER": "postgres"}, "WODPGUSER: the original needs an account of its own"),
        ({"WODPGLISTEN": []}, "WODPGLISTEN: the original connects over TCP; add 127.0.0.1"),
        ({"WODPGPORT": 5433}, "WODPGPORT: the original knows the port 5432 only"),
        ({"WODPGHOST": "db.example.org"}, "WODPGHOST: the original reaches its database on its own host only"),
    ],
)
def test_what_the_application_could_not_work_with_is_said(own: dict[str, object], word: str) -> None:
    assert nodeapi.problems(settings()) == []
    (problem,) = nodeapi.problems(settings(**own))
    assert problem.startswith(word)


def inserted(script: bytes) -> list[dict[str, object]]:
    """The rows of a seeder: the JSON in its second line."""
    line = next(line for line in script.decode().splitlines() if line.startswith("const rows"))
    return json.loads(line.removeprefix("const rows = ").removesuffix(";"))


def test_the_seeders_are_the_sites_catalogue() -> None:
    found = nodeseeds.seeders(application(), CATALOGUE)
    rows = {name: inserted(file.content) for name, file in found.items()}
    (workshop,) = rows["seeders/01-workshop.js"]
    assert workshop == {
        "name": "It's A",
        "capacity": 4,
        "range": [1, 4],
        "notebook": "WKSHP-A",
        "sessionType": "Workshops-on-Demand",
        "compile": "a.sh",
        "location": "be1.example.org",
        "alternateLocation": ["be2.example.org"],
    }
    assert [row["id"] for row in rows["seeders/03-students.js"]] == [1, 2, 3, 4]
    assert rows["seeders/03-students.js"][2]["url"] == "http://be2.example.org:8000/user/student1/lab?"
    assert [row["username"] for row in rows["seeders/06-users.js"]] == ["moderator", "boss"]
    assert "b0ss" not in str(found)


def test_an_application_without_seeders_gets_none() -> None:
    assert nodeseeds.seeders({"package.json": File(b"{}")}, CATALOGUE) == {}


def test_the_accounts_statements_are_quoted_and_secret() -> None:
    statements = nodeseeds.accounts(settings(WODPGUSER="wod-x"), CATALOGUE)
    assert "it's" not in str(statements)
    assert "crypt('it''s', gen_salt('bf'))" in statements.reveal()
    assert 'SET LOCAL ROLE "wod-x";' in statements.reveal()


def test_the_repository_is_named_with_its_branch() -> None:
    source = nodeapi.source_of(settings(WODAPIBRANCH="v1.0.2"))
    assert (source.url, source.branch, source.token) == ("https://git.example.org/api.git", "v1.0.2", None)
