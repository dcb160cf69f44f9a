"""Each message about login and upload by its real cause: against the emulator, or in the machine itself.

A production does what a user or the service would do, and gives the error that the program then tells.
That it is the right one, and reads well, is for `test_messages_for_real`.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from filelock import FileLock

from insight_pipeline.emulator import (
    Emulator,
    EmulatorOptions,
    FaultKind,
    FaultRule,
    LoginOptions,
    Operation,
    SequenceMode,
    running_emulator,
)
from insight_pipeline.model.errors import InsightError, PermanentError
from insight_pipeline.model.settings import PowerBI
from insight_pipeline.orchestration.pushing import Push
from insight_pipeline.orchestration.status.upload import upload_findings
from insight_pipeline.settings import load_settings
from insight_pipeline.sinks.powerbi import ledger, token_cache, upload
from insight_pipeline.sinks.powerbi.bodies import dataset_body
from insight_pipeline.sinks.powerbi.delivery import Delivered
from insight_pipeline.sinks.powerbi.ledger_entries import State
from insight_pipeline.sinks.powerbi.login import Login
from insight_pipeline.sinks.powerbi.token_key import KEY_VARIABLE
from tests.integration.powerbi.small import DATASET, FACT, OPTIONS, Wanted, write_wanted
from tests.integration.powerbi.small import upload as upload_small
from tests.login_server import LoginServer, Reply, serving
from tests.uploading import CLIENT_ID, approving, be_quick, log_in, uploading_settings

WANTED: Wanted = {"demo|2026-03-12": {"1": "a", "2": "b"}, "names": {"10": "Anna"}}
IMPATIENT = replace(OPTIONS, patience_seconds=0.0)


@dataclass
class Place:
    """A folder of its own, a way to shorten waiting times, and a lake with a day to push."""

    folder: Path
    patch: pytest.MonkeyPatch
    lake: Path


Production = Callable[[Place], InsightError]
PRODUCTIONS: dict[str, Production] = {}


def produces(code: str) -> Callable[[Production], Production]:
    """Note what causes a message."""

    def note(production: Production) -> Production:
        PRODUCTIONS[code] = production
        return production

    return note


def error_of(act: Callable[[], object]) -> InsightError:
    """The error that an act ends with."""
    with pytest.raises(InsightError) as found:
        act()
    return found.value


def problem_of(login: Login) -> InsightError:
    """What a login says of itself without asking anybody."""
    found = login.state().problem
    assert found is not None
    return found


# Login


def login_at(place: Place, url: str, **settings: str) -> Login:
    """The login of a folder to a service."""
    given = {"client_id": CLIENT_ID, **settings}
    return Login(PowerBI(login_url=url, **given), place.folder)  # type: ignore[arg-type]


@contextmanager
def emulated(options: EmulatorOptions | None = None) -> Iterator[Emulator]:
    """An emulator whose user approves at once."""
    with running_emulator(options or approving()) as emulator:
        yield emulator


@contextmanager
def logged_in(place: Place) -> Iterator[tuple[Emulator, Login]]:
    """A login that has just been finished."""
    with emulated() as emulator:
        login = login_at(place, emulator.url)
        login.finish_device_login(login.start_device_login())
        yield emulator, login


@produces("IA-501")
def never_logged_in(place: Place) -> InsightError:
    return error_of(login_at(place, "http://127.0.0.1:9").access_token)


@produces("IA-502")
def a_damaged_file(place: Place) -> InsightError:
    with logged_in(place) as (_, login):
        (place.folder / "state" / "login" / "tokens").write_bytes(b"torn")
        return problem_of(login)


@produces("IA-503")
def a_key_cut_short(place: Place) -> InsightError:
    with logged_in(place) as (emulator, _):
        place.patch.setenv(KEY_VARIABLE, "too-short")
        return error_of(login_at(place, emulator.url).access_token)


@produces("IA-504")
def a_lost_key(place: Place) -> InsightError:
    with logged_in(place) as (_, login):
        (place.folder / "state" / "login" / "key").unlink()
        return problem_of(login)


@produces("IA-505")
def no_application(place: Place) -> InsightError:
    return error_of(login_at(place, "http://127.0.0.1:9", client_id="").start_device_login)


@produces("IA-507")
def a_foreign_host(place: Place) -> InsightError:
    options = EmulatorOptions(login=LoginOptions(authority_host="login.example.com"))
    with emulated(options) as emulator:
        return error_of(login_at(place, emulator.url).start_device_login)


@produces("IA-508")
def a_login_service_that_is_away(place: Place) -> InsightError:
    return error_of(login_at(place, "http://127.0.0.1:9").start_device_login)


@produces("IA-509")
def a_proxy_that_answers_in_its_place(place: Place) -> InsightError:
    server = LoginServer()
    server.instead["devicecode"] = Reply.of(200, message="Welcome to the hotel")
    with serving(server) as url:
        return error_of(login_at(place, url).start_device_login)


def asked_once(place: Place, act: Callable[[Emulator], None]) -> InsightError:
    """A device login whose user does something, and which is then asked about once."""
    with running_emulator() as emulator:
        login = login_at(place, emulator.url)
        code = login.start_device_login()
        act(emulator)
        return error_of(lambda: login.poll_device_login(code))


@produces("IA-510")
def a_user_who_has_not_finished(place: Place) -> InsightError:
    return asked_once(place, lambda _: None)


@produces("IA-511")
def a_code_that_has_expired(place: Place) -> InsightError:
    return asked_once(place, lambda emulator: emulator.advance(901))


@produces("IA-524")
def a_user_who_declines(place: Place) -> InsightError:
    return asked_once(place, lambda emulator: emulator.approve(is_approved=False))


@produces("IA-525")
def a_refusal_without_a_text_of_its_own(place: Place) -> InsightError:
    with emulated() as emulator:
        emulator.plan(FaultRule(Operation.DEVICE_CODE, FaultKind.LOGIN_REFUSED, aadsts=50059))
        return error_of(login_at(place, emulator.url).start_device_login)


def renewed(place: Place, act: Callable[[Emulator], object]) -> InsightError:
    """A renewal after something has happened to the login."""
    with logged_in(place) as (emulator, login):
        act(emulator)
        return error_of(lambda: login.access_token(renew=True))


@produces("IA-512")
def a_new_password(place: Place) -> InsightError:
    return renewed(place, Emulator.revoke_grants)


@produces("IA-513")
def ninety_days_unused(place: Place) -> InsightError:
    return renewed(place, lambda emulator: emulator.advance(91 * 86_400))


@produces("IA-526")
def a_login_that_the_service_has_forgotten(place: Place) -> InsightError:
    return renewed(place, Emulator.reset)


def _refused(number: int) -> Production:
    return lambda place: renewed(place, lambda emulator: emulator.refuse_logins(number))


PRODUCTIONS |= {
    "IA-514": _refused(70043),
    "IA-515": _refused(50076),
    "IA-516": _refused(53003),
    "IA-517": _refused(65001),
    "IA-518": _refused(650052),
    "IA-519": _refused(700016),
    "IA-520": _refused(7000218),
    "IA-521": _refused(50034),
    "IA-522": _refused(90051),
}


@produces("IA-523")
def an_unknown_tenant(place: Place) -> InsightError:
    with emulated() as emulator:
        emulator.plan(FaultRule(Operation.DISCOVERY, FaultKind.LOGIN_REFUSED, aadsts=90002))
        return error_of(login_at(place, emulator.url, tenant="misspelt").start_device_login)


@produces("IA-531")
def eighty_days_unused(place: Place) -> InsightError:
    with logged_in(place) as (emulator, _):
        settings = PowerBI(login_url=emulator.url, client_id=CLIENT_ID)
        later = datetime.now(UTC) + timedelta(days=80)
        return problem_of(Login(settings, place.folder, clock=lambda: later))


@produces("IA-532")
def a_file_where_the_folder_should_be(place: Place) -> InsightError:
    (place.folder / "state").touch()
    with emulated() as emulator:
        login = login_at(place, emulator.url)
        return error_of(lambda: login.finish_device_login(login.start_device_login()))


@produces("IA-533")
def a_login_that_another_process_holds(place: Place) -> InsightError:
    with logged_in(place) as (_, login):
        place.patch.setattr(token_cache, "LOCK_SECONDS", 0.1)
        with FileLock(place.folder / "state" / "login" / "lock"):
            return error_of(lambda: login.access_token(renew=True))


# Upload


@contextmanager
def wanted(place: Place, options: EmulatorOptions | None = None) -> Iterator[Emulator]:
    """An emulator, and a few rows that are to be pushed to it."""
    write_wanted(place.folder, WANTED)
    with emulated(options) as emulator:
        yield emulator


def pushed(place: Place, emulator: Emulator, **options: object) -> list[Delivered]:
    """Push what is wanted."""
    given = replace(OPTIONS, **options)  # type: ignore[arg-type]
    return upload_small(place.folder, emulator.url, emulator.issue_token(), given)


def hold_of(found: list[Delivered]) -> InsightError:
    """Why the fact is held."""
    fact = found[0]
    assert fact.hold is not None, found
    return PermanentError(fact.hold, table=fact.table, detail=fact.hold_detail)


@produces("IA-550")
def an_account_without_the_right(place: Place) -> InsightError:
    with wanted(place) as emulator:
        emulator.plan(FaultRule(Operation.CREATE, FaultKind.NOT_AUTHORIZED, times=2))
        return error_of(lambda: pushed(place, emulator))


@produces("IA-551")
def a_request_that_is_refused(place: Place) -> InsightError:
    with wanted(place) as emulator:
        emulator.plan(FaultRule(Operation.PUSH, FaultKind.BAD_REQUEST, table="fact_x"))
        return hold_of(pushed(place, emulator))


@produces("IA-552")
def a_lost_answer_and_nothing_to_look_at(place: Place) -> InsightError:
    with wanted(place, EmulatorOptions(sequence_mode=SequenceMode.UNSUPPORTED)) as emulator:
        emulator.plan(
            FaultRule(Operation.PUSH, FaultKind.ANSWER_LOST, table="fact_x"),
            FaultRule(Operation.QUERY, FaultKind.BAD_REQUEST, times=50),
        )
        return hold_of(pushed(place, emulator))


@produces("IA-553")
def a_batch_of_which_a_part_is_there(place: Place) -> InsightError:
    with wanted(place, EmulatorOptions(sequence_mode=SequenceMode.UNSUPPORTED)) as emulator:
        emulator.plan(FaultRule(Operation.PUSH, FaultKind.ERROR_BEFORE, table="fact_x"))
        pushed(place, emulator, patience_seconds=0.0)
        _push_otherwise(emulator, _batch_in(place))
        return hold_of(pushed(place, emulator))


@produces("IA-554")
def another_program_that_writes_to_the_table(place: Place) -> InsightError:
    with wanted(place) as emulator:
        pushed(place, emulator)
        _push_otherwise(emulator, "of another program")
        return hold_of(pushed(place, emulator))


def _batch_in(place: Place) -> str:
    found = ledger.Ledger(place.folder / "ledger.db").first(
        DATASET.name, FACT.name, State.UNCERTAIN
    )
    assert found is not None
    return found.batch_id


def _push_otherwise(emulator: Emulator, batch_id: str) -> None:
    """One row more, past the ledger."""
    row = {"id": 9, "text": "x", "sign": 1, "partition_key": "other", "batch_id": batch_id}
    (dataset,) = emulator.world.datasets
    _ask(emulator, f"/datasets/{dataset}/tables/{FACT.name}/rows", {"rows": [row]})


def _ask(emulator: Emulator, path: str, json: object = None, data: bytes | None = None) -> None:
    headers = {"Authorization": f"Bearer {emulator.issue_token()}"}
    url = f"{emulator.push_url}{path}"
    answer = requests.post(url, json=json, data=data, headers=headers, timeout=10)
    assert answer.ok, answer.text


@produces("IA-555")
def a_refused_creation(place: Place) -> InsightError:
    with wanted(place) as emulator:
        emulator.plan(FaultRule(Operation.CREATE, FaultKind.CREATE_REFUSED))
        return error_of(lambda: pushed(place, emulator))


@produces("IA-556")
def a_creation_without_an_answer(place: Place) -> InsightError:
    with wanted(place) as emulator:
        emulator.plan(FaultRule(Operation.CREATE, FaultKind.ANSWER_LOST))
        return error_of(lambda: pushed(place, emulator))


@produces("IA-557")
def two_datasets_of_one_name(place: Place) -> InsightError:
    with wanted(place) as emulator:
        for _ in range(2):
            _ask(emulator, "/datasets", data=dataset_body(DATASET))
        return error_of(lambda: pushed(place, emulator))


@produces("IA-558")
def a_full_table(place: Place) -> InsightError:
    with wanted(place) as emulator:
        return hold_of(pushed(place, emulator, limits=replace(OPTIONS.limits, stored_rows=1)))


@produces("IA-560")
def a_ledger_that_is_locked(place: Place) -> InsightError:
    with wanted(place) as emulator:
        pushed(place, emulator)
        place.patch.setattr(ledger, "_BUSY_SECONDS", 0)
        with locked(place.folder / "ledger.db"):
            return error_of(lambda: pushed(place, emulator))


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """A database that another connection writes to."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.close()


