"""Pseudonyms for what leaves the house: names, addresses, numbers and hosts, stable within one key.

The same name becomes the same pseudonym, so that things can be told apart; without the key nobody can try
names out. What the names are is given; numbers, mail addresses and hosts in URLs are known by their shape.
Secrets are hidden before (`model.hiding`). The key is made and forgotten by whoever packs.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping

from insight_pipeline.model.hiding import with_numbers, without_keys, without_secrets

_LETTERS = 8
_MAIL = re.compile(r"[\w.+*-]+@[\w-]+(?:\.[\w-]+)*")
_HOST = re.compile(r"(?<=://)(?:[^\s/@'\"]*@)?([^\s/:@'\"?#]+)")
_IP = re.compile(
    r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])"
    r"|(?<![\w:])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{1,4}(?![\w:])",
    re.IGNORECASE,
)
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104 - told, not bound to
_PUBLIC = re.compile(
    r"(?:.+\.)?(?:powerbi\.com|powerbigov\.us|powerbi\.cn|windows\.net|usgovcloudapi\.net|chinacloudapi\.cn"
    r"|microsoftonline\.(?:com|us|cn))",
    re.IGNORECASE,
)
"""Microsoft's own hosts, which say which cloud is meant and nothing of the user."""
_ANY_CASE = frozenset({"installation", "host", "account"})
"""Kinds of names that may be written in capitals or not; a group `Support` is not meant by `support`."""
_QUOTED = re.compile(r"(?<!\w)'[^'\n]*'|\"[^\"\n]*\"")
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
_FRAME = re.compile(r'  File "|[\s^~]*$|Traceback \(|During handling of|The above exception was')


def _either(names: Iterable[str]) -> str:
    """A pattern for one of these names, the longest that fits."""
    return "|".join(map(re.escape, sorted(names, key=len, reverse=True)))


class Pseudonyms:
    """The pseudonyms of one key."""

    def __init__(self, key: bytes, names: Mapping[str, str]) -> None:
        """`names` gives the kind of each name that is to be replaced, wherever it stands as a word."""
        self._key = key
        self._kinds = {**{name.casefold(): kind for name, kind in names.items()}, **names}
        plain = [name for name, kind in names.items() if kind in _ANY_CASE]
        written = [name for name, kind in names.items() if kind not in _ANY_CASE]
        words = (rf"(?i:{_either(plain)})" if plain else "", _either(written))
        either = "|".join(filter(None, words))
        self._names = re.compile(rf"(?<![^\W_])(?:{either})(?![^\W_])") if either else None

    def of(self, kind: str, name: str) -> str:
        """The pseudonym of a name of some kind; letters alone, so that it is taken for no number."""
        plain = name.casefold().replace("-", "_")  # jobs and variables write `-` so
        digest = hmac.digest(self._key, f"{kind}:{plain}".encode(), "sha256").hex()
        return f"{kind}-{''.join(chr(ord('a') + int(digit, 16)) for digit in digest[:_LETTERS])}"

    def text(self, text: str) -> str:
        """The text without secrets, and with pseudonyms."""
        text = without_keys(text)
        text = _MAIL.sub(lambda found: self.of("mail", found[0]), text)
        text = _HOST.sub(lambda found: found[0].replace(found[1], self.host(found[1])), text)
        if self._names is not None:
            text = self._names.sub(self._known, text)
        text = with_numbers(text, self._number)
        return without_secrets(_IP.sub(lambda found: self.host(found[0]), text))

    def host(self, name: str) -> str:
        """A host, but this machine and Microsoft's own."""
        return name if name in _LOCAL or _PUBLIC.fullmatch(name) else self.of("host", name)

    def error_text(self, text: str) -> str:
        """The text of an error, whose quotes may hold anything that it was given."""
        return self.text(_QUOTED.sub(self._quoted, text))

    def stack_trace(self, text: str) -> str:
        """A stack trace: places and lines of the program as they are, texts of errors without quotes."""
        lines = text.splitlines()
        shown = []
        for place, line in enumerate(lines):
            is_source = place > 0 and lines[place - 1].startswith('  File "')
            is_frame = is_source or _FRAME.match(line)
            shown.append(self.text(line) if is_frame else self.error_text(line))
        return "\n".join(shown)

    def tree(self, value: object) -> object:
        """The same for every text in lists and mappings, names of keys included."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.text(str(key)): self.tree(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.tree(one) for one in value]
        return value

    def _known(self, found: re.Match[str]) -> str:
        kind = self._kinds.get(found[0]) or self._kinds[found[0].casefold()]
        return self.host(found[0]) if kind == "host" else self.of(kind, found[0])

    def _number(self, number: str) -> str:
        return self.of("number", re.sub(r"\D", "", number).lstrip("0"))

    def _quoted(self, found: re.Match[str]) -> str:
        inner, quote = found[0][1:-1], found[0][0]
        is_plain = _IDENTIFIER.fullmatch(inner)
        return found[0] if is_plain else f"{quote}{self.of('text', inner)}{quote}"
