"""What is read of the PBX's table, and read again: nothing is lost, and nothing counts twice."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from insight_pipeline.model.rows import CALL_LIST
from insight_pipeline.orchestration.site import Site
from insight_pipeline.settings import load_settings
from insight_pipeline.sources.cdrdata import progress
from insight_pipeline.sources.cdrdata.server import connected
from insight_pipeline.sources.raw_store import day_of
from tests.integration.pbx.database import (
    Pbx,
    Values,
    row,
    rows_read,
    site_of,
    stored,
    table_of,
)

pytestmark = pytest.mark.services
HOUR = 3600


@pytest.fixture
def site(tmp_path: Path, pbx: Pbx) -> Site:
    """An installation that reads the PBX in small batches."""
    return site_of(tmp_path, pbx.url, "batch_rows = 3\nreread_hours = 2\n")


def _old(number: int, **more: Any) -> Values:
    """A row that began five hours ago: behind the window in which rows are asked for again."""
    return row(number, start=int(time.time()) - 5 * HOUR + number, **more)


def test_all_rows_are_read_in_batches_and_none_again(site: Site, pbx: Pbx) -> None:
    pbx.put(_old(number) for number in range(1, 8))
    found = table_of(site).read()
    assert (found.rows, found.batches) == (7, 3)
    assert stored(site) == pbx.contents()
    assert table_of(site).progress.watermark == 7
    assert table_of(site).read().batches == 0


def test_a_batch_stands_among_the_files_with_an_account_of_its_lines(site: Site, pbx: Pbx) -> None:
    pbx.put([_old(1), _old(2, seconds=None), _old(3, seconds=-900)])
    table_of(site).read()
    site.refresh_reports()
    (name,) = site.raw.index.names(CALL_LIST.name)
    (report,) = site.raw.index.reports(CALL_LIST.name).values()
    assert name.file_name == "cdrdata/000000001"
    assert (report.accepted, report.open_rows, report.quarantined) == (1, 1, 1)
    (line,) = site.quarantine().to_pylist()
    assert (line["reason"], line["line_number"]) == ("end_before_start", 4)


def test_a_row_that_turns_up_below_ids_already_read_is_read_too(site: Site, pbx: Pbx) -> None:
    pbx.put([_old(1)])
    late = pbx.connect()
    with late, late.transaction():
        pbx.put([row(2)], late)
        pbx.put([row(3), row(4)])
        table_of(site).read()
        assert {item[0] for item in stored(site)} == {1, 3, 4}
    table_of(site).read()
    assert stored(site) == pbx.contents()
    assert rows_read(site) == 4


def test_a_running_call_is_asked_for_until_it_is_complete_however_old(site: Site, pbx: Pbx) -> None:
    pbx.put([_old(1), _old(2, seconds=None, callid=1), _old(3), _old(4)])
    table_of(site).read()
    assert table_of(site).progress.watermark == 4
    assert table_of(site).progress.awaited.tolist() == [1, 2]
    pbx.put([_old(1, callid=1, login="berta"), _old(2, callid=1)])
    table_of(site).read()
    assert stored(site) == pbx.contents()
    assert table_of(site).progress.awaited.tolist() == []


def test_a_row_that_never_ends_is_given_up_after_a_month(site: Site, pbx: Pbx) -> None:
    pbx.put([row(1, start=int(time.time()) - 40 * 24 * HOUR, seconds=None)])
    table_of(site).read()
    assert table_of(site).progress.awaited.tolist() == []


def test_a_row_changed_within_the_hours_counts_as_it_is_now(site: Site, pbx: Pbx) -> None:
    pbx.put([row(1), row(2)])
    table_of(site).read()
    for login in ("berta", "anna"):  # and back: the same text as in the first batch
        pbx.put([row(1, login=login)])
        table_of(site).read()
        assert stored(site) == pbx.contents()
    assert rows_read(site) == 4


def test_a_row_that_the_pbx_deletes_stays_and_is_not_asked_for_again(site: Site, pbx: Pbx) -> None:
    pbx.put([row(1), row(2), row(3)])
    table_of(site).read()
    pbx.run("DELETE FROM cdrdata WHERE id = 2")
    assert table_of(site).news() is not None
    table_of(site).read()
    assert {item[0] for item in stored(site)} == {1, 2, 3}
    assert table_of(site).news() is None


def test_a_clock_gone_wrong_does_not_hold_the_watermark(site: Site, pbx: Pbx) -> None:
    pbx.put([row(1, start=int(time.time()) + 400 * 24 * HOUR), _old(2), _old(3)])
    table_of(site).read()
    assert table_of(site).progress.watermark == 3


def test_odd_texts_come_through_as_they_are(site: Site, pbx: Pbx) -> None:
    texts = ['a;b"c', "zwei\nZeilen", "Grüße €", '""', "lone\rreturn", "\\N", "'; DROP TABLE x"]
    pbx.put(row(number, login=text) for number, text in enumerate(texts, start=1))
    table_of(site).read()
    assert stored(site) == pbx.contents()
    pbx.put([row(2, login="eine\nandere")])
    assert table_of(site).read().rows == 1
    assert stored(site) == pbx.contents()


def test_news_are_new_rows_ends_and_late_ones_and_nothing_else(site: Site, pbx: Pbx) -> None:
    pbx.put([_old(1, seconds=None), _old(2), row(4)])
    table = table_of(site)
    assert table.news() is not None
    table.read()
    assert table.news() is None
    for change in (row(5), row(3), _old(1)):
        pbx.put([change])
        assert table.news() is not None
        table.read()
        assert table.news() is None


def test_the_zone_of_a_row_is_that_of_the_installation_not_of_the_server(
    site: Site, pbx: Pbx
) -> None:
    pbx.run("ALTER DATABASE " + str(pbx.url.database) + " SET timezone = 'Asia/Tokyo'")
    source = site.installation.cdrdata
    assert source is not None
    with connected(source) as server:
        assert server._connection.execute("SHOW timezone").fetchone() == ("UTC",)


def test_the_session_cannot_write_though_its_user_may(site: Site) -> None:
    source = site.installation.cdrdata
    assert source is not None
    with connected(source) as server:
        for statement in (b"DELETE FROM cdrdata", b"CREATE TABLE x (a int)"):
            with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                server._connection.execute(statement)
            server._connection.rollback()


@pytest.mark.parametrize("attempt", [1, 2, 3])
def test_whatever_the_pbx_does_between_looks_the_store_ends_as_the_table(
    site: Site, pbx: Pbx, attempt: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "LAST_IDS", 1000)  # any row may come late, beside old ones too
    seed = random.SystemRandom().randrange(1 << 30)
    print("attempt", attempt, "seed", seed)
    chance = random.Random(seed)
    late: list[Values] = []
    running: list[tuple[Values, int]] = []
    for number in range(1, 41):
        begin = int(time.time()) - chance.choice([60, 90, 5 * HOUR])
        is_open = chance.random() < 0.3
        new = row(number, start=begin, seconds=None if is_open else 30, callid=number // 3)
        if is_open:
            running.append((new, begin))
        if chance.random() < 0.2 and begin > time.time() - HOUR:
            late.append(new)
        else:
            pbx.put([new])
        if running and chance.random() < 0.3:
            ended, begin = running.pop(chance.randrange(len(running)))
            if ended not in late:
                pbx.put([{**ended, "callresulttime": (begin + 45) * 1000}])
        if late and chance.random() < 0.2:
            pbx.put([late.pop(0)])
        if chance.random() < 0.3:
            table_of(site).read()
    pbx.put(late)
    table_of(site).read()
    assert stored(site) == pbx.contents()
    assert table_of(site).read().rows == 0


def test_rows_follow_a_corrected_time_zone_though_the_pbx_has_deleted_them(
    site: Site, pbx: Pbx, tmp_path: Path
) -> None:
    evening = 1_773_442_800  # 13 March 2026, 23:00 UTC: the 14th in Berlin, the 13th in London
    pbx.put(
        [row(1, start=evening), row(2, start=evening, seconds=-9), row(3, start=evening + HOUR)]
    )
    table_of(site).read()
    before = stored(site)
    pbx.run("DELETE FROM cdrdata")
    config = tmp_path / "insight.toml"
    config.write_text(config.read_text().replace("Europe/Berlin", "Europe/London"))
    moved = Site("demo", load_settings(config, {}))
    found = table_of(moved).read()
    parts = moved.raw.index.parts(CALL_LIST.name)
    days = {day_of(part.day).isoformat(): part.rows for part in parts.entries}
    assert days == {"2026-03-13": 1, "2026-03-14": 1}
    assert {day_of(day).isoformat() for day in found.touched_days} == {"2026-03-13", "2026-03-14"}
    assert stored(moved) == before
    moved.refresh_reports()
    (report,) = moved.raw.index.reports(CALL_LIST.name).values()
    assert (report.accepted, report.quarantined) == (2, 1)
    assert len(list((moved.raw.folder / "call_list" / "rows").rglob("*.parquet"))) == 2
    assert moved.quarantine()["reason"].to_pylist() == ["end_before_start"]
    assert table_of(moved).read().touched_days == set()
