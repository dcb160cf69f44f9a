"""Random contents of the two lists: what a PBX might have logged, and what it should not have.

A content is a dict of column -> typed value; times are naive UTC instants, or wall clocks
where the content is marked `_wall`. Small pools of accounts, ids and times make relations
collide on purpose. Spelling and files are in `fuzz.py`.
"""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

Content = dict[str, Any]
CHANGES = {
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Australia/Lord_Howe": (date(2026, 10, 4), date(2026, 4, 5)),
}
SKIPPED = {
    "Europe/Berlin": "29.03.2026 02:{:02d}:{:02d}",
    "America/New_York": "08.03.2026 02:{:02d}:{:02d}",
    "Australia/Lord_Howe": "04.10.2026 02:{:02d}:{:02d}",
}
REPEATED_HOUR = {"Europe/Berlin": 2, "America/New_York": 1, "Australia/Lord_Howe": 1}
USERS = (101, 102, 103, 104, 105)
QUEUES = (201, 202, 301, 302)
MODULES = (401, 402)
BOXES = (501,)
FOREIGN = (601,)
UNKNOWN = (901, 902, 903, 904, 905)
NOBODY = (0, -1)
LOGINS = {101: "a.bauer", 102: "B.Klein", 103: "2107", 104: "0005", 105: "d.roß"}
NAMES = {
    101: "Anna Bauer <21>",
    102: "Bernd Klein <22>",
    103: "Chris; Weiß <23>",
    104: 'Doris "Do" König <24>',
    105: "Egon Roß",
    201: "Vertrieb <31>",
    202: "Support",
    301: "Hotline <41>",
    302: "",
    401: "IVR Begrüßung",
    402: "Wähler <48>",
    501: "Mailbox",
    601: "Fremd",
    901: "Erika Früher <91>",
    902: "92",
    903: "Altgruppe <93>",
    904: "",
    905: "Ansage alt",
}
EXTERNAL = (
    "Muster GmbH <+49711123456>",
    "+49 (89) 7473-241",
    "0711/9423677",
    "Max Muster 030 4810850",
    "Müller (Büro)",
    "Haus 12",
    "Firma 24 0711 123-456",
    "Lisa Ahorn <+41  203266526>",
    "<0049 30 123>",
    "anonym",
    "UNKNOWN",
    "Unbekannt",
    "",
    "Dr. Nöll",
    "Praxis 2. Stock",
    "12",
    "+12",
    "Café \N{EN DASH} Zur € Post <0221-975>",
    'Rolf O"Neil <0221975>',
)


class World(NamedTuple):
    """What the rows of one installation are drawn from."""

    rng: Random
    zone: ZoneInfo
    days: tuple[date, ...]


def wall_of(utc: datetime, zone: ZoneInfo) -> datetime:
    """Wall clock of a naive UTC instant."""
    return utc.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)


def is_repeated(utc: datetime, zone: ZoneInfo) -> bool:
    """Whether the clocks show this instant's time twice."""
    wall = wall_of(utc, zone)
    found = {wall.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)}
    earlier, later = (wall.replace(tzinfo=zone, fold=f).astimezone(UTC) for f in (0, 1))
    return len(found) == 2 and earlier < later


def base_time(world: World) -> datetime:
    """A UTC instant: near a clock change, midnight, a quarter hour, or anywhere."""
    rng, zone = world.rng, world.zone
    day = rng.choice(world.days)
    kind = rng.random()
    if kind < 0.35:
        change = rng.choice(list(CHANGES[zone.key]))
        hour = rng.choice((0, 1, 1, 2, 2, 3))
        wall = datetime(change.year, change.month, change.day, hour, rng.randrange(60))
    elif kind < 0.5:
        wall = datetime(day.year, day.month, day.day, 23, rng.choice((40, 58, 59)))
    elif kind < 0.7:
        minute = rng.choice((0, 14, 15, 29, 30, 44, 45, 59))
        wall = datetime(day.year, day.month, day.day, 9, minute)
    else:
        wall = datetime(day.year, day.month, day.day, rng.randrange(24), rng.randrange(60))
    wall += timedelta(seconds=rng.choice((0, 0, 30, 58, 59, rng.randrange(60))))
    aware = wall.replace(tzinfo=zone, fold=rng.randrange(2))
    return aware.astimezone(UTC).replace(tzinfo=None)


