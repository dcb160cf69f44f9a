"""The stored login: MSAL's cache, encrypted in one file that only its owner may read.

A write is a new file, synced and renamed: whoever reads sees the old login or the new one. Processes take
turns by a lock, and whoever holds it reads before it writes, so that no rotated refresh token is lost.
When and why it is written is decided in `login`; the key comes from `token_key`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from filelock import FileLock, Timeout

from insight_pipeline.model.errors import TransientError
from insight_pipeline.model.terms import Term
from insight_pipeline.sinks.powerbi.login_answers import LoginNeededError
from insight_pipeline.sinks.powerbi.owner_file import (
    OWNER_ONLY_FILE,
    OWNER_ONLY_FOLDER,
    replace_file,
)
from insight_pipeline.sinks.powerbi.stored_login import StoredLogin
from insight_pipeline.sinks.powerbi.token_key import KeyMissingError, TokenKey

LOCK_SECONDS = 90.0
"""Longer than a renewal with its deadlines takes."""

_DAMAGED = Term("beschädigt oder anderer Schlüssel", "damaged or another key")


class TokenCache:
    """The encrypted file below `data_dir`, its key and its lock."""

    def __init__(self, data_dir: Path, key: TokenKey | None = None) -> None:
        """The folder that the pipeline writes to; the key, by default as the environment says."""
        self.folder = data_dir / "state" / "login"
        self.file = self.folder / "tokens"
        self._key = key or TokenKey.from_environment(self.folder)

    def read(self) -> StoredLogin | None:
        """The stored login, None without one; LoginNeededError where it is lost."""
        before = self._sealed()
        try:
            return self._opened(before)
        except LoginNeededError:
            # Key and login are two files: logging in anew, right now, changes both.
            after = self._sealed()
            if after == before:
                raise
            return self._opened(after)

    def write(self, login: StoredLogin) -> None:
        """Replace the stored login; to be called under the lock."""
        with self._storing():
            sealed = Fernet(self._key.read_or_make()).encrypt(login.packed())
            replace_file(self.file, sealed)

    def clear(self) -> None:
        """Forget the login and a key of our own; to be called under the lock."""
        with self._storing():
            self.file.unlink(missing_ok=True)
            self._key.forget()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Wait for one's turn among processes and threads."""
        lock = FileLock(self.folder / "lock", timeout=LOCK_SECONDS, mode=OWNER_ONLY_FILE)
        with self._storing():
            self.folder.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
            self.folder.chmod(OWNER_ONLY_FOLDER)
            try:
                lock.acquire()
            except Timeout:
                raise TransientError("IA-533", seconds=int(LOCK_SECONDS)) from None
        try:
            yield
        finally:
            lock.release()

    def _sealed(self) -> bytes | None:
        try:
            return self.file.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise LoginNeededError("IA-502", detail=error.strerror) from None

    def _opened(self, sealed: bytes | None) -> StoredLogin | None:
        if sealed is None:
            return None
        try:
            return StoredLogin.unpacked(Fernet(self._key.read()).decrypt(sealed))
        except KeyMissingError as error:
            raise LoginNeededError("IA-504", source=error.source) from None
        except (InvalidToken, ValueError, TypeError):
            raise LoginNeededError("IA-502", detail=_DAMAGED) from None

    @contextmanager
    def _storing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            detail = error.strerror or type(error).__name__
            raise TransientError("IA-532", detail=detail, folder=self.folder) from None
