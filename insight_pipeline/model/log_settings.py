"""Settings of the log: how much is written, and how much of it is kept. Values only."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from insight_pipeline.model.setting_types import Part, Whole

Level = Literal["error", "warning", "info", "debug", "trace"]
LEVELS: tuple[Level, ...] = get_args(Level)
"""From the fewest events to all of them."""


class Log(Part):
    """The log below data_dir."""

    level: Level = "info"
    file_bytes: Annotated[Whole, Field(ge=65_536)] = 10_485_760
    """From this size on a new file is begun."""
    files: Annotated[Whole, Field(ge=1, le=999)] = 9
    """Full files that are kept beside the one that is written."""
