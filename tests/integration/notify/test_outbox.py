"""What is noted is sent to every receiver, once unless a process dies, over restarts and failures."""

from __future__ import annotations

import multiprocessing
import signal
import sqlite3
from pathlib import Path

import pytest

from insight_pipeline.model.deliveries import Delivery, DeliveryState, FailedRun
from insight_pipeline.model.errors import InsightError, PermanentError, TransientError
from insight_pipeline.model.notices import Attachment, Channel, Fact, Medium, Notice, NoticeKind
from insight_pipeline.orchestration.alerting import FAILURE_PAUSE_SECONDS, Alerting
from insight_pipeline.sinks.notify import sending
from insight_pipeline.sinks.notify.outbox import Outbox
from insight_pipeline.sinks.notify.retrying import LEASE_SECONDS, MOST_ATTEMPTS, next_try
from tests.integration.notify.killing import POINTS, work_and_die
from tests.integration.notify.place import (
    ALERT,
    NOW,
    Clock,
    alerting_of,
    fill,
    kinds,
    settings_of,
    site_of,
)
from tests.receiving import Hooks, MailBox, Reply, mail_server, web_server

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.integration.notify.killing"])
TWO = ALERT.replace('["zentrale"]', '["zentrale", "leitstand"]')


def work(alerting: Alerting) -> list[Delivery]:
    return alerting.work([site_of(alerting.settings)])[1]


def test_a_crossing_is_told_once_and_the_return_once_over_restarts(tmp_path: Path) -> None:
    clock = Clock()
    with web_server() as hooks:
        settings = settings_of(tmp_path, zentrale=hooks)
        for abandoned in (0, 5, 5, 6, 0, 0, 9):
            fill(site_of(settings), 20, abandoned)
            work(alerting_of(settings, clock))
            clock.turn(minutes=1)
        assert kinds(hooks) == ["alert_raised", "alert_ended", "alert_raised"]
        first, last = hooks.posted[0].body, hooks.posted[-1].body
    assert first["title"] == (
        "Schwellenwert verletzt: Störungsannahme: Abbruchquote 25 % (über 10 %)."
    )
    assert first["data"] == {
        "installation": "demo",
        "queue_name": "Störungsannahme",
        "value": 0.25,
        "limit": 0.1,
        "period": "12.03.2026",
        "offered": 20,
        "alert": "verlust",
        "queue_id": 21,
        "figure": "abandonment_rate",
        "comparison": "above",
        "local_date": "2026-03-12",
        "start_utc": None,
        "end_utc": None,
    }
    assert first["id"] != last["id"]


def test_a_crossing_reaches_mail_and_webhooks_and_a_failing_one_stops_no_other(
    tmp_path: Path,
) -> None:
    clock = Clock()
    text = TWO + 'recipients = ["weg@firma.example", "da@firma.example"]\n'
    with mail_server(tmp_path, "plain") as box, web_server() as bad, web_server() as good:
        box.refused["weg@firma.example"] = "550 unknown"
        bad.replies.extend([Reply(500, "x"), Reply(429, headers={"Retry-After": "300"})])
        settings = settings_of(tmp_path, text, box, zentrale=bad, leitstand=good)
        fill(site_of(settings), 20, 10)
        tried = work(alerting_of(settings, clock))
        assert {(one.channel.name, one.state.value, one.code) for one in tried} == {
            ("weg@firma.example", "given_up", "IA-634"),
            ("da@firma.example", "sent", ""),
            ("zentrale", "waiting", "IA-644"),
            ("leitstand", "sent", ""),
        }
        assert work(alerting_of(settings, clock)) == []
        clock.turn(seconds=60)
        assert [one.code for one in work(alerting_of(settings, clock))] == ["IA-644"]
        clock.turn(seconds=299)
        assert work(alerting_of(settings, clock)) == []
        clock.turn(seconds=1)
        (last,) = work(alerting_of(settings, clock))
        assert last.state is DeliveryState.SENT
        clock.turn(days=1)
        assert work(alerting_of(settings, clock)) == []
    assert [mail["To"] for mail in box.mails] == ["da@firma.example"]
    assert len(good.posted) == 1
    assert len({posted.headers["Idempotency-Key"] for posted in bad.posted}) == 1


