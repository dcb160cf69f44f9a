"""Mails, taken by a real mail server: what arrives, whom it trusts, and what is said when it does not."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from insight_pipeline.model.alert_settings import Mail
from insight_pipeline.model.errors import InsightError, PermanentError, TransientError
from insight_pipeline.model.notices import Attachment, Fact, Notice, NoticeKind
from insight_pipeline.sinks.notify.mail import send_mail
from tests.certificates import Authority
from tests.receiving import PASSWORD, USER, MailBox, mail_server, talking, trickling

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

TO = "leitung@firma.example"
NOTICE = Notice(
    "0123456789abcdef",
    NoticeKind.ALERT_RAISED,
    "IA-622",
    1_774_000_000.0,
    "Schwellenwert verletzt: Störungsannahme\r\nBcc: wer@anders.example",
    "Die Größe übersteigt das Maß.",
    (Fact("value", 0.125, "Abbruchquote", "12,5 %"), Fact("queue_id", 21, "", "")),
)


def settings(box: MailBox, security: str = "starttls", **other: object) -> Mail:
    given = {
        "host": box.host,
        "port": box.port,
        "security": security,
        "from": "insight@firma.example",
        "ca_file": box.ca_file,
        "timeout_seconds": 5,
        **other,
    }
    return Mail.model_validate(given)


def refusal(mail: Mail, notice: Notice = NOTICE) -> InsightError:
    with pytest.raises(InsightError) as error:
        send_mail(mail, notice, TO)
    assert error.value.__context__ is None
    return error.value


@pytest.mark.parametrize("security", ["starttls", "tls", "plain"])
def test_a_mail_arrives_with_umlauts_and_figures_and_encrypted_unless_it_stays_here(
    tmp_path: Path, security: str
) -> None:
    with mail_server(tmp_path, security) as box:
        send_mail(settings(box, security), NOTICE, TO)
    (mail,) = box.mails
    assert mail["Subject"] == "Schwellenwert verletzt: Störungsannahme Bcc: wer@anders.example"
    assert mail["Bcc"] is None
    assert mail["To"] == TO
    assert mail["From"] == "insight@firma.example"
    text = mail.get_content()
    assert "Die Größe übersteigt das Maß." in text
    assert "Abbruchquote: 12,5 %" in text
    assert "queue_id" not in text
    assert "IA-622" in text
    assert box.is_encrypted == [security != "plain"]
    assert box.envelopes[0].rcpt_tos == [TO]


def test_a_mail_that_is_sent_again_has_the_same_message_id(tmp_path: Path) -> None:
    with mail_server(tmp_path) as box:
        for _ in range(2):
            send_mail(settings(box), NOTICE, TO)
    assert {mail["Message-ID"] for mail in box.mails} == {"<0123456789abcdef@firma.example>"}
    assert {mail["Auto-Submitted"] for mail in box.mails} == {"auto-generated"}


def test_an_attachment_arrives_byte_for_byte(tmp_path: Path) -> None:
    page = "<!doctype html><p>Größe</p>\n.\n".encode() * 20_000
    notice = Notice(
        "1", NoticeKind.REPORT, "IA-627", 0.0, "Bericht", "x",
        attachment=Attachment("demo_2026-03-12.html", "text/html", page),
    )  # fmt: skip
    with mail_server(tmp_path) as box:
        send_mail(settings(box), notice, TO)
    (part,) = box.mails[0].iter_attachments()
    assert part.get_filename() == "demo_2026-03-12.html"
    assert part.get_content_type() == "text/html"
    assert part.get_payload(decode=True) == page


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_login_is_made_over_the_encrypted_connection(tmp_path: Path, security: str) -> None:
    with mail_server(tmp_path, security, needs_login=True) as box:
        mail = settings(box, security, user=USER, password=SecretStr(PASSWORD))
        send_mail(mail, NOTICE, TO)
        assert len(box.mails) == 1
        wrong = mail.model_copy(update={"password": SecretStr("falsch-" + PASSWORD)})
        problem = refusal(wrong)
    assert isinstance(problem, PermanentError)
    assert problem.code == "IA-633"
    assert PASSWORD not in repr((problem, problem.fields, problem.message("de")))


def test_a_password_that_the_login_cannot_carry_is_a_refused_login(tmp_path: Path) -> None:
    with mail_server(tmp_path, needs_login=True) as box:
        found = refusal(settings(box, user=USER, password=SecretStr("Käse")))
    assert isinstance(found, PermanentError)
    assert (found.code, box.mails) == ("IA-633", [])


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_for_another_name_is_refused_and_nothing_is_sent(
    tmp_path: Path, security: str
) -> None:
    with mail_server(tmp_path, security, "mail.anders.example") as box:
        problem = refusal(settings(box, security))
    assert (problem.code, type(problem)) == ("IA-631", PermanentError)
    assert "mismatch" in problem.message("en")
    assert box.mails == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_an_unknown_authority_is_refused(tmp_path: Path, security: str) -> None:
    with mail_server(tmp_path, security) as box:
        (tmp_path / "other.pem").write_bytes(Authority().certificate)
        for ca_file in ("", str(tmp_path / "other.pem")):
            problem = refusal(settings(box, security, ca_file=ca_file))
            assert (problem.code, type(problem)) == ("IA-631", PermanentError)
    assert box.mails == []


def test_a_file_that_holds_no_certificates_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing")
    with mail_server(tmp_path) as box:
        problem = refusal(settings(box, ca_file=str(tmp_path / "empty.pem")))
    assert problem.code == "IA-631"
    assert "ca_file" in problem.message("de")


def test_a_server_without_starttls_gets_neither_login_nor_text(tmp_path: Path) -> None:
    with mail_server(tmp_path, "plain", needs_login=True) as box:
        problem = refusal(settings(box, user=USER, password=SecretStr(PASSWORD)))
    assert (problem.code, type(problem)) == ("IA-632", PermanentError)
    assert box.mails == []


def test_a_plain_server_where_tls_is_expected_is_refused(tmp_path: Path) -> None:
    with mail_server(tmp_path, "plain") as box:
        assert refusal(settings(box, "tls")).code == "IA-631"


def test_a_recipient_that_the_server_does_not_know_is_permanent_and_told_in_its_words(
    tmp_path: Path,
) -> None:
    with mail_server(tmp_path) as box:
        box.refused[TO] = "550 5.1.1 user unknown"
        problem = refusal(settings(box))
        assert (problem.code, type(problem)) == ("IA-634", PermanentError)
        assert "550" in problem.message("de")
        assert "user unknown" in problem.message("de")
        box.refused[TO] = "451 4.7.1 greylisted"
        problem = refusal(settings(box))
    assert (problem.code, type(problem)) == ("IA-635", TransientError)


@pytest.mark.parametrize(
    ("reply", "code"), [("452 4.3.1 disk full", "IA-635"), ("554 5.7.1 spam", "IA-634")]
)
def test_a_mail_that_is_refused_after_its_text_is_not_sent(
    tmp_path: Path, reply: str, code: str
) -> None:
    with mail_server(tmp_path) as box:
        box.replies.append(reply)
        assert refusal(settings(box)).code == code


def test_a_password_that_the_server_repeats_is_not_kept(tmp_path: Path) -> None:
    with mail_server(tmp_path, needs_login=True) as box:
        box.replies.append(f"550 no mail for {USER} with {PASSWORD}")
        problem = refusal(settings(box, user=USER, password=SecretStr(PASSWORD)))
    assert "no mail for insight with ***" in problem.message("en")


def _silent(connection: socket.socket) -> None:
    connection.recv(1)


def _dropping(connection: socket.socket) -> None:
    connection.sendall(b"220 here\r\n")
    connection.recv(100)


@pytest.mark.parametrize("talk", [_silent, _dropping, trickling(b"")])
def test_a_server_that_is_silent_drops_or_trickles_is_tried_again_later(
    talk: Callable[[socket.socket], None],
) -> None:
    with talking(talk) as port:
        problem = refusal(settings(MailBox("127.0.0.1", port), timeout_seconds=1))
    assert (problem.code, type(problem)) == ("IA-630", TransientError)


def test_a_server_that_is_not_there_is_tried_again_later() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    listener.close()
    problem = refusal(settings(MailBox("127.0.0.1", port)))
    assert (problem.code, type(problem)) == ("IA-630", TransientError)
    assert f"127.0.0.1:{port}" in problem.message("de")


def test_the_password_stands_in_no_picture_of_the_settings(tmp_path: Path) -> None:
    with mail_server(tmp_path) as box:
        mail = settings(box, user=USER, password=SecretStr(PASSWORD))
    assert PASSWORD not in repr(mail) + str(mail) + mail.model_dump_json()
