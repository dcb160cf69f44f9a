"""The dataset as it is created: the API's limits and description, and references that lead somewhere."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from insight_pipeline.facts.kpi import SERVICE_LEVEL_VARIANTS
from insight_pipeline.model.tables import AGENT_COUNTERS, QUEUE_COUNTERS, TABLES
from insight_pipeline.sinks.powerbi.bodies import dataset_body, table_body
from insight_pipeline.sinks.powerbi.datasets import (
    NOT_PUSHED,
    Copied,
    Delivered,
    Measure,
    PushDataset,
    PushType,
    historical,
)
from insight_pipeline.sinks.powerbi.figures import Granularity
from insight_pipeline.sinks.powerbi.measures import Locale
from tests.unit.powerbi.dataset_docs import BEGIN, DOCS, END, dataset_docs

ZONES = {"demo": "Europe/Berlin"}
GRANULARITIES: tuple[Granularity, ...] = ("call", "interval")
LOCALES: tuple[Locale, ...] = ("de", "en")
CASES = list(itertools.product(GRANULARITIES, LOCALES, (None, ZONES)))
DATASETS = [historical(*case) for case in CASES]
every_dataset = pytest.mark.parametrize(
    "dataset", DATASETS, ids=[f"{g}-{o}-{'zones' if z else 'plain'}" for g, o, z in CASES]
)

LIMIT = 75
FUNCTIONS = set(
    "ADDCOLUMNS CALCULATE COUNTROWS DIVIDE FILTER KEEPFILTERS MAXX SUM SUMMARIZE SUMX TRUE VALUES".split()
)
COUNTED = "calls answered abandoned no_user missed connected not_connected".split()
_QUALIFIED = re.compile(r"'([^']+)'(?:\[([^\]]+)\])?")
_TEXT = re.compile(r'"[^"]*"')


def _references(measure: Measure) -> Iterator[tuple[str | None, str | None]]:
    """Table and column of every reference; no table for a measure, no column for a whole table."""
    expression = _TEXT.sub("", measure.expression)
    yield from ((m[1], m[2]) for m in _QUALIFIED.finditer(expression))
    for name in re.findall(r"\[([^\]]+)\]", _QUALIFIED.sub("", expression)):
        yield None, name


def _columns(dataset: PushDataset) -> dict[tuple[str, str], PushType]:
    return {(t.name, c.name): c.data_type for t in dataset.tables for c in t.columns}


def _measures(dataset: PushDataset) -> list[Measure]:
    return [measure for table in dataset.tables for measure in table.measures]


@every_dataset
def test_the_limits_of_the_api_are_kept(dataset: PushDataset) -> None:
    assert len(dataset.tables) <= LIMIT
    assert len(dataset.relationships) <= LIMIT
    for table in dataset.tables:
        assert 1 <= len(table.name) <= 100
        assert 1 <= len(table.columns) <= LIMIT


@every_dataset
def test_names_are_unique_whatever_their_case(dataset: PushDataset) -> None:
    named = [
        [table.name for table in dataset.tables],
        [relationship.name for relationship in dataset.relationships],
        [measure.name for measure in _measures(dataset)],
        *([column.name for column in table.columns] for table in dataset.tables),
    ]
    for names in named:
        assert len({name.casefold() for name in names}) == len(names), names


@every_dataset
def test_no_measure_has_the_name_of_a_column(dataset: PushDataset) -> None:
    columns = {name.casefold() for _, name in _columns(dataset)}
    assert not columns & {measure.name.casefold() for measure in _measures(dataset)}


@every_dataset
def test_relationships_join_columns_that_exist_and_have_one_type(dataset: PushDataset) -> None:
    types = _columns(dataset)
    for r in dataset.relationships:
        assert types[r.from_table, r.from_column] is types[r.to_table, r.to_column], r


@every_dataset
def test_between_two_tables_there_is_one_path_from_fact_to_key(dataset: PushDataset) -> None:
    pairs = [(r.from_table, r.to_table) for r in dataset.relationships]
    assert len(set(pairs)) == len(pairs)
    for r in dataset.relationships:
        assert r.cross_filtering == "OneDirection"
        assert dataset.table(r.from_table).is_fact
        assert not dataset.table(r.to_table).is_fact
        assert r.to_column.removesuffix("_key") in (
            TABLES[r.to_table].key[-1],
            TABLES[r.to_table].key[-1].removesuffix("_id"),
        )


@every_dataset
def test_measures_refer_only_to_what_exists(dataset: PushDataset) -> None:
    columns, tables = _columns(dataset), {table.name for table in dataset.tables}
    names = {measure.name for measure in _measures(dataset)}
    for measure in _measures(dataset):
        found = list(_references(measure))
        assert found, measure
        assert not set("[]'") & set(measure.name), "would need escaping in DAX"
        for table, column in found:
            if table is None:
                assert column in names | {"@net"}, measure
            else:
                assert table in tables, measure
                assert column is None or (table, column) in columns, measure


@every_dataset
def test_measures_are_balanced_calls_of_known_functions(dataset: PushDataset) -> None:
    for measure in _measures(dataset):
        bare = re.sub(r"\[[^\]]*\]", "", _TEXT.sub("", measure.expression))
        assert set(re.findall(r"([A-Za-z.]+)\(", bare)) <= FUNCTIONS, measure
        depths = list(itertools.accumulate((c == "(") - (c == ")") for c in bare))
        assert min(depths) >= 0, measure
        assert depths[-1] == 0, measure


@every_dataset
def test_every_figure_of_queues_and_agents_is_there(dataset: PushDataset) -> None:
    codes = {measure.code for measure in _measures(dataset)}
    assert {c.name for c in QUEUE_COUNTERS} <= codes
    assert {f"agent_{c.name}" for c in AGENT_COUNTERS} <= codes
    assert {f"service_level_{variant}" for variant in SERVICE_LEVEL_VARIANTS} <= codes
    assert codes > {
        "abandonment_rate",
        "asa_seconds",
        "average_talk_seconds",
        "agent_average_talk_seconds",
    }


def test_calls_have_their_outcomes_transfers_and_talk() -> None:
    codes = {measure.code for measure in _measures(historical("call", "de"))}
    assert {"calls", *(f"calls_{outcome}" for outcome in COUNTED[1:])} <= codes
    assert {"calls_transfers", "calls_talk_seconds", "queued_calls"} <= codes


def test_both_languages_have_the_same_measures_under_other_names() -> None:
    for granularity in GRANULARITIES:
        german, english = (_measures(historical(granularity, locale)) for locale in LOCALES)
        assert [m.code for m in german] == [m.code for m in english]
        for one, other in zip(german, english, strict=True):
            assert one.name != other.name
            assert one.description != other.description
            assert one.format_string == other.format_string


def test_german_reports_read_the_terms_of_the_telephone_system() -> None:
    names = {m.code: m.name for m in _measures(historical("interval", "de"))}
    assert names["answered"] == "Angenommen"
    assert names["missed"] == "Verpasst"
    assert names["unanswered"] == "Nicht angenommen"
    assert names["abandoned"] == "Abgebrochen"
    assert names["overflow"] == "Übergelaufen"
    assert names["no_user"] == "Kein Benutzer"


@every_dataset
def test_facts_carry_the_hidden_columns_of_their_delivery_and_dimensions_do_not(
    dataset: PushDataset,
) -> None:
    for table in dataset.tables:
        delivered = [c for c in table.columns if c.origin == Delivered()]
        names = ["sign", "partition_key", "batch_id"] if table.is_fact else []
        assert [c.name for c in delivered] == names
        assert all(c.is_hidden for c in delivered)


@every_dataset
def test_keys_are_hidden_and_no_column_is_summed_by_itself(dataset: PushDataset) -> None:
    for table in dataset.tables:
        for column in table.columns:
            assert column.summarize_by == "none"
            if column.name.endswith(("_id", "_key")) and column.name != "call_id":
                assert column.is_hidden, column


@every_dataset
def test_every_column_of_the_model_arrives_under_its_name(dataset: PushDataset) -> None:
    for table in dataset.tables:
        copied = [c for c in table.columns if isinstance(c.origin, Copied)]
        expected = [name for name in TABLES[table.name].names if name not in NOT_PUSHED]
        assert [c.name for c in copied] == expected
        assert all(c.origin == Copied(c.name) for c in copied)


@every_dataset
def test_columns_are_sorted_by_columns_of_their_table(dataset: PushDataset) -> None:
    for table in dataset.tables:
        names = {column.name for column in table.columns}
        assert {c.sort_by_column for c in table.columns} - {None} <= names


def test_with_time_zones_facts_are_related_to_the_quarter_hour() -> None:
    for granularity in GRANULARITIES:
        plain, zoned = historical(granularity, "de"), historical(granularity, "de", ZONES)
        quarters = [r for r in zoned.relationships if r.to_table == "dim_interval"]
        assert [r.from_table for r in quarters] == [t.name for t in zoned.tables if t.is_fact]
        assert not [r for r in plain.relationships if r.to_table == "dim_interval"]


def test_which_time_zones_there_are_does_not_change_the_dataset() -> None:
    other = {"other": "America/New_York", "demo": "Europe/Berlin"}
    one, two = (dataset_body(historical("call", "de", zones)) for zones in (ZONES, other))
    assert one == two


@pytest.fixture(scope="module")
def description() -> Any:
    """Microsoft's description, made strict: the service refuses properties that it does not know."""
    described = json.loads((Path(__file__).parent / "push_schema.json").read_text(encoding="utf-8"))
    for definition in described["definitions"].values():
        definition["additionalProperties"] = False
    return described


