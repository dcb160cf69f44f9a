"""A local Power BI with Microsoft's login, to try and test the upload against.

Belongs here: everything that stands in for the service: its push API, limits, queries, login, faults on
demand and a page to look at it. Does not: anything of the pipeline's own client. The two share no code, so
that a wrong idea of the service cannot stand on both sides.
"""

from __future__ import annotations

from insight_pipeline.emulator.faults import FaultKind, FaultRule, Operation
from insight_pipeline.emulator.options import (
    DEMO_WORKSPACE,
    EmulatorOptions,
    Limits,
    LoginOptions,
    RepeatedNumber,
    SequenceMode,
    ThrottleBody,
    Workspace,
)
from insight_pipeline.emulator.server import Emulator, running_emulator

__all__ = [
    "DEMO_WORKSPACE",
    "Emulator",
    "EmulatorOptions",
    "FaultKind",
    "FaultRule",
    "Limits",
    "LoginOptions",
    "Operation",
    "RepeatedNumber",
    "SequenceMode",
    "ThrottleBody",
    "Workspace",
    "running_emulator",
]
