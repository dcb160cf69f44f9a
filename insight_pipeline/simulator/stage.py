"""What changes while calls are played: the clock, who is on the phone, who waits where.

Here: the agenda that wakes each process at its second, and the draws that scenarios share. A
process is a generator that yields the UTC second at which it goes on.
Not here: what a caller or an agent does (inbound.py, outbound.py, queues.py, phones.py).
"""

from __future__ import annotations

import heapq
from collections.abc import Generator
from random import Random

from insight_pipeline.simulator.events import Cause, Direction, Kind
from insight_pipeline.simulator.live_call import LiveCall
from insight_pipeline.simulator.names import Contact
from insight_pipeline.simulator.pbx import Pbx, Queue, User

Process = Generator[int, None, None]


class Stage:
    """The PBX while it runs; `ends_utc`: from then on nothing new is started."""

    def __init__(self, pbx: Pbx, rng: Random, first_callid: int, ends_utc: int) -> None:
        """An idle PBX before the first second."""
        self.pbx = pbx
        self.rng = rng
        self.ends_utc = ends_utc
        self.now = 0
        self.calls: list[LiveCall] = []
        self._next_callid = first_callid
        self._agenda: list[tuple[int, int, Process]] = []
        self._pushed = 0
        self._busy: set[int] = set()
        self._waiting: dict[int, list[int]] = {}
        self._turn: dict[int, int] = {}

    # --- the clock -----------------------------------------------------------------------------
    def start(self, at_utc: int, process: Process) -> None:
        """Put a process on the agenda."""
        self._pushed += 1
        heapq.heappush(self._agenda, (at_utc, self._pushed, process))

    def start_later(self, seconds: int, process: Process) -> None:
        """Start a process after a while, unless the played period is over by then."""
        if self.now + seconds < self.ends_utc:
            self.start(self.now + seconds, process)

    def run(self) -> None:
        """Play until nothing is left to happen."""
        while self._agenda:
            self.now, _, process = heapq.heappop(self._agenda)
            wake_utc = next(process, None)
            if wake_utc is not None:
                self.start(max(wake_utc, self.now), process)

    # --- calls ---------------------------------------------------------------------------------
    def open_call(
        self,
        scenario: str,
        direction: Direction,
        caller_id: int,
        contact: Contact | None,
        *,
        is_private: bool = False,
    ) -> LiveCall:
        """A call arrives or is dialled now; only calls with the outside world use a line."""
        has_line = direction is not Direction.INTERNAL
        line_id = self.rng.choice(self.pbx.lines).line_id if has_line else None
        call = LiveCall(
            self._next_callid, scenario, direction, caller_id, contact, line_id, is_private
        )
        self._next_callid += 1
        self.calls.append(call)
        call.go_on(self.now, Kind.CALL_STARTS, caller_id, 0)
        if contact is not None and contact.number_e164 is None:
            call.mark("anonymous")
        return call

    def close_call(self, call: LiveCall, cause: Cause) -> None:
        """The last party is gone."""
        call.go_on(self.now, Kind.CALL_ENDS, call.caller_id, 0, cause=cause)

    # --- people --------------------------------------------------------------------------------
    def is_free(self, user_id: int) -> bool:
        """Whether the user is neither ringing nor talking."""
        return user_id not in self._busy

    def occupy(self, user_id: int) -> None:
        """The user's phone rings, dials or is in a talk from now on."""
        self._busy.add(user_id)

    def release(self, user_id: int) -> None:
        """The user's phone is free again."""
        self._busy.remove(user_id)

    def colleague(self, call: LiveCall, user: User | None = None, *, is_free: bool) -> User:
        """Somebody besides `user` to hand a call to, never its caller; free where one is found."""
        avoided = {call.caller_id, user.account_id if user else None}
        tries_for_a_free_one = 20 if is_free else 0
        while True:
            drawn = self.rng.choice(self.pbx.users)
            if drawn.account_id in avoided or not drawn.is_listed:
                continue
            if tries_for_a_free_one == 0 or self.is_free(drawn.account_id):
                return drawn
            tries_for_a_free_one -= 1

    # --- queues --------------------------------------------------------------------------------
    def join(self, queue: Queue, call: LiveCall) -> None:
        """The call stands at the end of the queue."""
        self._waiting.setdefault(queue.account_id, []).append(call.callid)

    def quit(self, queue: Queue, call: LiveCall) -> None:
        """The call no longer waits."""
        self._waiting[queue.account_id].remove(call.callid)

    def next_agent(self, queue: Queue, call: LiveCall) -> User | None:
        """The free member whose turn it is, unless earlier callers need all free ones."""
        members = queue.member_ids
        free = sum(self.is_free(member) for member in members)
        if self._waiting[queue.account_id].index(call.callid) >= free:
            return None
        turn = self._turn.get(queue.account_id, 0)
        for place in range(len(members)):
            member = members[(turn + place) % len(members)]
            if self.is_free(member):
                self._turn[queue.account_id] = turn + place + 1
                return self.pbx.user(member)
        return None

    # --- draws ---------------------------------------------------------------------------------
    def talk_seconds(self, median_seconds: float = 130.0) -> int:
        """Length of a talk: most are short, a few are long."""
        drawn = self.rng.lognormvariate(0.0, 0.8) * median_seconds
        return max(3, min(3600, round(drawn)))

    def patience_until(self) -> int:
        """When the caller will give up, from now; some hang up almost at once."""
        if self.rng.random() < 0.07:
            return self.now + self.rng.randint(2, 6)
        return self.now + 12 + round(self.rng.expovariate(1 / 75.0))

    def pick_up_after(self, user: User, eagerness: float = 1.0) -> int | None:
        """Seconds until the user picks up a ringing phone; None: not there."""
        if self.rng.random() > user.pick_up_share * eagerness:
            return None
        return 2 + round(self.rng.expovariate(1 / user.pick_up_seconds))

    def chance(self, share: float) -> bool:
        """True in this share of the cases."""
        return self.rng.random() < share
