"""The original's tables (contract section 2), names and types as a dump of a running original has them.

Our own constraints and tables are added by the migrations in ``wod/api/migrations``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Boolean, DateTime, ForeignKey, Integer, String, Text, func, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """``created_at`` and ``updated_at`` are the columns ``createdAt`` and ``updatedAt``."""

    type_annotation_map = {datetime: DateTime(timezone=True), str: String(255), list[int]: ARRAY(Integer)}


class Timed:
    created_at: Mapped[datetime | None] = mapped_column("createdAt", server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column("updatedAt", server_default=func.now(), onupdate=func.now())


def flag(default: bool = False, **options: Any) -> Mapped[bool]:
    return mapped_column(Boolean, server_default=text(str(default).lower()), default=default, **options)


class Workshop(Timed, Base):
    __tablename__ = "workshops"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    notebook: Mapped[str | None]
    description: Mapped[str | None] = mapped_column(Text)
    capacity: Mapped[int | None]
    priority: Mapped[int | None]
    range: Mapped[list[int] | None]
    reset: Mapped[bool] = flag()
    varpass: Mapped[bool] = flag()
    ldap: Mapped[bool] = flag()
    monoappliance: Mapped[bool | None] = flag()
    multiappliance: Mapped[bool | None] = flag()
    beta: Mapped[bool | None] = flag()
    session_id: Mapped[int | None] = mapped_column("sessionId")
    session_type: Mapped[str | None] = mapped_column("sessionType")
    location: Mapped[str | None]
    avatar: Mapped[str | None]
    role: Mapped[str | None]
    pre_requisite: Mapped[str | None] = mapped_column("preRequisite", Text)
    compile: Mapped[str | None]
    replay_link: Mapped[str | None] = mapped_column("replayLink", Text)
    active: Mapped[bool] = flag()
    workshop_img: Mapped[str | None] = mapped_column("workshopImg")
    badge_img: Mapped[str | None] = mapped_column("badgeImg")
    replay_id: Mapped[int | None] = mapped_column("replayId")
    category: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    alternate_location: Mapped[list[str] | None] = mapped_column("alternateLocation", ARRAY(Text))
    duration: Mapped[int | None] = mapped_column(server_default=text("4"), default=4)
    presenter: Mapped[str | None]


class Student(Timed, Base):
    """A seat; ``id`` is the local number plus the location's basestdid."""

    __tablename__ = "students"

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str | None]
    username: Mapped[str | None]
    password: Mapped[str | None]
    location: Mapped[str | None]
    assigned: Mapped[bool] = flag()


class Customer(Timed, Base):
    """One registration."""

    __tablename__ = "customers"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    email: Mapped[str | None]
    company: Mapped[str | None]
    session_name: Mapped[str | None] = mapped_column("sessionName")
    session_type: Mapped[str | None] = mapped_column("sessionType")
    location: Mapped[str | None]
    proxy: Mapped[str | None]
    active: Mapped[bool] = flag()
    cleaned: Mapped[bool] = flag()
    last_email_sent: Mapped[str | None] = mapped_column("lastEmailSent")
    notebook: Mapped[str | None]
    hours: Mapped[int | None]
    start_date: Mapped[datetime] = mapped_column("startDate")
    special_badge_id: Mapped[int | None] = mapped_column("specialBadgeId")
    completion_percentage: Mapped[int | None] = mapped_column(
        "completionPercentage", server_default=text("0"), default=0
    )
    end_date: Mapped[datetime] = mapped_column("endDate")
    student_id: Mapped[int | None] = mapped_column("studentId", ForeignKey("students.id"))
    student: Mapped[Student | None] = relationship()


class Location(Timed, Base):
    """A backend; ``name`` is its external FQDN, ``port`` a text as in the original."""

    __tablename__ = "locations"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    basestdid: Mapped[int | None]
    proto: Mapped[str | None]
    port: Mapped[str | None]


class User(Timed, Base):
    """An account of the API; ``password`` is a bcrypt hash."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str | None]
    email: Mapped[str | None]
    password: Mapped[str | None]
    role_id: Mapped[int | None] = mapped_column("roleId", ForeignKey("users.id"))
    roles: Mapped[list[Role]] = relationship(secondary="user_roles")


class Role(Timed, Base):
    """``user`` (1), ``moderator`` (2), ``admin`` (3)."""

    __tablename__ = "roles"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    user_id: Mapped[int | None] = mapped_column("userId", ForeignKey("roles.id"))


class UserRole(Timed, Base):
    __tablename__ = "user_roles"

    role_id: Mapped[int] = mapped_column("roleId", ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column("userId", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)


class SpecialBadge(Base):
    """``updatedAt`` is a text in the original's schema."""

    __tablename__ = "special_badges"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    title: Mapped[str | None]
    description: Mapped[str | None]
    badge_img: Mapped[str | None] = mapped_column("badgeImg")
    created_at: Mapped[datetime | None] = mapped_column("createdAt", server_default=func.now())
    updated_at: Mapped[str | None] = mapped_column("updatedAt", Text)
