"""A simulated PBX: plays calls as events, writes STARFACE exports of them, and tells the truth.

Belongs here: everything that invents calls and the files that a PBX would write about them.
Does not: any rule of the pipeline. The package imports nothing of it, so that the pipeline's
figures can be compared with what happened instead of with themselves.
"""

from __future__ import annotations

from insight_pipeline.simulator.events import PlayedCall
from insight_pipeline.simulator.export import write_exports
from insight_pipeline.simulator.files import ExportedFile, ExportReport, ListTotals
from insight_pipeline.simulator.large import LargeExport, write_large_day, write_year
from insight_pipeline.simulator.play import Simulation, SimulationPlan, simulate
from insight_pipeline.simulator.truth import tell
from insight_pipeline.simulator.truth_files import write_truth
from insight_pipeline.simulator.truth_types import CallTruth, DayTruth

__all__ = [
    "CallTruth",
    "DayTruth",
    "ExportReport",
    "ExportedFile",
    "LargeExport",
    "ListTotals",
    "PlayedCall",
    "Simulation",
    "SimulationPlan",
    "simulate",
    "tell",
    "write_exports",
    "write_large_day",
    "write_truth",
    "write_year",
]
