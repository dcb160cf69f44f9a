"""Queries: counting back, sums, filters, groups and measures."""

from __future__ import annotations

from typing import Any

import pytest

from insight_pipeline.emulator import Emulator
from tests.integration.emulator.asking import CALLS, DATASET, QUEUES, Asker, assert_described

ROWS: list[dict[str, Any]] = [
    {"id": 1, "queue": "Support", "share": 1.5, "sign": 1, "start_utc": "2026-03-12T09:00:00.001Z"},
    {
        "id": 2,
        "queue": "Support",
        "share": 2.0,
        "sign": 1,
        "start_utc": "2026-03-12T10:00:00+01:00",
    },
    {"id": 2, "queue": "Support", "share": 2.0, "sign": -1, "start_utc": "2026-03-13T00:00:00"},
    {"id": 3, "queue": 'It\'s "new"', "share": 4.0, "sign": 1, "is_missed": True},
    {"id": 4, "sign": 1},
]
MEASURES = [
    {"name": "Calls", "expression": "SUM(calls[sign])"},
    {"name": "Share", "expression": "DIVIDE([Weighted], [Calls])"},
    {"name": "Weighted", "expression": "SUMX(calls, calls[sign] * calls[share])"},
]


@pytest.fixture
def filled(emulator: Emulator) -> tuple[Asker, str]:
    asker = Asker(emulator)
    tables = [{**CALLS, "measures": MEASURES}, QUEUES]
    dataset = asker.create({**DATASET, "tables": tables})
    assert asker.push(dataset, ROWS).status_code == 200
    queues = [{"name": "Support", "site": "Berlin"}, {"name": "Sales", "site": "Bonn"}]
    assert asker.push(dataset, queues, table="queues").status_code == 200
    return asker, dataset


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("COUNTROWS('calls')", 5),
        ("COUNTROWS(calls)", 5),
        ("""COUNTROWS(FILTER('calls', 'calls'[queue] = "Support"))""", 3),
        ("""COUNTROWS(FILTER('calls', 'calls'[queue] = "Support" && 'calls'[id] = 2))""", 2),
        ("""CALCULATE(COUNTROWS('calls'), 'calls'[queue] = "Support")""", 3),
        ("""CALCULATE(COUNTROWS('calls'), 'calls'[queue] = "SUPPORT", 'calls'[id] = 1)""", 1),
        ("""CALCULATE(COUNTROWS('calls'), 'calls'[queue] = "It's ""new""\")""", 1),
        ("""CALCULATE(COUNTROWS('calls'), 'calls'[queue] IN {"Support", "Sales"})""", 3),
        ("""CALCULATE(COUNTROWS('calls'), 'calls'[queue] = "none")""", None),
        ("""COUNTROWS(FILTER('calls', FALSE()))""", None),
        ("""CALCULATE(COUNTROWS('calls'), ISBLANK('calls'[queue]))""", 1),
        ("""CALCULATE(COUNTROWS('calls'), 'calls'[queue] = "")""", 1),
        ("""CALCULATE(COUNTROWS('calls'), 'calls'[is_missed] = TRUE())""", 1),
        ("""CALCULATE(COUNTROWS('calls'), NOT 'calls'[is_missed])""", 4),
        ("""CALCULATE(COUNTROWS('calls'), 'calls'[start_utc] < DATE(2026, 3, 13))""", 4),
        ("""CALCULATE(COUNTROWS('calls'), 'calls'[start_utc] = dt"2026-03-12T09:00:00")""", 2),
        ("SUM('calls'[sign])", 3),
        ("SUMX('calls', 'calls'[sign] * 'calls'[share])", 5.5),
        ("""CALCULATE(SUMX('calls', 'calls'[sign] * 'calls'[share]), 'calls'[id] = 2)""", 0),
        ("""CALCULATE(SUM('calls'[share]), 'calls'[id] = 99)""", None),
        ("DISTINCTCOUNT('calls'[id])", 4),
        ("MAX('calls'[id]) - MIN('calls'[id]) + 2 * 3 ^ 2 - 1", 20),
        ("[Calls]", 3),
        ("""CALCULATE([Calls], 'calls'[queue] = "Support")""", 1),
        ("ROUND_TRIP", "error"),
        ("""CALCULATE([Calls], queues[site] = "Berlin")""", 1),
        ("""CALCULATE([Calls], queues[site] = "Bonn")""", None),
        ("COUNTROWS(FILTER(VALUES(calls[id]), [Calls] > 0))", 3),
        ("""COUNTROWS(FILTER(SUMMARIZE(calls, calls[id], "n", SUM(calls[sign])), [n] > 0))""", 3),
        ("MAXX(FILTER(VALUES(calls[id]), [Calls] > 0), calls[id])", 4),
        ("VAR a = COUNTROWS(calls) RETURN IF(a > 4, a * 2, 0)", 10),
        ("""CALCULATE(CALCULATE(COUNTROWS(calls), ALL(calls)), calls[id] = 1)""", 5),
        ("COALESCE(BLANK(), 7) -- a comment", 7),
        ('BLANK() = 0 && BLANK() = "" && NOT (BLANK() == 0)', True),
    ],
)
def test_an_expression_has_the_value_that_the_service_gives(
    filled: tuple[Asker, str], expression: str, value: object
) -> None:
    asker, dataset = filled
    text = f'EVALUATE ROW("n", {expression}\n)'
    if value == "error":
        assert asker.query(dataset, text).status_code == 400
        return
    assert asker.found(dataset, text) == ([{}] if value is None else [{"[n]": value}])