def length(rng: Random) -> int:
    """Seconds of something: often nothing, often short, sometimes over borders."""
    return rng.choice((0, 0, 1, 2, 3, 5, 19, 20, 21, 30, 60, rng.randrange(200), 900, 1800, 3700))


def party(rng: Random, account: int) -> str:
    """A caller id text."""
    if account <= 0:
        return rng.choice(EXTERNAL)
    if rng.random() < 0.2:
        return rng.choice(("", str(account), f"Alias {account} <{account}>", "unknown"))
    return NAMES.get(account, "")


def blank(world: World) -> Content:
    """A content with every column of the call list at a quiet value."""
    rng = world.rng
    content: Content = dict.fromkeys("callresultcausedby lineid duration ringingtime".split())
    content |= dict.fromkeys("callbacknumber answeredelswhere linename login".split(), "")
    flags = "hasvoicemail hasmonitor hasfax deleted privatecall callbacknumberextern summarystep"
    content |= dict.fromkeys(flags.split(), False)
    content |= {"callstepid": 0, "serviceid": 1, "linktime": None, "answered": False}
    content |= {"incoming": rng.random() < 0.6, "callleguuid": f"{rng.getrandbits(32):08x}"}
    if rng.random() < 0.7:
        content["lineid"] = rng.choice((1, 2, 3, 0))
        content["linename"] = rng.choice(("SIP", "SIP; Süd", "", "ISDN"))
    return content


def set_times(rng: Random, row: Content, start: datetime, result: str) -> None:
    """Start, ringing, link, end and duration that fit the result (mostly)."""
    row["callresult"], row["starttime"] = result, start
    ring = start + timedelta(seconds=rng.choice((0, 0, 1, 2)))
    row["ringingtime"] = ring if rng.random() < 0.7 else None
    link = start + timedelta(seconds=length(rng)) if result == "CONNECTED" else None
    end = (link or start) + timedelta(seconds=length(rng))
    row["linktime"], row["callresulttime"] = link, end
    if result != "CONNECTED" and rng.random() < 0.1:
        row["linktime"] = start + timedelta(seconds=rng.choice((-50, 3, 5000)))
    if rng.random() < 0.08:
        row["ringingtime"] = start + timedelta(seconds=rng.choice((-5, 3, 40, 4000)))
    set_duration(rng, row)
    row["answered"] = result == "CONNECTED"


def set_duration(rng: Random, row: Content) -> None:
    """Duration: right, nearly right, wrong or empty."""
    begin = row["linktime"] if row["callresult"] == "CONNECTED" else row["starttime"]
    exact = int((row["callresulttime"] - begin).total_seconds())
    kind = rng.random()
    if kind < 0.5:
        row["duration"] = exact + rng.choice((0, 0, 0, 1, -1, 2, -2, 3, -3))
    elif kind < 0.6:
        row["duration"] = exact + rng.choice((3600, -3600, 1800, -1800, 7))
    else:
        row["duration"] = None


def ends(rng: Random, row: Content, caller: int, called: int) -> None:
    """Both ends of a row."""
    row["calleraccountid"], row["callercallerid"] = caller, party(rng, caller)
    row["calledaccountid"], row["calledcallerid"] = called, party(rng, called)


def taker_text(rng: Random) -> str:
    """Something for `answeredelswhere`: an id, a login in any case, or garbage."""
    return rng.choice(
        ("", "101", "102", "103", "0101", "a.bauer", "A.BAUER", "b.klein", "2107", "0005", "201")
        if rng.random() < 0.7
        else ("D.Roß", "niemand", "901", "0", "-1", "9" * 25, "10 1")
    )


