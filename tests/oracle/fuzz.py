"""Random landing folders that are meant to be hard to read, the same for the same seed.

`write_landing` writes insight.toml and the exports of one or two installations: contents from
`fuzz_rows.py` in several spellings and files, spoilt lines for every reason of the
quarantine, files for every reason of a refusal, and untidy directories. Everything in it is
invented.
"""

import contextlib
import gzip
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracle.fuzz_rows import (
    CHANGES,
    SKIPPED,
    Content,
    World,
    call_contents,
    is_repeated,
    line_contents,
    variants,
    wall_of,
)
from tests.oracle.reading import BOOLEANS, COLUMNS, END, INTEGERS, REQUIRED, TIMES

LINE_BYTES = 3000
FILE_BYTES = 2_000_000
BAD_TIMES = (
    "31.04.2026 10:00:00",
    "1.4.2026 10:00:00",
    "2026-04-01 10:00:00",
    "01.01.2100 00:00:00",
    "31.12.1999 23:59:59",
    "01.04.2026 24:00:00",
    "9999999999999",
    "177474585155",
    "01.04.2026 10:00",
    "01.04.2026 10:00:60",
    "01.04.2026T10:00:00",
    "gestern",
)
Fields = dict[str, str]
VARIANTS = (
    "answered_only",
    "ignore_abandoned_within",
    "abandoned_negative",
    "abandoned_positive",
    "exclude_short",
    "short_as_success",
    "offered",
)
SETTINGS = """\
landing_dir = "landing"
data_dir = ".insight"
edition = "enterprise"

{installations}
[limits]
line_bytes = {line_bytes}
file_bytes = {file_bytes}

[kpi]
service_level_variant = "{variant}"
service_level_seconds = {threshold}
short_abandon_seconds = {short}
callback_window_hours = {window}

[privacy]
profile = "clear"
"""
INSTALLATION = """\
[installations.{name}]
timezone = "{zone}"
region = "DE"
start_date = "2026-01-01"
groups = []

"""
ACCOUNTS = """\
103;group;;Falsch;;;true;;3
x17;user;x;Unlesbar;;;true;;
150;alien;y;Unbekannte Art;;;true;;
101;user;a.bauer;Anna Bauer;21;pbx_user;true;201|301;
102;user;B.Klein; Bernd Klein ;22;user_light;yes;201;
103;user;2107;"Chris; Weiß";23;;1;201|202;
104;user;0005;"Doris ""Do"" König";24;pbx_user;;;
105;user;d.roß;Egon Roß;25;pbx_user;NO;302;
201;group;;Vertrieb;31;;;;{level}
202;group;;Support;32;;f;;
301;iqueue;;Hotline;41;;true;;30
302;iqueue;;Bestellung;42;;;;0
401;module;;IVR Begrüßung;;;true;;
402;module;;Wähler;48;;true;;
501;voicemailbox;;Mailbox;;;true;;
601;cqueue;;Fremd;;;true;;
;user;leer;Leer;;;;;
104;alien;;Letzte Zeile;;;;;
"""
SERVICES = """\
serviceid;name;label;kind
1;UserService;Benutzer;user
2;Group;Gruppe;group
3;IQueue;iQueue;iqueue
4;Voicemail;Voicemail;voicemail
5;Module;Modul;module
6;Conference;Konferenz;conference
7;Fax;Fax;fax
8;Other;Anderes;other
"""


