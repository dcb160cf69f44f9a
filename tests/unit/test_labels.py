"""Labels: every table and column has one in both languages, and no two columns of a table share one."""

from __future__ import annotations

import pytest

from insight_pipeline.model.labels import TABLE_LABELS, has_label, label
from insight_pipeline.model.tables import TABLES


def test_every_table_has_a_label() -> None:
    assert set(TABLES) <= set(TABLE_LABELS)


@pytest.mark.parametrize("name", TABLES)
def test_every_column_of_a_table_has_a_label_of_its_own(name: str) -> None:
    columns = TABLES[name].names
    assert [column for column in columns if not has_label(column)] == []
    for locale in ("de", "en"):
        labels = [label(column).text(locale) for column in columns]
        assert len(set(labels)) == len(labels), locale


@pytest.mark.parametrize("name", TABLES)
def test_a_label_tells_the_unit_of_its_column(name: str) -> None:
    for column in TABLES[name].columns:
        sign = {"UTC": "(UTC)", "seconds": "(s)"}.get(column.unit or "")
        for locale in ("de", "en"):
            assert sign is None or sign in label(column.name).text(locale), column.name


def test_a_column_without_a_label_is_called_by_its_name() -> None:
    assert label("not_yet_named").text("de") == "not_yet_named"
