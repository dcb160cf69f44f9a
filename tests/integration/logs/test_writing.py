"""The log with several real processes: nothing torn, nothing lost, sizes bounded, killed writers survived."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from insight_pipeline.logs.events import logger
from insight_pipeline.logs.reading import added, entries, files_of
from insight_pipeline.logs.writing import is_written, log_file, log_lock, start, stop
from insight_pipeline.model.log_settings import Log

ROOT = Path(__file__).parents[3]
LOG = logger("insight_pipeline.tests")
WRITER = """
import sys
from pathlib import Path
from insight_pipeline.logs.events import logger
from insight_pipeline.logs.writing import start
from insight_pipeline.model.log_settings import Log
folder, name, lines, files = sys.argv[1:]
start(Path(folder), Log(file_bytes=65536, files=int(files)), name, "en")
log = logger("insight_pipeline.tests")
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(lines)):
    log.info("file_read", number=number, file="ä" * (number % 200))
"""
PROCESSES, LINES = 4, 1000
ENOUGH = 10**9
"""Lines that no writer ends with before it is killed."""


def _writer(folder: Path, name: str, lines: int, files: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(folder), name, str(lines), str(files)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environ)


def _begin(writers: list[subprocess.Popen[str]]) -> None:
    """Begin at once in all of them."""
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()


def _end(writers: list[subprocess.Popen[str]], code: int = 0) -> None:
    for writer in writers:
        writer.communicate()
    assert [writer.returncode for writer in writers] == [code] * len(writers)


def test_lines_of_several_processes_are_whole_and_none_is_lost_over_rotations(
    tmp_path: Path,
) -> None:
    writers = [_writer(tmp_path, f"writer {n}", LINES, 999) for n in range(PROCESSES)]
    _begin(writers)
    _end(writers)
    file = log_file(tmp_path)
    assert len(files_of(file)) > 5
    found = list(entries(file))
    assert None not in found
    for n in range(PROCESSES):
        numbers = [
            entry.fields["number"]
            for entry in found
            if entry is not None and entry.fields["command"] == f"writer {n}"
        ]
        assert numbers == list(range(LINES))
    for path in files_of(file):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.stat().st_size <= 65_536
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_no_more_files_are_kept_than_the_settings_say_and_the_newest_entries_are_among_them(
    tmp_path: Path,
) -> None:
    writers = [_writer(tmp_path, f"writer {n}", LINES, 2) for n in range(2)]
    _begin(writers)
    _end(writers)
    file = log_file(tmp_path)
    assert [path.name for path in files_of(file)] == [
        "insight.log.2", "insight.log.1", "insight.log",
    ]  # fmt: skip
    last = [entry for entry in entries(file) if entry is not None][-1]
    assert last.fields["number"] == LINES - 1


def test_a_writer_that_is_killed_holds_nobody_up(tmp_path: Path) -> None:
    writers = [_writer(tmp_path, f"writer {n}", ENOUGH, 3) for n in range(2)]
    _begin(writers)
    file = log_file(tmp_path)
    while len(files_of(file)) < 2:
        time.sleep(0.01)
    for writer in writers:
        os.kill(writer.pid, signal.SIGKILL)
    _end(writers, -signal.SIGKILL)
    _written(tmp_path, "after")
    found = list(entries(file))
    assert found.count(None) <= len(writers)
    assert found[-1] is not None
    assert found[-1].fields["file"] == "after"


@pytest.mark.parametrize("is_there", [True, False], ids=["a log", "no log yet"])
def test_whoever_follows_the_log_sees_what_is_added_over_rotations_too(
    tmp_path: Path, is_there: bool
) -> None:
    if is_there:
        _written(tmp_path, "before")
    found = added(log_file(tmp_path))
    start(tmp_path, Log(file_bytes=65_536), "insight test", "en")
    seen = []
    for part in range(10):
        for number in range(100):
            LOG.info("file_read", number=part * 100 + number, file="x" * 100)
        seen += [next(found) for _ in range(100)]
    stop()
    assert [entry and entry.fields["number"] for entry in seen] == list(range(1000))
    assert len(files_of(log_file(tmp_path))) > 2


def _written(folder: Path, *texts: str) -> None:
    start(folder, Log(), "insight test", "en")
    for text in texts:
        LOG.info("file_read", file=text)
    stop()


def test_an_unfinished_line_costs_only_itself(tmp_path: Path) -> None:
    _written(tmp_path, "before")
    file = log_file(tmp_path)
    with file.open("ab") as body:
        body.write(b'{"time": "2026-03-12T09:00:00Z", "lev')
    _written(tmp_path, "after", "and on")
    found = [entry and entry.fields["file"] for entry in entries(file)]
    assert found == ["before", None, "after", "and on"]


def test_a_log_that_was_moved_is_written_under_its_name_again(tmp_path: Path) -> None:
    start(tmp_path, Log(), "insight test", "en")
    LOG.info("file_read", file="before")
    file = log_file(tmp_path)
    file.rename(file.with_name("elsewhere"))
    LOG.info("file_read", file="after")
    stop()
    assert json.loads(file.read_text("utf-8"))["file"] == "after"


@pytest.mark.parametrize(
    ("locale", "said"), [("de", "lässt sich nicht schreiben"), ("en", "cannot be written")]
)
def test_a_log_that_cannot_be_written_is_told_once_and_stops_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], locale: str, said: str
) -> None:
    (tmp_path / "logs").write_text("in the way")
    start(tmp_path, Log(), "insight test", locale)
    for _ in range(3):
        LOG.info("file_read")
    assert not is_written()
    stop()
    told = capfd.readouterr().err
    assert told.startswith("IA-702 ")
    assert said in told
    assert told.count("IA-702") == 1


def test_a_process_that_holds_the_lock_for_ever_is_not_waited_for_line_after_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("insight_pipeline.logs.writing._LOCK_SECONDS", 0.1)
    file = log_file(tmp_path)
    file.parent.mkdir()
    with log_lock(file, 0):
        start(tmp_path, Log(), "insight test", "en")
        for _ in range(1000):
            LOG.info("file_read")
        stop()
    assert capfd.readouterr().err.count("IA-702") == 1
    assert list(entries(file)) == []
