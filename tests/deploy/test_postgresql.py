"""Dagster's storage in PostgreSQL, as deploy/dagster-postgresql.yaml says, with a server of the test's own.

The server asks for a password, which comes to libpq as it does in the image: by the entrypoint.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa

from insight_pipeline.model.settings import Retention
from insight_pipeline.orchestration.retention import trim
from insight_pipeline.sinks.relational.connecting import Database, make_engine
from tests.deploy.programs import ROOT
from tests.servers import own_server

PASSWORD = r"p:a\s'w %ö"  # noqa: S105 - of a server that lives as long as the test
DAYS = ("2026-03-01", "2026-03-02", "2026-03-03")
FUTURE_SECONDS = 100 * 86_400
KEPT = Retention(runs_days=90, failed_runs_days=365)
_HBA = "host dagster dagster 127.0.0.1/32 scram-sha-256\nhost all postgres 127.0.0.1/32 trust\n"
_LOADED = dg.AssetKey("loaded")


@dg.asset(partitions_def=dg.DailyPartitionsDefinition(DAYS[0]))
def loaded() -> dg.MaterializeResult[None]:
    preview = dg.MetadataValue.md("| caller_name |\n|---|\n| Hotel Zur Brücke |\n")
    return dg.MaterializeResult(metadata={"preview": preview, "dagster/row_count": 3})


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a database that only the password opens, as it stands in the environment."""
    server = own_server("postgresql")
    server.options.append(f"hba_file={server.put('hba', _HBA.encode())}")
    try:
        server.start()
        engine = make_engine(Database(server.url, tls="off"))
        run = engine.execution_options(isolation_level="AUTOCOMMIT")
        with run.connect() as connection:
            quoted = connection.scalar(sa.text("SELECT quote_literal(:given)"), {"given": PASSWORD})
            connection.exec_driver_sql(
                f"CREATE ROLE dagster LOGIN PASSWORD {quoted}".replace("%", "%%")
            )
            connection.exec_driver_sql("CREATE DATABASE dagster OWNER dagster")
        engine.dispose()
        passfile = handed_over(tmp_path_factory.mktemp("secrets"), PASSWORD)
        yield f"postgresql+psycopg2://dagster@127.0.0.1:{server.port}/dagster?passfile={passfile}"
    finally:
        server.close()


def handed_over(folder: Path, password: str) -> Path:
    """What the image's entrypoint makes of a secret, before it starts its program."""
    secret, passfile = folder / "storage_password", folder / "pgpass"
    secret.write_text(f"{password}\n", "utf-8")
    given = {"STORAGE_PASSWORD_FILE": str(secret), "STORAGE_PASSFILE": str(passfile)}
    entrypoint = str(ROOT / "deploy" / "docker" / "entrypoint")
    subprocess.run([entrypoint, "test", "-s", passfile], env=os.environ | given, check=True)
    assert passfile.stat().st_mode & 0o777 == 0o600
    return passfile


@pytest.fixture
def instance(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dg.DagsterInstance]:
    """Dagster with this file as its dagster.yaml."""
    shutil.copyfile(ROOT / "deploy" / "dagster-postgresql.yaml", tmp_path / "dagster.yaml")
    monkeypatch.setenv("DAGSTER_POSTGRES_URL", url)
    monkeypatch.setenv("INSIGHT_DAGSTER_DIR", str(tmp_path / "dagster"))
    with dg.DagsterInstance.from_config(str(tmp_path)) as made:
        yield made


@pytest.mark.services
def test_runs_are_kept_in_postgresql_and_retention_leaves_the_newest_of_each_day(
    instance: dg.DagsterInstance,
) -> None:
    runs = [load(instance, day) for day in (*DAYS, DAYS[0])]
    events = [one.dagster_event_type for one in instance.all_logs(runs[0])]
    assert dg.DagsterEventType.ASSET_MATERIALIZATION in events
    assert events[-1] is dg.DagsterEventType.RUN_SUCCESS

    assert trim(instance, KEPT, time.time()) == 0
    assert trim(instance, KEPT, time.time() + FUTURE_SECONDS) == len(runs)
    assert instance.get_runs() == []
    assert instance.get_materialized_partitions(_LOADED) == set(DAYS)
    left = instance.fetch_materializations(_LOADED, limit=10).records
    assert {(one.partition_key, one.run_id) for one in left} == set(
        zip((*DAYS[1:], DAYS[0]), runs[1:], strict=True)
    )
    assert [
        set(one.asset_materialization.metadata) for one in left if one.asset_materialization
    ] == [{"dagster/row_count"}] * 3


def load(instance: dg.DagsterInstance, day: str) -> str:
    """A real run that loads a day."""
    return dg.materialize([loaded], instance=instance, partition_key=day).run_id


def test_nothing_but_the_storage_differs_from_sqlite() -> None:
    files = (ROOT / "dagster.yaml", ROOT / "deploy" / "dagster-postgresql.yaml")
    sqlite, postgresql = (file.read_text("utf-8").partition("\n\n") for file in files)
    assert sqlite[0] != postgresql[0]
    assert sqlite[2] == postgresql[2]
