"""`insight alerts` as a user calls it: thresholds, what was not delivered, and the test of channels."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from insight_pipeline.orchestration.alerting import Alerting
from tests.integration.notify.place import ALERT, fill, settings_of, site_of
from tests.integration.test_powerbi_command import insight
from tests.receiving import Reply, mail_server, web_server

HOUR = datetime.now(UTC).replace(tzinfo=None, minute=0, second=0, microsecond=0)
TEXT = ALERT + 'recipients = ["leitung@firma.example"]\n'


def test_every_threshold_is_shown_with_figure_state_and_receivers(tmp_path: Path) -> None:
    config = tmp_path / "insight.toml"
    with mail_server(tmp_path, "plain") as box, web_server() as hooks:
        settings = settings_of(tmp_path, TEXT, box, zentrale=hooks)
        assert "nichts geladen" in insight(config, "alerts").stdout
        fill(site_of(settings), 20, 10, at=HOUR - timedelta(days=1))
        (before,) = json.loads(insight(config, "alerts", "--json").stdout)
        assert (before["value"], before["is_crossed"], before["changed_at"]) == (0.5, False, None)
        box.refused["leitung@firma.example"] = "550 unbekannt"
        Alerting(settings).work([site_of(settings)])
    (row,) = json.loads(insight(config, "alerts", "--json").stdout)
    assert row["queue_name"] == "Störungsannahme"
    assert (row["value"], row["limit"], row["is_crossed"]) == (0.5, 0.1, True)
    assert row["channels"] == ["mail:leitung@firma.example", "webhook:zentrale"]
    done = insight(config, "alerts")
    assert done.returncode == 0
    assert "Abbruchquote über 10 %" in done.stdout
    assert "verletzt" in done.stdout
    for command in ("alerts", "status"):
        said = insight(config, command).stdout
        assert "IA-649 leitung@firma.example: 1 Nachrichten" in said
        assert "IA-634" in said


def test_the_test_reaches_every_channel_and_says_which_did_not_take_it(tmp_path: Path) -> None:
    config = tmp_path / "insight.toml"
    with mail_server(tmp_path, "plain") as box, web_server() as good, web_server() as bad:
        settings_of(tmp_path, TEXT, box, zentrale=good, leitstand=bad)
        assert insight(config, "alerts", "test").returncode == 0
        bad.replies.extend([Reply(404, "no_service")] * 2)
        done = insight(config, "alerts", "test")
        assert done.returncode == 1
        assert "IA-643" in done.stdout
        found = json.loads(insight(config, "alerts", "test", "--json").stdout)
    assert {one["channel"]: one["is_taken"] for one in found} == {
        "mail:leitung@firma.example": True,
        "webhook:leitstand": False,
        "webhook:zentrale": True,
    }
    assert len(box.mails) == len(good.posted) == len(bad.posted) == 3
    assert {posted.body["kind"] for posted in good.posted} == {"test"}
    assert not (tmp_path / "data" / "state" / "notices.db").exists()


def test_without_a_channel_there_is_nothing_to_test(tmp_path: Path) -> None:
    settings_of(tmp_path, "")
    done = insight(tmp_path / "insight.toml", "alerts", "test")
    assert done.returncode == 2
    assert "IA-648" in done.stderr
    assert "kein Schwellenwert" in insight(tmp_path / "insight.toml", "alerts").stdout