def step_rows(world: World, step: int, start: datetime, caller: int) -> list[Content]:
    """The rows of one step: some owner, and who rings with it."""
    rng = world.rng
    shape = rng.choice(("user", "user", "queue", "queue", "queue", "module", "none", "box"))
    pools = {"user": (*USERS, *UNKNOWN[:2]), "queue": (*QUEUES, 903, 904)}
    pools |= {"module": (*MODULES, 905), "none": NOBODY, "box": (*BOXES, 904)}
    owners = [rng.choice(pools[shape])]
    if shape == "queue":
        owners += rng.choices((*USERS, *UNKNOWN[:2]), k=rng.choice((0, 1, 1, 2, 3)))
        if rng.random() < 0.15:
            owners.append(rng.choice(QUEUES))
    service = {"user": 1, "queue": rng.choice((2, 3)), "module": 5, "none": rng.choice((4, 5, 8))}
    rows = []
    for owner in owners:
        row = blank(world)
        row["callstepid"], row["cdraccountid"] = step, owner
        row["serviceid"] = service.get(shape, 4)
        ends(rng, row, caller, max(owner, -1))
        result = rng.choice(("CONNECTED", "CONNECTED", "NOT_CONNECTED", "ANSWERED_ELSEWHERE"))
        begin = start + timedelta(seconds=rng.choice((0, 0, 0, 1, 5)))
        set_times(rng, row, begin, result)
        row["login"] = LOGINS.get(owner, "")
        if owner in (901, 902) and rng.random() < 0.7:
            row["login"] = "e.frueher"
        if rng.random() < 0.5:
            row["answeredelswhere"] = taker_text(rng)
        rows.append(row)
    return rows


def share_times(rng: Random, rows: list[Content]) -> None:
    """Let rows of one step agree on link and end, as they do when one person answers."""
    model = rng.choice(rows)
    for row in rows:
        if row["callresult"] == model["callresult"] and rng.random() < 0.6:
            for name in ("starttime", "linktime", "callresulttime", "duration"):
                row[name] = model[name]


def disturb(world: World, row: Content) -> None:
    """Change a few things at random, so that no combination is out of reach."""
    rng = world.rng
    everyone = (*USERS, *QUEUES, *MODULES, *BOXES, *UNKNOWN, *NOBODY, *NOBODY)
    if rng.random() < 0.12:
        row["cdraccountid"] = rng.choice(everyone)
    if rng.random() < 0.15:
        caller, called = rng.choice(everyone), rng.choice(everyone)
        if caller == called and caller > 0:
            called = 0
        ends(rng, row, caller, called)
    for name, chance in (
        ("hasvoicemail", 0.12),
        ("hasmonitor", 0.1),
        ("hasfax", 0.05),
        ("deleted", 0.1),
        ("privatecall", 0.02),
        ("summarystep", 0.1),
    ):
        row[name] = rng.random() < chance
    if rng.random() < 0.12:
        row["serviceid"] = rng.choice((None, 1, 2, 3, 4, 5, 6, 8, 77))
    if rng.random() < 0.1:
        row["login"] = rng.choice(("", "e.frueher", "x"))
    if rng.random() < 0.1:
        row["callresultcausedby"] = rng.choice((0, 101, -1, 999))
    if rng.random() < 0.08:
        row["callbacknumber"] = 'erste Zeile\r\nzweite; "Zeile"'


