"""Sensors of the upload: one keeps the login alive and warns, one starts what waits when it may go on.

Each is a question to `pushing`; what it finds is an observation with figures, so that the UI plots them.
An observation is written only when something changed, so that a sensor does not fill the history.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

import dagster as dg

from insight_pipeline.model.errors import InsightError, TransientError
from insight_pipeline.orchestration.alerting import Alerting
from insight_pipeline.orchestration.assets.powerbi import GROUP, PREFIX, in_words
from insight_pipeline.orchestration.failures import guarded
from insight_pipeline.orchestration.jobs import Job
from insight_pipeline.orchestration.metadata import OWNERS
from insight_pipeline.orchestration.push_results import QuotaState
from insight_pipeline.orchestration.pushing import Push
from insight_pipeline.orchestration.resources import Sites
from insight_pipeline.sinks.powerbi.login import LoginState

LOGIN, LIMITS = dg.AssetKey([PREFIX, "login"]), dg.AssetKey([PREFIX, "limits"])
_TOKEN_SECONDS, _QUOTA_SECONDS = 300, 60
"""A token is renewed ten minutes ahead: a longer pause could miss its end."""
_PUSH = "powerbi_push"


def observed_assets() -> list[dg.AssetSpec]:
    """Login and limits, which the sensors observe."""
    return [
        dg.AssetSpec(
            LOGIN,
            group_name=GROUP,
            owners=OWNERS,
            kinds={"powerbi"},
            description="The login to Microsoft: valid or not, and when it ends unless it is renewed.",
        ),
        dg.AssetSpec(
            LIMITS,
            group_name=GROUP,
            owners=OWNERS,
            kinds={"powerbi"},
            description="How much of Microsoft's limits is used, what waits, and until when.",
        ),
    ]


def push_job(tables: Sequence[str]) -> Job:
    """Pushes what is ready, without loading anything."""
    return dg.define_asset_job(
        _PUSH,
        selection=dg.AssetSelection.assets(*(dg.AssetKey([PREFIX, name]) for name in tables)),
        description="Pushes to Power BI what is ready and not there yet.",
        executor_def=dg.in_process_executor,
    )


def push_sensors(job: Job) -> list[dg.SensorDefinition]:
    """Both sensors; they rest while uploading is off."""
    return [_token_sensor(), _quota_sensor(job)]


def _token_sensor() -> dg.SensorDefinition:
    @dg.sensor(
        name="powerbi_token_sensor",
        minimum_interval_seconds=_TOKEN_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Renews the login well before it ends, and says days ahead when somebody must log in.",
    )
    @guarded
    def powerbi_token_sensor(
        context: dg.SensorEvaluationContext, sites: dg.ResourceParam[Sites]
    ) -> dg.SensorResult | dg.SkipReason:
        settings = sites.settings
        if not settings.sinks.powerbi.upload:
            return dg.SkipReason("Uploading is off.")
        login = Push(settings).login
        problem: InsightError | None = None
        try:
            login.access_token()
        except InsightError as error:
            problem = error
        state = login.state()
        if not isinstance(problem, TransientError):
            Alerting(settings).note_login(problem or _why_logged_out(state))
        words = login_words(state, problem, settings.locale)
        if context.cursor == words:
            return dg.SkipReason(words)
        observed = dg.AssetObservation(LOGIN, metadata=login_metadata(state, words))
        return dg.SensorResult(asset_events=[observed], cursor=words, skip_reason=words)

    return powerbi_token_sensor


def _why_logged_out(state: LoginState) -> InsightError | None:
    """A push may have seen that the login has ended while the token looks as if it lasted."""
    return None if state.is_logged_in else state.problem


def login_words(state: LoginState, problem: InsightError | None, locale: str) -> str:
    """How the login stands and who must do what."""
    days = state.inactivity_days_left
    found = problem or state.problem
    if found is not None:
        ends = state.warning if found is not state.warning else None
        return " ".join(in_words(one, locale) for one in (found, ends) if one is not None)
    return (
        f"Angemeldet; ohne Nutzung endet die Anmeldung in {days} Tagen."
        if locale == "de"
        else f"Logged in; without use the login ends in {days} days."
    )


def login_metadata(state: LoginState, words: str) -> dict[str, dg.MetadataValue]:
    """The login's state as figures and words; no secrets."""
    found: dict[str, dg.MetadataValue] = {
        "is_logged_in": dg.MetadataValue.bool(state.is_logged_in),
        "state": dg.MetadataValue.text(words),
    }
    if state.inactivity_days_left is not None:
        found["days_until_it_ends_unused"] = dg.MetadataValue.int(state.inactivity_days_left)
    return found


def _quota_sensor(job: Job) -> dg.SensorDefinition:
    @dg.sensor(
        job=job,
        name="powerbi_quota_sensor",
        minimum_interval_seconds=_QUOTA_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Watches Microsoft's limits, and starts what waits when the window opens.",
    )
    @guarded
    def powerbi_quota_sensor(
        context: dg.SensorEvaluationContext, sites: dg.ResourceParam[Sites]
    ) -> dg.SensorResult | dg.SkipReason:
        settings = sites.settings
        if not settings.sinks.powerbi.upload:
            return dg.SkipReason("Uploading is off.")
        push = Push(settings)
        state = push.quota()
        now = push.options.now()
        runs = []
        if (wants := push.startable()) and state.may_start_at(now) <= now:
            runs = [dg.RunRequest(run_key=_run_key(wants, state.blocked_until, now))]
        cursor = hashlib.sha256(repr(quota_figures(state)).encode()).hexdigest()
        events = []
        if cursor != context.cursor:
            events = [dg.AssetObservation(LIMITS, metadata=quota_metadata(state))]
        return dg.SensorResult(run_requests=runs, asset_events=events, cursor=cursor)

    return powerbi_quota_sensor


def _run_key(wants: Mapping[str, str], blocked_until: float, now: float) -> str:
    """The same for an hour, unless something has changed: a push that got nowhere is not repeated at once."""
    hour = datetime.fromtimestamp(now).astimezone().strftime("%Y-%m-%dT%H")
    digest = hashlib.sha256(repr((sorted(wants.items()), blocked_until)).encode()).hexdigest()
    return f"{','.join(sorted(wants))}:{digest[:12]}:{hour}"


def quota_figures(state: QuotaState) -> dict[str, int]:
    """The figures that the UI plots over time."""
    return {
        "rows_last_hour": state.rows_last_hour,
        "rows_an_hour_allowed": state.limits.rows_an_hour,
        "requests_last_minute": state.requests_last_minute,
        "rows_waiting": sum(state.waiting_rows.values()),
        **{f"{name}_stored": rows for name, rows in state.stored.items()},
    }


def quota_metadata(state: QuotaState) -> dict[str, dg.MetadataValue]:
    """The figures, and when what waits is expected to be through."""
    found: dict[str, dg.MetadataValue] = {
        name: dg.MetadataValue.int(value) for name, value in quota_figures(state).items()
    }
    if state.drained_at is not None:
        found["expected_through_at"] = dg.MetadataValue.timestamp(state.drained_at)
    return found
