"""A PBX's database of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.pbx.database import Pbx
from tests.servers import postgresql_database


@pytest.fixture
def pbx() -> Iterator[Pbx]:
    """The database of a PBX without a row."""
    with postgresql_database() as url:
        found = Pbx(url)
        with found.connection:
            yield found
