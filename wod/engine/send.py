"""Hand a composed order to a backend's mail server, and believe it delivered only when that server says so."""

from __future__ import annotations

import smtplib

from wod.engine.text import one_line


class NotSent(Exception):
    """One sentence. ``final`` when the server will never take this mail; otherwise send the same bytes again."""

    def __init__(self, reason: str, final: bool) -> None:
        super().__init__(one_line(reason))
        self.final = final


def send(raw: bytes, host: str, port: int, sender: str, recipient: str, timeout: float = 30.0) -> None:
    """Returns when the server has taken the mail (its answer to the end of DATA); :class:`NotSent` otherwise.

    ``raw`` is from :func:`wod.engine.signature.compose`. Sending it again is safe: its nonce makes it act once.
    """
    place = f"{host}:{port}"
    try:
        with smtplib.SMTP(host, port, timeout=timeout) as server:
            server.sendmail(sender, [recipient], raw)
    except smtplib.SMTPRecipientsRefused as error:
        code, text = error.recipients[recipient]
        raise NotSent(f"{place} refused {recipient}: {code} {_words(text)}", code >= 500) from None
    except smtplib.SMTPResponseException as error:
        raise NotSent(
            f"{place} refused the mail: {error.smtp_code} {_words(error.smtp_error)}", _final(error)
        ) from None
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(f"{place} cannot be reached: {error}", False) from None


def _final(error: smtplib.SMTPResponseException) -> bool:
    return int(error.smtp_code) >= 500


def _words(text: bytes | str) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text