def test_a_receiver_that_is_away_is_tried_a_limited_number_of_times(tmp_path: Path) -> None:
    clock = Clock()
    with web_server() as hooks:
        settings = settings_of(tmp_path, zentrale=hooks)
        fill(site_of(settings), 20, 10)
        hooks.replies.extend([Reply(503)] * (MOST_ATTEMPTS * 2))
        states = []
        for _ in range(MOST_ATTEMPTS * 2):
            states += [one.state for one in work(alerting_of(settings, clock))]
            clock.turn(hours=1)
        assert states == [DeliveryState.WAITING] * (MOST_ATTEMPTS - 1) + [DeliveryState.GIVEN_UP]
    assert len(hooks.posted) == MOST_ATTEMPTS


def test_a_mail_server_that_is_away_is_asked_once_a_pass_and_webhooks_all_the_same(
    tmp_path: Path,
) -> None:
    clock = Clock()
    text = ALERT + 'recipients = ["a@firma.example", "b@firma.example", "c@firma.example"]\n'
    with web_server() as hooks, mail_server(tmp_path, "plain") as box:
        settings = settings_of(tmp_path, text, box, zentrale=hooks)
    with web_server() as hooks:
        (tmp_path / "zentrale.url").write_text(hooks.url)
        settings = settings_of(tmp_path, text, box, zentrale=hooks)
        fill(site_of(settings), 20, 10)
        tried = work(alerting_of(settings, clock))
    assert sorted(one.code for one in tried) == ["", "IA-630"]


@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere_an_alert_is_told_and_at_most_twice_under_one_id(
    tmp_path: Path, point: str
) -> None:
    clock = Clock()
    with web_server() as hooks:
        settings = settings_of(tmp_path, zentrale=hooks)
        fill(site_of(settings), 20, 10)
        process = CONTEXT.Process(target=work_and_die, args=(tmp_path, clock.at, point))
        process.start()
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
        for _ in range(3):
            work(alerting_of(settings, clock))
            clock.turn(seconds=LEASE_SECONDS)
    posted = [one.headers["Idempotency-Key"] for one in hooks.posted]
    assert len(set(posted)) == 1
    assert len(posted) == (2 if point == "sent_and_not_noted" else 1)


def test_a_process_that_dies_at_every_try_does_not_repeat_for_ever(tmp_path: Path) -> None:
    clock = Clock()
    outbox = Outbox(tmp_path / "notices.db")
    notice = Notice("1", NoticeKind.TEST, "IA-628", clock.at, "t", "x")
    outbox.put(notice, [Channel(Medium.WEBHOOK, "weg")])
    for _ in range(MOST_ATTEMPTS):
        (due,) = outbox.due(clock.at)
        assert outbox.claim(due, clock.at + LEASE_SECONDS) is not None
        clock.turn(seconds=LEASE_SECONDS)
    with web_server() as hooks:
        settings = settings_of(tmp_path, weg=hooks, zentrale=hooks)
        (settings.data_dir / "state").mkdir(parents=True)
        (tmp_path / "notices.db").rename(settings.data_dir / "state" / "notices.db")
        (tried,) = work(alerting_of(settings, clock))
        assert (tried.state, tried.code) == (DeliveryState.GIVEN_UP, "IA-639")
    assert hooks.posted == []


def test_two_senders_do_not_send_the_same(tmp_path: Path) -> None:
    clock = Clock()
    with web_server() as hooks:
        settings = settings_of(tmp_path, zentrale=hooks)
        fill(site_of(settings), 20, 10)
        other = alerting_of(settings, clock)
        seen: list[list[Delivery]] = []
        hooks.on_post = lambda: seen.append(work(other))
        work(alerting_of(settings, clock))
    assert seen == [[]]
    assert len(hooks.posted) == 1


def test_two_sensors_that_see_the_same_crossing_tell_it_once(tmp_path: Path) -> None:
    with web_server() as hooks:
        settings = settings_of(tmp_path, zentrale=hooks)
        fill(site_of(settings), 20, 10)
        others = [alerting_of(settings, Clock())]

        def now() -> float:
            """Is asked when it was read how thresholds stand: then another sensor is faster."""
            while others:
                work(others.pop())
            return NOW

        assert alerting_of(settings, now).watch(site_of(settings)) == []
        assert others == []
    assert kinds(hooks) == ["alert_raised"]


def test_of_two_senders_that_saw_the_same_delivery_one_claims_it(tmp_path: Path) -> None:
    outbox, due = outbox_of(tmp_path)
    assert outbox.claim(due, 10.0) is not None
    assert outbox.claim(due, 10.0) is None


