"""A certificate, the portal's or the API's, read and judged on the control node before any host sees it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.x509.oid import ExtensionOID

from wod.errors import BadInput
from wod.secrets import Secret

PORTAL, API = ("WODTLSCERT", "WODTLSKEY"), ("WODAPITLSCERT", "WODAPITLSKEY")
"""The settings that name a certificate and its key."""


def bundle(
    certificate: str,
    key: str,
    names: Iterable[str],
    now: datetime | None = None,
    called: tuple[str, str] = PORTAL,
) -> Secret:
    """Chain and key as one PEM text for a server of these names; :class:`BadInput` says what is wrong with them.

    ``called`` are the settings that named the two files.
    """
    chain_file, key_file = Path(certificate).expanduser(), Path(key).expanduser()
    place = f"{called[0]}: {chain_file}"
    chain = _chain(chain_file, called[0])
    secret = _key(key_file, chain[0], called)
    _check_time(chain, place, now or datetime.now(timezone.utc))
    _check_order(chain, place)
    _check_names(chain[0], place, names)
    text = "".join(each.public_bytes(Encoding.PEM).decode() for each in chain)
    return Secret(called[1], text + secret.reveal())


def _read(path: Path, setting: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"{setting}: {path} cannot be read: {error.strerror}") from None


def _chain(path: Path, setting: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(_read(path, setting))
    except ValueError:
        raise BadInput(f"{setting}: {path} holds no certificate in PEM form (BEGIN CERTIFICATE)") from None


def _key(path: Path, leaf: x509.Certificate, called: tuple[str, str]) -> Secret:
    certificate, setting = called
    text = _read(path, setting)
    if path.stat().st_mode & 0o077:
        raise BadInput(f"{setting}: {path} can be read by others than its owner; mend it with: chmod 600 {path}")
    try:
        key = load_pem_private_key(text, None)
    except TypeError:
        raise BadInput(f"{setting}: {path} is locked with a passphrase; the web server needs one without") from None
    except ValueError:
        raise BadInput(f"{setting}: {path} holds no private key in PEM form") from None
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if key.public_key().public_bytes(*form) != leaf.public_key().public_bytes(*form):
        raise BadInput(f"{setting}: {path} is not the key of the first certificate in {certificate}")
    return Secret(setting, text.decode().strip() + "\n")


def _check_time(chain: list[x509.Certificate], place: str, now: datetime) -> None:
    for each in chain:
        name = each.subject.rfc4514_string()
        if each.not_valid_after_utc <= now:
            raise BadInput(f"{place}: {name} expired on {each.not_valid_after_utc:%Y-%m-%d}; renew it")
        if each.not_valid_before_utc > now:
            raise BadInput(f"{place}: {name} is not valid before {each.not_valid_before_utc:%Y-%m-%d}")


def _check_order(chain: list[x509.Certificate], place: str) -> None:
    """Each certificate is signed by the next: some clients accept nothing else."""
    for number, (each, issuer) in enumerate(pairwise(chain), 2):
        try:
            each.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature):
            raise BadInput(
                f"{place}: certificate {number} did not sign the one before it; "
                "put the server's own first, then each one's issuer"
            ) from None


def _check_names(leaf: x509.Certificate, place: str, names: Iterable[str]) -> None:
    known = subjects(leaf)
    lacking = [name for name in names if not any(covers(each, name) for each in known)]
    if lacking:
        has = f"it is for {', '.join(sorted(known))}" if known else "it names no host"
        raise BadInput(f"{place} is not for {lacking[0]}, as others call it; {has}")


def subjects(leaf: x509.Certificate) -> set[str]:
    """The names and addresses that a certificate is for; its common name does not count, browsers ignore it."""
    try:
        names = leaf.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME).value
    except x509.ExtensionNotFound:
        return set()
    assert isinstance(names, x509.SubjectAlternativeName)
    addresses = {str(each) for each in names.get_values_for_type(x509.IPAddress)}
    return {*names.get_values_for_type(x509.DNSName), *addresses}


def covers(pattern: str, name: str) -> bool:
    """Whether a certificate's name stands for a host's: ``*.example.org`` for ``wod.example.org``, one level only."""
    pattern, name = pattern.lower(), name.lower()
    first, _, rest = name.partition(".")
    return pattern == name or (pattern.startswith("*.") and bool(first) and bool(rest) and pattern[2:] == rest)
