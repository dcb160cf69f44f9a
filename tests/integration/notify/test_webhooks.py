"""Webhooks of every kind, posted to a real web server: what arrives, and what each answer means."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from insight_pipeline.model.alert_settings import Webhook
from insight_pipeline.model.errors import InsightError, PermanentError, TransientError
from insight_pipeline.model.notices import Fact, Notice, NoticeKind
from insight_pipeline.sinks.notify.webhooks import MOST_RETRY_SECONDS, send_webhook
from tests.receiving import Hooks, Reply, talking, trickling, web_server

SECRET = "T0KANARIE/B0KANARIE/xyzGEHEIMxyz"  # noqa: S105 - invented
PATH = f"/services/{SECRET}?sig=SignaturGeheim"
NOTICE = Notice(
    "0123456789abcdef",
    NoticeKind.ALERT_RAISED,
    "IA-622",
    1_774_000_000.5,
    "Schwellenwert: Störung <!channel> *fett*",
    "Größe & Maß.\nZweite Zeile.",
    (Fact("value", 0.125, "Abbruchquote", "12,5 %"), Fact("queue_id", 21, "", "")),
)


def hook(hooks: Hooks, kind: str = "json", **other: object) -> Webhook:
    given = {"kind": kind, "url": SecretStr(hooks.url + PATH), "ca_file": hooks.ca_file}
    return Webhook.model_validate(given | {"timeout_seconds": 5} | other)


def refusal(webhook: Webhook) -> InsightError:
    with pytest.raises(InsightError) as error:
        send_webhook("zentrale", webhook, NOTICE)
    problem = error.value
    assert problem.__context__ is None
    said = repr((problem.fields, problem.message("de"), problem.next_step("en")))
    assert not any(part in said for part in (*SECRET.split("/"), "SignaturGeheim"))
    return problem


def test_our_own_json_has_a_version_and_every_figure() -> None:
    with web_server() as hooks:
        send_webhook("zentrale", hook(hooks), NOTICE)
    (posted,) = hooks.posted
    assert posted.path == PATH
    assert posted.headers["Content-Type"] == "application/json; charset=utf-8"
    assert posted.headers["Idempotency-Key"] == NOTICE.notice_id
    assert posted.body == {
        "version": 1,
        "id": "0123456789abcdef",
        "kind": "alert_raised",
        "code": "IA-622",
        "at": "2026-03-20T09:46:40Z",
        "title": "Schwellenwert: Störung <!channel> *fett*",
        "text": "Größe & Maß.\nZweite Zeile.",
        "data": {"value": 0.125, "queue_id": 21},
    }


def test_teams_gets_a_message_with_one_adaptive_card_whose_texts_are_no_markup() -> None:
    with web_server() as hooks:
        hooks.replies.append(Reply(202))
        send_webhook("zentrale", hook(hooks, "teams"), NOTICE)
    (attachment,) = hooks.posted[0].body["attachments"]
    assert hooks.posted[0].body["type"] == "message"
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    title, text, facts, code = card["body"]
    assert title["text"] == "Schwellenwert: Störung <!channel> \\*fett\\*"
    assert text["text"] == "Größe & Maß.\n\nZweite Zeile."
    assert facts["facts"] == [{"title": "Abbruchquote", "value": "12,5 %"}]
    assert code["text"] == "IA-622"


def test_slack_gets_blocks_and_a_text_that_call_nobody() -> None:
    with web_server() as hooks:
        hooks.replies.append(Reply(200, "ok"))
        send_webhook("zentrale", hook(hooks, "slack"), NOTICE)
    body = hooks.posted[0].body
    assert body["text"] == "Schwellenwert: Störung &lt;!channel&gt; *fett*"
    assert [block["type"] for block in body["blocks"]] == ["header", "section", "context"]
    assert {block["text"]["type"] for block in body["blocks"][:2]} == {"plain_text"}
    assert "Abbruchquote: 12,5 %" in body["blocks"][1]["text"]["text"]


@pytest.mark.parametrize("kind", ["teams", "slack", "json"])
def test_a_notice_of_any_length_keeps_within_what_the_services_take(kind: str) -> None:
    long = Notice("1", NoticeKind.TEST, "IA-628", 0.0, "t" * 9000, "x" * 90_000)
    with web_server() as hooks:
        send_webhook("zentrale", hook(hooks, kind), long)
    if kind == "slack":
        header, section, _ = hooks.posted[0].body["blocks"]
        assert len(header["text"]["text"]) <= 150
        assert len(section["text"]["text"]) <= 3000
    if kind == "teams":
        assert int(hooks.posted[0].headers["Content-Length"]) <= 28_000


@pytest.mark.parametrize(
    ("status", "code"), [(400, "IA-643"), (401, "IA-643"), (404, "IA-643"), (410, "IA-643")]
)
def test_a_refusal_is_permanent_and_told_without_the_url_it_repeats(status: int, code: str) -> None:
    with web_server() as hooks:
        hooks.replies.append(Reply(status, f"no_service for {hooks.url}{PATH}"))
        problem = refusal(hook(hooks))
    assert (problem.code, type(problem)) == (code, PermanentError)
    assert str(status) in problem.message("de")
    assert "no_service for" in problem.message("de")


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_what_may_pass_is_transient(status: int) -> None:
    with web_server() as hooks:
        hooks.replies.append(Reply(status, "busy"))
        problem = refusal(hook(hooks))
    assert (problem.code, type(problem)) == ("IA-644", TransientError)
    assert problem.fields["retry_seconds"] == 0.0


@pytest.mark.parametrize(
    ("given", "least", "most"),
    [
        ("17", 17.0, 17.0),
        ("999999999999", MOST_RETRY_SECONDS, MOST_RETRY_SECONDS),
        ("soon", 0.0, 0.0),
        ("-5", 0.0, 0.0),
        (timedelta(seconds=900), 600.0, 900.0),
        (timedelta(days=-1), 0.0, 0.0),
    ],
)
def test_a_wait_that_is_asked_for_is_noted(
    given: str | timedelta, least: float, most: float
) -> None:
    if isinstance(given, timedelta):
        given = format_datetime(datetime.now(UTC) + given)
    with web_server() as hooks:
        hooks.replies.append(Reply(429, headers={"Retry-After": given}))
        wait = refusal(hook(hooks)).fields["retry_seconds"]
    assert isinstance(wait, float)
    assert least <= wait <= most


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with web_server() as hooks:
        hooks.replies.append(Reply(status, headers={"Location": f"{hooks.url}/elsewhere"}))
        problem = refusal(hook(hooks))
        assert (problem.code, type(problem)) == ("IA-642", PermanentError)
        assert [posted.path for posted in hooks.posted] == [PATH]


@pytest.mark.parametrize(
    "reply", [Reply(0), Reply(200, "x", pause_seconds=1.5)], ids=["dropped", "silent"]
)
def test_a_connection_that_drops_or_stays_silent_is_tried_again_later(reply: Reply) -> None:
    with web_server() as hooks:
        hooks.replies.append(reply)
        problem = refusal(hook(hooks, timeout_seconds=1))
    assert (problem.code, type(problem)) == ("IA-640", TransientError)


def test_an_answer_that_does_not_end_is_tried_again_later() -> None:
    with talking(trickling(b"HTTP/1.1 ")) as port:
        problem = refusal(hook(Hooks(f"http://127.0.0.1:{port}"), timeout_seconds=1))
    assert (problem.code, type(problem)) == ("IA-640", TransientError)


def test_a_text_that_does_not_end_changes_nothing_after_a_good_status() -> None:
    with web_server() as hooks:
        hooks.replies.append(Reply(200, "x" * 40, trickle_seconds=0.3))
        send_webhook("zentrale", hook(hooks, timeout_seconds=1), NOTICE)


def test_a_service_that_is_away_is_tried_again_later() -> None:
    with web_server() as hooks:
        pass
    problem = refusal(hook(hooks))
    assert (problem.code, type(problem)) == ("IA-640", TransientError)


def test_a_trusted_certificate_is_taken(tmp_path: Path) -> None:
    with web_server(tmp_path) as hooks:
        send_webhook("zentrale", hook(hooks), NOTICE)
    assert len(hooks.posted) == 1


def test_a_certificate_for_another_name_or_of_an_unknown_authority_is_refused(
    tmp_path: Path,
) -> None:
    with web_server(tmp_path, "hooks.anders.example") as hooks:
        problem = refusal(hook(hooks))
        assert (problem.code, type(problem)) == ("IA-641", PermanentError)
        assert "mismatch" in problem.message("en")
    with web_server(tmp_path) as hooks:
        problem = refusal(hook(hooks, ca_file=""))
        assert (problem.code, type(problem)) == ("IA-641", PermanentError)
    assert hooks.posted == []


def test_the_url_reaches_no_log_at_any_level(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with web_server() as hooks:
        send_webhook("zentrale", hook(hooks), NOTICE)
        hooks.replies.append(Reply(500, "x"))
        refusal(hook(hooks))
        assert SECRET not in caplog.text + repr(hook(hooks))
