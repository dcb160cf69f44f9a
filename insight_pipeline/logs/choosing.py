"""Which events of the log are wanted: by level, time, run, day, installation or code. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from insight_pipeline.logs.reading import Entry
from insight_pipeline.model.errors import PermanentError
from insight_pipeline.model.log_settings import LEVELS

_DURATION = re.compile(r"(\d{1,6})\s*([smhd])", re.IGNORECASE)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_RANK: dict[str, int] = {level: place for place, level in enumerate(LEVELS)}


@dataclass(frozen=True)
class Wanted:
    """What is asked for; what is None or empty does not matter."""

    level: str = LEVELS[-1]
    """This level and what is graver."""
    since: datetime | None = None
    run: str = ""
    """How the run's id begins."""
    day: str = ""
    """A date within the days that the event is about."""
    installation: str = ""
    code: str = ""
    """A code of the message catalogue, in the field `code` or in a text."""

    def takes(self, entry: Entry) -> bool:
        """Whether an event is wanted."""
        fields = entry.fields
        return (
            _RANK[entry.level] <= _RANK[self.level]
            and (self.since is None or entry.time >= self.since)
            and str(fields.get("run_id", "")).startswith(self.run.lower())
            and (not self.day or _covers(str(fields.get("partition", "")), self.day))
            and (not self.installation or fields.get("installation") == self.installation)
            and (not self.code or _names(entry.line, self.code))
        )


def _covers(days: str, day: str) -> bool:
    first, _, last = days.partition("..")
    return first <= day <= (last or first)


def _names(line: str, code: str) -> bool:
    return re.search(rf"\b{re.escape(code.upper())}\b", line) is not None


def since_time(text: str, now: datetime) -> datetime:
    """The moment that --since means: a duration before now, or a time of this machine; IA-704 if neither."""
    try:
        if found := _DURATION.fullmatch(text.strip()):
            return now - timedelta(**{_UNITS[found[2].lower()]: int(found[1])})
        return datetime.fromisoformat(text.strip()).astimezone()
    except (ValueError, OverflowError):
        raise PermanentError("IA-704", since=text) from None