def test_blank_is_null_where_nulls_are_asked_for(filled: tuple[Asker, str]) -> None:
    asker, dataset = filled
    text = """EVALUATE ROW("n", COUNTROWS(FILTER('calls', 'calls'[id] = 99)))"""
    assert asker.found(dataset, text) == [{}]
    answer = asker.query(dataset, text, has_nulls=True)
    assert_described(answer, "DatasetExecuteQueriesResponse")
    assert answer.json()["results"][0]["tables"][0]["rows"] == [{"[n]": None}]


def test_a_table_comes_with_its_name_before_each_column(filled: tuple[Asker, str]) -> None:
    asker, dataset = filled
    rows = asker.found(dataset, "EVALUATE FILTER('calls', 'calls'[id] <= 2)")
    assert rows[0] == {
        "calls[id]": 1,
        "calls[queue]": "Support",
        "calls[share]": 1.5,
        "calls[start_utc]": "2026-03-12T09:00:00",
        "calls[sign]": 1,
    }
    assert len(asker.found(dataset, "EVALUATE 'calls'")) == 5


def test_groups_are_summed_and_ordered(filled: tuple[Asker, str]) -> None:
    asker, dataset = filled
    rows = asker.found(
        dataset,
        """EVALUATE SUMMARIZE(calls, calls[queue], "n", [Calls]) ORDER BY [n], calls[queue] DESC""",
    )
    assert rows == [
        {"calls[queue]": "Support", "[n]": 1},
        {"calls[queue]": 'It\'s "new"', "[n]": 1},
        {"[n]": 1},
    ]
    by_site = """EVALUATE ADDCOLUMNS(VALUES(queues[site]), "n", [Weighted]) ORDER BY queues[site]"""
    assert asker.found(dataset, by_site) == [
        {"queues[site]": "Berlin", "[n]": 1.5},
        {"queues[site]": "Bonn"},
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SELECT 1",
        "EVALUATE 'nothing'",
        "EVALUATE ROW(\"n\", COUNTROWS('nothing'))",
        "EVALUATE FILTER('calls', 'calls'[nothing] = 1)",
        "EVALUATE FILTER('calls', 'calls'[id] = \"1\")",
        "EVALUATE FILTER('calls', 'calls'[id] =)",
        "EVALUATE FILTER('calls')",
        'EVALUATE ROW("n")',
        "EVALUATE COUNTROWS('calls')",
        "EVALUATE ROW(\"n\", FORECAST('calls'))",
        'EVALUATE ROW("n", 1 / 0)',
        'EVALUATE ROW("n", IF(1))',
        "EVALUATE 'calls' ?",
        'EVALUATE ROW("n", CALCULATE(COUNTROWS(calls), calls[id] = 1 && queues[name] = "a"))',
    ],
)
def test_a_query_that_is_not_understood_is_an_error_never_a_guess(
    filled: tuple[Asker, str], text: str
) -> None:
    asker, dataset = filled
    answer = asker.query(dataset, text)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "DatasetExecuteQueriesError"


def test_many_groups_are_counted_in_reasonable_time(emulator: Emulator) -> None:
    asker = Asker(emulator)
    dataset = asker.create()
    asker.push(dataset, [{"id": n, "sign": 1} for n in range(10_000)])
    text = """SUMMARIZE(calls, calls[id], "n", SUM(calls[sign]))"""
    assert asker.found(dataset, f'EVALUATE ROW("n", COUNTROWS(FILTER({text}, [n] > 0)))') == [
        {"[n]": 10_000}
    ]