class Style:
    """How one file spells things."""

    def __init__(self, rng: Random, kind: str) -> None:
        self.rng, self.kind = rng, kind
        self.encoding = rng.choice(("utf-8", "utf-8", "utf-8-sig", "cp1252"))
        self.newline = rng.choice(("\n", "\r\n", "mixed"))
        self.quoting = rng.choice(("needed", "needed", "all", "some"))
        self.epoch = rng.random() < 0.25
        self.noise = rng.choice((0.0, 0.02, 0.1))
        self.bools = rng.choice(
            (("true", "false"), ("1", "0"), ("T", "f"), ("YES", "No"), ("t", ""))
        )
        self.columns = list(COLUMNS[kind])
        if rng.random() < 0.4:
            rng.shuffle(self.columns)
        if rng.random() < 0.25:
            self.drop_columns()
        if rng.random() < 0.25:
            self.columns.insert(rng.randrange(len(self.columns)), "neuespalte")
        self.headers = [self.header_of(name) for name in self.columns]

    def drop_columns(self) -> None:
        """Leave out some optional columns."""
        optional = [name for name in self.columns if name not in REQUIRED[self.kind]]
        for name in self.rng.sample(optional, k=self.rng.choice((1, 2, 5))):
            self.columns.remove(name)

    def header_of(self, name: str) -> str:
        """A header name: the product's, another accepted one, any case."""
        other = {"callleguuid": "channelname", "answeredelswhere": "answeredelsewhere"}
        if self.kind == "call_list" and name in other and self.rng.random() < 0.3:
            name = other[name]
        return self.rng.choice((name, name, name, name.upper(), f" {name} "))

    def line_end(self) -> str:
        """A line break."""
        return self.rng.choice(("\n", "\r\n")) if self.newline == "mixed" else self.newline


def spell_time(style: Style, content: Content, value: datetime, zone: ZoneInfo) -> str:
    """Local time or epoch milliseconds; a repeated time is always spelt the same way."""
    if "_wall" in content:
        return value.strftime("%d.%m.%Y %H:%M:%S")
    epoch = style.epoch
    if is_repeated(value, zone):
        epoch = content["id"] % 4 == 0
    if epoch:
        seconds = int(value.replace(tzinfo=UTC).timestamp())
        return f"{seconds}{style.rng.randrange(1000):03d}"
    return wall_of(value, zone).strftime("%d.%m.%Y %H:%M:%S")


def spell(style: Style, content: Content, zone: ZoneInfo) -> Fields:
    """Every column of a content as text, in the file's spelling with some noise."""
    rng, fields = style.rng, {}
    for name in COLUMNS[style.kind]:
        value = content.get(name)
        if value is None:
            text = ""
        elif name in TIMES:
            text = spell_time(style, content, value, zone)
        elif name in BOOLEANS:
            text = style.bools[0] if value else style.bools[1]
        elif name in INTEGERS:
            text = str(value)
            if value >= 0 and rng.random() < style.noise:
                text = f"00{text}"
            if name == "callstepid" and value == 0 and rng.random() < 0.3:
                text = ""
        else:
            text = str(value)
        if name == "callresult" and rng.random() < 0.3:
            text = rng.choice((text.lower(), text.title()))
        if rng.random() < style.noise:
            text = rng.choice((f" {text}", f"{text}\t ", f"\t{text}"))
        fields[name] = text
    return fields


def quote(style: Style, text: str) -> str:
    """Quotes where they are needed, wanted or drawn."""
    needed = any(char in text for char in ";\n\r") or text.strip().startswith('"')
    stray = '"' in text and not needed
    if needed or style.quoting == "all" or (style.quoting == "some" and style.rng.random() < 0.3):
        tail = style.rng.choice(("", "", " ")) if style.noise else ""
        return '"' + text.replace('"', '""') + '"' + tail
    if stray and style.rng.random() < 0.5:
        return '"' + text.replace('"', '""') + '"'
    return text


def line_of(style: Style, fields: Fields) -> bytes:
    """One record without its line break."""
    texts = [quote(style, fields.get(name, "egal")) for name in style.columns]
    encoding = "utf-8" if style.encoding == "utf-8-sig" else style.encoding
    return ";".join(texts).encode(encoding, errors="replace")


