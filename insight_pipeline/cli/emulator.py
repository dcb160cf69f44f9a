"""`insight emulator`: a local Power BI and Microsoft login to try the upload against.

Here: the command's options and what it says at the start.
Not here: the emulator itself (insight_pipeline.emulator).
"""

from __future__ import annotations

from dataclasses import replace

import click

from insight_pipeline.emulator import Emulator, EmulatorOptions, Limits, LoginOptions

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@click.command("emulator", short_help="Run a local Power BI and Microsoft login.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True,
              help="Port to serve on; 0 takes a free one.")  # fmt: skip
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to serve on.")
@click.option("--rows-an-hour", type=click.IntRange(1), default=Limits.rows_an_hour, show_default=True,
              help="Rows an hour and dataset; 10000 as on a free plan.")  # fmt: skip
@click.option("--token-seconds", type=click.IntRange(1), default=LoginOptions.access_token_seconds,
              show_default=True, help="Life of an access token.")  # fmt: skip
def emulator(*, port: int, host: str, rows_an_hour: int, token_seconds: int) -> None:
    """Serve a stand-in for Power BI and Microsoft's login until interrupted.

    Point the upload at it with api_url and login_url in [sinks.powerbi]. What it holds, the requests it
    got and buttons for faults are on its web page. Everything is forgotten at the end.
    """
    options = EmulatorOptions(
        limits=replace(Limits(), rows_an_hour=rows_an_hour),
        login=replace(LoginOptions(), access_token_seconds=token_seconds),
    )
    served = Emulator(options, "127.0.0.1" if host == "localhost" else host, port)
    if host not in _LOOPBACK:
        click.echo(
            f"Warning: {host} can be reached from other machines, without any password.", err=True
        )
    try:
        served.run(on_ready=lambda: _say(served))
    except OSError as error:
        message = f"cannot serve on {host}, port {port}: {error.strerror}"
        raise click.UsageError(message) from error
    except KeyboardInterrupt:
        click.echo("Stopped.")


def _say(served: Emulator) -> None:
    click.echo(
        f"Power BI emulator: {served.url}\n"
        "Settings to use it:\n"
        "  [sinks.powerbi]\n"
        f'  api_url = "{served.url}"\n'
        f'  login_url = "{served.url}"\n'
        '  client_id = "00000000-0000-0000-0000-000000000001"\n'
        "Stop with Ctrl+C."
    )