def test_a_threshold_that_left_the_settings_is_forgotten_and_a_webhook_that_did_is_said(
    tmp_path: Path,
) -> None:
    clock = Clock()
    with web_server() as hooks:
        settings = settings_of(tmp_path, zentrale=hooks)
        fill(site_of(settings), 20, 10)
        alerting = alerting_of(settings, clock)
        assert len(alerting.watch(site_of(settings))) == 1
        other = settings_of(tmp_path, ALERT.replace("verlust", "anders"), zentrale=hooks)
        without = other.model_copy(update={"webhooks": {}})
        tried = work(alerting_of(without, clock))
        assert {one.code for one in tried} == {"IA-647"}
        found = alerting_of(other, clock).outbox.standings()
        assert {one.alert for one in found} == {"anders"}


# Failed runs


def failed(number: int, at: float) -> FailedRun:
    return FailedRun(f"run{number:05d}-x", at, "demo_load", "2026-03-12", "IA-422 kaputt")


def test_a_failed_run_is_told_at_once_and_many_more_together_after_a_pause(tmp_path: Path) -> None:
    clock = Clock()
    with web_server() as hooks:
        settings = settings_of(tmp_path, '[failures]\nwebhooks = ["zentrale"]\n', zentrale=hooks)
        alerting_of(settings, clock).note_failure(failed(0, clock.at))
        work(alerting_of(settings, clock))
        for number in range(40):
            alerting_of(settings, clock).note_failure(failed(number, clock.at))
            clock.turn(seconds=10)
            work(alerting_of(settings, clock))
        assert len(hooks.posted) == 1
        clock.turn(seconds=FAILURE_PAUSE_SECONDS)
        work(alerting_of(settings, clock))
        work(alerting_of(settings, clock))
    one, many = (posted.body for posted in hooks.posted)
    assert one["title"] == "Ein Lauf ist fehlgeschlagen: demo_load (2026-03-12)."
    assert "IA-422 kaputt" in one["text"]
    assert one["data"]["run_1"] == "run00000-x"
    assert many["title"] == "39 Läufe sind fehlgeschlagen."
    assert len(many["data"]) == 20


def test_without_receivers_failed_runs_are_not_kept(tmp_path: Path) -> None:
    with web_server() as hooks:
        settings = settings_of(tmp_path, zentrale=hooks)
        alerting_of(settings, Clock()).note_failure(failed(0, 0.0))
        assert not (settings.data_dir / "state" / "notices.db").exists()


def test_a_login_that_ended_is_told_once_and_again_only_after_it_was_well(tmp_path: Path) -> None:
    clock = Clock()
    problem = PermanentError("IA-512", number=50173)
    with web_server() as hooks:
        settings = settings_of(tmp_path, '[failures]\nwebhooks = ["zentrale"]\n', zentrale=hooks)
        for found in (None, problem, problem, None, None, problem):
            alerting_of(settings, clock).note_login(found)
            work(alerting_of(settings, clock))
            clock.turn(minutes=5)
    assert kinds(hooks) == ["login_ended"] * 2
    assert "insight login" in hooks.posted[0].body["text"]


def test_calls_that_stopped_are_told_once_for_each_installation(tmp_path: Path) -> None:
    clock = Clock()
    fields = {"newest": "2026-03-12", "days": "2026-03-13", "folder": "landing"}
    berlin = PermanentError("IA-761", installation="berlin", **fields)
    ulm = PermanentError("IA-761", installation="ulm", **fields)
    with web_server() as hooks:
        settings = settings_of(tmp_path, '[failures]\nwebhooks = ["zentrale"]\n', zentrale=hooks)
        for found in ((berlin, None), (berlin, ulm), (None, ulm), (berlin, ulm)):
            alerting = alerting_of(settings, clock)
            for name, problem in zip(("berlin", "ulm"), found, strict=True):
                alerting.note_silence(name, problem)
            work(alerting)
            clock.turn(minutes=5)
    assert kinds(hooks) == ["calls_stopped"] * 3
    assert [one.body["data"]["installation"] for one in hooks.posted] == ["berlin", "ulm", "berlin"]
    assert "seit 2026-03-12 kamen keine Anrufe mehr" in hooks.posted[0].body["title"]


# The outbox itself