@produces("IA-561")
def a_damaged_ledger(place: Place) -> InsightError:
    with wanted(place) as emulator:
        (place.folder / "ledger.db").write_bytes(b"no database" * 1000)
        return error_of(lambda: pushed(place, emulator))


@produces("IA-562")
def a_second_uploader(place: Place) -> InsightError:
    place.patch.setattr(upload, "_LOCK_SECONDS", 0.1)
    with wanted(place) as emulator, FileLock(place.folder / f"ledger-{DATASET.name}.lock"):
        return error_of(lambda: pushed(place, emulator))


@produces("IA-563")
def a_service_that_is_away(place: Place) -> InsightError:
    with wanted(place) as emulator:
        emulator.stop()
        return error_of(lambda: pushed(place, emulator))


@produces("IA-570")
def a_dataset_that_somebody_deleted(place: Place) -> InsightError:
    with wanted(place) as emulator:
        pushed(place, emulator)
        emulator.world.datasets.clear()
        return error_of(lambda: pushed(place, emulator))


# The whole upload, as commands and assets compose it


@contextmanager
def ready(place: Place, *lines: str, is_logged_in: bool = True) -> Iterator[tuple[Emulator, Push]]:
    """A day in the lake that could be pushed."""
    shutil.copytree(place.lake, place.folder / "data")
    with emulated() as emulator:
        config = uploading_settings(place.folder, emulator.url, *lines)
        if is_logged_in:
            log_in(config)
        be_quick(place.patch, patience_seconds=0.0)
        yield emulator, Push(load_settings(config, environ={}))


