"""The stored login: encrypted, whole, the owner's alone, and one writer at a time."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from insight_pipeline.model.errors import InsightError, PermanentError, TransientError
from insight_pipeline.model.terms import Term
from insight_pipeline.sinks.powerbi import token_cache
from insight_pipeline.sinks.powerbi.login_answers import LoginNeededError
from insight_pipeline.sinks.powerbi.stored_login import StoredLogin, masked
from insight_pipeline.sinks.powerbi.token_cache import TokenCache
from insight_pipeline.sinks.powerbi.token_key import (
    KEY_FILE_VARIABLE,
    KEY_VARIABLE,
    TokenKey,
)

SECRET = "CANARY-secret"  # noqa: S105 - an invented one
LOGIN = StoredLogin(json.dumps({"RefreshToken": {"a": SECRET}}), datetime(2026, 3, 1, tzinfo=UTC))
ADD = """
import json, pathlib, sys
from dataclasses import replace
from insight_pipeline.sinks.powerbi.token_cache import TokenCache
cache = TokenCache(pathlib.Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    with cache.locked():
        login = cache.read()
        held = json.loads(login.msal_text) | {f"{sys.argv[2]}-{number}": "x" * 20000}
        cache.write(replace(login, msal_text=json.dumps(held)))
"""


@pytest.fixture(autouse=True)
def _no_key_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (KEY_VARIABLE, KEY_FILE_VARIABLE):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def cache(tmp_path: Path) -> TokenCache:
    found = TokenCache(tmp_path)
    _write(found, LOGIN)
    return found


def _write(cache: TokenCache, login: StoredLogin) -> None:
    with cache.locked():
        cache.write(login)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _lost(cache: TokenCache) -> str:
    with pytest.raises(LoginNeededError) as error:
        cache.read()
    return error.value.code


def test_what_was_written_is_read(cache: TokenCache, tmp_path: Path) -> None:
    assert TokenCache(tmp_path).read() == LOGIN


def test_without_a_login_there_is_none(tmp_path: Path) -> None:
    assert TokenCache(tmp_path).read() is None
    assert list(tmp_path.iterdir()) == []


def test_folder_and_files_are_the_owners_alone_whatever_they_were(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        folder = tmp_path / "state" / "login"
        folder.mkdir(parents=True)
        (folder / "tokens").write_bytes(b"")
        (folder / "tokens").chmod(0o666)
        _write(TokenCache(tmp_path), LOGIN)
    finally:
        os.umask(before)
    assert _mode(folder) == 0o700
    assert {_mode(file) for file in folder.iterdir()} == {0o600}


def test_no_byte_on_disk_is_plain_text(cache: TokenCache, tmp_path: Path) -> None:
    for file in (f for f in tmp_path.rglob("*") if f.is_file()):
        assert SECRET.encode() not in file.read_bytes()
        assert b"RefreshToken" not in file.read_bytes()


def test_a_torn_a_foreign_and_an_odd_login_are_said_to_be_lost(cache: TokenCache) -> None:
    whole = cache.file.read_bytes()
    for data in (
        b"",
        whole[:-1],
        whole[: len(whole) // 2],
        Fernet(Fernet.generate_key()).encrypt(b""),
    ):
        cache.file.write_bytes(data)
        assert _lost(cache) == "IA-502"
    key = Fernet(TokenKey.from_environment(cache.folder).read())
    for text in (b"{}", b"[1, 2]", b'["[]", "2026-03-01", null]', b"\xff"):
        cache.file.write_bytes(key.encrypt(text))
        assert _lost(cache) == "IA-502"


def test_a_login_that_is_no_file_is_said_to_be_lost(cache: TokenCache) -> None:
    cache.file.unlink()
    cache.file.mkdir()
    assert _lost(cache) == "IA-502"


def test_a_key_that_is_gone_is_named(cache: TokenCache) -> None:
    (cache.folder / "key").unlink()
    assert _lost(cache) == "IA-504"


def test_a_damaged_key_of_our_own_is_replaced_by_the_next_login(cache: TokenCache) -> None:
    (cache.folder / "key").write_bytes(b"short")
    with pytest.raises(PermanentError) as error:
        cache.read()
    assert error.value.code == "IA-503"
    _write(cache, LOGIN)
    assert cache.read() == LOGIN


def test_the_key_of_the_environment_leaves_no_key_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = Fernet.generate_key().decode()
    monkeypatch.setenv(KEY_VARIABLE, key)
    cache = TokenCache(tmp_path)
    _write(cache, LOGIN)
    assert not (cache.folder / "key").exists()
    assert cache.read() == LOGIN
    assert key not in repr(vars(cache))
    monkeypatch.setenv(KEY_VARIABLE, Fernet.generate_key().decode())
    assert _lost(TokenCache(tmp_path)) == "IA-502"


def test_a_named_key_file_is_made_if_missing_and_kept_when_logging_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "my.key"
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(file))
    cache = TokenCache(tmp_path)
    _write(cache, LOGIN)
    assert _mode(file) == 0o600
    with cache.locked():
        cache.clear()
    assert file.exists()
    file.write_bytes(b"no key")
    with pytest.raises(PermanentError) as error, cache.locked():
        cache.write(LOGIN)
    assert error.value.code == "IA-503"
    assert "no key" not in str(error.value)


def test_processes_that_write_at_once_lose_nothing(cache: TokenCache, tmp_path: Path) -> None:
    command = [sys.executable, "-c", ADD, str(tmp_path)]
    running = [subprocess.Popen([*command, name, "15"]) for name in "abc"]
    assert [process.wait(timeout=120) for process in running] == [0, 0, 0]
    stored = cache.read()
    assert stored is not None
    held = json.loads(stored.msal_text)
    assert len(held) == 1 + 3 * 15


def test_a_kill_while_writing_leaves_the_old_login_or_the_new_one(
    cache: TokenCache, tmp_path: Path
) -> None:
    held = 1
    for turn in range(6):
        command = [sys.executable, "-c", ADD, str(tmp_path), f"t{turn}", "100000"]
        process = subprocess.Popen(command)
        deadline = time.monotonic() + 60
        before = cache.file.stat().st_mtime_ns
        while cache.file.stat().st_mtime_ns == before and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(0.003 * turn)
        process.send_signal(signal.SIGKILL)
        process.wait()
        stored = cache.read()
        assert stored is not None
        now = len(json.loads(stored.msal_text))
        assert now > held
        held = now
    _write(cache, LOGIN)
    assert sorted(file.name for file in cache.folder.iterdir()) == ["key", "lock", "tokens"]


def test_a_disk_that_takes_nothing_keeps_the_old_login(
    cache: TokenCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    (cache.folder / "tokens.new").mkdir()
    with pytest.raises(TransientError) as error:
        _write(cache, replace(LOGIN, msal_text="{}"))
    assert error.value.code == "IA-532"
    assert cache.read() == LOGIN


def test_a_lock_that_is_held_too_long_is_said(
    cache: TokenCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_cache, "LOCK_SECONDS", 0.1)
    with cache.locked(), pytest.raises(TransientError) as error, cache.locked():
        pass
    assert error.value.code == "IA-533"


def test_a_problem_is_stored_with_its_words_and_without_tokens_in_its_repr() -> None:
    term = Term("weg", "away")
    for problem in (InsightError("IA-508", detail=term, authority="h"), LoginNeededError("IA-501")):
        found = StoredLogin.unpacked(replace(LOGIN, problem=problem).packed()).problem
        assert type(found) is type(problem)
        assert found is not None
        assert found.fields == problem.fields
    assert SECRET not in repr(LOGIN)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("anna@example.com", "a***@example.com"), ("", "***"), ("anna", "a***")],
)
def test_a_user_name_is_masked(name: str, shown: str) -> None:
    assert masked(name) == shown