def spoil_fields(rng: Random, zone: ZoneInfo, kind: str, fields: Fields) -> None:
    """Make a value wrong, for one of the reasons that a value can give."""
    end = END[kind]
    names = list(fields)
    integers = [name for name in names if name in INTEGERS]
    spoilt = rng.randrange(9)
    if spoilt == 0:
        fields[rng.choice([n for n in REQUIRED[kind] if n != end])] = rng.choice(("", "  "))
    elif spoilt == 1:
        fields[rng.choice(integers)] = rng.choice(("+5", "1.0", "1e3", "٣", "9" * 19, "- 1", "x"))
    elif spoilt == 2:
        fields[rng.choice([n for n in names if n in BOOLEANS])] = rng.choice(("ja", "2", "truee"))
    elif spoilt == 3:
        fields[rng.choice([n for n in names if n in TIMES])] = rng.choice(BAD_TIMES)
    elif spoilt == 4:
        minute = rng.randrange(60 if zone.key != "Australia/Lord_Howe" else 30)
        time = SKIPPED[zone.key].format(minute, rng.randrange(60))
        fields[rng.choice([n for n in names if n in TIMES])] = time
    elif spoilt == 5:
        fields["callresult"] = rng.choice(("BUSY", "", "CONNECTED_X"))
    elif spoilt == 6:
        fields[end] = "01.02.2026 10:00:00"
    elif spoilt == 7:
        fields |= {"callresult": "CONNECTED", "linktime": rng.choice(("", " ", fields["linktime"]))}
    else:
        fields |= {"callresult": "CONNECTED", "linktime": "01.12.2026 10:00:00"}


def spoil_line(rng: Random, style: Style, fields: Fields) -> bytes:
    """Make a line wrong as a whole."""
    kind = rng.randrange(5)
    line = line_of(style, fields)
    if kind == 0:
        return line + b";" if rng.random() < 0.5 else line.rsplit(b";", 1)[0]
    if kind == 1:
        return line.replace(b";", b";\0", 1)
    if kind == 2:
        byte = bytes([rng.choice((0x81, 0x8D, 0x8F, 0x90, 0x9D))])
        if style.encoding == "cp1252" or rng.random() < 0.05:
            return line.replace(b";", b";" + byte, 1)
        return line.replace(b";", b"\0;", 1)
    target = LINE_BYTES if kind == 3 else LINE_BYTES + rng.choice((1, 500))
    short = {**fields, "linename": ""}
    missing = target - len(line_of(style, short))
    return line_of(style, {**fields, "linename": "x" * max(0, missing)})


def file_bytes(style: Style, lines: list[bytes]) -> bytes:
    """Header and lines with line breaks, empty lines, BOM."""
    rng = style.rng
    header = ";".join(quote(style, name) for name in style.headers).encode()
    out = b"\xef\xbb\xbf" if style.encoding == "utf-8-sig" else b""
    if style.encoding == "utf-8-sig" and any(b"\x81" in line for line in lines):
        out = b""
    out += header
    for line in lines:
        out += style.line_end().encode()
        while rng.random() < 0.04:
            out += style.line_end().encode()
        out += line
    return out + (style.line_end().encode() * rng.choice((1, 1, 2)) if rng.random() < 0.8 else b"")


def lines_of(style: Style, contents: list[Content], zone: ZoneInfo) -> list[bytes]:
    """The file's records in random order, with repeats and spoilt ones."""
    rng, lines = style.rng, []
    for content in contents:
        fields = spell(style, content, zone)
        lines.append(line_of(style, fields))
        if rng.random() < 0.06:
            lines.append(line_of(style, spell(style, content, zone)))
        if rng.random() < 0.05:
            spoilt = dict(fields)
            for _ in range(rng.choice((1, 1, 2))):
                spoil_fields(rng, zone, style.kind, spoilt)
            lines.append(line_of(style, spoilt))
        if rng.random() < 0.02:
            lines.append(spoil_line(rng, style, fields))
    if rng.random() < 0.5:
        rng.shuffle(lines)
    return lines


