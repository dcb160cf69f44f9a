"""A PBX that is away, slow, cut off or changed: a clear message, and reading goes on afterwards."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psycopg
import pytest

from insight_pipeline.model.errors import InsightError, PermanentError, TransientError
from insight_pipeline.orchestration.site import Site
from insight_pipeline.sources.cdrdata import reading
from insight_pipeline.sources.content import write_content
from tests.integration.pbx.database import Pbx, row, site_of, stored, table_of

pytestmark = pytest.mark.services


@pytest.fixture
def site(tmp_path: Path, pbx: Pbx) -> Site:
    """An installation that waits for an answer for two seconds."""
    pbx.put(row(number) for number in range(1, 6))
    return site_of(tmp_path, pbx.url, "batch_rows = 2\ntimeout_seconds = 2\n")


def _refused(site: Site, kind: type[InsightError] = PermanentError) -> InsightError:
    """What a look says; it is kept for `status`, in both languages."""
    before = table_of(site).progress
    with pytest.raises(kind) as error:
        table_of(site).read()
    kept = table_of(site).last_look.problem
    assert kept is not None
    assert str(kept) == str(error.value)
    assert table_of(site).progress.newest == before.newest
    return error.value


def _goes_on(site: Site, pbx: Pbx) -> None:
    """When the cause is gone, everything is there once, and the problem is forgotten."""
    table_of(site).read()
    assert stored(site) == pbx.contents()
    assert table_of(site).last_look.problem is None
    assert table_of(site).read().rows == 0


def test_a_server_that_is_away_is_told_with_its_address(tmp_path: Path, pbx: Pbx) -> None:
    site = site_of(tmp_path, pbx.url.set(port=1))
    error = _refused(site, TransientError)
    assert error.code == "IA-240"
    assert f"127.0.0.1:1/{pbx.url.database}" in error.message("de")
    with pytest.raises(TransientError):
        table_of(site).news()


def test_a_server_without_tls_is_not_spoken_to_where_tls_is_demanded(
    tmp_path: Path, pbx: Pbx
) -> None:
    if pbx.connection.execute("SHOW ssl").fetchone() == ("on",):
        pytest.skip("this server has a certificate")
    site = site_of(tmp_path, pbx.url.update_query_dict({"sslmode": "require"}))
    assert _refused(site).code == "IA-251"


def test_a_locked_table_is_told_after_the_configured_seconds(site: Site, pbx: Pbx) -> None:
    with pbx.connect() as other, other.transaction():
        other.execute("LOCK TABLE cdrdata IN ACCESS EXCLUSIVE MODE")
        error = _refused(site, TransientError)
    assert error.code == "IA-241"
    assert "2" in error.message("de")
    _goes_on(site, pbx)


def test_a_slow_table_is_told_too(site: Site, pbx: Pbx) -> None:
    pbx.run("ALTER TABLE cdrdata RENAME TO slow")
    pbx.run("CREATE VIEW cdrdata AS SELECT slow.* FROM slow, pg_sleep(5)")
    assert _refused(site, TransientError).code == "IA-241"
    pbx.run("DROP VIEW cdrdata")
    pbx.run("ALTER TABLE slow RENAME TO cdrdata")
    _goes_on(site, pbx)


def test_a_connection_that_is_cut_keeps_the_batches_read_before(
    site: Site, pbx: Pbx, monkeypatch: pytest.MonkeyPatch
) -> None:
    _after_batches(1, lambda: _terminate(pbx), monkeypatch)
    with pytest.raises(TransientError) as error:
        table_of(site).read()
    assert error.value.code == "IA-242"
    assert {item[0] for item in stored(site)} == {1, 2}
    monkeypatch.undo()
    _goes_on(site, pbx)


def test_a_connection_that_is_cut_within_an_answer_takes_nothing_of_it(
    site: Site, pbx: Pbx
) -> None:
    pbx.run("ALTER TABLE cdrdata RENAME TO slow")
    pbx.run("CREATE VIEW cdrdata AS SELECT slow.* FROM slow, pg_sleep(1)")
    cutting = threading.Thread(target=_terminate_copy, args=(pbx.connect(),))
    cutting.start()
    error = _refused(site, TransientError)
    cutting.join()
    assert error.code == "IA-242"
    assert table_of(site).progress.batches == 0
    pbx.run("DROP VIEW cdrdata")
    pbx.run("ALTER TABLE slow RENAME TO cdrdata")
    _goes_on(site, pbx)


@pytest.mark.parametrize(
    ("change", "back", "code", "said"),
    [
        (
            "ALTER TABLE cdrdata RENAME COLUMN callresulttime TO endtime",
            "ALTER TABLE cdrdata RENAME COLUMN endtime TO callresulttime",
            "IA-245",
            "es fehlen: callresulttime; neu sind: endtime",
        ),
        (
            "ALTER TABLE cdrdata ALTER starttime TYPE timestamptz USING to_timestamp(starttime / 1000.0)",
            "ALTER TABLE cdrdata ALTER starttime TYPE bigint USING extract(epoch FROM starttime) * 1000",
            "IA-246",
            "starttime timestamp with time zone statt bigint mit Millisekunden",
        ),
        (
            "ALTER TABLE cdrdata ALTER id TYPE text",
            "ALTER TABLE cdrdata ALTER id TYPE bigint USING id::bigint",
            "IA-246",
            "id text statt integer oder bigint",
        ),
        (
            "ALTER TABLE cdrdata RENAME TO calldetails",
            "ALTER TABLE calldetails RENAME TO cdrdata",
            "IA-244",
            "public.cdrdata",
        ),
    ],
)
def test_a_changed_table_is_told_and_nothing_is_passed_over(
    site: Site, pbx: Pbx, change: str, back: str, code: str, said: str
) -> None:
    table_of(site).read()
    pbx.put([row(6)])
    pbx.run(change)
    error = _refused(site)
    assert error.code == code
    assert said in error.message("de")
    pbx.run(back)
    _goes_on(site, pbx)


def test_an_optional_column_may_be_missing_and_a_new_one_is_named(site: Site, pbx: Pbx) -> None:
    pbx.run("ALTER TABLE cdrdata DROP COLUMN hasfax, ADD COLUMN mood text DEFAULT 'good'")
    pbx.run("ALTER TABLE cdrdata RENAME COLUMN callleguuid TO channelname")
    assert table_of(site).read().unknown_columns == ("mood",)
    assert table_of(site).last_look.unknown_columns == ("mood",)
    assert stored(site) == pbx.contents()


@pytest.fixture
def reader(pbx: Pbx) -> Iterator[str]:
    """A user of the server who may do nothing yet."""
    name = f"{pbx.url.database}_reader"
    pbx.run(f"CREATE ROLE {name} LOGIN")
    yield name
    pbx.run(f"DROP OWNED BY {name}")
    pbx.run(f"DROP ROLE {name}")


def test_a_user_without_the_right_is_told_which_one_is_missing(
    tmp_path: Path, pbx: Pbx, reader: str
) -> None:
    pbx.put([row(1)])
    site = site_of(tmp_path, pbx.url.set(username=reader))
    error = _refused(site)
    assert error.code == "IA-243"
    assert "GRANT SELECT ON public.cdrdata" in error.next_step("de")
    pbx.run(f"GRANT SELECT ON cdrdata TO {reader}")
    _goes_on(site, pbx)


def test_a_table_whose_ids_begin_anew_is_not_taken_for_the_old_one(site: Site, pbx: Pbx) -> None:
    pbx.put([row(-1, start=1_767_225_600), row(0, start=1_767_225_600)])
    table_of(site).read()
    pbx.run("TRUNCATE cdrdata")
    table_of(site).read()
    pbx.put([row(-1, login="somebody else")])
    error = _refused(site)
    assert (error.code, "highest id -1, read to 0" in error.message("en")) == ("IA-248", True)
    assert "somebody else" not in {item[2] for item in stored(site)}


def test_a_table_restored_from_an_older_backup_is_not_taken_for_the_old_one(
    site: Site, pbx: Pbx
) -> None:
    table_of(site).read()
    pbx.run("DELETE FROM cdrdata WHERE id > 3")
    pbx.put([row(4, callid=77, login="somebody else")])
    assert _refused(site).code == "IA-248"
    assert "somebody else" not in {item[2] for item in stored(site)}


def _terminate(pbx: Pbx) -> None:
    """End every session of the pipeline, as a restart of the PBX does."""
    pbx.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = %s AND application_name = 'insight-pipeline'",
        pbx.url.database,
    )


def _terminate_copy(connection: psycopg.Connection) -> None:
    """End the pipeline's session as soon as it copies rows out."""
    found: Sequence[object] = []
    with connection:
        while not found:
            found = connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'active' "
                "AND datname = current_database() AND query LIKE 'COPY%'"
            ).fetchall()


def _after_batches(count: int, action: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Do something once so many batches have been written."""
    done = []

    def written(*arguments: object) -> object:
        result = write_content(*arguments)  # type: ignore[arg-type]
        done.append(result)
        if len(done) == count:
            action()
        return result

    monkeypatch.setattr(reading, "write_content", written)
