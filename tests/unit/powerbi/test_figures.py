"""The measures' formulas over corrected rows, against the figures that the oracle computed."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from insight_pipeline.facts.kpi import SERVICE_LEVEL_VARIANTS, service_level
from insight_pipeline.model.tables import AGENT_COUNTERS, QUEUE_COUNTERS
from insight_pipeline.sinks.powerbi.datasets import historical
from insight_pipeline.sinks.powerbi.figures import FORMULAS, Granularity
from insight_pipeline.sinks.powerbi.formulas import Distinct, Largest, Only, Ratio, Total, dax
from tests.unit.powerbi.history import Model, Slice, golden

GRANULARITIES: tuple[Granularity, ...] = ("call", "interval")
QUEUE_CODES = [c.name for c in QUEUE_COUNTERS]
QUEUE_RATIOS = ["abandonment_rate", "asa_seconds", "average_talk_seconds"]


@pytest.fixture(scope="module", params=GRANULARITIES)
def model(request: pytest.FixtureRequest) -> Model:
    return Model.of_the_week(historical(request.param, "de"), request.param, seed=1)


def _slices(name: str, dimension: str) -> list[tuple[Slice, dict[str, object]]]:
    """The rows of a table of day figures, each with what a report would pick to see it."""
    return [
        (
            {
                "dim_date": f"{row['local_date']}T00:00:00",
                f"dim_{dimension}": f"{row['installation']}|{row[f'{dimension}_id']}",
            },
            row,
        )
        for row in golden(name).to_pylist()
    ]


def _is_same(value: float | None, expected: object) -> bool:
    if value is None or expected is None:
        return value is expected
    return math.isclose(value, float(str(expected)), rel_tol=1e-12)


def test_rows_were_corrected_at_all(model: Model) -> None:
    for rows in model.rows.values():
        assert (rows["sign"] < 0).sum() > len(rows) / 5
        assert rows["sign"].sum() < len(rows) / 2


def test_counters_of_a_queue_on_a_day_survive_corrections(model: Model) -> None:
    for picked, expected in _slices("kpi_queue_day", "queue"):
        for code in QUEUE_CODES:
            assert _is_same(model.value(code, picked), expected[code]), (code, picked)


def test_counters_of_all_queues_and_days_together_survive_corrections(model: Model) -> None:
    days = golden("kpi_queue_day").to_pandas()
    for code in QUEUE_CODES:
        whole = days[code].max() if code == "wait_max_seconds" else days[code].sum()
        assert model.value(code, {}) == whole, code


def test_ratios_of_a_queue_on_a_day_survive_corrections(model: Model) -> None:
    for picked, expected in _slices("kpi_queue_day", "queue"):
        for code in QUEUE_RATIOS:
            assert _is_same(model.value(code, picked), expected[code]), (code, picked)
        variant = expected["service_level_variant"]
        assert _is_same(model.value(f"service_level_{variant}", picked), expected["service_level"])


@pytest.mark.parametrize("variant", SERVICE_LEVEL_VARIANTS)
def test_every_service_level_is_the_one_of_the_rules(model: Model, variant: str) -> None:
    days = _slices("kpi_queue_day", "queue")
    expected = service_level(pd.DataFrame([row for _, row in days]), variant)
    for (picked, _), level in zip(days, expected, strict=True):
        value = model.value(f"service_level_{variant}", picked)
        assert _is_same(value, None if np.isnan(level) else level), picked


def test_figures_of_an_agent_on_a_day_survive_corrections(model: Model) -> None:
    for picked, expected in _slices("kpi_agent_day", "agent"):
        for counter in AGENT_COUNTERS:
            code = f"agent_{counter.name}"
            assert _is_same(model.value(code, picked), expected[counter.name]), (code, picked)
        average = model.value("agent_average_talk_seconds", picked)
        assert _is_same(average, expected["average_talk_seconds"]), picked


def test_agents_in_contact_are_counted_once_whatever_was_withdrawn(model: Model) -> None:
    contacts = golden("fact_agent_contact").to_pandas()
    users = contacts[contacts["agent_id"] > 0]["agent_id"].nunique()
    assert model.value("agents_in_contact", {}) == users


def test_calls_by_outcome_direction_and_sums_survive_corrections() -> None:
    model = Model.of_the_week(historical("call", "en"), "call", seed=3)
    calls = golden("fact_call").to_pandas()
    for code in ("answered", "abandoned", "no_user", "missed", "connected", "not_connected"):
        assert model.value(f"calls_{code}", {}) == (calls["outcome"] == code).sum(), code
    for code in ("inbound", "outbound", "internal"):
        assert model.value(f"calls_{code}", {}) == (calls["direction"] == code).sum(), code
    for code in ("transfers", "talk_seconds", "wait_seconds", "no_user_seconds"):
        assert model.value(f"calls_{code}", {}) == calls[code].sum(), code
    assert model.value("calls", {}) == len(calls)
    assert (
        model.value("queued_calls", {})
        == golden("fact_queue_visit")["call_id"].to_pandas().nunique()
    )


def test_nothing_to_count_gives_no_ratio_and_no_maximum(model: Model) -> None:
    picked = {"dim_queue": "nowhere|1"}
    ratios = [c for c, f in FORMULAS[model.granularity].items() if isinstance(f, Ratio)]
    assert len(ratios) == 11
    for code in (*ratios, "wait_max_seconds"):
        if not code.startswith("agent_"):
            assert model.value(code, picked) is None, code


def test_sums_are_written_over_the_sign() -> None:
    assert dax(Total("t"), {}) == "SUM('t'[sign])"
    assert dax(Total("t", "x"), {}) == "SUMX('t', 't'[sign] * 't'[x])"


def test_conditions_keep_the_filters_of_the_report() -> None:
    only = (Only("a", "b"), Only("c", value=True), Only("d", 0, ">"))
    assert dax(Total("t", None, only), {}) == (
        "CALCULATE(SUM('t'[sign]), KEEPFILTERS('t'[a] = \"b\"), KEEPFILTERS('t'[c] = TRUE()), "
        "KEEPFILTERS('t'[d] > 0))"
    )


def test_maxima_and_distinct_counts_are_written_over_net_positive_keys() -> None:
    assert dax(Largest("t", ("k",), "x"), {}) == (
        "MAXX(FILTER(ADDCOLUMNS(SUMMARIZE('t', 't'[k], 't'[x]), \"@net\", "
        "CALCULATE(SUM('t'[sign]))), [@net] > 0), 't'[x])"
    )
    assert dax(Distinct("t", "k"), {}) == (
        "COUNTROWS(FILTER(ADDCOLUMNS(VALUES('t'[k]), \"@net\", CALCULATE(SUM('t'[sign]))), "
        "[@net] > 0))"
    )


def test_a_blank_numerator_is_zero_and_a_zero_denominator_is_blank() -> None:
    names = {"a": "A", "b": "B", "c": "C"}
    expression = dax(Ratio(("a", "-b"), ("a", "c", "-b")), names)
    assert expression == "DIVIDE([A] - [B] + 0, [A] + [C] - [B])"
