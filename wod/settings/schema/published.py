"""Secrets that stand in the original's public documents and repositories: known to everybody, so never used.

Only digests are kept here. They are taken of the text in Unicode's composed form, since editors on some
systems write the other one.
"""

from __future__ import annotations

import hashlib
import unicodedata

DIGESTS = frozenset(
    {
        "0caf286bebe6f19037e2e272046a7ef85616c1348db1e9bb55eb1c91d33f5deb",
        "157dcca5fe115376bd18ec0d1525fed2b0cfcb38ff530bedcc7d43c412ce6ecd",
        "1f5e34ddfa43bb6dbd9256d5980d12ab31a73c3ae8143c2f50a4e3e13fbc4ccc",
        "2a28373e2cacc6ea903d8c7e52dd3c49f8a87f95ec65ba1156de7e6564ca9524",
        "5e2c3d9ffe4fc3cf5eb4be86af547aac76b8877c78ae4381320f327e9847a0fd",
        "6c528ac61aface3b97732992588f7580efa6c05b7a54a4972e25806ac00c5bc7",
        "8626e285fc59273d5760170ac30f1fc5522a78b5b99c9e6046b0ea9e5ea49ad9",
        "88f8d54486c9768214404a7287009f5f560ebd2c5f82b9cedc769583cae6a996",
        "ae7ec2de64fb8e46721064ad0270cd3c350ef504107af6633943519e2ba07ac1",
        "b3fb5354f6d6370ed455b43ad36b0b03c3aa0834e279a97a29a75dffed4eccb0",
        "ce57ca9c291876147d4746c8ba918732a71b9db01c67efd66117a7ad39d69f31",
    }
)


def is_published(value: object) -> bool:
    """Whether a secret is one that everybody can read on the web."""
    return isinstance(value, str) and digest(value) in DIGESTS


def digest(value: str) -> str:
    """The form in which such a value is kept here."""
    return hashlib.sha256(unicodedata.normalize("NFC", value).encode()).hexdigest()
