import configparser

import pytest

from wod.lab import machine_files as files


def test_the_first_resolver_that_a_host_can_reach_is_taken():
    loopback, real = "nameserver 127.0.0.53\n", "search x\nnameserver 10.0.0.2\n"
    assert files.resolver([loopback, real]) == real
    assert files.resolver([loopback]) == ""


def test_pips_configuration_is_merged_and_loses_what_names_this_disk():
    first = "[global]\ncert = /opt/company.pem\nfind-links = /opt/wheels\n"
    second = "[global]\nindex-url = https://pip.test/simple\nextra-index-url = file:///opt/a https://b.test/simple\n"
    merged = configparser.RawConfigParser()
    merged.read_string(files.pip_config([first, second], {"https_proxy": "http://proxy.test:3128"}))
    assert dict(merged["global"]) == {
        "cert": "/etc/ssl/certs/ca-certificates.crt",
        "index-url": "https://pip.test/simple",
        "extra-index-url": "https://b.test/simple",
        "proxy": "http://proxy.test:3128",
    }


def test_a_machine_without_pip_configuration_still_names_the_authorities():
    assert files.pip_config([], {}) == "[global]\ncert = /etc/ssl/certs/ca-certificates.crt\n"


def test_npms_configuration_loses_what_names_this_disk():
    text = 'registry=https://npm.test/\nnodedir=/usr\ncafile = "/opt/ca.pem"\n'
    assert files.npm_config([text], {"https_proxy": "http://p.test"}).splitlines() == [
        "registry=https://npm.test/",
        "cafile=/etc/ssl/certs/ca-certificates.crt",
        "https-proxy=http://p.test",
    ]


APT = """\
APT::Architecture "amd64";
Acquire::http::Proxy "http://cache.test:3142";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
"""


def test_apt_keeps_what_decides_whether_an_archive_is_reached_and_believed():
    assert files.apt_config(APT, {"http_proxy": "http://p.test", "https_proxy": "http://p.test"}).splitlines() == [
        'Acquire::http::Proxy "http://cache.test:3142";',
        'Acquire::Check-Valid-Until "false";',
        'Acquire::https::Proxy "http://p.test";',
    ]


def certificate(text):
    return f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n"


def test_extra_certificates_are_those_that_no_distribution_brought():
    machine = certificate("old") + certificate("common") + certificate("company")
    known = [certificate("common") + certificate("new"), certificate("old")]
    assert files.extra_certificates(machine, known) == [certificate("company")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("index-url = https://me:secret@pip.test/simple", True),
        ("//npm.test/:_authToken=abc", True),
        ("index-url = https://pip.test/simple", False),
    ],
)
def test_files_with_credentials_are_recognised(text, expected):
    assert files.has_credentials(text) is expected


def test_files_are_collected_and_empty_ones_left_out(tmp_path):
    (tmp_path / "resolv.conf").write_text("nameserver 10.0.0.2\n")
    (tmp_path / ".npmrc").write_text("registry=https://npm.test/\n")
    found = files.collect({"HTTP_PROXY": "http://p.test"}, etc=tmp_path, home=tmp_path)
    assert found["etc/resolv.conf"] == "nameserver 10.0.0.2\n"
    assert found["etc/environment"] == "http_proxy=http://p.test\n"
    assert "registry=https://npm.test/" in found["root/.npmrc"]
    assert "etc/environment" not in files.collect({}, etc=tmp_path, home=tmp_path)
