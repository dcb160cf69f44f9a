"""Ctrl-C during a run: Dagster takes the signal for itself, ends the run as failed and goes on.

Here: noticing the signal all the same, so that the command stops. What is said then, and the exit code,
belong to `main`.
"""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_STOPS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def noticed_interrupts() -> Iterator[Callable[[], None]]:
    """Gives a function that raises KeyboardInterrupt if a signal to stop has come in meanwhile."""
    # Signals leave their number here whichever handler is in force.
    inbox, outbox = socket.socketpair()
    with inbox, outbox:
        inbox.settimeout(0)
        outbox.settimeout(0)
        before = signal.set_wakeup_fd(outbox.fileno(), warn_on_full_buffer=False)

        def stop_if_interrupted() -> None:
            try:
                numbers = inbox.recv(1024)
            except BlockingIOError:
                return
            if any(number in _STOPS for number in numbers):
                raise KeyboardInterrupt

        try:
            yield stop_if_interrupted
        finally:
            signal.set_wakeup_fd(before)