def pack(rng: Random, data: bytes) -> bytes:
    """gzip, sometimes in several members."""
    cut = rng.randrange(len(data) + 1)
    parts = [data] if rng.random() < 0.5 else [data[:cut], data[cut:]]
    return b"".join(gzip.compress(part, mtime=0) for part in parts)


def write_list(folder: Path, rng: Random, kind: str, zone: ZoneInfo, rows: list[Content]) -> None:
    """All files of one list: every content in one to three files."""
    folder.mkdir(parents=True)
    names = ["Z.csv", "a.csv", "a b.csv", "b.csv.gz", "10.csv", "9.csv", "ä.csv", "c_1.csv.gz"]
    if kind == "line_list":  # a file is known by content and name, whichever list it is in
        names = [f"l{name}" for name in names]
    names = rng.sample(names, k=rng.choice((2, 3, 5) if kind == "line_list" else (4, 5, 7)))
    shares: dict[str, list[Content]] = {name: [] for name in names}
    for row in rows:
        for name in rng.sample(names, k=rng.choice((1, 1, 1, 2, 2))):
            shares[name].append(row)
    for name, contents in shares.items():
        style = Style(rng, kind)
        data = file_bytes(style, lines_of(style, contents, zone))
        (folder / name).write_bytes(pack(rng, data) if name.endswith(".gz") else data)
    for name in rng.sample(names, k=rng.choice((0, 1, 2))):
        suffix = ".csv.gz" if name.endswith(".gz") else ".csv"
        copy = rng.choice(("0_copy", "zz_copy")) + str(rng.randrange(9)) + kind[0] + suffix
        (folder / copy).write_bytes((folder / name).read_bytes())
    (folder / "notes.txt").write_text("not a csv\n")
    (folder / "x.csv.bak").write_text("id;callid\n1;2\n")
    (folder / "old").mkdir()
    (folder / "old" / "old.csv").write_text("id;callid\n1;2\n")


def refusals(kind: str) -> dict[str, bytes]:
    """Files that are refused whole, and two odd ones that are not."""
    header = ";".join(COLUMNS[kind]).encode() + b"\n"
    row = b";".join(b"1" for _ in COLUMNS[kind]) + b"\n"
    packed = gzip.compress(header + row * 20, mtime=0)
    wrong = bytearray(packed)
    wrong[-6] ^= 0xFF
    required = REQUIRED[kind][-1]
    missing = ";".join(name for name in COLUMNS[kind] if name != required).encode() + b"\n"
    return {
        "r_utf16.csv": b"\xff\xfe" + header.decode().encode("utf-16-le"),
        "r_utf16be.csv": b"\xfe\xff" + header.decode().encode("utf-16-be"),
        "r_nul.csv": header.replace(b"callid", b"call\0id", 1) + row,
        "r_nul_quote.csv": header.replace(b"callid", b"call\0id", 1) + b'"' + row,
        "r_quote.csv": header + row + b'"' + row + row,
        "r_truncated.csv.gz": packed[:-9],
        "r_truncated_quote.csv.gz": gzip.compress(b'nichts\n"offen\n' * 50, mtime=0)[:-4],
        "r_checksum.csv.gz": bytes(wrong),
        "r_trailing.csv.gz": packed + b"garbage",
        "r_bomb.csv.gz": gzip.compress(header + b"x" * FILE_BYTES, mtime=0),
        "r_bomb_nul.csv.gz": gzip.compress(b"\0" * (FILE_BYTES + 1), mtime=0),
        "r_noheader.csv": row,
        "r_all.csv": b'irgendwas;sonst\n1;"offen\n',
        "r_missing.csv": missing + row,
        "empty.csv": b"",
        "header_only.csv": header,
    }