@every_dataset
def test_bodies_are_what_microsoft_describes(dataset: PushDataset, description: Any) -> None:
    body = json.loads(dataset_body(dataset))
    jsonschema.validate(body, {**description, "$ref": "#/definitions/CreateDatasetRequest"})
    assert body["defaultMode"] == "Push"
    for table, described in zip(dataset.tables, body["tables"], strict=True):
        schema = {**description, "$ref": "#/definitions/Table"}
        assert json.loads(table_body(table)) == described
        jsonschema.validate(described, schema)


def test_the_description_would_find_a_wrong_property(description: Any) -> None:
    body = json.loads(dataset_body(DATASETS[0]))
    body["tables"][0]["columns"][0]["format"] = "0"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(body, {**description, "$ref": "#/definitions/CreateDatasetRequest"})


def test_the_same_dataset_gives_the_same_bytes() -> None:
    for case, dataset in zip(CASES, DATASETS, strict=True):
        body = dataset_body(historical(*case))
        assert body == dataset_body(dataset)
        assert (
            body
            == json.dumps(
                json.loads(body), sort_keys=True, separators=(",", ":"), ensure_ascii=False
            ).encode()
        )


def test_the_docs_show_the_dataset_as_it_is() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert text.count(BEGIN) == text.count(END) == 1
    assert text.split(BEGIN)[1].split(END)[0].strip() == dataset_docs().strip()
