"""Give mails to this host's own mail server. One line on stdout for each that it took: its answer.

Arguments: port, envelope sender, recipient. stdin: a JSON list of whole mails (RFC 5322, ASCII).
"""

import json
import smtplib
import sys

PATIENCE = 60


def main(port, sender, recipient):
    mails = json.loads(sys.stdin.read())
    with smtplib.SMTP("127.0.0.1", int(port), timeout=PATIENCE) as server:
        for mail in mails:
            server.ehlo_or_helo_if_needed()
            server.mail(sender)
            code, answer = server.rcpt(recipient)
            if code not in (250, 251):
                raise smtplib.SMTPRecipientsRefused({recipient: (code, answer)})
            code, answer = server.data(mail.encode("ascii"))
            if code != 250:
                raise smtplib.SMTPDataError(code, answer)
            print(answer.decode("ascii", "replace").strip())


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except smtplib.SMTPRecipientsRefused as error:
        sys.exit("the mail server refused the recipient: %s" % error)
    except smtplib.SMTPException as error:
        sys.exit("the mail server refused: %s" % error)
    except OSError as error:
        sys.exit("the mail server on port %s does not answer: %s" % (sys.argv[1], error))