def write_refusals(folder: Path, rng: Random, kind: str) -> None:
    """Some of the refused files, links, a pipe, copies of refused files."""
    drawn = refusals(kind)
    mark = "l" if kind == "line_list" else ""
    for name in sorted(drawn):
        if rng.random() < 0.6:
            (folder / f"{mark}{name}").write_bytes(drawn[name])
            if rng.random() < 0.2:
                (folder / f"{mark}q{name}").write_bytes(drawn[name])
    if rng.random() < 0.7:
        (folder / f"{mark}r_link.csv").symlink_to("a.csv")
        (folder / f"{mark}r_link_gone.csv").symlink_to("nowhere.csv")
    if rng.random() < 0.5 and hasattr(os, "mkfifo"):
        with contextlib.suppress(OSError):
            os.mkfifo(folder / f"{mark}r_pipe.csv")
    if rng.random() < 0.5 and hasattr(os, "geteuid") and os.geteuid() != 0:
        (folder / f"{mark}r_unreadable.csv").write_bytes(b"id\n")
        (folder / f"{mark}r_unreadable.csv").chmod(0)


def write_directory(folder: Path, rng: Random) -> None:
    """accounts.csv and services.csv, either of which may be missing."""
    folder.mkdir(parents=True)
    columns = "accountid kind login name number licence active groups service_level_seconds"
    text = ACCOUNTS.format(level=rng.choice(("", "15", "3")))
    lines = [columns.replace(" ", ";"), *text.splitlines()]
    if rng.random() < 0.3:
        lines[0] = lines[0].upper()
    if rng.random() < 0.3:
        lines = [f"egal;{line}" if at else f"zusatz;{line}" for at, line in enumerate(lines)]
    newline = rng.choice(("\n", "\r\n"))
    data = newline.join([*lines, ""]).encode(rng.choice(("utf-8", "utf-8-sig", "cp1252")))
    if rng.random() > 0.12:
        (folder / "accounts.csv").write_bytes(data)
    if rng.random() > 0.12:
        (folder / "services.csv").write_text(SERVICES, encoding="utf-8")


def write_installation(folder: Path, rng: Random, zone: ZoneInfo, scale: float) -> None:
    """All exports of one installation."""
    days = tuple(
        change + timedelta(days=by) for change in CHANGES[zone.key] for by in (-1, 0, 0, 1)
    )
    world = World(rng, zone, days)
    makers: dict[str, tuple[Callable[[World, int], list[Content]], int]] = {
        "call_list": (call_contents, 90),
        "line_list": (line_contents, 60),
    }
    for kind, (make, count) in makers.items():
        if kind == "line_list" and rng.random() < 0.1:
            continue
        rows = make(world, max(3, int(count * scale)))
        extra: list[Content] = []
        for row in rows:
            if rng.random() < 0.1:
                extra += variants(world, row, END[kind])
            elif rng.random() < 0.01:
                row[END[kind]] = None
        both = rows + extra
        rng.shuffle(both)
        write_list(folder / kind, rng, kind, zone, both)
        write_refusals(folder / kind, rng, kind)
    if rng.random() > 0.05:
        write_directory(folder / "directory", rng)


def write_landing(folder: Path, seed: int, scale: float = 1.0) -> Path:
    """Write insight.toml and landing/ below `folder`; the path of the settings file."""
    rng = Random(seed)
    zones = ["Europe/Berlin", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe"]
    rng.shuffle(zones)
    chosen: dict[str, Any] = dict(
        zip(("demo", "zwei-2"), zones[: rng.choice((1, 1, 2))], strict=False)
    )
    tables = ""
    for name, zone in chosen.items():
        tables += INSTALLATION.format(name=name, zone=zone)
        write_installation(folder / "landing" / name, rng, ZoneInfo(zone), scale)
    settings = folder / "insight.toml"
    text = SETTINGS.format(
        installations=tables.rstrip("\n") + "\n",
        line_bytes=LINE_BYTES,
        file_bytes=FILE_BYTES,
        variant=rng.choice(VARIANTS),
        threshold=rng.choice((0, 5, 20)),
        short=rng.choice((0, 3, 5)),
        window=rng.choice((1, 24, 72)),
    )
    settings.write_text(text, encoding="utf-8")
    return settings
