"""Everything an emulator holds, behind one lock.

Belongs here: the parts put together, the look-up of datasets, and what takes effect later. Does not: HTTP.
Requests and tests come from different threads; whoever reads or changes the world holds its lock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from insight_pipeline.emulator.answers import RefusedError, not_found
from insight_pipeline.emulator.clock import Clock
from insight_pipeline.emulator.datasets import Dataset, Table
from insight_pipeline.emulator.faults import FaultQueue
from insight_pipeline.emulator.journal import Journal
from insight_pipeline.emulator.limits import Window
from insight_pipeline.emulator.login import Login
from insight_pipeline.emulator.options import EmulatorOptions, ThrottleBody


@dataclass
class World:
    """State of one emulator."""

    options: EmulatorOptions
    clock: Clock = field(default_factory=Clock)
    lock: threading.RLock = field(default_factory=threading.RLock)
    datasets: dict[str, Dataset] = field(default_factory=dict)
    faults: FaultQueue = field(default_factory=FaultQueue)
    queries: Window = field(default_factory=Window)
    login: Login = field(init=False)
    journal: Journal = field(init=False)
    _later: list[tuple[float, Callable[[], object]]] = field(default_factory=list)
    _throttled: int = 0

    def __post_init__(self) -> None:
        """Make what depends on the options."""
        self.login = Login(self.options.login)
        self.journal = Journal(self.options.log_entries)

    def reset(self) -> None:
        """Start over: nothing stored, nobody logged in, the clock of the machine."""
        fresh = World(self.options)
        self.clock.ahead_seconds = 0.0
        self.datasets, self.faults, self.queries = fresh.datasets, fresh.faults, fresh.queries
        self.login, self.journal = fresh.login, fresh.journal
        self._later.clear()
        self._throttled = 0

    def now(self) -> float:
        """The emulator's time, after everything that was due by then has happened."""
        now = self.clock.now()
        due = [effect for at, effect in self._later if at <= now]
        self._later = [(at, effect) for at, effect in self._later if at > now]
        for effect in due:
            effect()
        return now

    def later(self, seconds: float, effect: Callable[[], object]) -> None:
        """Let something happen later, by the emulator's clock."""
        self._later.append((self.clock.now() + seconds, effect))

    def is_next_throttle_bare(self) -> bool:
        """Which of its two bodies the next 429 has."""
        self._throttled += 1
        body = self.options.throttle_body
        return body is ThrottleBody.BARE or (
            body is ThrottleBody.ALTERNATE and self._throttled % 2 == 0
        )

    def listed(self, workspace_id: str) -> Iterator[Dataset]:
        """The datasets that a workspace shows."""
        now = self.clock.now()
        for dataset in self.datasets.values():
            if dataset.workspace_id == workspace_id and dataset.visible_from <= now:
                yield dataset

    def dataset(self, workspace_id: str, dataset_id: str) -> Dataset:
        """A dataset of a workspace, or 404."""
        for dataset in self.listed(workspace_id):
            if dataset.id == dataset_id:
                return dataset
        raise RefusedError(
            not_found("PowerBIEntityNotFound", f"Dataset {dataset_id} is not found!")
        )

    def table(self, dataset: Dataset, name: str) -> Table:
        """A table of a dataset, or 404."""
        table = dataset.table(name)
        if table is None:
            raise RefusedError(not_found("PowerBIEntityNotFound", f"Table {name} is not found!"))
        return table

    def check_workspace(self, workspace_id: str) -> None:
        """404 for a workspace that does not exist; My workspace (empty) always does."""
        if workspace_id and all(known.id != workspace_id for known in self.options.workspaces):
            raise RefusedError(
                not_found("PowerBIFolderNotFound", f"Group {workspace_id} is not found!")
            )
