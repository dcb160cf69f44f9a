"""`insight explain`: one call as the pipeline sees it. Rows, legs, visits, contacts, and why its outcome.

Recomputed from the raw store by the same functions that the assets use, so it also explains a call whose
partition is not loaded.
"""

from __future__ import annotations

import re

import click
import pyarrow as pa

from insight_pipeline.cli.app import App, as_json, pass_app
from insight_pipeline.cli.told import Explanation, reasons_of, told
from insight_pipeline.facts.calls import calls
from insight_pipeline.facts.contacts import agent_contacts
from insight_pipeline.facts.visits import queue_visits
from insight_pipeline.legs.build import RowFate
from insight_pipeline.model.errors import PermanentError
from insight_pipeline.orchestration.site import Site

_FATE_RULES = {
    RowFate.LEG: "R 5, R 9",
    RowFate.SUMMARY_LEFT_OUT: "R 5",
    RowFate.DUPLICATE: "R 3",
    RowFate.SUPERSEDED: "R 3",
    RowFate.OPEN: "R 2",
    RowFate.OUT_OF_WINDOW: "R 9",
}


_NUMBER = re.compile(r"-?[0-9]{1,18}")
"""Call numbers as the readers accept them."""


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
    app.lines(told(found, app.settings))


def explain_call(app: App, call_id: str) -> Explanation:
    """Recompute one call from the raw store; PermanentError IA-413 if there is no such call."""
    name, _, number = call_id.rpartition(":")
    if name not in app.settings.installations or not _NUMBER.fullmatch(number):
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
    reasons = reasons_of(call.to_pylist(), visits.to_pylist(), german=app.settings.locale == "de")
    return Explanation(name, call_id, rows, legs, visits, contacts, call, reasons, site.directory)


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
