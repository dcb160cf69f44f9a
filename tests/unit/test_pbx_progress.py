"""The watermark and the rows that are asked for again, and cutting rows out of a batch; without a server."""

from __future__ import annotations

import numpy as np

from insight_pipeline.model.rows import CALL_LIST
from insight_pipeline.sources.cdrdata.batch import Batch, Rows
from insight_pipeline.sources.cdrdata.columns import Columns
from insight_pipeline.sources.cdrdata.progress import Progress, advanced, changed, is_other_call

NOW = 1_773_442_800
HOUR, DAY = 3600, 86_400


def _rows(*rows: tuple[int, int], is_open: tuple[int, ...] = (), call: int | None = None) -> Rows:
    """Rows of (id, age in seconds)."""
    ids = np.array([number for number, _ in rows], dtype=np.int64)
    starts = np.array([NOW - age for _, age in rows], dtype=np.int64)
    calls = ids if call is None else np.full(len(ids), call)
    return Rows(ids, calls, starts, np.isin(ids, is_open), ids * 7)


def test_the_watermark_is_the_last_id_below_all_recent_rows() -> None:
    progress = advanced(
        Progress(), _rows((1, 3 * DAY), (2, 3 * DAY), (5, HOUR), (2000, HOUR)), NOW, 48
    )
    assert (progress.watermark, progress.newest, progress.newest_start) == (2, 2000, NOW - HOUR)
    assert progress.remembered.ids.tolist() == [5, 2000]


def test_the_last_ids_stay_open_however_old_their_rows_are() -> None:
    imported = advanced(Progress(), _rows((1, 3 * DAY), (2, 3 * DAY), (1001, 3 * DAY)), NOW, 48)
    assert imported.watermark == 1  # 3 may turn up yet, and have started just now


def test_a_gap_before_the_first_recent_row_stays_open() -> None:
    friday = advanced(Progress(), _rows((100, 3 * DAY), (1500, 3 * DAY)), NOW, 48)
    assert friday.watermark == 100
    monday = advanced(friday, _rows((1502, 60), (3000, 50)), NOW, 48)
    assert monday.watermark == 1500  # 1501 may turn up yet


def test_rows_of_an_open_call_are_awaited_behind_the_watermark() -> None:
    ids = (1, 2, 3, 2000)
    old = _rows(*((number, 3 * DAY) for number in ids), is_open=(2,), call=9)
    progress = advanced(Progress(), old, NOW, 48)
    assert progress.awaited.tolist() == [1, 2, 3]
    ended = _rows((2, 3 * DAY), call=9)
    assert advanced(progress, ended, NOW, 48).awaited.tolist() == []


def test_the_watermark_never_goes_back() -> None:
    rows = _rows((1, 3 * DAY), (2, 3 * DAY), (2000, 3 * DAY))
    progress = advanced(Progress(), rows, NOW, 48)
    assert advanced(progress, _rows((1, HOUR)), NOW, 48).watermark == 2


def test_a_row_is_told_apart_by_its_text_and_another_call_by_its_number() -> None:
    known = _rows((1, HOUR), (3, HOUR))
    now = _rows((1, HOUR), (2, HOUR), (3, HOUR))
    assert changed(now, known).tolist() == [False, True, False]
    other = _rows((3, HOUR), call=4)
    assert changed(other, known).tolist() == [False]
    assert is_other_call(other, known).tolist() == [True]


def test_line_breaks_and_quotes_within_a_row_do_not_end_it() -> None:
    text = (
        b"id;callid;starttime;callresulttime;login\n"
        b'1;1;1773442800000;;"a\n;""b"\n'
        b'2;1;1773442800999;1773442830000;""\n'
        b"3;1;;1773442830000;c\n"
    )
    names = ("id", "callid", "starttime", CALL_LIST.end, "login")
    batch = Batch(text, Columns({name: name for name in names}, ()))
    rows = batch.rows
    assert rows.ids.tolist() == [1, 2, 3]
    assert rows.starts.tolist() == [NOW, NOW, 0]
    assert rows.is_open.tolist() == [True, False, False]
    assert len(set(rows.content.tolist())) == 3
    assert batch.text_of(np.array([True, False, True])) == text.replace(
        b'2;1;1773442800999;1773442830000;""\n', b""
    )