def outbox_of(folder: Path) -> tuple[Outbox, Delivery]:
    outbox = Outbox(folder / "notices.db")
    attachment = Attachment("a.html", "text/html", b"<p>x")
    facts = (Fact("value", 0.5, "Wert", "50 %"), Fact("none", None, "", ""))
    notice = Notice("1", NoticeKind.REPORT, "IA-627", 5.0, "Größe", "x", facts, attachment)
    assert outbox.put(notice, [Channel(Medium.MAIL, "a@b"), Channel(Medium.MAIL, "c@d")])
    assert not outbox.put(notice, [Channel(Medium.MAIL, "a@b")])
    assert outbox.notice("1") == notice
    return outbox, outbox.due(5.0)[0]


def test_an_attachment_is_kept_until_the_last_receiver_has_it(tmp_path: Path) -> None:
    outbox, _ = outbox_of(tmp_path)
    for due in outbox.due(5.0):
        assert outbox.notice("1").attachment is not None
        claimed = outbox.claim(due, 10.0)
        assert claimed is not None
        outbox.end(Delivery(claimed.notice_id, claimed.channel, DeliveryState.SENT, 1, 10.0), 6.0)
    assert outbox.notice("1").attachment is None
    assert outbox.due(1e12) == []


def test_old_notices_are_forgotten_and_open_ones_never(tmp_path: Path) -> None:
    outbox, due = outbox_of(tmp_path)
    claimed = outbox.claim(due, 10.0)
    assert claimed is not None
    outbox.end(Delivery("1", claimed.channel, DeliveryState.GIVEN_UP, 1, 10.0, "IA-634"), 6.0)
    year = 365 * 86400.0
    outbox.prune(year)
    (left,) = outbox.deliveries()
    assert left.state is DeliveryState.WAITING
    assert outbox.notice("1").title == "Größe"


def test_a_damaged_or_locked_outbox_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bad.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(PermanentError) as damaged:
        Outbox(tmp_path / "bad.db")
    assert damaged.value.code == "IA-646"
    outbox, _ = outbox_of(tmp_path)
    monkeypatch.setattr("insight_pipeline.sinks.notify.outbox._BUSY_SECONDS", 0)
    holder = sqlite3.connect(outbox.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(TransientError) as locked:
        outbox.standings()
    holder.close()
    assert locked.value.code == "IA-645"


def test_pauses_grow_and_what_is_permanent_is_given_up() -> None:
    away = TransientError("IA-640", webhook="x", detail="y")
    pauses = [next_try(attempts, away, 0.0) for attempts in range(1, MOST_ATTEMPTS + 1)]
    assert pauses == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, None]
    asked = TransientError("IA-644", webhook="x", retry_seconds=500.0)
    assert next_try(1, asked, 100.0) == 600.0
    gone: InsightError = PermanentError("IA-643", webhook="x")
    assert next_try(1, gone, 0.0) is None


def test_a_url_of_a_webhook_is_not_in_the_outbox(tmp_path: Path) -> None:
    with web_server() as hooks:
        settings = settings_of(tmp_path, zentrale=hooks)
        fill(site_of(settings), 20, 10)
        hooks.replies.append(Reply(400, f"bad {hooks.url}/hook/zentrale"))
        work(alerting_of(settings, Clock()))
    kept = b"".join(file.read_bytes() for file in (settings.data_dir / "state").iterdir())
    assert b"hook/zentrale" not in kept
    assert b"IA-643" in kept
    assert isinstance(hooks, Hooks)


def test_a_receiver_that_fails_in_a_way_nobody_foresaw_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("https://secret.example/token")

    monkeypatch.setattr(sending, "send_mail", broken)
    mail = 'recipients = ["leitung@firma.example"]\n'
    with web_server() as hooks:
        settings = settings_of(tmp_path, ALERT + mail, MailBox("127.0.0.1", 25), zentrale=hooks)
        fill(site_of(settings), 20, 5)
        tried = {one.channel.medium: one for one in work(alerting_of(settings, Clock()))}
        assert kinds(hooks) == ["alert_raised"]
    failed = tried[Medium.MAIL]
    assert (failed.state, failed.code) == (DeliveryState.WAITING, "IA-638")
    assert "RuntimeError" in failed.detail
    assert "secret" not in failed.detail
    assert tried[Medium.WEBHOOK].state is DeliveryState.SENT
