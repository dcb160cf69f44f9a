"""Answers of the login service: the kind decides, the number words."""

from __future__ import annotations

import pytest

from insight_pipeline.model.messages import CATALOGUE, message
from insight_pipeline.model.messages.login import AADSTS_CODES, LOGIN
from insight_pipeline.sinks.powerbi.login_answers import (
    LoginNeededError,
    LoginPendingError,
    aadsts_number,
    refusal,
)


def test_the_logins_messages_keep_to_their_range() -> None:
    codes = [entry.code for entry in LOGIN]
    assert len(set(codes)) == len(codes)
    assert all("IA-501" <= code <= "IA-549" for code in codes)


def test_every_number_has_a_message_and_both_spellings_of_inactivity_mean_the_same() -> None:
    assert set(AADSTS_CODES.values()) <= set(CATALOGUE)
    assert AADSTS_CODES[70082] == AADSTS_CODES[700082] == "IA-513"


@pytest.mark.parametrize("code", ["IA-501", "IA-502"])
def test_without_a_login_a_database_alone_is_said_to_be_fine(code: str) -> None:
    assert "harmlos" in message(code).cause("de")
    assert "harmless" in message(code).cause("en")


@pytest.mark.parametrize("number", AADSTS_CODES)
def test_a_text_for_a_number_leaves_no_field_open(number: int) -> None:
    found = refusal({"error": "invalid_grant", "error_codes": [number]}, "host", "tenant")
    for locale in ("de", "en"):
        for text in (found.message(locale), found.cause(locale), found.next_step(locale)):
            assert "{" not in text


def test_the_kind_decides_whatever_the_number_says() -> None:
    assert isinstance(
        refusal({"error": "authorization_pending", "error_codes": [50173]}, "h", "t"),
        LoginPendingError,
    )
    assert isinstance(
        refusal({"error": "invalid_grant", "error_codes": [650052]}, "h", "t"), LoginNeededError
    )
    assert not isinstance(
        refusal({"error": "invalid_client", "error_codes": [50173]}, "h", "t"), LoginNeededError
    )


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        ({"error_codes": [70043]}, 70043),
        ({"error_codes": [1, 50173]}, 50173),
        ({"error_description": "AADSTS700082: expired"}, 700082),
        ({"error_codes": "odd", "error_description": None}, None),
        ({}, None),
    ],
)
def test_the_number_is_found_in_the_list_or_the_description(
    answer: dict[str, object], number: int | None
) -> None:
    assert aadsts_number(answer) == number


def test_a_kind_that_is_no_word_is_not_repeated() -> None:
    found = refusal({"error": "CANARY token", "error_description": "CANARY"}, "h", "t")
    assert "CANARY" not in repr(found)
    assert found.code == "IA-525"
