"""Reading the PBX's table into the raw store, batch by batch, and asking whether that is worth while.

A batch takes the place of a file: its text goes through the same readers, and it has a name, an identity
and an account of its lines. Rows that are as they were read before make no batch. A look that is stopped,
by whatever, keeps the batches that it committed and goes on behind them the next time.
"""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
from filelock import FileLock

from insight_pipeline.logs.events import logger
from insight_pipeline.model.errors import InsightError, PermanentError
from insight_pipeline.model.rows import CALL_LIST
from insight_pipeline.model.settings import Cdrdata
from insight_pipeline.model.terms import Term
from insight_pipeline.sources.cdrdata.batch import Batch, Ints
from insight_pipeline.sources.cdrdata.progress import (
    Progress,
    advanced,
    changed,
    is_other_call,
    without_vanished,
)
from insight_pipeline.sources.cdrdata.progress_store import Look, ProgressStore
from insight_pipeline.sources.cdrdata.rezoning import move_to_days
from insight_pipeline.sources.cdrdata.server import Server, TableState, connected, place_of
from insight_pipeline.sources.content import write_content
from insight_pipeline.sources.files import OpenedFile
from insight_pipeline.sources.lists import read_list
from insight_pipeline.sources.raw_index import NameEntry
from insight_pipeline.sources.raw_store import RawStore

NAME_PREFIX = "cdrdata/"
"""Before a batch's number; no file of the landing folder can have such a name."""

_READER_VERSION = 1
_log = logger(__name__)


@dataclass
class TableRead:
    """What a look at the table brought."""

    batches: int = 0
    rows: int = 0
    """Rows that were new or had changed."""
    touched_days: set[int] = field(default_factory=set)
    unknown_columns: tuple[str, ...] = ()


class PbxTable:
    """The table `cdrdata` of one installation."""

    def __init__(self, store: RawStore, source: Cdrdata, line_bytes: int) -> None:
        """The table that these settings name, read into this store."""
        self._store = store
        self._source = source
        self._line_bytes = line_bytes
        self._kept = ProgressStore(store.index)

    @property
    def progress(self) -> Progress:
        """How far the table has been read."""
        return self._kept.progress()

    @property
    def last_look(self) -> Look:
        """How the last look went."""
        return self._kept.look()

    def is_due(self) -> bool:
        """Whether it is time to ask for news again."""
        look = self.last_look
        if look.looked_at is None or look.problem is not None:
            return True
        return time.time() - look.looked_at >= self._source.every_minutes * 60

    def news(self) -> str | None:
        """What tells the table's state from the one that was read; None where there is nothing to read.

        It differs after every look, so that one that failed is asked for again.
        """
        progress, look = self.progress, self.last_look
        with self._noting(), connected(self._source) as server:
            found = server.state(progress.watermark, progress.awaited.tolist())
        ids, is_open = progress.remembered.ids, progress.remembered.is_open
        newest = int(ids[-1]) if len(ids) else None
        known = TableState(len(ids), newest, len(ids) - int(is_open.sum()))
        if found == known and look.looked_at is not None and look.problem is None:
            self._note(look.unknown_columns)
            return None
        return f"{NAME_PREFIX}{found.rows}:{found.newest}:{found.ended}:{look.looked_at}"

    def read(self) -> TableRead:
        """Take every new or changed row into the raw store."""
        result = TableRead()
        with (
            FileLock(self._store.folder / "cdrdata.lock"),
            self._noting(),
            connected(self._source) as server,
        ):
            result.touched_days |= move_to_days(self._store, NAME_PREFIX, self._parser)
            result.unknown_columns = server.columns.unknown
            progress = self.progress
            self._read(server, progress, result)
        self._note(result.unknown_columns)
        place = place_of(self._source)
        _log.info("pbx_read", database=place, rows=result.rows, batches=result.batches)
        return result

    def _read(self, server: Server, progress: Progress, result: TableRead) -> None:
        self._check_same(server.newest_id(), progress)
        now = server.now()
        seen: list[Ints] = []
        for batch in self._batches(server, progress):
            progress = self._take(batch, progress, now, result)
            seen.append(batch.rows.ids)
        ids = np.concatenate(seen) if seen else np.empty(0, dtype=np.int64)
        self._kept.save(without_vanished(progress, ids))

    def _check_same(self, newest: int | None, progress: Progress) -> None:
        """A table whose ids end below what was read long ago is another one, or an older state."""
        if newest is not None and newest < progress.watermark:
            detail = Term(
                f"höchste id {newest}, gelesen bis {progress.watermark}",
                f"highest id {newest}, read to {progress.watermark}",
            )
            raise self._replaced(detail)

    def _replaced(self, detail: Term | str) -> PermanentError:
        table = f"{self._source.schema_name}.{self._source.table}"
        return PermanentError("IA-248", database=place_of(self._source), table=table, detail=detail)

    def _batches(self, server: Server, progress: Progress) -> Iterator[Batch]:
        """Rows that are asked for again, then those behind the watermark, in ascending order."""
        size, columns = self._source.batch_rows, server.columns
        awaited = progress.awaited.tolist()
        for start in range(0, len(awaited), size):
            yield Batch(server.rows_of(awaited[start : start + size]), columns)
        after = progress.watermark
        while True:
            batch = Batch(server.rows_after(after, size), columns)
            if len(batch.rows):
                yield batch
                after = int(batch.rows.ids[-1])
            if len(batch.rows) < size:
                return

    def _take(self, batch: Batch, progress: Progress, now: int, result: TableRead) -> Progress:
        """Write what is new in the batch, and commit it with the progress that counts it."""
        other = batch.rows.ids[is_other_call(batch.rows, progress.remembered)]
        if len(other):
            detail = f"id {other[0]}"
            raise self._replaced(detail)
        is_new = changed(batch.rows, progress.remembered)
        progress = advanced(progress, batch.rows, now, self._source.reread_hours)
        if not is_new.any():
            return progress
        progress = replace(progress, batches=progress.batches + 1)
        text, name = batch.text_of(is_new), f"{NAME_PREFIX}{progress.batches:09d}"
        # Equal texts may come twice, as when a row is changed back: the number tells them apart.
        sha256 = hashlib.sha256(name.encode() + b"\n" + text).hexdigest()
        file = OpenedFile(sha256, len(text), _is_utf8(text), io.BytesIO(text))
        content = read_list(file, CALL_LIST, self._store.zone, self._line_bytes)
        written = write_content(self._store, CALL_LIST, sha256, self._parser, content)
        self._store.index.put(
            NameEntry(CALL_LIST.name, name, sha256, len(text), 0, 0),
            replace(written.file, unknown_columns=", ".join(batch.columns.unknown)),
            written.parts,
            written.touched,
            also=lambda connection: self._kept.save(progress, connection),
        )
        result.batches += 1
        result.rows += content.lines
        result.touched_days.update(written.touched)
        return progress

    @property
    def _parser(self) -> str:
        return f"{NAME_PREFIX}{_READER_VERSION}:{self._store.zone.name}"

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Keep what goes wrong, for `status` and the checks."""
        try:
            yield
        except InsightError as error:
            self._note(self.last_look.unknown_columns, error)
            raise

    def _note(self, unknown: tuple[str, ...], problem: InsightError | None = None) -> None:
        self._kept.note(Look(int(time.time()), unknown, problem))


def _is_utf8(text: bytes) -> bool:
    """Whether it is; a database without an encoding gives what was put into it."""
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
