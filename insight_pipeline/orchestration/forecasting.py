"""The forecast of an installation as the lake stands: which days it rests on, and what is wrong with one.

Imports no Dagster. How a forecast comes about is decided in `facts.forecast`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from insight_pipeline.facts.forecast import ForecastRules, forecast
from insight_pipeline.facts.hours import opening_hours
from insight_pipeline.facts.visits import thresholds
from insight_pipeline.model.calendar import QUARTER_SECONDS
from insight_pipeline.model.columns import ints
from insight_pipeline.model.tables import FACT_QUEUE_INTERVAL, RECONCILIATION
from insight_pipeline.orchestration.site import Site

_INTERVALS, _ROWS = FACT_QUEUE_INTERVAL.name, RECONCILIATION.name
_READ = ("queue_id", "interval_start_utc", "offered", "answered", "talk_seconds")


def today_of(site: Site) -> date:
    """The running local date of the installation, which is no history yet."""
    return site.local_date(datetime.now(UTC).replace(tzinfo=None))


def forecast_of(site: Site, today: date) -> pa.Table:
    """`forecast_queue_interval` from the days in the lake that were over before `today`."""
    installation, plan = site.installation, site.settings.forecast
    history = _history(site, today, timedelta(weeks=plan.weeks))
    intervals = site.lake.read_days(_INTERVALS, history, FACT_QUEUE_INTERVAL.arrow_schema(), _READ)
    queues = np.unique(ints(intervals, "queue_id"))
    own = pd.Series(thresholds(queues, site.directory, site.queue_rules), index=queues)
    hours = opening_hours(installation.hours, site.zone, installation.region)
    rules = ForecastRules(plan.weeks, plan.service_level, hours, installation.region)
    return forecast(intervals, history, own, rules, site.name)


def _history(site: Site, today: date, length: timedelta) -> list[date]:
    """Loaded days with a row of the call list; without any, its export is missing or all was closed."""
    loaded = [day for day in site.lake.dates(_INTERVALS) if day < today]
    recent = [day for day in loaded if day > loaded[-1] - length]
    columns = ("local_date", "rows_in")
    rows = site.lake.read_days(_ROWS, recent, RECONCILIATION.arrow_schema(), columns)
    filled: list[date] = rows.filter(pc.greater(rows["rows_in"], 0))["local_date"].to_pylist()
    return sorted(filled)


def broken_identities(table: pa.Table) -> Iterator[str]:
    """What a forecast's own figures contradict, with the first row at fault."""
    frame = table.to_pandas()
    is_told = frame["agents_needed"].notna()
    load = frame["expected_offered"] * frame["average_handle_seconds"] / QUARTER_SECONDS
    claims = {
        "the percentiles are in order": frame["low_offered"] <= frame["high_offered"],
        "agents are told where talk is": is_told == frame["average_handle_seconds"].notna(),
        "the target is reached": ~is_told
        | (frame["expected_service_level"] >= frame["target_service_level"]),
        "agents keep up with the load": ~is_told | (load < frame["agents_needed"]),
        "quarter hours are of a week": frame["weekday"].le(7) & frame["interval_of_day"].le(95),
    }
    for claim, holds in claims.items():
        if not holds.all():
            row = frame[~holds].iloc[0]
            yield f"{claim}: {row['queue_id']}, {row['weekday']}, {row['interval_of_day']}"
