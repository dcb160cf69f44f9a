"""The key of the stored login: from the environment, or from a file that is made at the first login.

INSIGHT_TOKEN_KEY holds the key itself; INSIGHT_TOKEN_KEY_FILE names a file with it, by default one beside
the login. A key is shown nowhere, in no message either. What it encrypts stands in `token_cache`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.fernet import Fernet

from insight_pipeline.model.errors import PermanentError
from insight_pipeline.sinks.powerbi.owner_file import replace_file

KEY_VARIABLE = "INSIGHT_TOKEN_KEY"
KEY_FILE_VARIABLE = "INSIGHT_TOKEN_KEY_FILE"


class KeyMissingError(Exception):
    """There is no key yet, or no longer."""

    def __init__(self, source: str) -> None:
        """Where it was looked for."""
        super().__init__(source)
        self.source = source


@dataclass(frozen=True)
class TokenKey:
    """Where the key comes from."""

    file: Path
    is_own_file: bool
    """Whether the file is the default one, which logging out removes."""
    given: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls, folder: Path, environ: Mapping[str, str] | None = None) -> TokenKey:
        """The key that the environment holds or names, else the file `key` in a folder."""
        environ = os.environ if environ is None else environ
        named = environ.get(KEY_FILE_VARIABLE, "")
        file = Path(named) if named else folder / "key"
        return cls(file, not named, environ.get(KEY_VARIABLE, "").strip())

    def read(self) -> bytes:
        """The key; KeyMissingError without one, PermanentError where it cannot be used."""
        if self.given:
            return _checked(self.given.encode(), KEY_VARIABLE)
        try:
            return _checked(self.file.read_bytes().strip(), str(self.file))
        except FileNotFoundError:
            raise KeyMissingError(str(self.file)) from None
        except OSError:
            raise PermanentError("IA-503", source=self.file) from None

    def read_or_make(self) -> bytes:
        """The key; a new one in its file where there is none, or one of ours is damaged."""
        try:
            return self.read()
        except KeyMissingError:
            pass
        except PermanentError:
            if self.given or not self.is_own_file:
                raise
        key = Fernet.generate_key()
        replace_file(self.file, key)
        return key

    def forget(self) -> None:
        """Remove the key file, if it is our own."""
        if self.is_own_file and not self.given:
            self.file.unlink(missing_ok=True)


def _checked(key: bytes, source: str) -> bytes:
    try:
        Fernet(key)
    except ValueError:
        raise PermanentError("IA-503", source=source) from None
    return key
