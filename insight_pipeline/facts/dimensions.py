"""R 6 and the model: agents, queues and lines that facts refer to, the calendar, and the quarter hours.

What a partition refers to is noted with it (`references`), so that the dimensions are a union over
partitions, whatever the order in which they were loaded.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from insight_pipeline.facts.hours import public_holidays
from insight_pipeline.model.columns import NO_ID, days, ints
from insight_pipeline.model.directory import QUEUE_KINDS, Account, Directory
from insight_pipeline.model.tables import DIM_AGENT, DIM_DATE, DIM_INTERVAL, DIM_LINE, DIM_QUEUE

REFERENCE_SCHEMA = pa.schema(
    [
        ("local_date", pa.date32()),
        ("role", pa.string()),
        ("id", pa.int64()),
        ("cdr_id", pa.int64()),
        ("name", pa.string()),
    ]
)
"""What a partition refers to (roles agent, queue, line, line_use), and the names that its rows give
(roles account_name, line_name, line_use), each with the id of the row that has the name."""

NO_USER_NAME = "Kein Benutzer"
_SATURDAY = 6


def references(legs: pa.Table, visits: pa.Table, contacts: pa.Table, calls: pa.Table) -> pa.Table:
    """Agents, queues and lines that the facts of some partitions refer to (REFERENCE_SCHEMA)."""
    agents = _ids(
        (legs, "agent_id"),
        (legs, "taken_by_agent_id"),
        (visits, "agent_id"),
        (contacts, "agent_id"),
        (calls, "answering_agent_id"),
        (calls, "originating_agent_id"),
    )
    return pa.concat_tables(
        [
            _in_role(agents, "agent"),
            _in_role(_ids((legs, "queue_id")), "queue"),
            _in_role(_ids((legs, "line_id"), (calls, "line_id")), "line"),
        ]
    )


def line_references(uses: pa.Table) -> pa.Table:
    """Lines of line list rows (local_date, lineid, linename, id), each with its newest name there."""
    keys = {"local_date": days(uses, "local_date"), "id": ints(uses, "lineid")}
    frame = pd.DataFrame({**keys, "cdr_id": ints(uses, "id"), "name": uses["linename"].to_pandas()})
    frame = frame.assign(is_named=frame["name"].notna()).sort_values(["is_named", "cdr_id"])
    return _in_role(frame.drop_duplicates(list(keys), keep="last"), "line_use")


def _ids(*columns: tuple[pa.Table, str]) -> pd.DataFrame:
    parts = [
        pd.DataFrame({"local_date": days(table, "local_date"), "id": ints(table, name)})
        for table, name in columns
    ]
    frame = pd.concat(parts, ignore_index=True).drop_duplicates()
    return frame[frame["id"] != NO_ID]


def _in_role(frame: pd.DataFrame, role: str) -> pa.Table:
    frame = frame.assign(role=role).sort_values(["local_date", "id"], kind="stable")
    frame = frame.reindex(columns=REFERENCE_SCHEMA.names)
    dates = pa.array(frame["local_date"].to_numpy(np.int32), pa.int32()).cast(pa.date32())
    rest = [
        pa.array(frame[field.name], field.type, from_pandas=True)
        for field in list(REFERENCE_SCHEMA)[1:]
    ]
    return pa.table([dates, *rest], schema=REFERENCE_SCHEMA)


def _referred(refs: pa.Table, *roles: str) -> list[int]:
    """The ids in these roles, ascending."""
    chosen = refs.filter(pc.is_in(refs["role"], value_set=pa.array(roles)))
    return sorted(chosen["id"].unique().to_pylist())


def _newest_names(refs: pa.Table, role: str) -> dict[int, str]:
    """The name on the row with the highest id that has one, by id."""
    chosen = refs.filter(pc.and_(pc.equal(refs["role"], role), pc.is_valid(refs["name"])))
    frame = chosen.to_pandas().sort_values("cdr_id", kind="stable")
    newest = frame.drop_duplicates("id", keep="last")
    return {int(i): str(name) for i, name in zip(newest["id"], newest["name"], strict=True)}


def agent_dimension(refs: pa.Table, directory: Directory, installation: str) -> pa.Table:
    """`dim_agent`: users of the directory, former ones, and unlisted ones that facts refer to."""
    rows = {
        0: _agent_row(installation, Account(0, "user", NO_USER_NAME), is_known=True),
        **{
            i: _agent_row(installation, directory.accounts[i], is_known=True)
            for i in directory.of_kind("user")
        },
    }
    for account in directory.former.values():
        if account.kind == "user":
            rows.setdefault(account.account_id, _agent_row(installation, account, is_known=False))
    names = _newest_names(refs, "account_name")
    for i in _referred(refs, "agent"):
        stranger = Account(i, "user", names.get(i) or f"Konto {i}")
        rows.setdefault(i, _agent_row(installation, stranger, is_known=False))
    return _dimension(rows, DIM_AGENT.arrow_schema())


def _agent_row(installation: str, account: Account, *, is_known: bool) -> dict[str, object]:
    return {
        "installation": installation,
        "agent_id": account.account_id,
        "login": account.login,
        "name": account.name,
        "licence": account.licence,
        "is_active": is_known and account.is_active,
        "is_known": is_known,
    }


def queue_dimension(refs: pa.Table, directory: Directory, installation: str) -> pa.Table:
    """`dim_queue`: groups and iQueues, likewise."""
    rows = {
        i: _queue_row(installation, directory.accounts[i], is_known=True)
        for i in directory.of_kind(*QUEUE_KINDS)
    }
    for account in directory.former.values():
        if account.kind in QUEUE_KINDS:
            rows.setdefault(account.account_id, _queue_row(installation, account, is_known=False))
    names = _newest_names(refs, "account_name")
    for i in _referred(refs, "queue"):
        stranger = Account(i, "group", names.get(i) or f"Konto {i}")
        rows.setdefault(i, _queue_row(installation, stranger, is_known=False))
    return _dimension(rows, DIM_QUEUE.arrow_schema())


def _queue_row(installation: str, account: Account, *, is_known: bool) -> dict[str, object]:
    return {
        "installation": installation,
        "queue_id": account.account_id,
        "queue_kind": account.kind,
        "name": account.name,
        "service_level_seconds": account.service_level_seconds,
        "is_active": is_known and account.is_active,
        "is_known": is_known,
    }


def line_dimension(refs: pa.Table, installation: str) -> pa.Table:
    """`dim_line`: the line list's newest name, else the call list's."""
    names = _newest_names(refs, "line_name")
    of_use = _newest_names(refs, "line_use")
    rows: dict[int, dict[str, object]] = {
        i: {"installation": installation, "line_id": i, "name": of_use.get(i) or names.get(i)}
        for i in _referred(refs, "line", "line_use")
    }
    return _dimension(rows, DIM_LINE.arrow_schema())


def _dimension(rows: dict[int, dict[str, object]], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist([rows[i] for i in sorted(rows)], schema=schema)


def date_dimension(first: date, last: date, region: str) -> pa.Table:
    """`dim_date` from `first` to `last`, with the public holidays of a region such as DE or DE-BW."""
    free = public_holidays(region, range(first.year, last.year + 1))
    rows = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        rows.append(
            {
                "local_date": day,
                "year": day.year,
                "quarter": (day.month + 2) // 3,
                "month": day.month,
                "iso_week": day.isocalendar().week,
                "weekday": day.isoweekday(),
                "is_weekend": day.isoweekday() >= _SATURDAY,
                "is_holiday": day in free,
                "holiday_name": free.get(day),
            }
        )
    return pa.Table.from_pylist(rows, schema=DIM_DATE.arrow_schema())


def interval_dimension() -> pa.Table:
    """`dim_interval`: the 96 quarter hours of a day."""
    rows: Iterable[dict[str, object]] = [
        {"interval_of_day": i, "start_time": f"{i // 4:02d}:{i % 4 * 15:02d}"} for i in range(96)
    ]
    return pa.Table.from_pylist(list(rows), schema=DIM_INTERVAL.arrow_schema())
