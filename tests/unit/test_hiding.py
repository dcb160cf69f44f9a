"""Text without secrets: what is hidden, and what must stay readable."""

from __future__ import annotations

import base64
import json
import secrets
import uuid

import pytest
from cryptography.fernet import Fernet

from insight_pipeline.model.hiding import without_secrets

JWT = ".".join(
    base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
    for part in ({"alg": "RS256", "typ": "JWT"}, {"oid": str(uuid.UUID(int=7)), "exp": 1_800_000})
)


@pytest.mark.parametrize(
    "secret",
    [
        "+4971155512345",
        "071155512345",
        "20260312",
        "0711 555 12345",
        "+49 (711) 555-12345",
        Fernet.generate_key().decode(),
        secrets.token_urlsafe(48) + "aB3",
        JWT,
    ],
    ids=["international", "national", "like a day", "spaced", "brackets", "key", "token", "jwt"],
)
@pytest.mark.parametrize("around", ["{}", "before {} after", '{{"called": "{}"}}', "number={},x"])
def test_what_looks_like_a_secret_or_a_number_is_hidden(secret: str, around: str) -> None:
    found = without_secrets(around.format(secret))
    assert secret not in found
    assert "***" in found
    assert without_secrets(found) == found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        ("postgresql://anna:p%40ss@db:5432/insight", "postgresql://anna:***@db:5432/insight"),
        ("password=geheim&x=1", "password=***&x=1"),
        ("{'device_code': 'xyz', 'a': 1}", "{'device_code': '***', 'a': 1}"),
        ("at https://hooks.slack.com/services/T0/B0/x now", "at https://hooks.slack.com/*** now"),
        ("'https://a.b.logic.azure.com:443/w/1?sig=y'", "'https://a.b.logic.azure.com:443/***'"),
        ("POST /flow?api-version=1&sig=aB-c HTTP/1.1", "POST /flow?api-version=1&sig=*** HTTP/1.1"),
    ],
)
def test_what_is_named_as_a_secret_is_hidden_whatever_it_looks_like(
    text: str, expected: str
) -> None:
    assert without_secrets(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "RequestId: 8d9f2a51-6c1e-4d0a-9b57-0c3f5f1f7a10",
        "2026-03-12 09:05:22, 12.03.2026 09:05",
        "'/srv/insight/test_a_file_with_a_long_name_is_shown_as_it_is_1.parquet' is missing",
        "table fact_call has 12345 rows in 75 columns",
        "KeyError: 'call_id'",
        "call_list/verbindungsdaten_20260312.csv, 20260312_export.csv.gz",
        "2026-03-12T09:05:22.123456+01:00",
    ],
)
def test_ids_of_requests_dates_paths_and_counts_stay(text: str) -> None:
    assert without_secrets(text) == text
