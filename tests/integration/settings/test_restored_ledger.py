"""A ledger that comes from a backup: believed where nothing was sent since, else its table is held.

Tables are small ones (`powerbi.small`); service, client and ledger are the real thing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from insight_pipeline.emulator import (
    Emulator,
    FaultKind,
    FaultRule,
    Operation,
    running_emulator,
)
from insight_pipeline.model.errors import PermanentError
from insight_pipeline.sinks.powerbi.delivery import Delivered
from insight_pipeline.sinks.powerbi.ledger import Ledger
from insight_pipeline.sinks.powerbi.ledger_entries import State
from insight_pipeline.sqlite_files import copy_database
from tests.integration.powerbi.small import (
    DATASET,
    Wanted,
    assert_held_once,
    put_back,
    upload,
    write_wanted,
)

FIRST: Wanted = {"demo|2026-03-12": {"1": "a", "2": "b"}, "names": {"10": "Anna"}}
OTHER: Wanted = {"demo|2026-03-12": {"1": "a", "2": "B"}, "names": {"10": "Anne"}}
MORE: Wanted = {**FIRST, "demo|2026-03-13": {"3": "c"}}


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running_emulator() as found:
        yield found


class Place:
    """An uploader's folder, its backup, and the service."""

    def __init__(self, folder: Path, emulator: Emulator) -> None:
        self.folder, self.emulator = folder, emulator
        self.token = emulator.issue_token()

    def push(self, wanted: Wanted, rebuild: tuple[str, ...] = ()) -> Delivered:
        """What became of the fact."""
        write_wanted(self.folder, wanted)
        return upload(self.folder, self.emulator.url, self.token, rebuild=rebuild)[0]

    def back_up(self) -> None:
        (self.folder / "backup").unlink(missing_ok=True)
        copy_database(self.folder / "ledger.db", self.folder / "backup")

    def restore(self) -> None:
        put_back(self.folder, (self.folder / "backup").read_bytes())
        Ledger(self.folder / "ledger.db").note_restored(1.0)

    def pushes(self) -> int:
        sent = [entry for entry in self.emulator.log() if entry.operation is Operation.PUSH]
        return sum("fact_x" in entry.path for entry in sent)


@pytest.fixture
def place(tmp_path: Path, emulator: Emulator) -> Place:
    found = Place(tmp_path, emulator)
    found.push(FIRST)
    found.back_up()
    return found


def test_where_nothing_was_sent_since_only_what_is_new_is_sent(place: Place) -> None:
    place.restore()
    before = place.pushes()
    assert before == 1
    assert place.push(FIRST).hold is None
    assert place.pushes() == before
    fact = place.push(MORE)
    assert (fact.hold, fact.rows) == (None, 1)
    assert_held_once(place.emulator, MORE)


def test_what_was_sent_since_holds_the_table_and_a_rebuild_heals_it(place: Place) -> None:
    place.push(MORE)
    place.restore()
    before = place.pushes()
    assert place.push(MORE).hold == "IA-554"
    assert place.pushes() == before
    assert place.push(MORE, rebuild=("fact_x",)).hold is None
    assert_held_once(place.emulator, MORE)


def test_a_table_filled_anew_since_with_as_many_rows_is_held(place: Place) -> None:
    place.push(OTHER, rebuild=("fact_x",))
    assert len(place.emulator.rows(DATASET.name, "fact_x")) == 2
    place.restore()
    fact = place.push(FIRST)
    assert (fact.hold, fact.hold_detail[:6]) == ("IA-554", "batch ")
    place.push(FIRST, rebuild=("fact_x",))
    assert_held_once(place.emulator, FIRST)


def test_a_hold_that_is_released_while_its_cause_lasts_comes_again(place: Place) -> None:
    place.push(MORE)
    place.restore()
    assert place.push(MORE).hold == "IA-554"
    Ledger(place.folder / "ledger.db").release(DATASET.name, "fact_x")
    assert place.push(MORE).hold == "IA-554"


@pytest.mark.parametrize(("wanted", "hold"), [(FIRST, None), (MORE, "IA-554")])
def test_where_rows_cannot_be_counted_the_number_sent_last_decides(
    place: Place, wanted: Wanted, hold: str | None
) -> None:
    place.push(wanted)
    place.restore()
    place.emulator.plan(FaultRule(Operation.QUERY, FaultKind.BAD_REQUEST, times=1000))
    assert place.push(wanted).hold == hold


@pytest.mark.parametrize("fault", [FaultKind.ANSWER_LOST, FaultKind.ERROR_BEFORE])
def test_a_batch_under_way_at_the_backup_counts_once_whether_it_arrived_or_not(
    place: Place, fault: FaultKind
) -> None:
    def end(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    place.emulator.plan(FaultRule(Operation.PUSH, fault, table="fact_x"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Ledger, "end", end)
        with pytest.raises(KeyboardInterrupt):
            place.push(MORE)
    ledger = Ledger(place.folder / "ledger.db")
    assert ledger.first(DATASET.name, "fact_x", State.SENDING) is not None
    place.back_up()
    place.restore()
    assert place.push(MORE).hold is None
    assert_held_once(place.emulator, MORE)


def test_a_ledger_of_a_newer_version_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    Ledger(file)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = file.read_bytes()
    with pytest.raises(PermanentError, match="IA-720"):
        Ledger(file)
    assert file.read_bytes() == before
