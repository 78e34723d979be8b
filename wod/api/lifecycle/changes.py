"""Decisions as rows, all of one customer's in one transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from wod.api import links, models
from wod.api.config import Api
from wod.api.lifecycle import badges, decisions, orders, outbox, trace
from wod.api.lifecycle.facts import Customer, Workshop
from wod.api.mails import letters


class Changes:
    """``row`` and ``course`` are locked by ``session``; ``course`` is None for a workshop that is gone."""

    def __init__(
        self, session: Session, row: models.Customer, course: models.Workshop | None, config: Api, now: datetime
    ) -> None:
        self.session, self.row, self.course, self.config, self.now = session, row, course, config, now

    def apply(self, actions: list[decisions.Action], customer: Customer, workshop: Workshop) -> None:
        for action in actions:
            match action:
                case decisions.Become():
                    self._become(action)
                case decisions.Write(letter):
                    self._write(letter, self._facts(customer, workshop))
                case decisions.Give():
                    self._give(action, customer, workshop)
                case decisions.Withdraw():
                    for key in outbox.withdraw(self.session, self.row.id):
                        self._note("withdrawn", key.split(":")[1])
                case decisions.Reopen() if self.course:
                    self.course.capacity = (self.course.capacity or 0) + 1
                case decisions.Award():
                    self._award(customer, workshop)
                case decisions.Note(event, detail):
                    trace.note_once(self.session, self.row.id, self.now, event, detail)

    def _facts(self, customer: Customer, workshop: Workshop) -> letters.Facts:
        return letters.facts(customer, workshop, links.token(self.config.token_key, self.row))

    def _note(self, event: str, detail: str = "") -> None:
        trace.note(self.session, self.row.id, self.now, event, detail)

    def _become(self, action: decisions.Become) -> None:
        row = self.row
        row.last_email_sent = action.state
        if action.active is not None:
            row.active = action.active
        if action.length is not None:
            row.start_date, row.end_date = self.now, self.now + action.length
        if action.state == "welcome":
            row.special_badge_id = 0
        self.session.flush()
        self._note(action.state)

    def _write(self, letter: decisions.Letter, facts: letters.Facts) -> None:
        """An expiring mail is one per end: whoever extended a session is warned again."""
        key = f"{self.row.id}:{letter}" + (f":{self.row.end_date.timestamp():.0f}" if letter == "expiring" else "")
        payload = {"letter": letter, "facts": facts}
        item = outbox.Item(self.row.id, "mail", self.row.email or "", payload, key, self.now, self.now)
        outbox.put(self.session, item)

    def _give(self, action: decisions.Give, customer: Customer, workshop: Workshop) -> None:
        try:
            orders.put(self.session, action, customer, workshop, self.config, self.now)
        except ValueError as error:
            self._note(f"no {action.verb}", str(error))

    def _award(self, customer: Customer, workshop: Workshop) -> None:
        """One participant's ends are counted one after the other, whichever process they are in."""
        email = func.lower(models.Customer.email) == customer.email.lower()
        self.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(customer.email.lower()))))
        names = func.count(models.Customer.session_name.distinct())
        finished = self.session.scalar(select(names).where(email, models.Customer.last_email_sent == "expired")) or 0
        held = self.session.scalar(select(func.max(models.Customer.special_badge_id)).where(email)) or 0
        badge = badges.award(finished, held)
        if badge is not None:
            self.row.special_badge_id = badge.id
            picture = self.session.scalar(select(models.SpecialBadge.badge_img).filter_by(id=badge.id)) or ""
            self._write("badge", self._facts(customer, workshop) | letters.badge(badge, picture))
            self._note("badge", badge.name)
