"""Blocks of a page that show a command, or a question to the database, together with the answer.

    ```console          ```sql            ```text
    $ insight ...       SELECT ...        the rows
    the output          ```               ```
    ```

`with_outputs` writes the answers anew, so no figure in the documentation is typed. Commands without
an answer stand in blocks of `sh`, questions without one in blocks of `sql` alone.
"""

from __future__ import annotations

import re
import shlex
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

from docsite.program import Program

PAGES_OF_EXAMPLES = ("rules.md", "regeln.md")
"""Pages whose blocks ask the worked examples; those of all others ask the sample month."""

_CONSOLE = re.compile(r"^```console\n\$ (insight [^\n]+)\n(?:(?!```).*\n)*```$", re.MULTILINE)
_QUESTION = re.compile(r"^```sql\n(?P<sql>[^`]+)```\n\n```text\n(?:(?!```).*\n)*```$", re.MULTILINE)


def locale_of(text: str) -> str:
    """The language in which a page's commands answer: what its front matter says, else English."""
    return "de" if text.startswith("---\nlang: de\n") else "en"


def has_outputs(text: str) -> bool:
    """Whether a page shows an answer."""
    return bool(_CONSOLE.search(text) or _QUESTION.search(text))


def with_outputs(page: Path, text: str, programs: Mapping[str, Program]) -> str:
    """The text of a page with every answer as the program gives it now."""
    program = programs["examples" if page.name in PAGES_OF_EXAMPLES else "demo"]
    locale = locale_of(text)

    def told(found: re.Match[str]) -> str:
        done = program.insight(shlex.split(found[1])[1:], locale)
        answer = "\n".join(
            line.rstrip() for line in (done.output + done.errors).strip("\n").splitlines()
        )
        return f"```console\n$ {found[1]}\n{answer}\n```"

    def asked(found: re.Match[str]) -> str:
        rows = rows_of(program, found["sql"])
        return f"```sql\n{found['sql']}```\n\n```text\n{rows}\n```"

    return _QUESTION.sub(asked, _CONSOLE.sub(told, text))


def rows_of(program: Program, sql: str) -> str:
    """The rows that the installation's SQLite database answers, in columns, numbers to the right."""
    (file,) = program.folder.rglob("insight.db")
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        cursor = connection.execute(sql)
        heads = [column[0] for column in cursor.description]
        rows = [*cursor]
    columns = [_column(head, [row[place] for row in rows]) for place, head in enumerate(heads)]
    return "\n".join("  ".join(line).rstrip() for line in zip(*columns, strict=True))


def _column(head: str, cells: Sequence[object]) -> list[str]:
    texts = [head, *("" if cell is None else str(cell) for cell in cells)]
    width = max(map(len, texts))
    is_number = all(isinstance(cell, int | float | None) for cell in cells) and any(
        cell is not None for cell in cells
    )
    aligned = [text.rjust(width) if is_number else text.ljust(width) for text in texts]
    return [aligned[0], "─" * width, *aligned[1:]]
