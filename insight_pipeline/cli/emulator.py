"""`insight emulator`: a local Power BI and Microsoft login to try the upload against.

Here: the command's options and what it says at the start.
Not here: the emulator itself (insight_pipeline.emulator).
"""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from dataclasses import replace

import click

from insight_pipeline.cli.app import App, pass_app
from insight_pipeline.emulator import (
    Emulator,
    EmulatorOptions,
    Limits,
    LoginOptions,
    running_emulator,
)
from insight_pipeline.model.terms import Term

_CLIENT_ID = "00000000-0000-0000-0000-000000000001"
_WARNING = Term(
    "Achtung: {host} ist von anderen Rechnern aus erreichbar, ohne jedes Kennwort.",
    "Warning: {host} can be reached from other machines, without any password.",
)
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@click.command("emulator", short_help="Run a local Power BI and Microsoft login.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True,
              help="Port to serve on; 0 takes a free one.")  # fmt: skip
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to serve on.")
@click.option("--rows-an-hour", type=click.IntRange(1), default=Limits.rows_an_hour, show_default=True,
              help="Rows an hour and dataset; 10000 as on a free plan.")  # fmt: skip
@click.option("--token-seconds", type=click.IntRange(1), default=LoginOptions.access_token_seconds,
              show_default=True, help="Life of an access token.")  # fmt: skip
@click.option("--approve", is_flag=True, help="Approve every device code at once, as a demo does.")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
@pass_app
def emulator(  # noqa: PLR0913 (an argument an option)
    app: App,
    context: click.Context,
    *,
    port: int,
    host: str,
    rows_an_hour: int,
    token_seconds: int,
    approve: bool,
    command: tuple[str, ...],
) -> None:
    """Serve a stand-in for Power BI and Microsoft's login until interrupted.

    Point the upload at it with api_url and login_url in [sinks.powerbi]. What it holds, the requests it
    got and buttons for faults are on its web page. Everything is forgotten at the end.

    With a COMMAND after -- it serves only while that runs, whose upload goes to it by environment
    variables.
    """
    options = EmulatorOptions(
        limits=replace(Limits(), rows_an_hour=rows_an_hour),
        login=replace(
            LoginOptions(), access_token_seconds=token_seconds, is_approved_at_once=approve
        ),
    )
    if command:
        with running_emulator(options, port=port) as running:
            environment = {**os.environ, **_settings(running)}
            context.exit(subprocess.run(command, env=environment, check=False).returncode)  # noqa: S603 - the user's own command
    served = Emulator(options, "127.0.0.1" if host == "localhost" else host, port)
    if host not in _LOOPBACK:
        click.echo(_WARNING.text(app.locale).format(host=host), err=True)
    try:
        # Interrupted it returns, where whoever started it had the signal ignored (a shell's &).
        with suppress(KeyboardInterrupt):
            served.run(on_ready=lambda: _say(app, served))
    except OSError as error:
        message = f"cannot serve on {host}, port {port}: {error.strerror}"
        raise click.UsageError(message) from error
    app.say("Beendet.", "Stopped.")


def _settings(served: Emulator) -> dict[str, str]:
    """The settings that point an upload here, as environment variables."""
    values = {"UPLOAD": "true", "API_URL": served.url, "LOGIN_URL": served.url}
    values["CLIENT_ID"] = _CLIENT_ID
    return {f"INSIGHT_SINKS__POWERBI__{name}": value for name, value in values.items()}


def _say(app: App, served: Emulator) -> None:
    app.say(f"Power-BI-Emulator: {served.url}", f"Power BI emulator: {served.url}")
    app.say("Einstellungen dafür:", "Settings to use it:")
    click.echo(
        "  [sinks.powerbi]\n"
        "  upload = true\n"
        f'  api_url = "{served.url}"\n'
        f'  login_url = "{served.url}"\n'
        f'  client_id = "{_CLIENT_ID}"'
    )
    app.say("Beenden mit Strg+C.", "Stop with Ctrl+C.")
