"""Changes: rows appended until the sums over `sign` equal what is wanted."""

from __future__ import annotations

import random

import orjson
import pyarrow as pa

from insight_pipeline.sinks.powerbi.changes import (
    MAX_ROWS,
    _largest_row_bytes,
    batches,
    body,
    changes,
    net,
    signed,
)

NAMES = ["id", "text", "partition_key"]


def _rows(*values: tuple[int, str | None, str]) -> pa.Table:
    columns = [list(column) for column in zip(*values, strict=True)] if values else [[], [], []]
    types = (pa.int64(), pa.string(), pa.string())
    return pa.table([pa.array(c, t) for c, t in zip(columns, types, strict=True)], NAMES)


def test_nothing_held_means_every_row_is_added() -> None:
    wanted = _rows((1, "a", "p"), (2, None, "p"))
    assert changes(wanted, signed(wanted.slice(0, 0)))["sign"].to_pylist() == [1, 1]


def test_equal_rows_need_nothing() -> None:
    wanted = _rows((1, "a", "p"), (2, None, "p"))
    assert len(changes(wanted, signed(wanted))) == 0


def test_only_the_rows_that_differ_are_corrected_and_the_old_ones_come_first() -> None:
    held = signed(_rows((1, "a", "p"), (2, None, "p")))
    found = changes(_rows((1, "a", "p"), (2, "b", "p")), held).to_pylist()
    assert [(row["id"], row["text"], row["sign"]) for row in found] == [(2, None, -1), (2, "b", 1)]


def test_after_any_history_of_changes_the_sums_equal_what_is_wanted() -> None:
    seed = random.SystemRandom().randrange(1 << 30)
    print(f"seed {seed}")
    chance = random.Random(seed)
    held = signed(_rows())
    wanted = _rows()
    for _ in range(30):
        wanted = _rows(
            *((i, chance.choice(["a", "b", None]), "p") for i in range(12) if chance.random() < 0.6)
        )
        more = changes(wanted, held)
        held = pa.concat_tables([held, more.cast(held.schema)])
    left = net(held).sort_by("id")
    assert left.drop_columns("sign").equals(wanted.sort_by("id"))
    assert set(left["sign"].to_pylist()) <= {1}


def test_a_batch_has_at_most_ten_thousand_rows_and_fits_into_a_request() -> None:
    rows = _rows(*((i, "x" * 4000, "p") for i in range(600)))
    found = list(batches(signed(rows)))
    assert sum(map(len, found)) == 600
    assert all(len(body(batch, "b" * 32)) < 16 * 1024 * 1024 for batch in found)
    many = _rows(*((i, "x", "p") for i in range(25_000)))
    assert [len(batch) for batch in batches(signed(many))] == [MAX_ROWS, MAX_ROWS, 5000]


def test_the_same_rows_and_batch_give_the_same_bytes() -> None:
    rows = signed(_rows((1, "ä", "p")))
    assert body(rows, "x") == body(rows, "x")
    assert orjson.loads(body(rows, "x")) == {
        "rows": [{"id": 1, "text": "ä", "partition_key": "p", "sign": 1, "batch_id": "x"}]
    }


def test_where_nothing_is_held_the_same_rows_come_in_the_same_order_as_if_they_were_added_up() -> (
    None
):
    seed = random.SystemRandom().randrange(1 << 30)
    print(f"seed {seed}")
    chance = random.Random(seed)
    wanted = _rows(
        *((chance.randrange(9), chance.choice(["a", "b", None]), f"p{i % 2}") for i in range(99))
    )
    nothing = signed(wanted.slice(0, 0))
    cancelling = pa.concat_tables([signed(_rows((1, "x", "p0")), sign) for sign in (1, -1)])
    for batch_id in ("b" * 32, None):
        found, added_up = (body(changes(wanted, held), batch_id) for held in (nothing, cancelling))
        assert found == added_up


def test_a_batch_keeps_to_its_size_whatever_its_texts_are_escaped_to() -> None:
    seed = random.SystemRandom().randrange(1 << 30)
    print(f"seed {seed}")
    chance = random.Random(seed)
    letters = ["a", "ü", "€", "\U0001f600", '"', "\\", "\n", "\x00", "\x1f", "\x7f", "/"]
    for _ in range(50):
        texts = ["".join(chance.choices(letters, k=chance.randrange(40))) for _ in range(20)]
        rows = _rows(
            *((chance.randrange(-(10**18), 10**18), text or None, "p") for text in texts)
        ).append_column("ratio", pa.array([chance.uniform(-1e300, 1e300) for _ in texts]))
        most = _largest_row_bytes(rows)
        sizes = [len(orjson.dumps(row)) for row in rows.to_pylist()]
        assert max(sizes) <= most <= 1.5 * max(sizes) + 40  # every control character as \u00xx


def test_ten_thousand_rows_of_usual_length_fit_into_one_request() -> None:
    """The service takes 120 requests an hour of a large table: fewer rows in each would throttle it."""
    call = dict.fromkeys(("call_id", "agent_key", "partition_key"), "demo|2026-03-12|1234567")
    figures = {f"figure_with_a_long_name_{n}": 123_456 for n in range(15)}
    rows = pa.Table.from_pylist([{**call, **figures}] * 20_000)
    assert [len(batch) for batch in batches(rows)] == [MAX_ROWS, MAX_ROWS]
