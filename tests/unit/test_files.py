"""Opening landing files: what is refused as a whole, and what is let through."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from insight_pipeline.model.rows import Refusal
from insight_pipeline.sources.files import RefusedError, opened


def _gzip(data: bytes) -> bytes:
    """Packed without the time of day, which test names would show and workers would disagree on."""
    return gzip.compress(data, mtime=0)


PACKED = _gzip(b"id;callid\n")


def _read(path: Path, data: bytes, limit: int = 1 << 20) -> bytes:
    path.write_bytes(data)
    with opened(path, limit) as file:
        return file.body.read()


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", b""),
        (PACKED, b"id;callid\n"),
        (PACKED + PACKED, b"id;callid\nid;callid\n"),
        (PACKED + b"\0" * 100, b"id;callid\n"),
        (PACKED + b"\0" * 9 + PACKED, b"id;callid\nid;callid\n"),
    ],
)
def test_whole_gzip_files_are_read(tmp_path: Path, data: bytes, text: bytes) -> None:
    assert _read(tmp_path / "x.csv.gz", data) == text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (PACKED[:-1], Refusal.TRUNCATED_GZIP),
        (PACKED[:-5] + b"xxxxx", Refusal.TRUNCATED_GZIP),
        (PACKED + b"rest", Refusal.TRUNCATED_GZIP),
        (b"id;callid\n", Refusal.TRUNCATED_GZIP),
        (_gzip(b"x" * 2000), Refusal.DECOMPRESSION_LIMIT),
        (_gzip(b"x" * 2000)[:-1], Refusal.TRUNCATED_GZIP),
        (_gzip(b"i\0d\n"), Refusal.NOT_TEXT),
        (_gzip("id".encode("utf-16")), Refusal.NOT_TEXT),
    ],
)
def test_damaged_gzip_files_are_refused_with_the_first_reason(
    tmp_path: Path, data: bytes, reason: Refusal
) -> None:
    with pytest.raises(RefusedError) as error:
        _read(tmp_path / "x.csv.gz", data, limit=1000)
    assert error.value.reason is reason
    assert len(error.value.sha256) == 64


def test_links_and_pipes_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("id\n")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    for name in ("link.csv", "pipe.csv"):
        with pytest.raises(RefusedError) as error, opened(tmp_path / name, 1000):
            pass
        assert error.value.reason is Refusal.NOT_A_REGULAR_FILE
        assert error.value.sha256 == ""


def test_a_mark_at_the_start_is_not_part_of_the_text(tmp_path: Path) -> None:
    assert _read(tmp_path / "x.csv", b"\xef\xbb\xbfid\n") == b"id\n"
