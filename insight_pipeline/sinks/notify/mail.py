"""Mail by SMTP: one message to one recipient, encrypted, with an answer or an error that says why not.

The connection is encrypted before login and text, and its certificate verified; unencrypted is for this
machine only, which the settings hold. No password and no dialogue with the server reaches a message.
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime

from insight_pipeline.model.alert_settings import Mail
from insight_pipeline.model.errors import InsightError, PermanentError, TransientError
from insight_pipeline.model.hiding import HIDDEN, without_secrets
from insight_pipeline.model.notices import Notice
from insight_pipeline.model.terms import Term
from insight_pipeline.sinks.notify.deadline import ending_after
from insight_pipeline.sinks.notify.trust import context_of, is_broken_off, why_untrusted
from insight_pipeline.sinks.notify.words import one_line, plain_text

_DEADLINE_TIMEOUTS = 3
"""A whole conversation may take so many times the timeout of one answer."""
_READY, _PERMANENT = 220, 500
_SHOWN_CHARACTERS = 200
NO_CONNECTION = Term("keine Verbindung", "no connection")
NO_ANSWER = Term("keine Antwort in der Frist", "no answer in time")


def mail_of(notice: Notice, mail: Mail, recipient: str) -> EmailMessage:
    """The notice as a mail; its Message-ID is the same however often it is sent."""
    message = EmailMessage(policy=SMTP_POLICY)
    message["Subject"] = one_line(notice.title)
    message["From"], message["To"] = mail.sender, recipient
    message["Date"] = format_datetime(datetime.fromtimestamp(notice.at, UTC))
    message["Message-ID"] = f"<{notice.notice_id}@{mail.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(plain_text(notice), cte="quoted-printable")
    if notice.attachment is not None:
        main, _, sub = notice.attachment.media_type.partition("/")
        name = notice.attachment.file_name
        content = notice.attachment.content
        charset = {"charset": "utf-8"} if main == "text" else {}
        message.add_attachment(content, maintype=main, subtype=sub, filename=name, params=charset)
    return message


def send_mail(mail: Mail, notice: Notice, recipient: str) -> None:
    """Send; PermanentError or TransientError IA-630 to IA-635 where the server has not taken it."""
    failure: InsightError | None = None
    try:
        _converse(mail, mail_of(notice, mail, recipient), recipient)
    except (smtplib.SMTPException, OSError) as error:
        failure = _failure(error, mail, recipient)
    except UnicodeError:  # AUTH knows ASCII alone
        failure = PermanentError("IA-633", server=f"{mail.host}:{mail.port}", status="ASCII")
    if failure is not None:  # outside: the caught error holds the dialogue
        raise failure


class _Smtp(smtplib.SMTP):
    """Unencrypted at first; knows the host's name, for TLS, before it connects."""

    def open_to(self, host: str, port: int) -> None:
        """Connect, and read the greeting."""
        self._host = host
        status, said = self.connect(host, port)
        if status != _READY:
            raise smtplib.SMTPConnectError(status, said)


class _Smtps(_Smtp, smtplib.SMTP_SSL):
    """Encrypted from the first byte."""


def _converse(mail: Mail, message: EmailMessage, recipient: str) -> None:
    timeout = float(mail.timeout_seconds)
    context = None if mail.security == "plain" else context_of(mail.ca_file)
    is_tls = mail.security == "tls"
    smtp = _Smtps(timeout=timeout, context=context) if is_tls else _Smtp(timeout=timeout)
    with ending_after(timeout * _DEADLINE_TIMEOUTS, lambda: smtp.sock):
        try:
            smtp.open_to(mail.host, mail.port)
            if mail.security == "starttls":
                _start_tls(smtp, mail, context)
            if mail.user:
                smtp.login(mail.user, mail.password.get_secret_value())
            smtp.send_message(message, mail.sender, [recipient])
            with suppress(smtplib.SMTPException, OSError):
                smtp.quit()  # the mail is taken: what comes after it changes nothing
        finally:
            smtp.close()


def _start_tls(smtp: smtplib.SMTP, mail: Mail, context: ssl.SSLContext | None) -> None:
    smtp.ehlo_or_helo_if_needed()
    if not smtp.has_extn("starttls"):
        raise PermanentError("IA-632", server=f"{mail.host}:{mail.port}")
    smtp.starttls(context=context)


def _failure(error: Exception, mail: Mail, recipient: str) -> InsightError:
    server = f"{mail.host}:{mail.port}"
    if isinstance(error, ssl.SSLError) and not is_broken_off(error):
        return PermanentError("IA-631", server=server, detail=why_untrusted(error))
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return PermanentError("IA-633", server=server, status="AUTH")
    if isinstance(error, smtplib.SMTPAuthenticationError) and error.smtp_code >= _PERMANENT:
        return PermanentError("IA-633", server=server, status=error.smtp_code)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        error = smtplib.SMTPResponseException(*next(iter(error.recipients.values())))
    if isinstance(error, smtplib.SMTPConnectError):
        return TransientError("IA-630", server=server, detail=f"SMTP {error.smtp_code}")
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code > 0:
        return _refusal(mail, recipient, error.smtp_code, error.smtp_error)
    detail = NO_ANSWER if isinstance(error, TimeoutError) else NO_CONNECTION
    return TransientError("IA-630", server=server, detail=detail)


def _refusal(mail: Mail, recipient: str, status: int, said: bytes | str) -> InsightError:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    password = mail.password.get_secret_value()
    text = text.replace(password, HIDDEN) if password else text
    fields = {
        "server": f"{mail.host}:{mail.port}",
        "recipient": recipient,
        "status": status,
        "detail": without_secrets(one_line(text))[:_SHOWN_CHARACTERS],
    }
    if status >= _PERMANENT:
        return PermanentError("IA-634", **fields)
    return TransientError("IA-635", **fields)
