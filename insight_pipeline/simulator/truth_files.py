"""The truth as files: calls, days, exported files and line uses.

Here: totals a day and the JSON form (times as ISO text in UTC, one object a line).
Not here: how the truth is found (truth.py, watch.py).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from insight_pipeline.simulator.export import render_exports, write_whole
from insight_pipeline.simulator.files import ExportReport
from insight_pipeline.simulator.formats import COMPRESSED, encode
from insight_pipeline.simulator.play import Simulation
from insight_pipeline.simulator.truth import tell
from insight_pipeline.simulator.truth_types import CallTruth, DayTruth


def write_truth(simulation: Simulation, folder: Path, exports: ExportReport | None = None) -> None:
    """Write calls.jsonl.gz, line_uses.jsonl.gz, days.json and files.json.

    `exports` is what `write_exports` returned; without it the exports are rendered again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    report = render_exports(simulation)[1] if exports is None else exports
    calls = tell(simulation)
    write_whole(folder / "calls.jsonl.gz", _lines(_plain(call) for call in calls))
    write_whole(folder / "line_uses.jsonl.gz", _lines(_line_uses(simulation)))
    write_whole(folder / "days.json", _document([_plain(day) for day in days(calls)]))
    write_whole(folder / "files.json", _document(asdict(report)))


def days(calls: Iterable[CallTruth]) -> tuple[DayTruth, ...]:
    """Totals a local date."""
    by_date: dict[str, list[CallTruth]] = {}
    for call in calls:
        by_date.setdefault(call.local_date, []).append(call)
    return tuple(_day(local_date, by_date[local_date]) for local_date in sorted(by_date))


def _day(local_date: str, calls: list[CallTruth]) -> DayTruth:
    outcomes = Counter(call.outcome for call in calls)
    directions = Counter(call.direction for call in calls)
    exits = Counter(visit.exit_reason for call in calls for visit in call.queue_visits)
    offers = Counter(offer.result for call in calls for offer in call.offers)
    return DayTruth(
        local_date=local_date,
        calls=len(calls),
        inbound=directions["inbound"],
        outbound=directions["outbound"],
        internal=directions["internal"],
        answered=outcomes["answered"],
        abandoned=outcomes["abandoned"],
        missed=outcomes["missed"],
        no_user=outcomes["no_user"],
        connected=outcomes["connected"],
        not_connected=outcomes["not_connected"],
        private=sum(call.is_private for call in calls),
        talk_seconds=sum(call.talk_seconds for call in calls),
        no_user_seconds=sum(call.no_user_seconds for call in calls),
        transfers=sum(call.transfers for call in calls),
        queue_visits=exits.total(),
        visits_answered=exits["answered"],
        visits_no_user=exits["no_user"],
        visits_overflow=exits["overflow"],
        visits_abandoned=exits["abandoned"],
        offers=offers.total(),
        offers_answered=offers["answered"],
        offers_missed=offers["missed"],
        offers_answered_elsewhere=offers["answered_elsewhere"],
        offers_placed=offers["placed"],
        rona=sum(offer.is_rona for call in calls for offer in call.offers),
        lost=sum(call.is_lost for call in calls),
        recovered=sum(call.recovered_call_id is not None for call in calls),
        line_uses=sum(call.line_id is not None for call in calls),
    )


def _line_uses(simulation: Simulation) -> Iterator[dict[str, Any]]:
    for call in simulation.calls:
        if call.line_id is not None:
            yield {
                "call_id": f"{simulation.plan.installation}:{call.callid}",
                "line_id": call.line_id,
                "is_incoming": call.direction.value == "inbound",
                "start_utc": _iso(call.start_utc),
                "end_utc": _iso(call.end_utc),
            }


def _iso(at_utc: int) -> str:
    return datetime.fromtimestamp(at_utc, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _plain(value: Any) -> Any:  # noqa: ANN401 (the leaves of any truth type)
    """A truth value as what JSON knows; seconds of UTC become ISO text."""
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if not hasattr(value, "__dataclass_fields__"):
        return value
    plain: dict[str, Any] = {}
    for field in fields(value):
        part = getattr(value, field.name)
        is_time = field.name.endswith("_utc") and part is not None
        plain[field.name] = _iso(part) if is_time else _plain(part)
    return plain


def _lines(objects: Iterable[dict[str, Any]]) -> bytes:
    texts = (json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in objects)
    return encode([text.encode() for text in texts], COMPRESSED)


def _document(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
