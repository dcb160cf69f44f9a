"""The simulated PBX: accounts, queues, modules, mailboxes and lines, built from (users, seed).

Here: what is configured on the PBX and does not change while calls are played.
Not here: what happens (play.py and the modules below it), when people call (demand.py), or how
exports and the directory files are written (export.py, directory.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from random import Random

from insight_pipeline.simulator.names import Contact, contacts, login_of, user_names

FIRST_USER_ID = 1001
FIRST_GROUP_ID = 201
FIRST_IQUEUE_ID = 301
FIRST_MODULE_ID = 401
FIRST_MAILBOX_ID = 501
FOREIGN_QUEUE_ID = 701
MIN_USERS = 4

_GROUP_NAMES = ("Vertrieb", "Buchhaltung", "Einkauf", "Technik", "Lager", "Personal", "Werkstatt")
_IQUEUE_NAMES = ("Support", "Zentrale", "Bestellung", "Reklamation", "Terminservice")


class QueueKind(StrEnum):
    """How a queue rings its members: all at once, or one after the other."""

    GROUP = "group"
    IQUEUE = "iqueue"


class AfterWaiting(StrEnum):
    """What a queue does with a caller whom nobody took in time."""

    NOTHING = "nothing"  # rings on until the caller gives up
    OVERFLOW = "overflow"  # into another queue
    MAILBOX_IN_PLACE = "mailbox_in_place"  # the queue's own entry becomes the mailbox's
    MAILBOX_AS_STEP = "mailbox_as_step"  # a mailbox account in a step of its own


@dataclass(frozen=True, slots=True)
class User:
    """A person with a phone. `is_listed` False: left the firm, gone from the directory."""

    account_id: int
    login: str
    name: str
    number: str
    licence: str
    is_listed: bool
    pick_up_share: float
    pick_up_seconds: float


@dataclass(frozen=True, slots=True)
class Queue:
    """A group or an iQueue. `holds_talk`: its entry lasts until its agent hangs up."""

    account_id: int
    kind: QueueKind
    name: str
    number: str
    service_level_seconds: int | None
    member_ids: tuple[int, ...]
    ring_seconds: int
    max_wait_seconds: int
    after_waiting: AfterWaiting
    overflow_id: int | None
    holds_talk: bool


@dataclass(frozen=True, slots=True)
class Module:
    """A participant without a person: IVR, announcement, dialler, mailbox."""

    account_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Line:
    """A provider line."""

    line_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Pbx:
    """Everything that is configured."""

    users: tuple[User, ...]
    groups: tuple[Queue, ...]
    iqueues: tuple[Queue, ...]
    ivr: Module
    announcement: Module
    dialler: Module
    mailboxes: tuple[Module, ...]
    lines: tuple[Line, ...]
    contacts: tuple[Contact, ...]

    @property
    def queues(self) -> tuple[Queue, ...]:
        """Groups and iQueues."""
        return (*self.groups, *self.iqueues)

    def queue(self, account_id: int) -> Queue:
        """The queue with this account; ids lead straight to their place."""
        if account_id < FIRST_IQUEUE_ID:
            return self.groups[account_id - FIRST_GROUP_ID]
        return self.iqueues[account_id - FIRST_IQUEUE_ID]

    def user(self, account_id: int) -> User:
        """The user with this account."""
        return self.users[account_id - FIRST_USER_ID]


def build_pbx(users: int, seed: int) -> Pbx:
    """The same PBX for the same numbers, on every machine."""
    rng = Random(f"pbx:{users}:{seed}")
    people = _users(users, rng)
    in_service = [user.account_id for user in people if user.is_listed]
    return Pbx(
        users=people,
        groups=_groups(users, in_service, rng),
        iqueues=_iqueues(users, in_service, rng),
        ivr=Module(FIRST_MODULE_ID, "IVR Begrüßung"),
        announcement=Module(FIRST_MODULE_ID + 1, "Ansage vor Melden"),
        dialler=Module(FIRST_MODULE_ID + 2, "Wähler"),
        mailboxes=(
            Module(FIRST_MAILBOX_ID, "Mailbox Zentrale"),
            Module(FIRST_MAILBOX_ID + 1, "Mailbox Vertrieb"),
        ),
        lines=(Line(11, "SIP-Trunk A"), Line(12, "SIP-Trunk B"), Line(13, "ISDN Anlage")),
        contacts=contacts(max(60, users * 20), rng),
    )


def _users(count: int, rng: Random) -> tuple[User, ...]:
    first_number = 200 if count <= 600 else 2000
    people = []
    logins: set[str] = set()
    for index, (first, last) in enumerate(user_names(count, rng)):
        login = login_of(first, last)
        if login in logins:
            login = f"{login}{index}"
        logins.add(login)
        people.append(
            User(
                account_id=FIRST_USER_ID + index,
                login=login,
                name=f"{first} {last}",
                number=str(first_number + index),
                licence="user_light" if index % 5 == 4 else "pbx_user",
                # One person of a larger PBX has left and is only known from old calls.
                is_listed=not (count >= 20 and index == count - 1),
                pick_up_share=round(rng.uniform(0.55, 0.92), 3),
                pick_up_seconds=round(rng.uniform(5.0, 11.0), 2),
            )
        )
    return tuple(people)


def _members(in_service: list[int], rng: Random) -> tuple[int, ...]:
    size = min(len(in_service), max(3, min(8, len(in_service) // 4)))
    return tuple(rng.sample(in_service, size))


def _name(names: tuple[str, ...], index: int) -> str:
    repeat = index // len(names)
    return names[index % len(names)] + (f" {repeat + 1}" if repeat else "")


def _groups(users: int, in_service: list[int], rng: Random) -> tuple[Queue, ...]:
    order = (
        AfterWaiting.MAILBOX_IN_PLACE,
        AfterWaiting.OVERFLOW,
        AfterWaiting.NOTHING,
        AfterWaiting.MAILBOX_AS_STEP,
    )
    return tuple(
        Queue(
            account_id=FIRST_GROUP_ID + index,
            kind=QueueKind.GROUP,
            name=_name(_GROUP_NAMES, index),
            number=str(30 + index),
            service_level_seconds=15 if index == 0 else None,
            member_ids=_members(in_service, rng),
            ring_seconds=rng.randint(22, 35),
            max_wait_seconds=rng.randint(22, 35),
            after_waiting=order[index % len(order)],
            overflow_id=FIRST_IQUEUE_ID,
            holds_talk=index % 2 == 0,
        )
        for index in range(min(50, max(4, users // 10)))
    )


def _iqueues(users: int, in_service: list[int], rng: Random) -> tuple[Queue, ...]:
    count = min(40, max(2, users // 13))
    order = (AfterWaiting.OVERFLOW, AfterWaiting.NOTHING, AfterWaiting.MAILBOX_AS_STEP)
    return tuple(
        Queue(
            account_id=FIRST_IQUEUE_ID + index,
            kind=QueueKind.IQUEUE,
            name=_name(_IQUEUE_NAMES, index),
            number=str(90 + index),
            service_level_seconds=30 if index == 0 else None,
            member_ids=_members(in_service, rng),
            ring_seconds=rng.randint(12, 18),
            max_wait_seconds=rng.randint(45, 120),
            after_waiting=order[index % len(order)],
            overflow_id=FIRST_IQUEUE_ID + (index + 1) % count,
            holds_talk=True,
        )
        for index in range(count)
    )
