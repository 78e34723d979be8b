"""LDAP passwords of students (contract section 10), by the distribution's ``ldapmodify``."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from wod.engine.config import Ldap
from wod.engine.errors import Impossible, TryLater

BIND = "cn=Directory Manager"


def ldif(ldap: Ldap, number: int, password: str) -> str:
    """The change that gives student ``number`` a password; the server hashes it."""
    return (
        f"dn: uid={ldap.user}{number},ou=People,{ldap.domain}\n"
        "changetype: modify\nreplace: userPassword\n"
        f"userPassword: {password}\n"
    )


def set_password(ldap: Ldap | None, number: int, password: str, folder: Path) -> None:
    """The bind password goes by a 0600 file in ``folder``, which only root may enter, and the change by stdin."""
    program = shutil.which("ldapmodify")
    if ldap is None:
        raise Impossible("the workshop needs LDAP, but WODLDAPSRVNAME, WODLDAPDMN and WODLDAPPWD are not all set")
    if program is None:
        raise Impossible("the workshop needs LDAP, but ldapmodify is missing; install ldap-utils or openldap-clients")
    scheme = "ldaps" if ldap.port == 636 else "ldap"
    with tempfile.NamedTemporaryFile("w", dir=folder, prefix="ldap-") as secret:
        secret.write(ldap.password)  # no line break: all of the file is the password
        secret.flush()
        command = [program, "-x", "-H", f"{scheme}://{ldap.server}:{ldap.port}", "-D", BIND, "-y", secret.name]
        change = ldif(ldap, number, password)
        done = subprocess.run(command, input=change, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        complaint = done.stderr.strip().splitlines()
        raise TryLater(f"ldapmodify failed: {complaint[-1] if complaint else done.returncode}")
