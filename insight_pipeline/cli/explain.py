"""`insight explain`: one call as the pipeline sees it. Rows, legs, visits, contacts, and why its outcome.

Recomputed from the raw store by the same functions that the assets use, so it also explains a call whose
partition is not loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import click
import pyarrow as pa

from insight_pipeline.cli.app import App, as_json, pass_app
from insight_pipeline.facts.calls import calls
from insight_pipeline.facts.contacts import agent_contacts
from insight_pipeline.facts.visits import queue_visits
from insight_pipeline.legs.build import RowFate
from insight_pipeline.model.errors import PermanentError
from insight_pipeline.orchestration.site import Site

_LEG = ("leg_id", "leg_seq", "call_step", "direction", "owner_account_id", "owner_kind", "agent_id",
        "result", "answered_by", "start_utc", "link_utc", "end_utc", "is_time_ambiguous")  # fmt: skip
_VISIT = ("visit_id", "queue_id", "enter_utc", "link_utc", "leave_utc", "exit_reason", "agent_id",
          "wait_seconds", "was_offered", "no_user_reason")  # fmt: skip
_CONTACT = (
    "contact_id",
    "agent_id",
    "queue_id",
    "result",
    "ring_seconds",
    "talk_seconds",
    "is_rona",
)
_CALL = ("direction", "outcome", "wait_seconds", "talk_seconds", "no_user_seconds", "transfers",
         "answering_agent_id", "originating_agent_id", "no_user_reason", "local_date")  # fmt: skip
_FATE_RULES = {
    RowFate.LEG: "R 5",
    RowFate.SUMMARY_LEFT_OUT: "R 5",
    RowFate.DUPLICATE: "R 3",
    RowFate.SUPERSEDED: "R 3",
    RowFate.OPEN: "R 2",
    RowFate.OUT_OF_WINDOW: "R 9",
}


@dataclass(frozen=True)
class Explanation:
    """Everything about one call."""

    call_id: str
    rows: list[dict[str, object]]
    legs: pa.Table
    visits: pa.Table
    contacts: pa.Table
    call: pa.Table
    reasons: list[str]


@click.command()
@click.argument("call_id")
@click.option("--json", "is_json", is_flag=True, help="Print JSON for scripts.")
@pass_app
def explain(app: App, call_id: str, *, is_json: bool) -> None:
    """Explain CALL_ID (<installation>:<callid>): rows, legs, visits, and the rules that decided."""
    found = explain_call(app, call_id)
    if is_json:
        tables = {
            name: getattr(found, name).to_pylist()
            for name in ("legs", "visits", "contacts", "call")
        }
        as_json({"call_id": call_id, "rows": found.rows, **tables, "reasons": found.reasons})
        return
    german = app.settings.locale == "de"
    heads = list(found.rows[0]) if found.rows else []
    app.show("Zeilen" if german else "Rows", heads, [list(row.values()) for row in found.rows])
    _show(app, "Rufabschnitte" if german else "Legs", found.legs, _LEG)
    _show(app, "Warteschlangenbesuche" if german else "Queue visits", found.visits, _VISIT)
    _show(app, "Agentenkontakte" if german else "Agent contacts", found.contacts, _CONTACT)
    _show(app, "Anruf" if german else "Call", found.call, _CALL)
    for line in found.reasons:
        app.console.print(f"- {line}", highlight=False)


def _show(app: App, title: str, table: pa.Table, names: Sequence[str]) -> None:
    rows: Iterable[list[object]] = ([row[name] for name in names] for row in table.to_pylist())
    app.show(title, names, rows)


def explain_call(app: App, call_id: str) -> Explanation:
    """Recompute one call from the raw store; PermanentError IA-413 if there is no such call."""
    name, _, number = call_id.rpartition(":")
    if name not in app.settings.installations or not number.lstrip("-").isdigit():
        raise PermanentError("IA-413", call_id=call_id)
    site = Site(name, app.settings)
    raw, built, legs = site.legs_of_call(int(number))
    rows = _row_lines(raw.rows, raw.names, raw.file_rank.tolist(), built.fate.tolist(), int(number))
    if not rows:
        raise PermanentError("IA-413", call_id=call_id)
    visits = queue_visits(legs, site.directory, site.queue_rules)
    contacts = agent_contacts(legs, visits)
    private = pa.array([f"{name}:{c}" for c in built.private_calls.tolist()], pa.string())
    call = calls(legs, visits, contacts, private)
    reasons = _reasons(call.to_pylist(), visits.to_pylist(), german=app.settings.locale == "de")
    return Explanation(call_id, rows, legs, visits, contacts, call, reasons)


def _row_lines(
    rows: pa.Table, names: list[str], ranks: list[int], fates: list[int], call: int
) -> list[dict[str, object]]:
    """The rows of the call: where they stand, and what became of them under which rule."""
    columns = ["id", "callid", "callstepid", "cdraccountid", "callresult", "line_number"]
    found = []
    for row, rank, fate in zip(rows.select(columns).to_pylist(), ranks, fates, strict=True):
        if row["callid"] == call:
            kind = RowFate(fate)
            file = {"file": names[rank], "line": row.pop("line_number")}
            found.append({**row, **file, "fate": kind.name.lower(), "rule": _FATE_RULES[kind]})
    return sorted(found, key=lambda row: (row["id"], row["fate"], row["file"]))


def _reasons(
    call: list[dict[str, object]], visits: list[dict[str, object]], *, german: bool
) -> list[str]:
    """Which rule led to the outcome, in a sentence each."""
    found = []
    for visit in visits:
        name, end, wait = visit["visit_id"], visit["exit_reason"], visit["wait_seconds"]
        de = f"R 10: Besuch {name} endet als {end} nach {wait} s."
        en = f"R 10: visit {name} ends as {end} after {wait} s."
        found.append(de if german else en)
    for row in call:
        found.append(_OUTCOME_REASONS[str(row["outcome"])][0 if german else 1])
        if row["is_private"]:
            found.append(
                "R 16: privat, die externe Nummer ist entfernt."
                if german
                else "R 16: private, the external number is removed."
            )
    if not call:
        found.append(
            "R 2, R 9: keine der Zeilen ist ein Rufabschnitt, also gibt es keinen Anruf."
            if german
            else "R 2, R 9: none of the rows is a leg, so there is no call."
        )
    return found


_OUTCOME_REASONS = {
    "answered": ("R 9: angenommen, weil ein Benutzer verbunden war.",
                 "R 9: answered, since a user was connected."),
    "abandoned": ("R 9: abgebrochen, weil nach dem letzten Warten niemand mehr annahm.",
                  "R 9: abandoned, since nobody answered after the last waiting."),
    "no_user": ("R 8, R 9: nur eine Mailbox oder ein Modul nahm an (Kein Benutzer).",
                "R 8, R 9: only a voicemail box or a module answered (no user)."),
    "missed": ("R 9: verpasst, weil niemand annahm und keine Warteschlange beteiligt war.",
               "R 9: missed, since nobody answered and no queue took part."),
    "connected": ("R 9: verbunden, weil die Gegenseite annahm.",
                  "R 9: connected, since the other side answered."),
    "not_connected": ("R 9: nicht verbunden, weil niemand annahm.",
                      "R 9: not connected, since nobody answered."),
}  # fmt: skip
