"""A PBX's database of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from insight_pipeline.sources.cdrdata import progress
from tests.integration.pbx.database import Pbx
from tests.servers import fresh_database, url_of


@pytest.fixture
def pbx() -> Iterator[Pbx]:
    """The database of a PBX without a row."""
    with fresh_database(url_of("postgresql")) as url:
        found = Pbx(sa.make_url(url))
        with found.connection:
            yield found


@pytest.fixture(autouse=True)
def few_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of a few rows: their last ids are not kept open, so that starts alone decide."""
    monkeypatch.setattr(progress, "LAST_IDS", 0)