def told_by(push: Push, code: str) -> InsightError:
    """What `insight status` says, of this code."""
    found = {finding.code: finding.problem for finding in upload_findings(push.settings)}
    return found[code]


def first_problem(push: Push, table: str) -> InsightError:
    """What a push of a table says."""
    (found,) = push.push([table])
    assert found.problem is not None
    return found.problem


@produces("IA-559")
def a_table_that_somebody_holds(place: Place) -> InsightError:
    with ready(place) as (_, push):
        push.create()
        push.hold("fact_call", "Abgleich mit der Buchhaltung")
        return told_by(push, "IA-559")


@produces("IA-564")
def uploading_that_was_switched_off(place: Place) -> InsightError:
    with ready(place, "rows_an_hour = 20") as (_, push):
        push.push()
        powerbi = push.settings.sinks.powerbi.model_copy(update={"upload": False})
        sinks = push.settings.sinks.model_copy(update={"powerbi": powerbi})
        return told_by(Push(push.settings.model_copy(update={"sinks": sinks})), "IA-564")


@produces("IA-565")
def a_dataset_that_was_never_made(place: Place) -> InsightError:
    with ready(place) as (_, push):
        return told_by(push, "IA-565")


@produces("IA-566")
def a_limit_that_is_reached(place: Place) -> InsightError:
    with ready(place, "rows_an_hour = 20") as (_, push):
        return first_problem(push, "dim_date")


@produces("IA-567")
def a_misspelt_table(place: Place) -> InsightError:
    with ready(place) as (_, push):
        return error_of(lambda: push.release("fact_cal"))


@produces("IA-568")
def an_answer_that_is_looked_up(place: Place) -> InsightError:
    with ready(place) as (emulator, push):
        emulator.plan(FaultRule(Operation.PUSH, FaultKind.ERROR_BEFORE, table="fact_call"))
        return first_problem(push, "fact_call")


@produces("IA-569")
def rows_that_wait(place: Place) -> InsightError:
    with ready(place) as (emulator, push):
        push.create()
        emulator.stop()
        push.push()
        return told_by(push, "IA-569")
