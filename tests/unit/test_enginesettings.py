"""What a backend's engine is told: complete, secrets only where they belong, written and read back the same."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from deploys.modules.engine import hidden
from wod import templates
from wod.engine import config
from wod.enginesettings import environment_of, receiver_of, variables_of, worker_of
from wod.errors import BadInput
from wod.settings import Settings, load

REPOSITORY = Path(__file__).resolve().parents[2]


def settings(tmp_path: Path, **values: object) -> Settings:
    return load(REPOSITORY, "test", private=tmp_path, host=values)


def test_what_receiving_needs_is_written_and_read_back(tmp_path: Path) -> None:
    told = receiver_of(settings(tmp_path, WODBEEXTFQDN="be1.example.org", WODUNSIGNEDFROM="192.0.2.30"))
    (tmp_path / "receive.json").write_text(config.dump(told))
    assert config.load_receiver(tmp_path / "receive.json") == told
    assert told.backend == "be1.example.org"
    assert told.unsigned_from == ("192.0.2.30",)
    assert len(told.key) == 64


def test_the_key_before_is_told_with_its_moment(tmp_path: Path) -> None:
    told = receiver_of(settings(tmp_path, WODMAILKEYBEFORE=f"{'0a' * 32} until 2026-11-30T12:00:00Z"))
    assert (told.before, told.until) == ("0a" * 32, 1796040000.0)
    with pytest.raises(BadInput, match=r"WODMAILKEYBEFORE must be `KEY until MOMENT`") as caught:
        receiver_of(settings(tmp_path, WODMAILKEYBEFORE="hunter2hunter2"))
    assert "hunter2" not in str(caught.value)


def test_vaultpwd_reaches_the_engine_only_when_it_is_given(tmp_path: Path) -> None:
    assert worker_of(settings(tmp_path)).vault_password == ""
    assert worker_of(settings(tmp_path, VAULTPWD="open sesame")).vault_password == "open sesame"
    assert "VAULTPWD" not in variables_of(settings(tmp_path, VAULTPWD="open sesame"))


def test_what_carrying_out_needs_is_written_and_read_back(tmp_path: Path) -> None:
    values = {"LDAPSRVNAME": "ldap.example.org", "LDAPPWD": "hush", "LDAPDMN": "dc=example,dc=org", "BASESTDID": 40}
    told = worker_of(settings(tmp_path, **values))
    (tmp_path / "worker.json").write_text(config.dump(told))
    read = config.load_worker(tmp_path / "worker.json")
    assert read == told
    assert (read.basestdid, read.ldap) == (
        40,
        config.Ldap("ldap.example.org", 389, "dc=example,dc=org", "student", "hush"),
    )


@pytest.mark.parametrize(("options", "insecure"), [("", False), ("-k", True), ("--silent -k", True)])
def test_any_certificate_of_the_api_is_taken_only_when_curl_is_told_so(
    tmp_path: Path, options: str, insecure: bool
) -> None:
    assert worker_of(settings(tmp_path, WODCURLOPT=options)).insecure is insecure


def test_appliances_are_those_that_have_an_address(tmp_path: Path) -> None:
    told = worker_of(settings(tmp_path, **{"IP-WKSHP-Docker101": "192.0.2.9"}))
    assert told.appliances == {"IP-WKSHP-Docker101": "192.0.2.9"}


@pytest.mark.parametrize("name", ["WODBETOKEN", "WODFEAPIPWD", "WODMAILKEY", "WODPGPASSWD", "WODAPIDBPWD", "LDAPPWD"])
def test_notebooks_get_no_secret_of_the_platform(tmp_path: Path, name: str) -> None:
    assert name not in variables_of(settings(tmp_path, LDAPPWD="hush"))


def test_notebooks_get_settings_by_all_their_names_and_their_own_secrets(tmp_path: Path) -> None:
    given = {"LLM101_API_KEY": "llm-key", "SPARKTOK-WKSHP-Spark101": "spark"}
    variables = variables_of(settings(tmp_path, USERMAX=7, **given))
    assert (variables["USERMAX"], variables["WODUSERMAX"]) == (7, 7)
    assert {name: variables[name] for name in given} == given


def test_the_environment_of_hooks_is_shell_and_quotes_what_it_holds(tmp_path: Path) -> None:
    given = settings(tmp_path, WODCURLOPT="-k $(touch x) 'y'")
    path = tmp_path / "wod.sh"
    path.write_text(templates.render("engine/wod.sh.j2", values=environment_of(given)))
    said = subprocess.run(
        ["sh", "-euc", '. "$0"; echo "$WODCURLOPT"; env', path],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert said.stdout.splitlines()[0] == "-k $(touch x) 'y'"
    assert {"WODSTUDDIR=/student", "WODSCRIPTDIR=/home/wodadmin/wod-backend/scripts"} <= set(said.stdout.splitlines())
    assert not (tmp_path / "x").exists()


def test_a_file_with_secrets_prints_as_its_name(tmp_path: Path) -> None:
    assert str(hidden("worker.json", worker_of(settings(tmp_path)))) == "<secret worker.json>"
