"""Resources of the assets: the installations with their stores, made from the settings."""

from __future__ import annotations

from dataclasses import dataclass

from insight_pipeline.model.settings import Settings
from insight_pipeline.orchestration.site import Site


@dataclass(frozen=True)
class Sites:
    """The installations of some settings; the resource `sites`."""

    settings: Settings

    def of(self, name: str) -> Site:
        """One installation, its stores opened afresh."""
        return Site(name, self.settings)

    def all(self) -> list[Site]:
        """Every installation."""
        return [self.of(name) for name in self.settings.installations]
