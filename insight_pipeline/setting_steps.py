"""Bringing the text of a settings file to the present version: keys that were renamed or dropped since.

Comments and order stay as they are. Each step says with which version it came; a step whose old key is not
there has nothing to do, so that a file needs no version of its own. Pure: reading and writing the file is
done by whoever asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import tomlkit
from tomlkit.items import SingleKey, Table

from insight_pipeline.model.errors import PermanentError

BOTH_NAMES = "IA-733"


@dataclass(frozen=True)
class Step:
    """A key that a version renamed (`new`) or dropped (`new` empty); `*` stands for any name of a section."""

    version: str
    old: str
    new: str = ""


STEPS: tuple[Step, ...] = ()
"""In the order of their versions. None yet: every key that ever stood in a settings file is still known."""


@dataclass(frozen=True)
class Change:
    """What a step did: the keys with the names that stand in the file."""

    version: str
    old: str
    new: str


def migrated(text: str, steps: Sequence[Step] = STEPS) -> tuple[str, list[Change]]:
    """The text with the present keys, and what was changed.

    PermanentError IA-733 where a key stands there under its old and its new name; ValueError for no TOML.
    """
    changes = []
    for step in steps:
        parts = step.old.split(".")
        for names in list(_expanded(tomlkit.parse(text), parts)):
            stars = iter(n for n, part in zip(names, parts, strict=True) if part == "*")
            wanted = step.new.split(".") if step.new else []
            new = [next(stars) if part == "*" else part for part in wanted]
            text = _moved(text, names, new)
            changes.append(Change(step.version, ".".join(names), ".".join(new)))
    return text, changes


def _expanded(tree: Mapping[str, Any], parts: Sequence[str]) -> Iterator[list[str]]:
    """Every place in the tree that a key with stars stands for."""
    first, *rest = parts
    for name in list(tree) if first == "*" else [first]:
        if name in tree and not rest:
            yield [name]
        elif isinstance(found := tree.get(name), Mapping):
            yield from ([name, *inner] for inner in _expanded(found, rest))


def _moved(text: str, old: Sequence[str], new: Sequence[str]) -> str:
    """The text with one key renamed where it stands, moved to another section, or dropped."""
    document = tomlkit.parse(text)
    if new and any(True for _ in _expanded(document, new)):
        raise PermanentError(BOTH_NAMES, old=".".join(old), new=".".join(new))
    section = _section(document, old[:-1])
    if new and list(new[:-1]) == list(old[:-1]):
        body = (section.value if isinstance(section, Table) else section).body
        named = ((at, key, item) for at, (key, item) in enumerate(body) if key is not None)
        place, key, item = next(one for one in named if one[1].key == old[-1])
        if isinstance(item, Table):
            item.invalidate_display_name()
        body[place] = (SingleKey(new[-1], sep=f" {key.sep.lstrip()}"), item)
    else:
        item = section.pop(old[-1])
        if new:
            _section(document, new[:-1])[new[-1]] = item
    return tomlkit.dumps(document)


def _section(document: Any, names: Sequence[str]) -> Any:  # noqa: ANN401 - tomlkit's tables are of many types
    """A section of the document, made where it is missing."""
    for name in names:
        if name not in document:
            document[name] = tomlkit.table()
        document = document[name]
    return document
