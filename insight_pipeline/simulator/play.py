"""Playing a period: the plan, and the simulation it gives.

Here: `SimulationPlan`, `Simulation` and `simulate`, which starts every drawn call and lets the
stage run until the last one has ended. The same plan gives the same calls.
Not here: what happens in a call (inbound.py, outbound.py), truth (truth.py) or exports (export.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from zoneinfo import ZoneInfo

from insight_pipeline.simulator.demand import Start, midnight_utc, starts
from insight_pipeline.simulator.events import PlayedCall
from insight_pipeline.simulator.inbound import SCENARIOS, play_inbound
from insight_pipeline.simulator.outbound import call_inside, dial_by_module, place_call
from insight_pipeline.simulator.pbx import MIN_USERS, Pbx, build_pbx
from insight_pipeline.simulator.stage import Process, Stage

FIRST_CALLID = 10_001
MAX_CALLS_PER_USER = 1000


@dataclass(frozen=True, slots=True)
class SimulationPlan:
    """What to simulate. `last_day` is included; `mess` adds broken lines and refused files."""

    users: int
    first_day: date
    last_day: date
    calls_per_user_and_day: float
    seed: int
    timezone: str
    installation: str
    mess: bool

    def __post_init__(self) -> None:
        """Refuse what cannot be played."""
        problem = None
        if self.users < MIN_USERS:
            problem = f"a PBX needs at least {MIN_USERS} users, not {self.users}"
        elif self.last_day < self.first_day:
            problem = f"the last day {self.last_day} lies before the first day {self.first_day}"
        elif not 0 < self.calls_per_user_and_day <= MAX_CALLS_PER_USER:
            problem = f"calls per user and day: more than 0, at most {MAX_CALLS_PER_USER}"
        if problem:
            raise ValueError(problem)

    @property
    def zone(self) -> ZoneInfo:
        """The installation's time zone."""
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class Simulation:
    """What was played: the PBX and every call, in the order in which the calls started."""

    plan: SimulationPlan
    pbx: Pbx
    calls: tuple[PlayedCall, ...]


def simulate(plan: SimulationPlan) -> Simulation:
    """Play the plan."""
    pbx = build_pbx(plan.users, plan.seed)
    calls_a_day = plan.users * plan.calls_per_user_and_day
    demand_rng = Random(f"demand:{plan.seed}")
    drawn = starts(plan.first_day, plan.last_day, plan.zone, calls_a_day, demand_rng)
    ends_utc = midnight_utc(plan.last_day + timedelta(days=1), plan.zone)
    stage = Stage(pbx, Random(f"play:{plan.seed}"), FIRST_CALLID, ends_utc)
    for start in sorted(drawn, key=lambda one: one.at_utc):
        stage.start(start.at_utc, _process(stage, start))
    stage.run()
    return Simulation(plan, pbx, tuple(call.finished() for call in stage.calls))


def _process(stage: Stage, start: Start) -> Process:
    """The generator that plays this start; the user who starts it is drawn beforehand."""
    if start.way in SCENARIOS:
        return play_inbound(stage, start.way, start.scenario)
    if start.way == "dialler":
        return dial_by_module(stage)
    user = stage.rng.choice(stage.pbx.users)
    if start.way in {"internal", "internal_queue"}:
        return call_inside(stage, user, is_to_queue=start.way == "internal_queue")
    return place_call(stage, user, start.scenario, is_private=start.way == "private")
