"""Opening hours and forecast in the settings: what they mean, what is refused, and what is said."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from insight_pipeline.model.errors import InsightError, SettingsError
from insight_pipeline.model.hours import Hours, Span
from insight_pipeline.settings import load_settings

PLAIN = '[installations.demo]\ntimezone = "Europe/Berlin"\nstart_date = 2026-03-01\n'
HOURS = PLAIN + "[installations.demo.hours]\n"
KEY = "installations.demo.hours"


def _load(folder: Path, text: str, **environ: str) -> Hours | None:
    file = folder / "insight.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file, environ).installations["demo"].hours


def _refused(folder: Path, text: str) -> InsightError:
    with pytest.raises(SettingsError) as error:
        _load(folder, text)
    (problem,) = error.value.problems
    return problem


def test_without_hours_nothing_is_known(tmp_path: Path) -> None:
    assert _load(tmp_path, PLAIN) is None


def test_spans_are_read_in_the_order_of_the_day_up_to_midnight(tmp_path: Path) -> None:
    hours = _load(tmp_path, HOURS + 'monday = "13:00 - 24:00, 8:00-12:15"\ntuesday = "closed"\n')
    assert hours is not None
    assert hours.monday == (Span(32, 49), Span(52, 96))
    assert hours.tuesday == ()


def test_a_queue_has_the_default_where_it_says_nothing(tmp_path: Path) -> None:
    queue = '[installations.demo.hours.queues.4003]\nmonday = "closed"\nholidays = "as usual"\n'
    default = 'monday = "08:00-12:00"\nfriday = "09:00-12:00"\nclosed = ["2026-12-24"]\n'
    hours = _load(tmp_path, HOURS + default + queue)
    assert hours is not None
    own, other = hours.of(4003), hours.of(4001)
    assert own is not None
    assert other is not None
    assert (own.monday, own.friday, own.holidays) == ((), (Span(36, 48),), "as usual")
    assert own.closed == (date(2026, 12, 24),)
    assert (other.monday, other.holidays) == ((Span(32, 48),), None)


def test_hours_of_one_queue_say_nothing_of_the_others(tmp_path: Path) -> None:
    queue = '[installations.demo.hours.queues.4003]\nmonday = "08:00-12:00"\n'
    hours = _load(tmp_path, HOURS + 'closed = ["2026-12-24"]\n' + queue)
    assert hours is not None
    assert hours.of(4003) is not None
    assert hours.of(4001) is None


def test_hours_may_come_from_the_environment(tmp_path: Path) -> None:
    environ = {
        "INSIGHT_INSTALLATIONS__DEMO__HOURS__SUNDAY": "10:00-11:00",
        "INSIGHT_INSTALLATIONS__DEMO__HOURS__CLOSED": "2026-12-24,2026-12-31",
        "INSIGHT_INSTALLATIONS__DEMO__HOURS__QUEUES__4003__SUNDAY": "closed",
    }
    hours = _load(tmp_path, PLAIN, **environ)
    assert hours is not None
    assert hours.sunday == (Span(40, 44),)
    assert hours.closed == (date(2026, 12, 24), date(2026, 12, 31))
    assert hours.queues[4003].sunday == ()


@pytest.mark.parametrize(
    ("line", "key", "german", "english"),
    [
        ('monday = "24:30-25:00"', "monday", "bis 24:00", "to 24:00"),
        ('monday = "08:00-24:15"', "monday", "bis 24:00", "to 24:00"),
        ('monday = "08:60-09:00"', "monday", "bis 24:00", "to 24:00"),
        ('monday = "08:10-09:00"', "monday", "Viertelstunden", "quarter hours"),
        ('monday = "22:00-06:00"', "monday", "über Mitternacht", "over midnight"),
        ('monday = "08:00-08:00"', "monday", "nach dem Anfang", "after the start"),
        ('monday = "08:00-12:00, 11:45-13:00"', "monday", "nicht überschneiden", "not overlap"),
        ('monday = "08:00-12:00, 08:00-09:00"', "monday", "nicht überschneiden", "not overlap"),
        ('monday = "8-12"', "monday", "08:00-12:00, 13:00-17:00", "08:00-12:00, 13:00-17:00"),
        ('monday = ""', "monday", '"closed"', '"closed"'),
        ("monday = 8", "monday", '"closed"', '"closed"'),
        ('monday = "closed"\nholidays = "open"', "holidays", "as usual", "as usual"),
        ('monday = "closed"\nclosed = ["24.12."]', "closed.0", "ein Datum", "a date"),
        ('monday = "closed"\nclosed = 24', "closed", "eine Liste von Tagen", "a list of dates"),
    ],
)
def test_what_does_not_fit_is_told_with_what_would_be_right(
    tmp_path: Path, line: str, key: str, german: str, english: str
) -> None:
    problem = _refused(tmp_path, HOURS + line + "\n")
    assert problem.code == "IA-103"
    assert problem.fields["key"] == f"{KEY}.{key}"
    assert "insight.toml" in str(problem)
    assert german in problem.next_step("de")
    assert english in problem.next_step("en")


def test_an_unknown_day_is_told_with_the_one_that_was_meant(tmp_path: Path) -> None:
    problem = _refused(tmp_path, HOURS + 'mondays = "08:00-12:00"\nfriday = "closed"\n')
    assert problem.code == "IA-102"
    assert f"{KEY}.monday" in problem.next_step("en")


def test_an_unknown_day_of_a_queue_is_told_with_all_that_there_are(tmp_path: Path) -> None:
    queue = '[installations.demo.hours.queues.4003]\nsonntag = "08:00-12:00"\n'
    problem = _refused(tmp_path, HOURS + 'friday = "closed"\n' + queue)
    assert problem.code == "IA-102"
    assert f"{KEY}.queues.4003.monday" in problem.next_step("en")


@pytest.mark.parametrize("queue", ["sales", "0", "1.5"])
def test_a_queue_is_named_by_its_account_id(tmp_path: Path, queue: str) -> None:
    text = f'[installations.demo.hours.queues."{queue}"]\nmonday = "closed"\n'
    problem = _refused(tmp_path, HOURS + 'friday = "closed"\n' + text)
    assert problem.code == "IA-103"
    assert problem.fields["key"] == f"{KEY}.queues.{queue}"


@pytest.mark.parametrize(
    ("line", "german", "english"),
    [
        ("weeks = 0", "mindestens 1", "at least 1"),
        ("weeks = 53", "höchstens 52", "at most 52"),
        ("service_level = 1.0", "höchstens 0.999", "at most 0.999"),
        ("service_level = 80", "höchstens 0.999", "at most 0.999"),
        ('service_level = "much"', "eine Zahl", "a number"),
    ],
)
def test_a_forecast_that_cannot_be_made_is_refused(
    tmp_path: Path, line: str, german: str, english: str
) -> None:
    problem = _refused(tmp_path, PLAIN + f"[forecast]\n{line}\n")
    assert problem.fields["key"] == f"forecast.{line.split(maxsplit=1)[0]}"
    assert german in problem.next_step("de")
    assert english in problem.next_step("en")


@pytest.mark.parametrize("text", ["", 'closed = ["2026-12-24"]\n', 'holidays = "closed"\n'])
def test_hours_without_any_weekday_are_refused(tmp_path: Path, text: str) -> None:
    problem = _refused(tmp_path, HOURS + text)
    assert problem.fields["key"] == KEY
    assert "monday" in problem.next_step("de")
