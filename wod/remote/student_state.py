"""Print what a host's student accounts and homes look like, as one line of JSON.

Arguments: the folder of the homes, the admin account, first uid, last uid, first gid, last gid of the range.
"""

import grp
import json
import os
import pwd
import re
import stat
import struct
import sys

STUDENT = re.compile(r"student[0-9]+$")
TAGS = {0x01: "u:", 0x02: "u", 0x04: "g:", 0x08: "g", 0x10: "m:", 0x20: "o:"}


def acl_text(raw):
    """A POSIX ACL from its attribute (acl(5), linux/posix_acl_xattr.h) as sorted text: ``g::---,u:1001:rwx``."""
    entries = []
    for offset in range(4, len(raw), 8):
        tag, perm, number = struct.unpack_from("<HHI", raw, offset)
        rights = "".join(letter if perm & bit else "-" for letter, bit in (("r", 4), ("w", 2), ("x", 1)))
        who = TAGS[tag] + (":%d" % number if tag in (0x02, 0x08) else "")
        entries.append(who + ":" + rights)
    return ",".join(sorted(entries))


def acl_of(path, kind):
    try:
        return acl_text(os.getxattr(path, "system.posix_acl_" + kind, follow_symlinks=False))
    except OSError:
        return ""


def home_of(path, acls):
    info = os.lstat(path)
    kind = "d" if stat.S_ISDIR(info.st_mode) else "l" if stat.S_ISLNK(info.st_mode) else "f"
    acl = "" if kind != "d" else acl_of(path, "access") + ";" + acl_of(path, "default")
    return [kind, info.st_uid, info.st_gid, stat.S_IMODE(info.st_mode), acls.setdefault(acl, len(acls))]


def homes_in(folder):
    acls = {}  # type: dict[str, int]
    names = sorted(filter(STUDENT.match, os.listdir(folder))) if os.path.isdir(folder) else []
    homes = {name: home_of(os.path.join(folder, name), acls) for name in names}
    return {"homes": homes, "acls": sorted(acls, key=lambda acl: acls[acl])}


def main(folder, admin, *ids):
    first_uid, last_uid, first_gid, last_gid = map(int, ids)
    users = [
        [user.pw_name, user.pw_uid, user.pw_gid, user.pw_dir, user.pw_shell, user.pw_gecos]
        for user in pwd.getpwall()
        if STUDENT.match(user.pw_name) or first_uid <= user.pw_uid <= last_uid
    ]
    groups = [
        [group.gr_name, group.gr_gid]
        for group in grp.getgrall()
        if STUDENT.match(group.gr_name) or first_gid <= group.gr_gid <= last_gid
    ]
    admins = [user.pw_uid for user in pwd.getpwall() if user.pw_name == admin]
    state = {"users": users, "groups": groups, "admin": admins[0] if admins else None}
    state.update(homes_in(folder))
    print(json.dumps(state, separators=(",", ":")))


if __name__ == "__main__":
    main(*sys.argv[1:])
