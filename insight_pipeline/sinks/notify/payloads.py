"""What a webhook is sent: an Adaptive Card for Teams, blocks for Slack, else our own JSON. Pure.

Texts of others (names of queues, errors) are never markup: they cannot address people or hide links.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson

from insight_pipeline.model.notices import Notice, NoticeKind
from insight_pipeline.sinks.notify.words import one_line

JSON_VERSION = 1
"""Of our own JSON: fields may be added under it; none is renamed, retyped or dropped."""
_SECTION_CHARACTERS, _HEADER_CHARACTERS = 2900, 150
"""Slack refuses more."""
_CARD_CHARACTERS = 8000
"""Teams takes 28 KB for a whole message."""
_BAD = (
    NoticeKind.ALERT_RAISED,
    NoticeKind.RUN_FAILED,
    NoticeKind.LOGIN_ENDED,
    NoticeKind.CALLS_STOPPED,
)
Json = dict[str, Any]


def payload(kind: str, notice: Notice) -> bytes:
    """The body for a webhook of this kind, as UTF-8."""
    made = {"teams": _teams, "slack": _slack, "json": _json}[kind](notice)
    return orjson.dumps(made)


def _json(notice: Notice) -> Json:
    return {
        "version": JSON_VERSION,
        "id": notice.notice_id,
        "kind": notice.kind.value,
        "code": notice.code,
        "at": datetime.fromtimestamp(int(notice.at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "title": one_line(notice.title),
        "text": notice.text,
        "data": {fact.name: fact.value for fact in notice.facts},
    }


def _teams(notice: Notice) -> Json:
    """A message with one card, as the trigger of a Teams workflow takes it."""
    colour = "Attention" if notice.kind in _BAD else "Good"
    body: list[Json] = [
        _text_block(one_line(notice.title), weight="Bolder", size="Medium", color=colour),
        _text_block(notice.text),
    ]
    if notice.labelled:
        pairs = [
            {"title": _plain(fact.label), "value": _plain(one_line(fact.text))}
            for fact in notice.labelled
        ]
        body.append({"type": "FactSet", "facts": pairs})
    body.append(_text_block(notice.code, isSubtle=True, size="Small"))
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": body,
    }
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return {"type": "message", "attachments": [attachment]}


def _text_block(text: str, **style: object) -> Json:
    return {"type": "TextBlock", "text": _plain(text[:_CARD_CHARACTERS]), "wrap": True, **style}


def _plain(text: str) -> str:
    """Signs of Markdown as themselves; a break between paragraphs is an empty line."""
    for sign in "\\`*_[]":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\n\n")


def _slack(notice: Notice) -> Json:
    title = one_line(notice.title)
    lines = [notice.text, *(f"{fact.label}: {one_line(fact.text)}" for fact in notice.labelled)]
    text = "\n".join(line for line in lines if line)
    header = {"type": "plain_text", "text": title[:_HEADER_CHARACTERS], "emoji": False}
    section = {"type": "plain_text", "text": text[:_SECTION_CHARACTERS] or title, "emoji": False}
    code = {"type": "plain_text", "text": notice.code, "emoji": False}
    return {
        "text": _escaped(title),
        "blocks": [
            {"type": "header", "text": header},
            {"type": "section", "text": section},
            {"type": "context", "elements": [code]},
        ],
    }


def _escaped(text: str) -> str:
    """Slack reads `<!channel>` in a text as a call to everybody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
