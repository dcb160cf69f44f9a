"""The part of DAX that reading back needs: counts, sums, filters, groups, measures.

Belongs here: text to syntax (parser.py), syntax to functions (scalars.py, relations.py, calculate.py), and
the data they run over (model.py). Does not: HTTP. What is not understood is an error, never a guess.
"""

from __future__ import annotations

from insight_pipeline.emulator.dax.evaluate import Result, evaluate
from insight_pipeline.emulator.dax.syntax import DaxError

__all__ = ["DaxError", "Result", "evaluate"]
