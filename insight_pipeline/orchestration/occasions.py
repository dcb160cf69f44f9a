"""What runs right now, as fields of the log: run, asset, installation, days, or the sensor that looks.

Dagster knows it wherever it calls our functions; `failures` binds it around each of them. Nothing is decided
here, and nothing found is no error: tests call the functions without Dagster.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from insight_pipeline.orchestration.partitions import PARTITION, RANGE_END, RANGE_START
from insight_pipeline.orchestration.resources import Sites

Fields = dict[str, object]


def running() -> Fields:
    """Run, asset or check, installation and days of the step that Dagster executes."""
    try:
        context = dg.OpExecutionContext.get()
    except dg.DagsterInvariantViolationError:
        return {}
    keys = [key.to_user_string() for key in context.selected_asset_keys]
    return {
        "run_id": context.run_id,
        "asset": keys[0] if len(keys) == 1 else context.op.name,
        "installation": context.run_tags.get("installation"),
        "partition": days_of(context.run_tags),
    }


def days_of(tags: Mapping[str, str]) -> str:
    """The partition of a run, or the first and the last of its range."""
    if RANGE_START in tags:
        ends = (tags[RANGE_START], tags.get(RANGE_END, tags[RANGE_START]))
        return "..".join(dict.fromkeys(ends))
    return tags.get(PARTITION, "")


def looking(arguments: tuple[object, ...], name: str) -> str | None:
    """The name of the sensor or schedule that is evaluated, if one is."""
    for given in arguments:
        if isinstance(given, dg.SensorEvaluationContext | dg.RunStatusSensorContext):
            return _sensor_name(given) or name
        if isinstance(given, dg.ScheduleEvaluationContext):
            return name
    return None


def _sensor_name(context: dg.SensorEvaluationContext | dg.RunStatusSensorContext) -> str | None:
    try:
        return context.sensor_name
    except Exception:  # noqa: BLE001 - a context that was made by hand has none, and says so by an error
        return None


def locale_of(arguments: tuple[object, ...]) -> str:
    """The language of the settings, where the installations are among the arguments."""
    return next((one.settings.locale for one in arguments if isinstance(one, Sites)), "en")


def data_dir_of(arguments: tuple[object, ...]) -> Path | None:
    """Where the pipeline writes, where the installations are among the arguments."""
    return next((one.settings.data_dir for one in arguments if isinstance(one, Sites)), None)


def counted(result: object) -> Fields:
    """The figures of what an asset made: numbers of its metadata, by name."""
    if not isinstance(result, dg.MaterializeResult | dg.ObserveResult):
        return {}
    given: Mapping[str, Any] = result.metadata or {}
    plain = {name.removeprefix("dagster/"): _plain(value) for name, value in given.items()}
    return {name: value for name, value in plain.items() if value is not None}


def _plain(value: object) -> int | float | None:
    if isinstance(value, dg.IntMetadataValue | dg.FloatMetadataValue):
        value = value.value
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def checked(result: object) -> list[dg.AssetCheckResult]:
    """The checks in what Dagster is to get."""
    if isinstance(result, dg.AssetCheckResult):
        return [result]
    return list(result.check_results or []) if isinstance(result, dg.MaterializeResult) else []


def requested(result: object) -> int:
    """How many runs a sensor or schedule asks for."""
    if isinstance(result, dg.SensorResult):
        return len(result.run_requests or [])
    if isinstance(result, list):
        return sum(isinstance(one, dg.RunRequest) for one in result)
    return int(isinstance(result, dg.RunRequest))
