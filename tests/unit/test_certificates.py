"""A certificate is judged before any host sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.authority import Issued, issue
from wod.certificates import bundle, covers
from wod.errors import BadInput

NAME = "wod.example.org"
CA = issue("Test CA", ends=99)


def refusal(folder: Path, own: Issued, *issuers: Issued) -> str:
    with pytest.raises(BadInput) as caught:
        bundle(*own.write(folder, *issuers), [NAME])
    return str(caught.value)


def test_chain_and_key_become_one_file(tmp_path: Path) -> None:
    own = issue(NAME, issuer=CA)
    made = bundle(*own.write(tmp_path, CA), [NAME])
    assert made.reveal() == own.pem + CA.pem + own.key_pem
    assert "PRIVATE" not in str(made)


def test_what_is_wrong_is_one_sentence(tmp_path: Path) -> None:
    own = issue(NAME, issuer=CA)
    assert "expired on" in refusal(tmp_path, issue(NAME, issuer=CA, begins=-9, ends=-1))
    assert "is not valid before" in refusal(tmp_path, issue(NAME, issuer=CA, begins=2))
    assert "certificate 2 did not sign the one before it" in refusal(tmp_path, own, issue("Other CA"))
    assert "is not the key of the first certificate" in refusal(tmp_path, Issued(own.certificate, CA.key))
    other = refusal(tmp_path, issue("www.example.org", issuer=CA))
    assert f"is not for {NAME}, as others call it; it is for www.example.org" in other


def test_files_that_are_none(tmp_path: Path) -> None:
    chain, key = issue(NAME, issuer=CA).write(tmp_path)
    with pytest.raises(BadInput, match=r"WODTLSCERT: .*/none cannot be read: No such file"):
        bundle(str(tmp_path / "none"), key, [NAME])
    with pytest.raises(BadInput, match="holds no certificate in PEM form"):
        bundle(key, key, [NAME])
    Path(key).write_text("x")
    with pytest.raises(BadInput, match="holds no private key in PEM form"):
        bundle(chain, key, [NAME])
    Path(key).chmod(0o644)
    with pytest.raises(BadInput, match=r"can be read by others than its owner; mend it with: chmod 600"):
        bundle(chain, key, [NAME])


@pytest.mark.parametrize(
    ("pattern", "name", "does"),
    [
        ("wod.example.org", "WOD.example.org", True),
        ("*.example.org", "wod.example.org", True),
        ("*.example.org", "a.b.example.org", False),
        ("*.example.org", "example.org", False),
        ("*", "localhost", False),
        ("192.0.2.1", "192.0.2.1", True),
    ],
)
def test_names(pattern: str, name: str, does: bool) -> None:
    assert covers(pattern, name) is does
