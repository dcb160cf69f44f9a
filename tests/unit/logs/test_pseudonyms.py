"""Pseudonyms: stable within one key, different under another, and nothing of the name in them."""

from __future__ import annotations

import pytest

from insight_pipeline.privacy.pseudonyms import Pseudonyms

NAMES = {
    "Anna Beispiel": "person",
    "Anna": "person",
    "anna.beispiel": "account",
    "hq-1": "installation",
    "hq_1": "installation",
    "db.firma.example": "host",
    "Support": "iqueue",
}
NUMBER = "+4971155512345"
HERE = Pseudonyms(b"key", NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "Anna Beispiel",
        "by ANNA.BEISPIEL today",
        "hq-1",
        "INSIGHT_INSTALLATIONS__HQ_1__REGION",
        "postgresql://u:geheim@db.firma.example:5432/x",
        "https://intern.firma.example/path",
        "leitung@firma.example",
        "l***@firma.example",
        NUMBER,
        "0711 555 12345",
        "10.20.30.40",
        "fd00:1:2:3:4:5:6:7",
        "password=geheim",
        "the Support queue",
    ],
)
def test_nothing_of_a_name_stays(text: str) -> None:
    found = HERE.text(text).casefold()
    for name in ("anna", "beispiel", "hq", "firma", "geheim", "leitung", "55512345", "555 12345",
                 "10.20", "fd00", "support"):  # fmt: skip
        assert name not in found


@pytest.mark.parametrize(
    "text",
    [
        "insight support-bundle",
        "RequestId: 8d9f2a51-6c1e-4d0a-9b57-0c3f5f1f7a10",
        "2026-03-12T09:05:22.123456+01:00",
        "IA-404, 30 rows of 4003",
        "https://api.powerbi.com/v1.0/myorg",
        "http://localhost:8080/x",
        "/srv/insight/.insight/insight.db",
        "Hannah and annals",
    ],
)
def test_what_is_no_name_stays(text: str) -> None:
    assert HERE.text(text) == text


def test_the_same_name_has_the_same_pseudonym_everywhere_and_others_have_others() -> None:
    once = HERE.text("hq-1")
    assert once.startswith("installation-")
    assert HERE.text("job hq_1_load") == f"job {once}_load"
    assert HERE.text("https://db.firma.example") == f"https://{HERE.text('db.firma.example')}"
    assert HERE.text(NUMBER) != HERE.text(f"{NUMBER}6")
    assert HERE.text("Anna Beispiel") != HERE.text("anna.beispiel")


def test_another_bundle_has_other_pseudonyms() -> None:
    assert Pseudonyms(b"other", NAMES).text("hq-1") != HERE.text("hq-1")


def test_quotes_in_texts_of_errors_are_replaced_and_identifiers_stay() -> None:
    found = HERE.error_text("KeyError: 'call_id', ValueError: 'Frau Muster', \"x Y\"; it's, that's")
    assert "'call_id'" in found
    assert "it's, that's" in found
    assert "Muster" not in found
    assert "x Y" not in found


def test_a_stack_trace_keeps_its_places_and_loses_what_the_error_was_given() -> None:
    trace = (
        "Traceback (most recent call last):\n"
        '  File "/srv/app/run.py", line 7, in load\n'
        '    raise KeyError("name")\n'
        "    ^^^^^^\n"
        "KeyError: 'Frau Muster'\n"
        "  {'name': 'Herr Muster'}"
    )
    found = HERE.stack_trace(trace)
    assert found.splitlines()[:4] == trace.splitlines()[:4]
    assert "Muster" not in found


def test_trees_are_replaced_with_their_keys_and_numbers_that_count_stay() -> None:
    found = HERE.tree({"hq-1": [{"rows": 1234567, "is": True, "by": ("Anna",)}], "none": None})
    assert str(found).count("1234567") == 1
    assert "hq-1" not in str(found)
    assert "Anna" not in str(found)


def test_without_known_names_shapes_are_still_replaced() -> None:
    assert NUMBER not in Pseudonyms(b"key", {}).text(f"call {NUMBER}")
