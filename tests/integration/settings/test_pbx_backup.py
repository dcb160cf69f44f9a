"""A backup of an installation that reads the PBX's database: watermark and rows stay together."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from insight_pipeline.model.errors import PermanentError
from insight_pipeline.orchestration.backup import Wish, make_backup
from insight_pipeline.orchestration.restoring import Consent, restore
from insight_pipeline.orchestration.site import Site
from insight_pipeline.settings import load_settings
from insight_pipeline.sources.cdrdata import progress
from tests.integration.pbx.database import Pbx, row, site_of, stored, table_of
from tests.servers import fresh_database, url_of

pytestmark = pytest.mark.services
NOW = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture
def pbx(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pbx]:
    monkeypatch.setattr(progress, "LAST_IDS", 0)
    with fresh_database(url_of("postgresql")) as url:
        found = Pbx(sa.make_url(url))
        with found.connection:
            yield found


def test_rows_that_the_pbx_has_deleted_since_are_kept_and_later_ones_are_read(
    tmp_path: Path, pbx: Pbx
) -> None:
    begin = int(time.time()) - 72 * 3600
    pbx.put(row(number, start=begin + number) for number in range(1, 6))
    site = site_of(tmp_path, pbx.url, "reread_hours = 2\n")
    config = tmp_path / "insight.toml"
    table_of(site).read()
    with pytest.raises(PermanentError, match="IA-722"):
        make_backup(site.settings, config, tmp_path / "no.zip", Wish(has_rows=False), NOW)
    make_backup(site.settings, config, tmp_path / "backup.zip", Wish(), NOW)

    pbx.put(row(number, start=begin + number) for number in (6, 7))
    table_of(site).read()
    everything = pbx.contents()
    pbx.run("DELETE FROM cdrdata WHERE id <= 3")
    shutil.rmtree(tmp_path / "data")
    restore(tmp_path / "backup.zip", tmp_path, {}, NOW, Consent())

    again = Site("demo", load_settings(config, {}))
    assert table_of(again).progress.watermark == 5
    assert table_of(again).read().rows == 2
    assert stored(again) == everything