def call_rows(world: World, callid: int, start: datetime) -> list[Content]:
    """All contents of one call, without ids."""
    rng = world.rng
    direction = rng.random()
    caller = 0 if direction < 0.55 else rng.choice((*USERS, *UNKNOWN[:2], *MODULES, 0, -1))
    rows: list[Content] = []
    moment = start
    for step in range(rng.choice((1, 1, 2, 2, 3, 4))):
        if caller > 0 and rng.random() < 0.6:
            own = blank(world)
            own["callstepid"], own["cdraccountid"] = step, caller
            ends(rng, own, caller, rng.choice((0, -1, *USERS, 201)))
            if own["calledaccountid"] == caller:
                ends(rng, own, caller, 0)
            set_times(rng, own, moment, rng.choice(("CONNECTED", "NOT_CONNECTED")))
            own["login"] = LOGINS.get(caller, "")
            rows.append(own)
        group = step_rows(world, step, moment, caller)
        if rng.random() < 0.6:
            share_times(rng, group)
        rows += group
        moment = rng.choice([row["callresulttime"] for row in group])
        if rng.random() < 0.2:
            moment = start
    for row in rows:
        row["callid"] = callid
        disturb(world, row)
    if rng.random() < 0.06:
        for row in rng.sample(rows, k=max(1, len(rows) // 2)):
            shift(row, timedelta(days=rng.choice((1, 2, 2, 3))))
    return rows


def shift(row: Content, by: timedelta) -> None:
    """Move all times of a row."""
    for name in ("starttime", "ringingtime", "linktime", "callresulttime"):
        if row[name] is not None:
            row[name] += by


def call_contents(world: World, calls: int) -> list[Content]:
    """Contents of the call list with ids that mostly rise with the start (A 5)."""
    rng = world.rng
    pool = [base_time(world) for _ in range(max(3, calls // 2))]
    rows: list[Content] = []
    for number in range(calls):
        callid = 5000 + (number if rng.random() < 0.95 else rng.randrange(calls))
        rows += call_rows(world, callid, rng.choice(pool))
    rows.sort(key=lambda row: row["starttime"] + timedelta(seconds=rng.choice((0, 0, 0, -40, 700))))
    for number, row in enumerate(rows):
        row["id"] = 1000 + 3 * number
    for row in rows:
        if rng.random() < 0.01:
            row["cdraccountid"] = FOREIGN[0]
    return rows + repeated_walls(world, 4 + calls // 10, 100_000)


def repeated_walls(world: World, count: int, first_id: int) -> list[Content]:
    """Rows whose wall clocks lie at random in and around the repeated hour."""
    rng, hour = world.rng, REPEATED_HOUR[world.zone.key]
    day = CHANGES[world.zone.key][1]
    rows = []
    for number in range(count):
        row = blank(world)
        row["cdraccountid"] = rng.choice((*USERS, *QUEUES, 0))
        ends(rng, row, 0, row["cdraccountid"])
        wall = datetime(day.year, day.month, day.day, hour, rng.randrange(60), rng.randrange(60))
        set_times(rng, row, wall, rng.choice(("CONNECTED", "NOT_CONNECTED")))
        if rng.random() < 0.3:
            row["callresulttime"] += timedelta(minutes=rng.choice((-60, -59, -30, 30, 60)))
        row |= {"id": first_id + number, "callid": 7000 + rng.randrange(1 + count // 2)}
        row["_wall"] = True
        rows.append(row)
    return rows


def line_contents(world: World, uses: int) -> list[Content]:
    """Contents of the line list."""
    rng = world.rng
    rows = []
    for number in range(uses):
        row = blank(world)
        result = rng.choice(("CONNECTED", "NOT_CONNECTED", "ANSWERED_ELSEWHERE"))
        set_times(rng, row, base_time(world), result)
        row |= {"id": 50 + number, "callid": 5000 + rng.randrange(uses), "callerlogin": ""}
        row |= {"lineid": rng.choice((1, 2, 3, 7)), "linename": rng.choice(("", "Leitung A", "B"))}
        row |= {"callernumber": "0711 1", "calledlogin": "x", "callednumber": "2"}
        row |= {"calleraccountid": 0, "calledaccountid": rng.choice((101, None)), "channelname": ""}
        row["hanguptime"] = row["callresulttime"]
        if rng.random() < 0.15:
            row["callresult"] = "" if result != "CONNECTED" else "CONNECTED"
        rows.append(row)
    return rows


def variants(world: World, row: Content, end: str) -> list[Content]:
    """Other contents under the same id: open, corrected, moved to another call or date."""
    rng = world.rng
    found = []
    fixed_end = "_wall" in row or any(
        is_repeated(row[end] + timedelta(days=d), world.zone) for d in (-1, 0, 1)
    )
    for _ in range(rng.choice((1, 1, 1, 2))):
        other = dict(row)
        kind = rng.random()
        if kind < 0.35:
            other[end] = None
        elif kind < 0.5 and not fixed_end:
            other[end] += timedelta(seconds=rng.choice((1, 30, -1)))
        elif kind < 0.6:
            other["callid"] = 5000 + rng.randrange(20)
        elif kind < 0.7 and not fixed_end:
            shift(other, timedelta(days=rng.choice((-1, 1))))
            if end == "hanguptime":
                other[end] = other["callresulttime"]
        else:
            other["linename"] = rng.choice(("SIP", "neu", ""))
            other["duration"] = rng.choice((None, other["duration"]))
        found.append(other)
    return found
