"""Reports by mail to WODMONITOR: by the site's relay, or this machine's own sendmail."""

from __future__ import annotations

import smtplib
import socket
import ssl
import subprocess
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

from wod.errors import BadInput, WodError
from wod.fleet.post import Post
from wod.secrets import Secret
from wod.settings import Settings

SENDMAIL = Path("/usr/sbin/sendmail")
SECONDS = 60.0


def compose(settings: Settings | Post, subject: str, text: str, page: str = "") -> EmailMessage:
    """A mail with the text, and the page attached. :class:`BadInput` when nobody is to get it."""
    if not settings.WODMONITOR:
        raise BadInput("nobody is told: WODMONITOR is not set; set it to the address that gets reports")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = settings.WODSENDER, settings.WODMONITOR, subject
    mail["Date"], mail["Message-ID"] = formatdate(localtime=True), make_msgid(domain=socket.getfqdn() or "localhost")
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text)
    if page:
        mail.add_attachment(page.encode(), maintype="text", subtype="html", filename="report.html")
    return mail


def by_sendmail(settings: Settings | Post, sendmail: Path = SENDMAIL) -> bool:
    """Whether mails are handed to this machine's own program."""
    return not settings.WODSMTPHOST and sendmail.exists()


def send(settings: Settings | Post, mail: EmailMessage, sendmail: Path = SENDMAIL) -> None:
    """By WODSMTPHOST; else by sendmail, if this machine has it; else by the first backend's mail server."""
    try:
        if settings.WODSMTPHOST:
            _by_relay(settings, mail)
        elif by_sendmail(settings, sendmail):
            subprocess.run([str(sendmail), "-t", "-oi"], input=mail.as_bytes(), check=True, timeout=SECONDS)
        else:
            with smtplib.SMTP(settings.WODBEFQDN, settings.POSTPORT, timeout=SECONDS) as server:
                server.send_message(mail)
    except (OSError, smtplib.SMTPException, subprocess.SubprocessError) as error:
        raise WodError(f"the report could not be mailed to {settings.WODMONITOR}: {error}") from None


def _by_relay(settings: Settings | Post, mail: EmailMessage) -> None:
    with smtplib.SMTP(settings.WODSMTPHOST or "", settings.WODSMTPPORT, timeout=SECONDS) as server:
        if settings.WODSMTPTLS:
            server.starttls(context=ssl.create_default_context())
        if settings.WODSMTPUSER:
            password = settings.WODSMTPPWD
            server.login(
                settings.WODSMTPUSER, password.reveal() if isinstance(password, Secret) else str(password or "")
            )
        server.send_message(mail)
