"""What the truth says, and that the rules find it again in the exports."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from insight_pipeline.simulator import CallTruth, write_truth
from insight_pipeline.simulator.truth import covered_seconds
from tests.unit.simulator.conftest import Played

CALL_FIGURES = (
    "direction outcome wait_seconds talk_seconds no_user_seconds total_seconds transfers line_id "
    "answering_agent_id originating_agent_id no_user_reason is_private".split()
)


def as_second(at: datetime | None) -> int | None:
    return None if at is None else int(at.replace(tzinfo=UTC).timestamp())


def visits_of_truth(call: CallTruth) -> Counter[tuple[Any, ...]]:
    return Counter(
        (call.call_id, one.queue_id, one.enter_utc, one.link_utc, one.leave_utc, one.exit_reason,
         one.agent_id, one.wait_seconds, one.was_offered)
        for one in call.queue_visits
    )  # fmt: skip


def offers_of_truth(call: CallTruth) -> Counter[tuple[Any, ...]]:
    return Counter(
        (call.call_id, one.agent_id, one.queue_id, one.step, one.start_utc, one.result,
         one.is_connected, one.ring_seconds, one.talk_seconds, one.is_rona)
        for one in call.offers
    )  # fmt: skip


def differences(played: Played) -> list[str]:
    tables = played.by_the_rules
    found = []
    calls = {row["call_id"]: row for row in tables["fact_call"]}
    assert set(calls) == {call.call_id for call in played.truth}
    for call in played.truth:
        row = calls[call.call_id]
        told = [getattr(call, name) for name in CALL_FIGURES]
        told += [call.start_utc, call.answer_utc, call.human_answer_utc, call.end_utc]
        times = ("start_utc", "answer_utc", "human_answer_utc", "end_utc")
        read = [row[name] for name in CALL_FIGURES] + [as_second(row[name]) for name in times]
        if told != read:
            found.append(f"{call.call_id} ({call.scenario}): {told} {read}")
    visits = Counter(
        (row["call_id"], row["queue_id"], as_second(row["enter_utc"]), as_second(row["link_utc"]),
         as_second(row["leave_utc"]), row["exit_reason"], row["agent_id"], row["wait_seconds"],
         row["was_offered"])
        for row in tables["fact_queue_visit"]
    )  # fmt: skip
    offers = Counter(
        (row["call_id"], row["agent_id"], row["queue_id"], row["call_step"],
         as_second(row["start_utc"]), row["result"], row["is_connected"], row["ring_seconds"],
         row["talk_seconds"], row["is_rona"])
        for row in tables["fact_agent_contact"]
        if row["agent_id"] or row["result"] == "placed"
    )  # fmt: skip
    for call in played.truth:
        visits.subtract(visits_of_truth(call))
        offers.subtract(offers_of_truth(call))
    return found + [f"{key}: {n:+d}" for key, n in (*visits.items(), *offers.items()) if n]


def test_the_rules_find_in_a_month_of_exports_what_happened(march: Played) -> None:
    found = differences(march)
    assert not found, "\n".join(found[:20])


def test_the_rules_find_what_happened_across_the_autumn_clock_change(autumn: Played) -> None:
    found = differences(autumn)
    assert not found, "\n".join(found[:20])


def test_the_rules_count_lines_and_reasons_as_the_truth_does(march: Played) -> None:
    tables = march.by_the_rules
    read = {row["file_name"]: row for row in tables["ingest_file"]}
    for about in march.report.files:
        row = read[Path(about.path).name]
        told = (about.status, about.reason, about.lines, about.accepted, about.open_rows,
                about.quarantined, about.sha256)  # fmt: skip
        names = "status reason lines accepted open_rows quarantined file_sha256".split()
        assert told == tuple(row[name] for name in names), about.path
    reasons: Counter[str] = Counter()
    for about in {file.sha256: file for file in march.report.files}.values():
        reasons.update(dict(about.quarantine_reasons))
    assert reasons == Counter(row["reason"] for row in tables["cdr_quarantine"])


def test_a_lost_call_is_recovered_by_a_later_call_of_the_same_number(march: Played) -> None:
    calls = {call.call_id: call for call in march.truth}
    recovered = [call for call in march.truth if call.recovered_call_id]
    assert {call.recovered_by for call in recovered} == {"us", "customer"}
    for lost in recovered:
        later = calls[lost.recovered_call_id or ""]
        assert lost.is_lost
        assert later.external_number == lost.external_number
        assert 0 <= (lost.delay_seconds or 0) <= 24 * 3600
        assert later.start_utc - lost.end_utc == lost.delay_seconds


def test_two_people_in_a_talk_count_once() -> None:
    assert covered_seconds([(0, 10), (5, 15), (20, 30), (22, 25)]) == 25
    assert covered_seconds([]) == 0


def test_the_files_of_the_truth_hold_every_call_and_the_days_add_up(
    march: Played, tmp_path: Path
) -> None:
    write_truth(march.simulation, tmp_path, march.report)
    with gzip.open(tmp_path / "calls.jsonl.gz", "rt", encoding="utf-8") as file:
        calls = [json.loads(line) for line in file]
    days = json.loads((tmp_path / "days.json").read_text(encoding="utf-8"))
    files = json.loads((tmp_path / "files.json").read_text(encoding="utf-8"))
    assert [call["callid"] for call in calls] == [call.callid for call in march.truth]
    assert sum(day["calls"] for day in days) == len(calls)
    assert sum(day["talk_seconds"] for day in days) == sum(call["talk_seconds"] for call in calls)
    assert [file["path"] for file in files["files"]] == [file.path for file in march.report.files]
