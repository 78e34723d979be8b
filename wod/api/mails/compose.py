"""A participant's mail, from its facts: text and HTML from templates, headers that nothing can break out of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from wod.api import links
from wod.api.config import Api
from wod.engine.grammar import EMAIL

TEMPLATES = Path(__file__).parent / "templates"
SUBJECTS = {
    "welcome": "{wod} Workshops-on-Demand",
    "credentials": "{wod} Workshops-on-Demand credentials",
    "expiring": "Your {wod} Workshops-on-Demand session will end in one hour",
    "expired": "Thanks for participating in the {wod} Workshops-on-Demand!",
    "issue": "{wod} Workshop-on-Demand {session_type} Deployment Issue.",
    "link": "Your {wod} Workshops-on-Demand registration",
    "badge": "Way to go! You just earned the {wod} {badge} badge!",
}
"""The original's, and that of the letter ``link``, which is ours."""


def message(letter: str, facts: Mapping[str, Any], recipient: str, key: str, config: Api) -> EmailMessage:
    """:class:`ValueError` for a recipient that is no plain address.

    ``key`` becomes the Message-ID: the same mail sent twice is one to whoever looks.
    """
    if not EMAIL.fullmatch(recipient):
        raise ValueError("the participant's mail address is malformed")
    made = EmailMessage(policy=SMTP)
    made["From"] = Address(one_line(f"{config.branding} {facts['session_type']}"), addr_spec=config.mail.sender)
    made["To"] = recipient
    made["Subject"] = one_line(SUBJECTS[letter].format(wod=config.branding, **facts))
    made["Message-ID"] = f"<wod.{key.replace(':', '.')}@{config.mail.sender.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    values = variables(facts, config)
    made.set_content(render(f"{letter}.txt.j2", values))
    made.add_alternative(render(f"{letter}.html.j2", values), subtype="html")
    return made


def variables(facts: Mapping[str, Any], config: Api) -> dict[str, Any]:
    """The facts, and the addresses made of them; an address that is none of the web's is empty."""
    front, image = config.frontend.rstrip("/"), facts["badge_img"]
    pages = {
        "workshop_page": f"{front}/workshops/{facts['replay_id']}" if facts["replay_id"] else front,
        "finisher_page": f"{front}/workshop/{facts['replay_id']}/finisher-badge" if facts["replay_id"] else front,
        "badge_page": f"{front}/workshops/{facts.get('badge_id', 1) - 1}/special-badge",
        "badge_url": image if "://" in image else f"{front}/img/badges/{quote(image)}" if image else "",
        "feedback": config.feedback,
        "my_page": links.page(front, facts.get("token", "")),  # what a release before it has queued has none
    }
    theirs = {name: web(facts[name]) for name in ("replay_link", "hub_url", "start_url")}
    site = {"wod": config.branding, "front": front, "sender": config.mail.sender}
    return {**facts, **{name: web(page) for name, page in pages.items()}, **theirs, **site}


def web(address: str) -> str:
    """``address`` if a mail may link to it, else an empty text."""
    return address if re.fullmatch(r"https?://[!-~]+", address or "") else ""


def one_line(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html.j2"]),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["line"] = one_line
    environment.filters["share"] = lambda page: (
        f"https://www.linkedin.com/sharing/share-offsite/?url={quote(page, safe='')}"
    )
    return environment


def render(name: str, values: Mapping[str, Any]) -> str:
    return _templates().get_template(name).render(values)
