"""Whose names a support bundle must not show: people, accounts, installations and hosts that are known here.

They come from the settings, the directories of the PBXs and this machine; what is known by its shape alone,
such as numbers and mail addresses, is `privacy.pseudonyms`' own matter.
"""

from __future__ import annotations

import getpass
import re
import secrets
import socket
from collections.abc import Iterable, Iterator

import sqlalchemy as sa

from insight_pipeline.model.settings import Settings
from insight_pipeline.orchestration.site import Site
from insight_pipeline.privacy.pseudonyms import Pseudonyms

Name = tuple[str, str]
"""A name, and what kind of thing it is."""

_KEY_BYTES = 32
_LEAST_LETTERS = 2
_LEAST_LETTERS_OF_A_PART = 3
_OF_NOBODY = frozenset({"insight", "dagster", "root", "postgres", "localhost"})
"""Names that stand everywhere and say nothing."""
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def pseudonyms_of(settings: Settings) -> Pseudonyms:
    """Pseudonyms for everything that is known here, by a key that nobody keeps."""
    found = [*_of_settings(settings), *_of_machine(), *_of_directories(settings)]
    names: dict[str, str] = {}
    for name, kind in found:
        plain = name.strip()
        if len(plain) >= _LEAST_LETTERS and plain.casefold() not in _OF_NOBODY:
            names.setdefault(plain, kind)
    return Pseudonyms(secrets.token_bytes(_KEY_BYTES), names)


def _of_settings(settings: Settings) -> Iterator[Name]:
    for name, installation in settings.installations.items():
        yield name, "installation"
        yield name.replace("-", "_"), "installation"
        if installation.cdrdata is not None:
            yield from _of_url(installation.cdrdata.url.get_secret_value())
    yield from _of_url(settings.sinks.relational.url.get_secret_value())
    if settings.mail is not None:
        yield settings.mail.host, "host"
        yield settings.mail.user, "account"
    if "." in settings.sinks.powerbi.tenant:
        yield settings.sinks.powerbi.tenant, "host"


def _of_url(text: str) -> Iterator[Name]:
    """Server, user and database of a URL; a file's path stays."""
    url = sa.make_url(text)
    if url.host:
        yield url.host, "host"
        yield url.username or "", "account"
        yield url.database or "", "database"


def _of_machine() -> Iterator[Name]:
    name = socket.gethostname()
    yield name, "host"
    yield name.partition(".")[0], "host"
    try:
        yield getpass.getuser(), "account"
    except (KeyError, OSError):  # a container without names for its users
        return


def _of_directories(settings: Settings) -> Iterator[Name]:
    for installation in settings.installations:
        directory = Site(installation, settings).directory
        for account in (*directory.accounts.values(), *directory.former.values()):
            is_person = account.kind == "user"
            yield account.name, "person" if is_person else account.kind
            yield account.login or "", "account"
            if is_person:
                yield from _parts(_WORD.findall(account.name))


def _parts(words: Iterable[str]) -> Iterator[Name]:
    """First and last names by themselves."""
    for word in words:
        if len(word) >= _LEAST_LETTERS_OF_A_PART:
            yield word, "person"
