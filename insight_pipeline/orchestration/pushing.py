"""The upload of all installations to Power BI, composed without Dagster: lake, login, ledger, service.

Knows where rows lie and which of them are ready to be pushed. How they are pushed exactly once stands in
`sinks.powerbi`; assets, checks and sensors over it stand beside this module.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa

from insight_pipeline.model.errors import InsightError, PermanentError
from insight_pipeline.model.settings import Settings
from insight_pipeline.model.tables import TABLES
from insight_pipeline.orchestration.push_results import Compared, Pushed, QuotaState, what_waits
from insight_pipeline.orchestration.site import Site, sites
from insight_pipeline.sinks.lake import Lake
from insight_pipeline.sinks.powerbi.clouds import service_addresses
from insight_pipeline.sinks.powerbi.creation import GONE, REFUSED
from insight_pipeline.sinks.powerbi.datasets import PushDataset, PushTable, historical
from insight_pipeline.sinks.powerbi.delivery import (
    Delivered,
    Options,
)
from insight_pipeline.sinks.powerbi.ledger import Ledger
from insight_pipeline.sinks.powerbi.ledger_entries import WHOLE, TableState
from insight_pipeline.sinks.powerbi.login import Login
from insight_pipeline.sinks.powerbi.quota import (
    Allowance,
    Limits,
    Usage,
    allowance,
    drained_at,
)
from insight_pipeline.sinks.powerbi.service import Service
from insight_pipeline.sinks.powerbi.upload import Partition, Uploader, dimension_source, held

OPEN_DAYS = 2
"""The running day and the one before may still change: they are pushed when both are over."""
_SHARED = ("dim_date", "dim_interval")


class Push:
    """The dataset `insight_historical` of some settings."""

    def __init__(self, settings: Settings, options: Options | None = None) -> None:
        """`options` replaces limits, clock and patience in tests."""
        self.settings = settings
        powerbi = settings.sinks.powerbi
        limits = Limits(rows_an_hour=powerbi.rows_an_hour)
        self.options = options or Options(limits=limits)
        zones = {name: one.timezone for name, one in settings.installations.items()}
        self.dataset: PushDataset = historical(powerbi.granularity, settings.locale, zones)

    @property
    def has_ledger(self) -> bool:
        """Whether anything was ever planned to be sent; asking leaves nothing behind."""
        return self._ledger_file.exists()

    @property
    def _ledger_file(self) -> Path:
        return self.settings.data_dir / "state" / "powerbi.db"

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger below `data_dir`."""
        return Ledger(self._ledger_file)

    @cached_property
    def login(self) -> Login:
        """The login to Microsoft."""
        return Login(self.settings.sinks.powerbi, self.settings.data_dir)

    @contextmanager
    def reader(self) -> Iterator[Uploader]:
        """An uploader to look with, also while another one is at work."""
        powerbi = self.settings.sinks.powerbi
        service = Service(service_addresses(powerbi).api_url, powerbi.workspace, self.login)
        try:
            yield Uploader(self.ledger, service, self.dataset, self.options)
        finally:
            service.close()

    @contextmanager
    def uploader(self) -> Iterator[Uploader]:
        """The only uploader of the dataset, as long as the context lasts."""
        with self.reader() as found, found.alone():
            yield found

    def create(self) -> str:
        """Make the dataset, also after a refusal; gives its id."""
        with self.uploader() as uploader:
            return uploader.create(again=True)

    def push(self, names: Sequence[str] = (), *, is_everything: bool = False) -> list[Pushed]:
        """Plan and deliver these tables (none named: all); `is_everything` takes open days too.

        Nothing is raised: what is in the way is told by each table's result.
        """
        tables = [self.dataset.table(name) for name in names] or list(self.dataset.tables)
        try:
            with self.uploader() as uploader:
                dataset_id = uploader.create()
                return [
                    self._push(uploader, dataset_id, table, is_everything=is_everything)
                    for table in tables
                ]
        except InsightError as error:
            return [Pushed(table.name, self._undone(table), error) for table in tables]

    def _push(
        self, uploader: Uploader, dataset_id: str, table: PushTable, *, is_everything: bool
    ) -> Pushed:
        try:
            self.plan(uploader, table, is_everything=is_everything)
            done = uploader.deliver(dataset_id, table)
        except InsightError as error:
            return Pushed(table.name, self._undone(table), error)
        return Pushed(table.name, done, done.problem or what_waits(done))

    def _undone(self, table: PushTable) -> Delivered:
        """What waits of a table to which nothing could be sent."""
        with suppress(InsightError):  # of a ledger that cannot be read nothing is known
            waiting = self.ledger.waiting(self.dataset.name, table.name)
            return Delivered(table.name, rest_batches=len(waiting), rest_rows=sum(waiting))
        return Delivered(table.name)

    def plan(self, uploader: Uploader, table: PushTable, *, is_everything: bool) -> int:
        """Write down what changed in a table; gives the rows to append."""
        if table.is_fact:
            return uploader.plan_fact(table, self.partitions(table, is_everything=is_everything))
        return uploader.plan_dimension(table, self.dimension(table))

    def partitions(self, table: PushTable, *, is_everything: bool = False) -> list[Partition]:
        """The partitions of a fact that are ready to be pushed, of all installations."""
        found = []
        for site in sites(self.settings).values():
            today = datetime.now(ZoneInfo(site.installation.timezone)).date()
            newest = today if is_everything else today - timedelta(days=OPEN_DAYS)
            days = [day for day in site.lake.dates(table.name) if day <= newest]
            found += [_partition(site, table.name, day) for day in days]
        return found

    def dimension(self, table: PushTable) -> pa.Table:
        """A dimension over all installations."""
        schema = TABLES[table.name].arrow_schema()
        if table.name in _SHARED:
            return Lake(self.settings.data_dir / "lake").read(table.name, schema)
        parts = [site.lake.read(table.name, schema) for site in sites(self.settings).values()]
        return pa.concat_tables(parts)

    def compare(self) -> list[Compared]:
        """What the service counts beside the ledger and the lake; corrections count by their sign."""
        known = self.ledger.dataset(self.dataset.name)
        if known is None or known.dataset_id is None:
            return self.compare_here()
        with self.reader() as reader:
            counts = [reader.net_rows(known.dataset_id, table) for table in self.dataset.tables]
        return [
            replace(line, in_service=count)
            for line, count in zip(self.compare_here(), counts, strict=True)
        ]

    def compare_here(self) -> list[Compared]:
        """The same without asking the service."""
        return [
            Compared(
                table.name,
                in_service=None,
                pushed=self.ledger.net_rows(self.dataset.name, table.name),
                in_lake=self._rows_in_lake(table),
            )
            for table in self.dataset.tables
        ]

    def gone(self) -> InsightError | None:
        """What is to be said if the dataset was created and the service does not know it any more."""
        known = self.ledger.dataset(self.dataset.name)
        if known is None or known.dataset_id is None:
            return None
        with self.reader() as reader:
            is_gone = reader.is_gone(known.dataset_id)
        return PermanentError(GONE, dataset=self.dataset.name) if is_gone else None

    def _rows_in_lake(self, table: PushTable) -> int:
        if not table.is_fact:
            return len(self.dimension(table))
        known = self.ledger.sources(self.dataset.name, table.name)
        closed = {partition.key for partition in self.partitions(table)}
        everything = self.partitions(table, is_everything=True)
        return sum(len(p.read()) for p in everything if p.key in closed | known.keys())

    def rebuild(self, name: str) -> None:
        """Write down that a table is emptied and filled again; the next push does it."""
        self.ledger.new_epoch(self.dataset.name, self._known(name))

    def hold(self, name: str, reason: str) -> None:
        """Send nothing to a table."""
        self.ledger.table(self.dataset.name, self._known(name))
        self.ledger.set_table(self.dataset.name, name, hold="IA-559", hold_detail=reason)

    def release(self, name: str) -> None:
        """Let a held table go on."""
        self.ledger.release(self.dataset.name, self._known(name))

    def _known(self, name: str) -> str:
        names = [table.name for table in self.dataset.tables]
        if name not in names:
            raise PermanentError("IA-567", table=name, known=", ".join(names))
        self.ledger.table(self.dataset.name, name)
        return name

    def held(self) -> list[TableState]:
        """Held tables, each with the code of the message that says why."""
        return held(self.ledger, self.dataset)

    def quota(self) -> QuotaState:
        """The state of the limits, from the ledger alone."""
        now, limits = self.options.now(), self.options.limits
        usage: Usage = self.ledger.usage(self.dataset.name)
        waiting = {t.name: self.ledger.waiting(self.dataset.name, t.name) for t in self._tables()}
        batches = [(name, rows) for name, table in waiting.items() for rows in table]
        following = allowance(usage, limits, *batches[0], now) if batches else Allowance(now)
        return QuotaState(
            dataset=self.dataset.name,
            rows_last_hour=sum(r.rows for r in usage.requests if r.at > now - 3600),
            requests_last_minute=sum(1 for r in usage.requests if r.at > now - 60),
            stored={t.name: usage.stored.get(t.name, 0) for t in self._tables()},
            waiting_rows={name: sum(rows) for name, rows in waiting.items()},
            blocked_until=usage.blocked_until,
            drained_at=drained_at(usage, limits, batches, now) if batches else None,
            next_at=following.at,
            waits_for=following.reason,
            limits=limits,
        )

    def _tables(self) -> Iterable[PushTable]:
        return self.dataset.tables

    def startable(self) -> dict[str, str]:
        """Tables of which something could leave now but for the limits, and what identifies that.

        None that is held, and none at all where somebody must act first: log in, or create the dataset.
        """
        known = self.ledger.dataset(self.dataset.name)
        if (known and known.state == REFUSED) or not self.login.state().is_logged_in:
            return {}
        held = {state.name for state in self.held()}
        found = {}
        for table in self.dataset.tables:
            waiting = self.ledger.waiting(self.dataset.name, table.name)
            unplanned = self._unplanned(table)
            if (waiting or unplanned) and table.name not in held:
                found[table.name] = repr((waiting, unplanned))
        return found

    def _unplanned(self, table: PushTable) -> list[str]:
        """What is ready in the lake and not covered by the ledger yet."""
        known = self.ledger.sources(self.dataset.name, table.name)
        if table.is_fact:
            return [p.source for p in self.partitions(table) if known.get(p.key) != p.source]
        rows, source = dimension_source(table, self.dimension(table))
        is_known = known.get(WHOLE, source if not len(rows) else None) == source
        return [] if is_known else [source]


def _partition(site: Site, name: str, day: date) -> Partition:
    file = site.lake.file(name, day)
    schema = TABLES[name].arrow_schema()
    return Partition(
        key=f"{site.name}|{day.isoformat()}",
        source=_stamp(file),
        read=lambda: site.lake.read_days(name, [day], schema),
    )


def _stamp(file: Path) -> str:
    """What changes whenever the partition is published anew."""
    found = file.stat()
    return f"{found.st_size}:{found.st_mtime_ns}:{found.st_ino}"
