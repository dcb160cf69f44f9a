"""Alerts in Dagster: sensors tell crossings and failed runs once, a check warns, the report is mailed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from insight_pipeline.definitions import build_defs
from insight_pipeline.emulator import running_emulator
from insight_pipeline.model.errors import InsightError
from insight_pipeline.model.settings import Settings
from insight_pipeline.orchestration import failures
from insight_pipeline.orchestration.alert_automation import report_cron, report_parts
from insight_pipeline.orchestration.alerting import Alerting, period
from insight_pipeline.orchestration.resources import Sites
from insight_pipeline.orchestration.site import Site
from insight_pipeline.sinks.powerbi.login import Login
from tests.integration.notify.place import ALERT, fill, kinds, settings_of, site_of
from tests.pipeline import GOLDEN, Pipeline
from tests.receiving import Hooks, MailBox, mail_server, web_server
from tests.uploading import approving, log_in, uploading_settings

NOW = datetime.now(UTC).replace(tzinfo=None, minute=0, second=0, microsecond=0)
FAILURES = '[failures]\nwebhooks = ["zentrale"]\n'


@pytest.fixture
def hooks() -> Iterator[Hooks]:
    with web_server() as found:
        yield found


def tick(
    settings: Settings, name: str, instance: dg.DagsterInstance, cursor: str | None = None
) -> tuple[str, str | None]:
    """One evaluation as the daemon makes it: what a skipped tick says, and the next cursor."""
    definitions = build_defs(settings)
    with dg.build_sensor_context(
        instance=instance,
        cursor=cursor,
        repository_def=definitions.get_repository_def(),
        resources={"sites": Sites(settings)},
    ) as context:
        found = definitions.resolve_sensor_def(name).evaluate_tick(context)
    return found.skip_message or "", found.cursor


def test_where_nobody_is_to_be_told_the_sensor_rests_and_leaves_nothing_behind(
    tmp_path: Path,
) -> None:
    settings = settings_of(tmp_path, "")
    said, _ = tick(settings, "alerts", dg.DagsterInstance.ephemeral())
    assert said == "Nobody is to be told of anything."
    assert not settings.data_dir.exists()


def test_the_sensor_tells_a_crossing_once_and_says_what_it_did(
    tmp_path: Path, hooks: Hooks
) -> None:
    settings, instance = settings_of(tmp_path, zentrale=hooks), dg.DagsterInstance.ephemeral()
    fill(site_of(settings), 20, 10, at=NOW - timedelta(days=1))
    said = [tick(settings, "alerts", instance)[0] for _ in range(2)]
    assert said == [
        "1 Schwellenwerte über- oder unterschritten, 1 Nachrichten gesendet.",
        "0 Schwellenwerte über- oder unterschritten, 0 Nachrichten gesendet.",
    ]
    assert kinds(hooks) == ["alert_raised"]


def test_a_failed_run_is_told_once_with_job_days_code_and_next_step(
    tmp_path: Path, hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "RETRY_SECONDS", 0)
    settings_of(tmp_path, FAILURES, zentrale=hooks)
    config = tmp_path / "insight.toml"
    text = config.read_text("utf-8")
    config.write_text(text.replace(f"{tmp_path}/landing", f"{GOLDEN}/examples/landing"), "utf-8")
    pipeline = Pipeline(config)
    settings, instance = pipeline.settings, pipeline.instance
    _, cursor = tick(settings, "run_failures", instance)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "insight.db").write_text("a text file, not a database\n" * 50)
    assert not pipeline.load("demo", "2026-03-12", "2026-03-13").is_success
    for _ in range(2):
        _, cursor = tick(settings, "run_failures", instance, cursor)
        tick(settings, "alerts", instance)
    (posted,) = hooks.posted
    assert posted.body["kind"] == "run_failed"
    assert posted.body["title"] == (
        "Ein Lauf ist fehlgeschlagen: demo_load (2026-03-12/2026-03-13)."
    )
    assert "IA-422" in posted.body["text"]
    assert "insight backfill" in posted.body["text"]


def test_a_day_beyond_a_threshold_is_a_warning_that_stops_and_holds_nothing(
    tmp_path: Path, hooks: Hooks
) -> None:
    alert = ALERT.replace("above = 0.1", "above = 0.0\nminimum_offered = 1")
    settings_of(tmp_path, alert, zentrale=hooks)
    config = tmp_path / "insight.toml"
    text = config.read_text("utf-8")
    config.write_text(text.replace(f"{tmp_path}/landing", f"{GOLDEN}/examples/landing"), "utf-8")
    pipeline = Pipeline(config)
    outcome = pipeline.load("demo", "2026-03-12", "2026-03-12")
    assert outcome.is_success
    assert (outcome.failed_checks, outcome.held_back) == ((), ())
    key = dg.AssetCheckKey(dg.AssetKey(["demo", "kpi_queue_day"]), "thresholds_kept")
    (record,) = pipeline.instance.event_log_storage.get_asset_check_execution_history(key, limit=5)
    assert record.event is not None
    found = record.event.asset_check_evaluation
    assert found is not None
    assert not found.passed
    assert found.severity is dg.AssetCheckSeverity.WARN
    table = found.metadata["beyond"]
    assert isinstance(table, dg.TableMetadataValue)
    rows = [one.data for one in table.records]
    beyond = {
        row["queue_id"]: row["abandonment_rate"]
        for row in pipeline.rows("kpi_queue_day")
        if float(row["abandonment_rate"] or 0) > 0
    }
    assert {str(row["queue_id"]): str(row["value"]) for row in rows} == beyond
    assert {row["limit"] for row in rows} == {0.0}
    assert found.description is not None
    assert "Abbruchquote" in found.description
    assert hooks.posted == []


def test_without_an_alert_of_days_there_is_no_check(tmp_path: Path, hooks: Hooks) -> None:
    quarter = ALERT.replace("above", "quarter_hours = 4\nabove")
    definitions = build_defs(settings_of(tmp_path, quarter, zentrale=hooks))
    keys = definitions.resolve_asset_graph().asset_check_keys
    assert "thresholds_kept" not in {key.name for key in keys}


def test_a_login_that_a_push_saw_end_is_told_once_and_again_after_it_was_well(
    tmp_path: Path, hooks: Hooks
) -> None:
    with running_emulator(approving()) as emulator:
        config = uploading_settings(tmp_path, emulator.url)
        (tmp_path / "url").write_text(hooks.url)
        hook = '[webhooks.zentrale]\nkind = "json"\nurl_file = "url"\n'
        config.write_text(config.read_text("utf-8") + FAILURES + hook, "utf-8")
        for _ in range(2):
            settings = log_in(config)
            instance = dg.DagsterInstance.ephemeral()
            tick(settings, "powerbi_token_sensor", instance)
            emulator.revoke_grants()
            with pytest.raises(InsightError):
                Login(settings.sinks.powerbi, settings.data_dir).access_token(renew=True)
            for _ in range(2):
                tick(settings, "powerbi_token_sensor", instance)
                tick(settings, "alerts", instance)
    assert kinds(hooks) == ["login_ended"] * 2
    assert hooks.posted[0].body["data"] == {"problem": "IA-512"}


# The report by mail


def test_the_report_that_is_mailed_is_the_page_of_the_report_command(tmp_path: Path) -> None:
    with mail_server(tmp_path, "plain") as box:
        settings = reporting(tmp_path, box)
        job = build_defs(settings).resolve_job_def("demo_mail_report")
        ops = {"demo_mail_report_op": {"config": {"first": "2026-03-12", "last": "2026-03-13"}}}
        assert job.execute_in_process(run_config={"ops": ops}).success
    (part,) = box.mails[0].iter_attachments()
    file = settings.data_dir / "reports" / "demo" / "2026-03-12_2026-03-13.html"
    page_text = file.read_text("utf-8")
    assert page_text.startswith("<!doctype html>")
    assert part.get_content().replace("\r\n", "\n") == page_text


def page(site: Site, first: date, last: date) -> Path:
    """Stands for the maker of the report: what was asked for, as HTML."""
    file = site.settings.data_dir / "report.html"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"<p>{site.name} {first} {last} größer</p>", "utf-8")
    return file


def reporting(folder: Path, box: MailBox, *lines: str) -> Settings:
    text = "\n".join(["[report]", 'recipients = ["a@firma.example", "b@firma.example"]', *lines])
    return settings_of(folder, text + "\n", box)


def test_the_report_of_a_period_is_mailed_once_to_each_recipient(tmp_path: Path) -> None:
    with mail_server(tmp_path, "plain") as box:
        settings = reporting(tmp_path, box)
        (job,), (schedule,) = report_parts(site_of(settings), page)
        context = dg.build_schedule_context(
            scheduled_execution_time=datetime(2026, 3, 30, 5, 0, tzinfo=UTC)
        )
        request = schedule(context)
        assert isinstance(request, dg.RunRequest)
        for _ in range(2):
            result = job.execute_in_process(
                run_config=request.run_config, resources={"sites": Sites(settings)}
            )
            assert result.success
    assert sorted(str(mail["To"]) for mail in box.mails) == ["a@firma.example", "b@firma.example"]
    mail = box.mails[0]
    assert mail["Subject"] == "Bericht demo, 2026-03-29 bis 2026-03-29"
    (part,) = mail.iter_attachments()
    assert part.get_filename() == "demo_2026-03-29_2026-03-29.html"
    assert part.get_content() == "<p>demo 2026-03-29 2026-03-29 größer</p>"


def test_a_report_that_does_not_arrive_is_sent_by_the_sensor_later(tmp_path: Path) -> None:
    with mail_server(tmp_path, "plain") as box:
        settings = reporting(tmp_path, box)
        box.refused["b@firma.example"] = "451 later"
        (job,), _ = report_parts(site_of(settings), page)
        ops = {"demo_mail_report_op": {"config": {"first": "2026-03-29", "last": "2026-03-29"}}}
        resources = {"sites": Sites(settings)}
        assert job.execute_in_process(run_config={"ops": ops}, resources=resources).success
        box.refused.clear()
        alerting = Alerting(settings, lambda: datetime.now(UTC).timestamp() + 60)
        alerting.work([])
    assert sorted(str(mail["To"]) for mail in box.mails) == ["a@firma.example", "b@firma.example"]


@pytest.mark.parametrize(
    ("line", "cron"),
    [
        ('every = "day"\nat = "06:05"', "5 6 * * *"),
        ('every = "week"', "0 7 * * 1"),
        ('every = "month"\nat = "23:59"', "59 23 1 * *"),
    ],
)
def test_the_report_goes_out_when_the_settings_say_so(tmp_path: Path, line: str, cron: str) -> None:
    settings = reporting(tmp_path, MailBox("127.0.0.1", 25), line)
    assert report_cron(settings.report) == cron
    _, (schedule,) = report_parts(site_of(settings), page)
    assert schedule.execution_timezone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("every", "today", "first", "last"),
    [
        ("day", "2026-03-01", "2026-02-28", "2026-02-28"),
        ("week", "2026-03-02", "2026-02-23", "2026-03-01"),
        ("week", "2026-03-05", "2026-02-23", "2026-03-01"),
        ("month", "2026-03-01", "2026-02-01", "2026-02-28"),
        ("month", "2027-01-15", "2026-12-01", "2026-12-31"),
    ],
)
def test_the_report_covers_the_period_that_has_ended(
    every: str, today: str, first: str, last: str
) -> None:
    found = period(every, date.fromisoformat(today))
    assert found == (date.fromisoformat(first), date.fromisoformat(last))


def test_nobody_gets_a_report_unless_the_settings_name_somebody(tmp_path: Path) -> None:
    definitions = build_defs(settings_of(tmp_path, ""))
    assert report_parts(site_of(settings_of(tmp_path, "")), page) == ([], [])
    names = {schedule.name for schedule in definitions.schedules or []}
    assert "demo_report" not in names
