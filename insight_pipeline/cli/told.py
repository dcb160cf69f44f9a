"""How `insight explain` tells a call on the terminal: in words, local times and names, 80 columns wide.

Gathering what is told belongs to `explain`; what values are called to `model.terms`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from insight_pipeline.cli.layout import aligned
from insight_pipeline.model.directory import Directory
from insight_pipeline.model.settings import Settings
from insight_pipeline.model.terms import value

Row = dict[str, Any]
"""A row of a table as Python values."""

_NAME_WIDTH = 20
_HEADS = {
    "de": {
        "rows": ("Einträge der Rufliste", "Id", "Konto", "Ergebnis", "wurde", "Regel", "Zeile"),
        "legs": ("Rufabschnitte", "Nr", "Schritt", "Beginn", "Annahme", "Ende", "Konto", "Ergebnis"),
        "visits": ("Warteschlangenbesuche", "Eintritt", "Verlassen", "Warteschlange", "Ausgang", "Warten"),
        "contacts": ("Agentenkontakte", "Beginn", "Agent", "Ergebnis", "Klingeln", "Gespräch"),
        "reasons": ("Warum",),
    },
    "en": {
        "rows": ("Call list rows", "id", "account", "result", "became", "rule", "line"),
        "legs": ("Legs", "no", "step", "start", "answer", "end", "account", "result"),
        "visits": ("Queue visits", "enter", "leave", "queue", "exit", "wait"),
        "contacts": ("Agent contacts", "start", "agent", "result", "ringing", "talk"),
        "reasons": ("Why",),
    },
}  # fmt: skip


@dataclass(frozen=True)
class Explanation:
    """Everything about one call, in the tables' own columns."""

    installation: str
    call_id: str
    rows: list[dict[str, object]]
    legs: pa.Table
    visits: pa.Table
    contacts: pa.Table
    call: pa.Table
    reasons: list[str]
    directory: Directory


def told(found: Explanation, settings: Settings) -> Iterator[str]:
    """The call in lines for the terminal."""
    say = _Words(settings.locale, settings.installations[found.installation].timezone, found)
    for call in found.call.to_pylist():
        yield from say.headline(call)
    tables = {
        "rows": [say.row(row) for row in found.rows],
        "legs": [say.leg(leg) for leg in found.legs.to_pylist()],
        "visits": [say.visit(visit) for visit in found.visits.to_pylist()],
        "contacts": [say.contact(contact) for contact in found.contacts.to_pylist()],
    }
    for name, rows in tables.items():
        if rows:
            title, *heads = _HEADS[settings.locale][name]
            yield from ("", title, *(f"  {line}" for line in aligned([heads, *rows])))
            if name == "rows":
                yield from say.files()
    yield from ("", _HEADS[settings.locale]["reasons"][0], *(f"  {r}" for r in found.reasons))


class _Words:
    """Values of one call as a reader in one language and time zone expects them."""

    def __init__(self, locale: str, timezone: str, found: Explanation) -> None:
        self.locale = locale
        self._zone = ZoneInfo(timezone)
        self._found = found
        self._files = sorted({str(row["file"]) for row in found.rows})

    def headline(self, call: Row) -> tuple[str, str]:
        """What became of the call, and its figures."""
        kind = f"{value(call['direction'], self.locale)}, {value(call['outcome'], self.locale)}"
        reason = (
            f" ({value(call['no_user_reason'], self.locale)})" if call["no_user_reason"] else ""
        )
        figures = [call[f"{name}_seconds"] for name in ("wait", "talk", "no_user")]
        text = (
            "  Wartezeit {} s, Gespräch {} s, Kein Benutzer {} s, {} Weiterleitungen"
            if self.locale == "de"
            else "  waiting {} s, talk {} s, no user {} s, {} transfers"
        )
        return (
            f"{call['call_id']}  {call['local_date']}  {kind}{reason}",
            text.format(*figures, call["transfers"]),
        )

    def row(self, row: Row) -> list[str]:
        """An entry of the call list, and what became of it."""
        place = f"{self._files.index(row['file']) + 1}:{row['line']}"
        account, result = self._account(row["cdraccountid"]), value(row["callresult"], self.locale)
        became = [value(row["fate"], self.locale), row["rule"]]
        return [str(row["id"]), account, result, *became, place]

    def files(self) -> Iterator[str]:
        """The files that the lines of the entries are numbered in."""
        for number, file in enumerate(self._files, start=1):
            yield f"  {number}: {file}"

    def leg(self, leg: Row) -> list[str]:
        """A leg: when, whose, and what came of it."""
        result = value(leg["result"], self.locale)
        if leg["answered_by"]:
            result = f"{result}: {value(leg['answered_by'], self.locale)}"
        times = [self._time(leg[f"{name}_utc"]) for name in ("start", "link", "end")]
        account = self._account(leg["owner_account_id"])
        return [str(leg["leg_seq"]), str(leg["call_step"]), *times, account, result]

    def visit(self, visit: Row) -> list[str]:
        """A queue visit: when, where, how it ended and after how long."""
        times = [self._time(visit["enter_utc"]), self._time(visit["leave_utc"])]
        ending = [value(visit["exit_reason"], self.locale), f"{visit['wait_seconds']} s"]
        return [*times, self._account(visit["queue_id"]), *ending]

    def contact(self, contact: Row) -> list[str]:
        """An agent contact: when, who, and how long it rang and lasted."""
        agent = contact["agent_id"]
        who = self._account(agent) if agent else value("no_user", self.locale)
        seconds = [f"{contact['ring_seconds']} s", f"{contact['talk_seconds']} s"]
        rona = ", RONA" if contact["is_rona"] else ""
        result = value(contact["result"], self.locale) + rona
        return [self._time(contact["start_utc"]), who, result, *seconds]

    def _time(self, instant: datetime | None) -> str:
        if instant is None:
            return ""
        return instant.replace(tzinfo=UTC).astimezone(self._zone).strftime("%H:%M:%S")

    def _account(self, account_id: int) -> str:
        if account_id <= 0:
            return value("none", self.locale)
        directory = self._found.directory
        known = directory.accounts.get(account_id) or directory.former.get(account_id)
        text = f"{account_id} {known.name}" if known else str(account_id)
        return text if len(text) <= _NAME_WIDTH else f"{text[: _NAME_WIDTH - 1]}…"


def reasons_of(call: list[Row], visits: list[Row], *, german: bool) -> list[str]:
    """Which rule led to the outcome, in a sentence each."""
    locale = "de" if german else "en"
    found = []
    for visit in visits:
        name, wait = visit["visit_id"], visit["wait_seconds"]
        end = value(visit["exit_reason"], locale)
        de = f"R 10: Besuch {name} endet nach {wait} s: {end}."
        en = f"R 10: visit {name} ends after {wait} s: {end}."
        found.append(de if german else en)
    for row in call:
        found.append(_OUTCOME_REASONS[row["outcome"]][0 if german else 1])
        if row["is_private"]:
            found.append(_PRIVATE[0 if german else 1])
    return found or [_NO_CALL[0 if german else 1]]


_PRIVATE = (
    "R 16: privat, die externe Nummer ist entfernt.",
    "R 16: private, the external number is removed.",
)
_NO_CALL = (
    "R 2, R 9: keine der Zeilen ist ein Rufabschnitt, also gibt es keinen Anruf.",
    "R 2, R 9: none of the rows is a leg, so there is no call.",
)
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
