"""Secrets print as their names; generated ones are made once, kept safely, and never lost."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import re
import stat
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from wod.errors import BadInput
from wod.secrets import Secret
from wod.secretstore import TRAILER, SecretStore


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def store(tmp_path, tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
    return SecretStore(tmp_path / "private" / "secrets" / "lab.yml")


def test_a_secret_is_its_name_wherever_it_is_printed(caplog):
    secret = Secret("WODBETOKEN", "tiger")
    shown = [
        str(secret),
        repr(secret),
        f"{secret}",
        f"{secret!r} {secret:>30}",
        "%s" % secret,  # noqa: UP031
        json.dumps({"x": secret}),
        repr([secret]),
        "-" + secret,
        " ".join([secret]),
        secret.upper(),
        repr(secret.encode()),
    ]
    logging.getLogger().warning("token: %s", secret)
    assert "tiger" not in "".join(shown) + caplog.text
    assert str(secret) == "<secret WODBETOKEN>"
    assert secret.reveal() == "tiger"
    assert secret.name == "WODBETOKEN"


def test_a_secret_does_not_travel_in_a_pickle_and_survives_a_copy():
    secret = Secret("WODBETOKEN", "tiger")
    pickled = pickle.dumps(secret)
    assert b"tiger" not in pickled
    travelled = pickle.loads(pickled)
    assert travelled == "<secret WODBETOKEN>"
    with pytest.raises(BadInput, match="does not travel"):
        travelled.reveal()
    assert copy.deepcopy([secret])[0].reveal() == copy.copy(secret).reveal() == "tiger"
    with pytest.raises(AttributeError):
        secret.name = "other"


def test_a_generated_secret_is_made_on_first_use_and_kept(store):
    token = store.get_or_create("WODBETOKEN", "token")
    password = store.get_or_create("WODFEAPIPWD", "password")
    assert re.fullmatch(r"[0-9a-f]{64}", token)
    assert re.fullmatch(r"[A-Za-z2-9]{24}", password)
    assert not set("lIO01") & set(password)
    again = SecretStore(store.path)
    assert again.get_or_create("WODBETOKEN", "token") == token
    assert again.values() == {"WODBETOKEN": token, "WODFEAPIPWD": password}
    assert mode(store.path) == 0o600
    assert mode(store.path.parent) == 0o700
    assert store.path.read_text().startswith("$ANSIBLE_VAULT;1.1;AES256\n")
    assert {path.name for path in store.path.parent.iterdir()} == {"lab.yml", "lab.lock", ".gitignore"}


def test_loading_creates_nothing(files):
    settings = files.load()
    settings.as_data()
    settings.digest()
    assert not files.private.exists()
    assert settings.WODBETOKEN.reveal() == files.load().WODBETOKEN.reveal()
    assert mode(files.private / "secrets" / "lab.yml") == 0o600
    assert files.load("other").WODBETOKEN.reveal() != settings.WODBETOKEN.reveal()


def test_a_given_secret_needs_no_store(files):
    files.own("all.yml", "WODBETOKEN: tiger\nLDAPPWD: lion\n")
    settings = files.load()
    assert (settings.WODBETOKEN.reveal(), settings.LDAPPWD.reveal()) == ("tiger", "lion")
    assert "tiger" not in repr(settings.explain("WODBETOKEN"))
    assert settings.explain("WODBETOKEN")[0].value == "<secret WODBETOKEN>"
    assert not (files.private / "secrets").exists()


def test_an_empty_secret_counts_as_not_given(files):
    files.own("all.yml", "WODBETOKEN: ''\nLDAPPWD:\nOPNSENSEKEY: ''\n")
    settings = files.load()
    assert len(settings.WODBETOKEN.reveal()) == 64
    assert settings.LDAPPWD is settings.OPNSENSEKEY is None


@pytest.mark.parametrize(("which", "how"), [("file", "600"), ("folder", "700")])
def test_a_store_that_others_can_read_is_refused_with_the_mend(store, which, how):
    token = store.get_or_create("WODBETOKEN", "token")
    path = store.path if which == "file" else store.path.parent
    path.chmod(0o750)
    with pytest.raises(BadInput, match=f"mend it with: chmod {how} {path}$"):
        store.get_or_create("WODBETOKEN", "token")
    path.chmod(int(how, 8))
    assert store.get_or_create("WODBETOKEN", "token") == token


def cut(text: str) -> list[str]:
    return [text[:length] for length in range(0, len(text), 7)]


def test_a_damaged_store_is_refused_and_never_overwritten(store):
    store.get_or_create("WODBETOKEN", "token")
    store.get_or_create("WODFEAPIPWD", "password")
    sealed = store.path.read_text()
    clear = f"WODBETOKEN: 'tiger'\nLDAPPWD: 'lion'\n{TRAILER}"
    odd = [clear.replace(": '", ": ['"), f"[]\n{TRAILER}", f"A: 1\n{TRAILER}"]
    for text in [*cut(sealed), *cut(clear), *odd]:
        store.path.write_text(text)
        with pytest.raises(BadInput, match=r"is damaged or cut off|was changed after it was encrypted") as caught:
            store.get_or_create("LDAP", "password")
        assert "is left as it is" in str(caught.value)
        assert store.path.read_text() == text


def test_a_store_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "private").write_text("a file, not a folder")
    with pytest.raises(BadInput, match="cannot be used"):
        SecretStore(tmp_path / "private" / "secrets" / "lab.yml").get_or_create("X", "token")


def test_a_crash_while_writing_leaves_the_old_store(store, monkeypatch):
    token = store.get_or_create("WODBETOKEN", "token")

    def crash(*_arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("wod.secretstore.os.replace", crash)
        with pytest.raises(KeyboardInterrupt):
            store.get_or_create("WODFEAPIPWD", "password")
    assert store.values() == {"WODBETOKEN": token}
    assert not [path for path in store.path.parent.iterdir() if path.name.startswith(".lab")]


def create(path: Path, name: str) -> str:
    return SecretStore(path).get_or_create(name, "token")


def test_processes_at_the_same_time_agree(store):
    names = [f"SECRET{number % 4}" for number in range(40)]
    with ProcessPoolExecutor(8) as pool:
        values = list(pool.map(create, [store.path] * len(names), names))
    assert len(set(values)) == 4
    assert set(values) == set(store.values().values())
