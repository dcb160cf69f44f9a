"""Invented people, firms and telephone numbers.

Here: German names with umlauts, and numbers from the ranges that the Federal Network Agency keeps
free for film and television, so that a sample can never ring anybody.
Not here: who has which account or role (pbx.py), or how a number is spelt in an export (parties.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

FIRST_NAMES = tuple(
    "Anna Bernd Clara Dörte Emil Fatma Günther Hanna Ingrid Jürgen Käthe Lukas Mareike Nils Özlem "
    "Paul Renate Sören Tülay Ulrich Verena Wolfgang Xaver Yvonne Zoë Björn Cäcilie Dominik Edda "
    "Frank Gülsen Heiko Ilka Jörg Katja Lothar Mirko Nadine Olaf Petra".split()
)
LAST_NAMES = tuple(
    "Bauer Klein Vogt Müller Groß Yilmaz Köhler Weiß Schäfer Jäger Böhm Krüger Huber Schröder "
    "Öztürk Lang Möller Roth Günther Heß Brandt Löffler Seidel Thöne Ullrich Voß Wörner Zimmer "
    "Ahlers Dietz".split()
)
FIRM_NAMES = (
    "Bäckerei Öhler",
    "Kanzlei Roß",
    "Stadtwerke Musterhausen",
    "Praxis Dr. Nöll",
    "Autohaus Fink",
    "Gärtnerei Grün",
    "Möbel Süd",
    "Druckerei Weiß & Söhne",
    "Hotel Zur Brücke",
    "Muster GmbH",
    "Tischlerei Knöpfle",
    "Apotheke am Markt",
    "Spedition Lührs",
    "Schlosserei Eßer",
)

_FICTION_PREFIX_AND_DIGITS = (
    ("+493023125", 3),
    ("+496990009", 3),
    ("+494066969", 3),
    ("+492214710", 3),
    ("+498999998", 3),
    ("+4917139200", 2),
    ("+49176040690", 2),
)


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody outside: a name that the PBX may know and a number; both None = hidden caller."""

    name: str | None
    number_e164: str | None


def user_names(count: int, rng: Random) -> tuple[tuple[str, str], ...]:
    """Distinct (first, last) names; beyond the combinations a second last name is joined on."""
    pairs = [(first, last) for first in FIRST_NAMES for last in LAST_NAMES]
    rng.shuffle(pairs)
    singles = len(pairs)
    for number in range(singles, count):
        first, last = pairs[number % singles]
        second = LAST_NAMES[(number // singles + LAST_NAMES.index(last)) % len(LAST_NAMES)]
        pairs.append((first, f"{last}-{second}"))
    return tuple(pairs[:count])


def login_of(first: str, last: str) -> str:
    """The login as administrators build it: ASCII, first letter and last name."""
    text = f"{first[0]}.{last}".lower()
    for umlaut, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("ë", "e")):
        text = text.replace(umlaut, plain)
    return text


def contacts(count: int, rng: Random) -> tuple[Contact, ...]:
    """Up to `count` people outside, each with its own number reserved for fiction."""
    numbers = [
        f"{prefix}{tail:0{digits}d}"
        for prefix, digits in _FICTION_PREFIX_AND_DIGITS
        for tail in range(10**digits)
    ]
    rng.shuffle(numbers)
    return tuple(Contact(_contact_name(rng), number) for number in numbers[:count])


def _contact_name(rng: Random) -> str | None:
    draw = rng.random()
    if draw < 0.45:
        return None
    if draw < 0.7:
        return rng.choice(FIRM_NAMES)
    return f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}"
