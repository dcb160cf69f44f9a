"""What is said about a setting that is refused: which key, what is wrong, and what would be right.

Turns the findings of pydantic into messages of the catalogue, in both languages. Values that may hold a
secret are never repeated. Reading files and the environment is not done here.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from insight_pipeline.model.errors import InsightError
from insight_pipeline.model.hour_problems import HOURS_RIGHT
from insight_pipeline.model.settings import Settings
from insight_pipeline.model.terms import Term

Place = tuple[str, ...]
Source = str | Term
"""Where a value comes from: the settings file, or an environment variable."""

_SHOWN_CHARACTERS = 60
_INTEGER = Term("eine ganze Zahl", "a whole number")
_NUMBER = Term("eine Zahl wie 0.05", "a number such as 0.05")
_FLAG = Term("true oder false", "true or false")
_DATE = Term("ein Datum wie 2026-03-01", "a date such as 2026-03-01")
_TABLE = Term("ein Abschnitt mit [...]", "a section with [...]")
_TEXT = Term("ein Text in Anführungszeichen", "a text in quotes")
_RIGHT: dict[str, Term] = {
    "int_parsing": _INTEGER,
    "int_type": _INTEGER,
    "int_from_float": _INTEGER,
    "finite_number": _NUMBER,
    "bool_parsing": _FLAG,
    "bool_type": _FLAG,
    "string_type": _TEXT,
    "path_type": _TEXT,
    "model_type": _TABLE,
    "model_attributes_type": _TABLE,
    "dict_type": _TABLE,
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "tuple_type": Term(
        'eine Liste in eckigen Klammern, etwa [12] oder ["name"]',
        'a list in brackets, for instance [12] or ["name"]',
    ),
    "too_short": Term(
        "mindestens ein Abschnitt [installations.NAME]",
        "at least one section [installations.NAME]",
    ),
    "time_zone": Term(
        "eine IANA-Zeitzone wie Europe/Berlin", "an IANA time zone such as Europe/Berlin"
    ),
    "region": Term(
        "ein Länderkürzel, auch mit Bundesland, wie DE oder DE-BW",
        "a country code, with a state where wanted, such as DE or DE-BW",
    ),
    "installation_name": Term(
        "ein Name aus a-z, 0-9, _ und -, höchstens 40 Zeichen",
        "a name of a-z, 0-9, _ and -, at most 40 characters",
    ),
    "database_url": Term(
        "eine Adresse wie sqlite:///ordner/datei.db oder postgresql://benutzer@server/datenbank",
        "a URL such as sqlite:///folder/file.db or postgresql://user@server/database",
    ),
    "sqlite_file": Term(
        "die Adresse einer Datei wie sqlite:///ordner/datei.db; im Arbeitsspeicher gingen die Daten verloren",
        "the URL of a file such as sqlite:///folder/file.db; in memory the data would be lost",
    ),
    "sqlite_schema": Term(
        'leer (schema = ""): SQLite kennt keine Schemata',
        'empty (schema = ""): SQLite has no schemas',
    ),
    "string_too_short": Term("ein Name, nicht leer", "a name, not empty"),
    "database_name": Term(
        "der Name der Datenbank am Ende der Adresse, wie in mysql://benutzer@server/datenbank",
        "the name of the database at the end of the URL, as in mysql://user@server/database",
    ),
    "pbx_url": Term(
        "eine Adresse wie postgresql://benutzer@anlage/datenbank",
        "a URL such as postgresql://user@pbx/database",
    ),
    "pbx_options": Term(
        "höchstens sslmode, sslrootcert, sslcert und sslkey hinter dem Fragezeichen, je einmal",
        "at most sslmode, sslrootcert, sslcert and sslkey behind the question mark, each once",
    ),
    "pbx_sslmode": Term(
        "sslmode verify-full (Vorgabe), verify-ca oder require; unverschlüsselt nur zum eigenen Rechner",
        "sslmode verify-full (the default), verify-ca or require; not encrypted to this machine only",
    ),
    **HOURS_RIGHT,
    "fifo": Term(
        "none: fifo verwirft Zeilen vor ihren Berichtigungen, dann stimmt keine Summe mehr",
        "none: fifo drops rows before their corrections, and no sum would be right",
    ),
    "closed_cloud": Term(
        "public: Microsoft hat die deutsche Cloud am 29. Oktober 2021 geschlossen",
        "public: Microsoft closed the German cloud on 29 October 2021",
    ),
    "service_url": Term(
        "eine Adresse mit https:// ohne Benutzer und Kennwort; http:// nur zum eigenen Rechner",
        "a URL with https:// without user and password; http:// to this machine only",
    ),
    "mail_address": Term(
        "eine Adresse wie leitung@firma.example", "an address such as manager@company.example"
    ),
    "mail_plain": Term(
        "starttls oder tls; unverschlüsselt nur zum eigenen Rechner",
        "starttls or tls; not encrypted to this machine only",
    ),
    "host_name": Term(
        "ein Rechnername wie mail.firma.example", "a host name such as mail.company.example"
    ),
    "clock_time": Term("eine Uhrzeit wie 07:00", "a time of day such as 07:00"),
    "one_limit": Term("genau eine Grenze, above oder below", "exactly one limit, above or below"),
    "share": Term(
        "ein Anteil von 0 bis 1, etwa 0.05 für 5 %", "a share from 0 to 1, such as 0.05 for 5 %"
    ),
}


def problem(item: ErrorDetails, source: Source) -> InsightError:
    """A finding of pydantic in the words of the catalogue."""
    place = tuple(str(part) for part in item["loc"] if part != "[key]")
    key = ".".join(place)
    if item["type"] == "extra_forbidden":
        return unknown(place, source)
    if item["type"] == "missing":
        return InsightError("IA-107", file=source, key=key)
    return bad_value(place, source, item["input"], _right(item))


def unknown(place: Place, source: Source) -> InsightError:
    """There is no such setting; what was probably meant."""
    return InsightError("IA-102", file=source, key=".".join(place), right=_meant(place, source))


def bad_value(place: Place, source: Source, value: object, right: Term) -> InsightError:
    """The value does not fit; it is repeated where it cannot be a secret."""
    shown = _shown(place, value)
    return InsightError("IA-103", file=source, key=".".join(place), value=shown, right=right)


def _right(item: ErrorDetails) -> Term:
    kind, context = item["type"], item.get("ctx", {})
    if kind == "literal_error":
        expected = str(context["expected"])
        return Term(expected.replace(" or ", " oder "), expected)
    if kind == "greater_than_equal":
        return Term(f"mindestens {context['ge']}", f"at least {context['ge']}")
    if kind == "less_than_equal":
        return Term(f"höchstens {context['le']}", f"at most {context['le']}")
    if kind.startswith("date"):
        return _DATE
    return _RIGHT.get(kind, Term(item["msg"], item["msg"]))


def _shown(place: Place, value: object) -> str:
    text = str(value)
    is_secret = place[-1:] and place[-1].endswith(("url", "password"))
    if is_secret or "://" in text or not isinstance(value, str | int | float | bool):
        return "(...)"
    return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "..."


def _meant(place: Place, source: Source) -> str:
    """The nearest names: among those of the section, else anywhere in the settings."""
    near = difflib.get_close_matches(place[-1], _names_at(Settings, place[:-1]), 1)
    found = [".".join((*place[:-1], name)) for name in near]
    every = {".".join(known): known for known in _places(Settings)}
    found = found or [key for key, known in every.items() if known[-1] == place[-1]]
    found = found or difflib.get_close_matches(".".join(place), every, 1, cutoff=0.75)
    found = found or [".".join((*place[:-1], n)) for n in _names_at(Settings, place[:-1])]
    if isinstance(source, Term):
        found = ["INSIGHT_" + key.replace(".", "__").replace("-", "_").upper() for key in found]
    return ", ".join(found)


def _names_at(model: type[BaseModel], place: Place) -> list[str]:
    """Names of the settings in a section."""
    for part in place:
        fields = {known.alias or name: known for name, known in model.model_fields.items()}
        if part in fields:
            inner = _section(fields[part].annotation)
            if inner is None:
                return []
            model = inner
    return [known.alias or name for name, known in model.model_fields.items()]


def _places(model: type[BaseModel], above: Place = ()) -> Iterator[Place]:
    """Every setting, with NAME in place of an installation's."""
    for name, known in model.model_fields.items():
        here = (*above, known.alias or name)
        inner = _section(known.annotation)
        if inner is None:
            yield here
        else:
            is_named = get_origin(known.annotation) is dict
            yield from _places(inner, (*here, "NAME") if is_named else here)


def _section(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 - any annotation
    """The model behind a section, also where sections are named."""
    kinds = (annotation, *get_args(annotation))
    return next((k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel)), None)


def source_of(place: Place, variables: Mapping[Place, str], file: str) -> Source:
    """The environment variable that gave the value at a place or in it, else the file."""
    for length in range(len(place), 0, -1):
        if variable := variables.get(place[:length]):
            return Term(f"Umgebungsvariable {variable}", f"environment variable {variable}")
    return file
