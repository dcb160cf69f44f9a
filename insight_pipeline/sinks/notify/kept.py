"""A notice as the outbox keeps it: its words and figures as JSON, its attachment as bytes. Pure."""

from __future__ import annotations

from dataclasses import asdict, replace

import orjson

from insight_pipeline.model.notices import Attachment, Fact, Notice, NoticeKind


def to_row(notice: Notice) -> tuple[str, bytes | None]:
    """Words and figures, and the attachment."""
    attachment = notice.attachment
    named = attachment and {"file_name": attachment.file_name, "media_type": attachment.media_type}
    body = asdict(replace(notice, attachment=None)) | {"attachment": named}
    return orjson.dumps(body).decode(), attachment.content if attachment else None


def from_row(body: str, content: bytes | None) -> Notice:
    """The notice again; without an attachment where that is no longer kept."""
    given = orjson.loads(body)
    named = given["attachment"]
    attachment = None if named is None or content is None else Attachment(**named, content=content)
    return Notice(
        **{
            **given,
            "kind": NoticeKind(given["kind"]),
            "facts": tuple(Fact(**fact) for fact in given["facts"]),
            "attachment": attachment,
        }
    )
