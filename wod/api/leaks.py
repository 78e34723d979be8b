"""What the original leaks into its database, and the statement that mends each, in the order in which they must run."""

from __future__ import annotations

from typing import NamedTuple

SETTLING = "1 hour"
"""How long after the end of a registration its seat may still be assigned: the backend is cleaning it."""


class Step(NamedTuple):
    """``sql`` does it and returns one text per row it changed: the subject."""

    reason: str
    mend: str
    sql: str

    @property
    def statement(self) -> str:
        return self.sql.format(**_WORDS)


_OPEN = "({0}.\"lastEmailSent\" IS NULL OR {0}.\"lastEmailSent\" NOT IN ('expired', 'error'))"
_WORDS = {
    "open": _OPEN.format("c"),
    "first_open": _OPEN.format("first"),
    "customer": "'registration ' || c.id",
    "seat": "s.username || ' at ' || s.location",
    "later_twin": "s.location = kept.location AND s.username = kept.username AND s.id > kept.id",
    "settling": SETTLING,
}

ACCOUNTS = (
    Step(
        "is missing",
        "added",
        'INSERT INTO roles (id, name, "createdAt", "updatedAt") SELECT r.id, r.name, :now, :now'
        " FROM (VALUES (1, 'user'), (2, 'moderator'), (3, 'admin')) AS r (id, name)"
        " WHERE NOT EXISTS (SELECT FROM roles k WHERE k.id = r.id OR k.name = r.name) RETURNING 'role ' || name",
    ),
    Step(
        "has no role",
        "given the role user; `wod-api sync` gives the site's own accounts theirs",
        'INSERT INTO user_roles ("roleId", "userId", "createdAt", "updatedAt")'
        " SELECT r.id, u.id, :now, :now FROM users u JOIN roles r ON r.name = 'user'"
        ' WHERE NOT EXISTS (SELECT FROM user_roles k WHERE k."userId" = u.id)'
        " RETURNING 'user ' || (SELECT username FROM users WHERE id = \"userId\")",
    ),
    Step(
        "has the name of another account",
        "renamed",
        "UPDATE users u SET username = u.username || '-' || u.id, \"updatedAt\" = :now FROM users kept"
        " WHERE kept.username = u.username AND kept.id < u.id RETURNING 'user ' || u.username",
    ),
    Step(
        "has an empty password",
        "nobody can log in with it any more",
        "UPDATE users u SET password = NULL, \"updatedAt\" = :now WHERE u.password = ''"
        " RETURNING 'user ' || u.username",
    ),
)

BOOKINGS = (
    Step(
        "is there twice",
        "the later row is removed",
        "DELETE FROM locations l USING locations kept WHERE kept.name = l.name AND kept.id < l.id"
        " RETURNING 'location ' || l.name",
    ),
    Step(
        "names a second row of its student",
        "pointed to the first",
        'UPDATE customers c SET "studentId" = (SELECT min(k.id) FROM students k'
        " WHERE k.location = s.location AND k.username = s.username)"
        ' FROM students s, students kept WHERE c."studentId" = s.id AND {later_twin} RETURNING {customer}',
    ),
    Step(
        "is there twice",
        "the later row is removed",
        "DELETE FROM students s USING students kept WHERE {later_twin} RETURNING {seat}",
    ),
    Step(
        "is in a state that nobody knows",
        "a session that runs is taken for one, an empty state for a new registration, all else is over",
        'UPDATE customers c SET "lastEmailSent" = CASE WHEN c."lastEmailSent" = \'\' THEN NULL'
        " WHEN c.active THEN 'credentials' ELSE 'error' END, \"updatedAt\" = :now"
        ' WHERE c."lastEmailSent" NOT IN :states RETURNING {customer}',
    ),
    Step(
        "is open, and has no student",
        "closed as an error; the participant can register again",
        'UPDATE customers c SET "lastEmailSent" = \'error\', active = false, "updatedAt" = :now'
        ' WHERE c."studentId" IS NULL AND {open} RETURNING {customer}',
    ),
    Step(
        "was given a student whom an earlier registration has",
        "closed as an error; the earlier one keeps the student",
        'UPDATE customers c SET "lastEmailSent" = \'error\', active = false, "updatedAt" = :now FROM customers first'
        ' WHERE first."studentId" = c."studentId" AND first.id < c.id AND {open}'
        " AND {first_open} RETURNING {customer}",
    ),
    Step(
        "has an open registration, and counts as free",
        "assigned",
        'UPDATE students s SET assigned = true, "updatedAt" = :now FROM customers c'
        ' WHERE c."studentId" = s.id AND {open} AND NOT s.assigned RETURNING {seat}',
    ),
    Step(
        "is assigned, and no registration is open",
        "set free",
        'UPDATE students s SET assigned = false, "updatedAt" = :now WHERE s.assigned AND NOT EXISTS ('
        ' SELECT FROM customers c WHERE c."studentId" = s.id AND ({open}'
        " OR NOT c.cleaned AND c.\"updatedAt\" > :now - interval '{settling}')) RETURNING {seat}",
    ),
    Step(
        "has no range of two student numbers",
        "taken away; `wod-api sync` brings that of the content repository",
        'UPDATE workshops w SET range = NULL, "updatedAt" = :now WHERE w.range IS NOT NULL AND NOT'
        " (cardinality(w.range) = 2 AND 1 <= coalesce(w.range[1], 0) AND w.range[1] <= coalesce(w.range[2], 0))"
        " RETURNING 'workshop ' || w.notebook",
    ),
)

ADMINS = (
    "SELECT 'user ' || u.username FROM users u JOIN user_roles k ON k.\"userId\" = u.id"
    " JOIN roles r ON r.id = k.\"roleId\" WHERE r.name = 'admin' ORDER BY u.id"
)
