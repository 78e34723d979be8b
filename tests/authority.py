"""A certificate authority of one's own, for tests: certificates of any names and times."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)
_NOT = (
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "encipher_only",
    "decipher_only",
)
AUTHORITYS = x509.KeyUsage(digital_signature=True, key_cert_sign=True, crl_sign=True, **dict.fromkeys(_NOT, False))
"""Python 3.13 and newer take no certificate of an authority that does not say what its key is for (RFC 5280)."""


@dataclass(frozen=True)
class Issued:
    """A certificate with its key, both also as PEM text."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    def write(self, folder: Path, *issuers: Issued) -> tuple[str, str]:
        """``(chain, key)`` as files, the key 0600."""
        chain, key = folder / "portal.pem", folder / "portal.key"
        chain.write_text(self.pem + "".join(each.pem for each in issuers))
        key.touch(mode=0o600)
        key.write_text(self.key_pem)
        return str(chain), str(key)


def issue(*names: str, issuer: Issued | None = None, begins: float = -1, ends: float = 30) -> Issued:
    """For DNS names or IP addresses; without an ``issuer`` an authority that signed itself. Times in days from now."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(timezone.utc)
    signer = issuer.key if issuer else key
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + begins * DAY)
        .not_valid_after(now + ends * DAY)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if issuer is None:
        builder = builder.add_extension(AUTHORITYS, critical=True)
    else:
        builder = builder.add_extension(x509.SubjectAlternativeName([_name(each) for each in names]), critical=False)
    return Issued(builder.sign(signer, hashes.SHA256()), key)


def _name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)
