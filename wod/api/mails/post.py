"""The way out for a participant's mail: an SMTP relay, or SendGrid."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any

import httpx

from wod.api.config import Api, Mail
from wod.api.mails.compose import message
from wod.engine.send import NotSent

TIMEOUT = 15.0
SENDGRID = "https://api.sendgrid.com/v3/mail/send"
COPIED = ("credentials",)
"""Of these the sender gets a blind copy when SendGrid sends, as from the original."""


def deliver(recipient: str, payload: Mapping[str, Any], key: str, config: Api, sendgrid: str = SENDGRID) -> None:
    """Returns when a server has taken the mail; :class:`NotSent` otherwise, final when it never will."""
    try:
        made = message(payload["letter"], payload["facts"], recipient, key, config)
    except ValueError as error:
        raise NotSent(str(error), final=True) from None
    if config.mail.sendgrid_key:
        _sendgrid(made, recipient, payload["letter"] in COPIED, config.mail, sendgrid)
    else:
        _smtp(made, recipient, config.mail)


def _smtp(made: EmailMessage, recipient: str, mail: Mail) -> None:
    """An answer about this recipient or this mail is final with a 5xx; one about our account or TLS is not."""
    try:
        with smtplib.SMTP(mail.host, mail.port, timeout=TIMEOUT) as server:
            if mail.starttls:
                server.starttls(context=ssl.create_default_context())
            if mail.user:
                server.login(mail.user, mail.password)
            server.send_message(made, mail.sender, [recipient])
    except smtplib.SMTPRecipientsRefused as error:
        code, text = error.recipients[recipient]
        raise NotSent(f"{recipient} refused: {code} {text!r}", code >= 500) from None
    except smtplib.SMTPDataError as error:
        raise NotSent(f"the mail was refused: {error.smtp_code} {error.smtp_error!r}", error.smtp_code >= 500) from None
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(f"{mail.host}:{mail.port}: {error}", final=False) from None


def _sendgrid(made: EmailMessage, recipient: str, copied: bool, mail: Mail, address: str) -> None:
    headers = {"Authorization": f"Bearer {mail.sendgrid_key}"}
    try:
        answer = httpx.post(address, json=_json(made, recipient, copied), headers=headers, timeout=TIMEOUT)
    except httpx.HTTPError as error:
        raise NotSent(f"SendGrid cannot be reached: {error}", final=False) from None
    if not answer.is_success:  # 401 and 403 are our key's fault, 429 is the rate's: none of them is the mail's
        raise NotSent(f"SendGrid answers {answer.status_code}", answer.status_code in (400, 413))


def _json(made: EmailMessage, recipient: str, copied: bool) -> dict[str, Any]:
    """SendGrid refuses a blind copy to the recipient itself."""
    sender = made["From"].addresses[0]
    copy = copied and sender.addr_spec.lower() != recipient.lower()
    blind = {"bcc": [{"email": sender.addr_spec}]} if copy else {}
    parts = {name: made.get_body((name,)) for name in ("plain", "html")}
    return {
        "personalizations": [{"to": [{"email": recipient}], **blind}],
        "from": {"email": sender.addr_spec, "name": sender.display_name},
        "subject": str(made["Subject"]),
        "content": [{"type": f"text/{name}", "value": part.get_content()} for name, part in parts.items() if part],
        "tracking_settings": {"click_tracking": {"enable": False, "enable_text": False}},
    }
