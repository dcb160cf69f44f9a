"""`insight login`: log in to Microsoft with a device code, and see how the login stands.

Shows the code, waits and counts down on a terminal. What happens with Microsoft and where the login is
stored is the business of `sinks.powerbi`.
"""

from __future__ import annotations

import json
import time
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime

import click
from rich.panel import Panel
from rich.status import Status
from rich.text import Text

from insight_pipeline.cli.app import (
    HELD_BACK,
    App,
    as_json,
    json_option,
    pass_app,
    problem_lines,
)
from insight_pipeline.sinks.powerbi.login import DeviceCode, Login, LoginState

_SECONDS_PER_MINUTE = 60
_LABELS = {
    "de": ("Angemeldet", "Konto", "Zugang gültig bis", "Zuletzt erneuert", "Tage bis zum Verfall"),
    "en": ("Logged in", "Account", "Access valid until", "Last renewal", "Days until it ends"),
}
_YES_NO = {"de": ("ja", "nein"), "en": ("yes", "no")}


@click.command()
@click.option("--status", "is_status", is_flag=True, help="Only show how the login stands.")
@json_option
@click.pass_context
@pass_app
def login(app: App, context: click.Context, *, is_status: bool, is_json: bool) -> None:
    """Log in to Microsoft for Power BI, with a code that you enter in a browser.

    With --json two lines are printed: the code, and when it is done how the login stands. --status
    leaves with 3 where uploading is on and nobody is logged in.
    """
    powerbi = app.settings.sinks.powerbi
    account = Login(powerbi, app.settings.data_dir)
    if is_status:
        state = account.state()
        show(app, state, is_json=is_json)
        context.exit(HELD_BACK if powerbi.upload and not state.is_logged_in else 0)
    code = account.start_device_login()
    if is_json:
        click.echo(json.dumps(_code_fields(code)))
        click.echo(json.dumps(_fields(account.finish_device_login(code), app.locale)))
        return
    _show_code(app, code)
    show(app, _finished(app, account, code), is_json=False)


def show(app: App, state: LoginState, *, is_json: bool) -> None:
    """How the login stands, and what to do about it."""
    locale = app.locale
    if is_json:
        as_json(_fields(state, locale))
        return
    values = (
        _YES_NO[locale][0 if state.is_logged_in else 1],
        state.account,
        _local(state.token_valid_until),
        _local(state.last_renewal),
        state.inactivity_days_left,
    )
    known = [
        (label, str(found))
        for label, found in zip(_LABELS[locale], values, strict=True)
        if found is not None
    ]
    app.describe("Anmeldung bei Microsoft" if locale == "de" else "Login to Microsoft", known)
    if state.problem:
        app.gap()
        app.lines(problem_lines(state.problem, locale, app.width))


def _finished(app: App, account: Login, code: DeviceCode) -> LoginState:
    """Wait for the user, with a countdown where a terminal is there."""
    waiting: AbstractContextManager[Status | None] = nullcontext()
    if app.console.is_terminal:
        waiting = app.console.status("")
    with waiting as status:

        def pause(seconds: float) -> None:
            until = time.monotonic() + seconds
            while (left := until - time.monotonic()) > 0:
                if status:
                    status.update(_countdown(code.expires_at, app.locale))
                time.sleep(min(1.0, left))

        try:
            return account.finish_device_login(code, pause)
        except KeyboardInterrupt:
            raise click.Abort from None


def _show_code(app: App, code: DeviceCode) -> None:
    """The code stands alone on its line, so that a double click copies it."""
    german = app.settings.locale == "de"
    app.say("Im Browser öffnen:", "Open in a browser:")
    app.console.print(f"\n    {code.address}\n", highlight=False, soft_wrap=True)
    app.say("und diesen Code eingeben:", "and enter this code:")
    title = "Code" if german else "code"
    shown = Text(code.user_code, style="bold reverse", justify="center")
    app.console.print(Panel(shown, title=title, padding=(1, 8), expand=False))


def _countdown(expires_at: datetime, locale: str) -> str:
    seconds = max(0, int((expires_at - datetime.now(UTC)).total_seconds()))
    left = f"{seconds // _SECONDS_PER_MINUTE}:{seconds % _SECONDS_PER_MINUTE:02d}"
    if locale == "de":
        return f"Warte auf die Anmeldung im Browser, der Code gilt noch {left}"
    return f"Waiting for the login in the browser, the code is valid for {left}"


def _local(moment: datetime | None) -> str | None:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M") if moment else None


def _code_fields(code: DeviceCode) -> dict[str, object]:
    return {
        "address": code.address,
        "user_code": code.user_code,
        "message": code.message,
        "expires_at": code.expires_at.isoformat(),
    }


def _fields(state: LoginState, locale: str) -> dict[str, object]:
    until, renewed, problem = state.token_valid_until, state.last_renewal, state.problem
    return {
        "is_logged_in": state.is_logged_in,
        "account": state.account,
        "token_valid_until": until.isoformat() if until else None,
        "last_renewal": renewed.isoformat() if renewed else None,
        "inactivity_days_left": state.inactivity_days_left,
        "problem": problem.code if problem else None,
        "text": problem.message(locale) if problem else None,
        "next_step": problem.next_step(locale) if problem else None,
    }
