"""Opening a landing file: what it is, its identity, its decompressed bytes, and its encoding.

Everything by which a whole file may be refused before its first line is read is decided here. Files are
only ever read. What stands in their lines belongs to `lists`.
"""

from __future__ import annotations

import codecs
import hashlib
import stat
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from insight_pipeline.model.rows import Refusal

_CHUNK_BYTES = 1 << 22
_SPOOL_BYTES = 1 << 27
_UTF8_MARK = codecs.BOM_UTF8
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_GZIP_WINDOW = 16 + zlib.MAX_WBITS


class RefusedError(Exception):
    """The whole file is refused, for one reason. `detail` says what exactly was found."""

    def __init__(self, reason: Refusal, detail: str = "", sha256: str = "") -> None:
        """Keep the reason, the detail and, where the bytes could be read, their hash."""
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail
        self.sha256 = sha256


class ChangedWhileReadError(Exception):
    """The file grew or changed while it was read: it is still being written."""


@dataclass(frozen=True)
class FileStamp:
    """What tells cheaply that a file is the one seen before."""

    size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True)
class OpenedFile:
    """The decompressed bytes of a landing file, behind the byte order mark."""

    sha256: str
    size: int
    is_utf8: bool
    body: IO[bytes]


def stamp(path: Path) -> FileStamp:
    """The stamp of a regular file; RefusedError for anything else."""
    try:
        found = path.lstat()
    except OSError as error:
        raise RefusedError(Refusal.UNREADABLE, error.strerror or "") from error
    if not stat.S_ISREG(found.st_mode):
        raise RefusedError(Refusal.NOT_A_REGULAR_FILE, _kind_of(found.st_mode))
    return FileStamp(found.st_size, found.st_mtime_ns, found.st_ino)


def _kind_of(mode: int) -> str:
    kinds = ((stat.S_ISLNK, "link"), (stat.S_ISFIFO, "pipe"), (stat.S_ISDIR, "folder"))
    return next((name for test, name in kinds if test(mode)), "device or socket")


@contextmanager
def opened(path: Path, limit_bytes: int) -> Iterator[OpenedFile]:
    """Open a landing file, or raise RefusedError with the first reason that applies."""
    before = stamp(path)
    try:
        source = path.open("rb")
    except OSError as error:
        raise RefusedError(Refusal.UNREADABLE, error.strerror or "") from error
    with source, tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES) as unpacked:
        is_packed = path.name.endswith(".gz")
        try:
            sha256 = _hash(source)
            source.seek(0)
            body: IO[bytes] = unpacked if is_packed else source
            size = _unpack(source, unpacked, limit_bytes, sha256) if is_packed else before.size
        except OSError as error:
            raise RefusedError(Refusal.UNREADABLE, error.strerror or "") from error
        if stamp(path) != before:
            raise ChangedWhileReadError(path.name)
        if size > limit_bytes:
            raise RefusedError(Refusal.DECOMPRESSION_LIMIT, f"> {limit_bytes} bytes", sha256)
        yield OpenedFile(sha256, size, _examine(body, sha256), body)


def _hash(source: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := source.read(_CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


def _unpack(source: IO[bytes], target: IO[bytes], limit_bytes: int, sha256: str) -> int:
    """Decompress every gzip member; beyond the limit the bytes are checked and thrown away."""
    size = 0
    packed = b""
    while packed := packed or source.read(_CHUNK_BYTES):
        member = zlib.decompressobj(wbits=_GZIP_WINDOW)
        try:
            while True:
                if not packed and not (packed := source.read(_CHUNK_BYTES)):
                    raise RefusedError(Refusal.TRUNCATED_GZIP, "end is missing", sha256)
                data = member.decompress(packed, _CHUNK_BYTES)
                size += len(data)
                if size <= limit_bytes:
                    target.write(data)
                packed = member.unconsumed_tail
                if member.eof:
                    packed = _behind_padding(member.unused_data, source)
                    break
        except zlib.error as error:
            raise RefusedError(Refusal.TRUNCATED_GZIP, str(error), sha256) from error
    return size


def _behind_padding(rest: bytes, source: IO[bytes]) -> bytes:
    """What follows a gzip member behind zero bytes, which gzip allows as padding."""
    while not (rest := rest.lstrip(b"\0")):
        if not (rest := source.read(_CHUNK_BYTES)):
            break
    return rest


def _examine(body: IO[bytes], sha256: str) -> bool:
    """Whether the text is UTF-8; leaves `body` behind its mark. RefusedError(not_text) for binary."""
    body.seek(0)
    head = body.read(3)
    if head[:2] in _UTF16_MARKS:
        raise RefusedError(Refusal.NOT_TEXT, "UTF-16", sha256)
    start = len(_UTF8_MARK) if head == _UTF8_MARK else 0
    body.seek(start)
    is_first_line, is_utf8 = True, True
    decoder = codecs.getincrementaldecoder("utf-8")()
    while chunk := body.read(_CHUNK_BYTES):
        if is_first_line:
            line, line_break, _ = chunk.partition(b"\n")
            if b"\0" in line:
                raise RefusedError(Refusal.NOT_TEXT, "NUL in line 1", sha256)
            is_first_line = not line_break
        is_utf8 = is_utf8 and _continues_utf8(decoder, chunk)
    is_utf8 = is_utf8 and _continues_utf8(decoder, b"", final=True)
    body.seek(start)
    return is_utf8


def _continues_utf8(
    decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False
) -> bool:
    if chunk.isascii() and not final and decoder.getstate()[0] == b"":
        return True
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True
