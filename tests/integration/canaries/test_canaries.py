"""No token, code, key, password or full phone number is kept: a real run, and a search of all it wrote.

The program runs as users run it, in processes of its own with Dagster's storage on disk, while service,
login, database and code fail in every way that could make an error's text repeat what it was given.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from insight_pipeline.emulator import Emulator, FaultKind, FaultRule, Operation, running_emulator
from tests import receiving
from tests.integration.canaries.searching import Found, planted_in
from tests.pipeline import GOLDEN
from tests.receiving import Hooks, MailBox, mail_server, web_server
from tests.uploading import DAY, approving, uploading_settings

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
]

ROOT = Path(__file__).parents[3]
PROGRAM = "tests.integration.canaries.program"
PASSWORD = "Canary-Pa55word-of-the-database"  # noqa: S105 - invented
URL = f"postgresql://insight:{PASSWORD}@127.0.0.1:9/insight"
NUMBER = "7115550012"
"""In every external number of the export, however it is written."""
ACCOUNT = "anna.beispiel"
ID_TOKEN = "eyJhbGciOiAibm9uZSIsICJ0eXAiOiAiSldUIn0"  # noqa: S105 - a header
"""How every id token of the emulator begins."""
MAIL_PASSWORD = receiving.PASSWORD
HOOK, SIGNATURE = "B0Canary-of-the-webhook", "Canary-Signature"
ROWS = ("data/lake/", "data/raw/", "data/staging/", "data/insight.db", "landing/")
"""Where rows of calls belong, and so their numbers."""
LEDGER_ROWS = ("data/state/powerbi.db", "data/state/powerbi.db-wal")
"""The ledger keeps rows that are to be pushed in `batch.content`, and so in its pages; nowhere else."""


@dataclass
class Site:
    """A data folder, its emulator, and what the program said."""

    folder: Path
    emulator: Emulator
    environ: dict[str, str] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    calls: int = 0
    box: MailBox = field(default_factory=lambda: MailBox("127.0.0.1", 9))
    hooks: Hooks = field(default_factory=lambda: Hooks("http://127.0.0.1:9"))

    def insight(self, *arguments: str, leaves: int, **variables: str) -> str:
        """Run the program, keep what it says, and hold it against the exit code."""
        self.calls += 1
        done = subprocess.run(
            [sys.executable, "-m", PROGRAM, *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env={**self.environ, **variables},
        )
        said = done.stdout + done.stderr
        name = "-".join((f"{self.calls:02d}", *arguments)).replace("/", "_")
        (self.folder / "said" / name).write_text(f"{said}\n", "utf-8")
        assert done.returncode == leaves, (arguments, said[-3000:])
        return said

    def fail(self, operation: Operation, status: int, *, table: str = "", times: int = 1) -> None:
        """Let the service refuse in words that repeat the token and the rows."""
        rule = FaultRule(operation, FaultKind.ECHOED, status=status, table=table, times=times)
        self.emulator.plan(rule)

    def secrets(self) -> dict[str, str]:
        """What may stand nowhere."""
        login = self.emulator.world.login
        kinds: dict[str, list[str]] = {
            "access": list(login.access_tokens),
            "refresh": list(login.refresh_tokens),
            "device": list(login.device_codes),
        }
        found = {f"{kind} {n}": text for kind, made in kinds.items() for n, text in enumerate(made)}
        found |= {f"key {n}": key for n, key in enumerate(self.keys)}
        sending = {"mail": MAIL_PASSWORD, "hook": HOOK, "signature": SIGNATURE}
        return found | {"id token": ID_TOKEN, "password": PASSWORD, "account": ACCOUNT} | sending


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Everything that could go wrong has."""
    folder = tmp_path_factory.mktemp("canaries")
    with (
        running_emulator(approving(poll_interval_seconds=1)) as emulator,
        mail_server(folder, "plain", needs_login=True) as box,
        web_server() as hooks,
    ):
        found = Site(folder, emulator, box=box, hooks=hooks)
        _prepare(found)
        _log_in(found)
        _push_with_faults(found)
        _lose_the_login(found)
        _crash(found)
        _fail_to_send(found)
        _break_the_database(found)
        _give_wrong_settings(found)
        _bring_another_key(found)
        yield found


def _prepare(site: Site) -> None:
    _export(site.folder / "landing")
    (site.folder / "said").mkdir()
    config = uploading_settings(site.folder, site.emulator.url, landing=site.folder / "landing")
    sections = [
        "[mail]",
        f'host = "{site.box.host}"\nport = {site.box.port}\nsecurity = "plain"',
        f'user = "{receiving.USER}"\nfrom = "insight@firma.example"',
        '[webhooks.zentrale]\nkind = "slack"',
        '[failures]\nwebhooks = ["zentrale"]\nrecipients = ["leitung@firma.example"]',
    ]
    config.write_text(config.read_text("utf-8") + "\n".join(sections) + "\n", "utf-8")
    known = {k: v for k, v in os.environ.items() if not k.startswith(("INSIGHT_", "DAGSTER_"))}
    site.keys.append(Fernet.generate_key().decode())
    site.environ = known | {
        "INSIGHT_CONFIG": str(config),
        "INSIGHT_TOKEN_KEY": site.keys[0],
        "INSIGHT_LOG__LEVEL": "trace",
        "INSIGHT_MAIL__PASSWORD": MAIL_PASSWORD,
        "INSIGHT_WEBHOOKS__ZENTRALE__URL": f"{site.hooks.url}/services/{HOOK}?sig={SIGNATURE}",
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _export(landing: Path) -> None:
    """The worked calls, their external numbers replaced by recognisable ones."""
    shutil.copytree(GOLDEN / "examples" / "landing", landing)
    file = landing / "demo" / "call_list" / "output.csv"
    numbers: dict[str, str] = {}

    def planted(found: re.Match[str]) -> str:
        return numbers.setdefault(found[0], f"+49{NUMBER}{len(numbers):02d}")

    file.write_text(re.sub(r"\+49\d{6,}", planted, file.read_text("utf-8")), "utf-8")
    assert len(numbers) == 3


def _log_in(site: Site) -> None:
    site.insight("login", "--status", leaves=3)
    site.insight("login", leaves=0)
    site.insight("login", "--json", leaves=0)
    site.insight("login", "--status", leaves=0)


def _push_with_faults(site: Site) -> None:
    site.fail(Operation.CREATE, 503, times=50)
    assert "IA-556" in site.insight("run", "--from", DAY, leaves=3)
    with site.emulator.world.lock:
        site.emulator.world.faults.rules.clear()
    site.fail(Operation.PUSH, 400, table="fact_call")
    site.fail(Operation.PUSH, 500, table="fact_queue_visit")
    site.fail(Operation.PUSH, 403, table="fact_agent_contact", times=2)
    said = site.insight("run", "--from", DAY, leaves=3)
    assert {"IA-551", "IA-550"} <= set(re.findall(r"IA-\d+", said))
    assert "Bearer ***" in said
    for command, leaves in (("quota", 3), ("status", 3), ("powerbi status", 3)):
        site.insight(*command.split(), leaves=leaves)
        site.insight(*command.split(), "--json", leaves=leaves)
    site.insight("powerbi", "release", "fact_call", leaves=0)
    site.fail(Operation.QUERY, 400)
    site.fail(Operation.PUSH, 400, table="fact_call")
    site.insight("powerbi", "push", leaves=3)
    site.insight("sensors", leaves=0)


def _lose_the_login(site: Site) -> None:
    login = site.emulator
    login.expire_tokens()
    login.revoke_grants()
    site.insight("powerbi", "release", "fact_call", leaves=0)
    assert "IA-512" in site.insight("powerbi", "push", leaves=3)
    site.insight("sensors", leaves=0)
    assert "IA-512" in site.insight("run", "--from", DAY, leaves=3)
    assert "IA-512" in site.insight("status", leaves=3)
    login.refuse_logins(50034)
    assert "IA-521" in site.insight("login", leaves=1)
    site.insight("login", "--json", leaves=1)
    assert "IA-521" in site.insight("powerbi", "push", leaves=3)
    login.refuse_logins(None)
    site.insight("login", leaves=0)


def _crash(site: Site) -> None:
    said = site.insight("powerbi", "push", leaves=1, CANARY_CRASH="push")
    assert "IA-700 insight powerbi ist" in said
    assert "ValueError (Authorization: Bearer ***" in said
    assert "Traceback" in said  # the place logs everything
    assert "Traceback" in site.insight("logs", "--code", "IA-700", leaves=0)
    assert "Bearer ***" in site.insight("run", "--from", DAY, leaves=1, CANARY_CRASH="push")
    assert "ValueError (" in site.insight("run", "--from", DAY, leaves=1, CANARY_CRASH="step")
    assert "cannot open with ***" in site.insight("sensors", leaves=1, CANARY_CRASH="sensor")


def _fail_to_send(site: Site) -> None:
    """Receivers that repeat what they were given, a wrong password, and code that crashes with it."""
    said = f"{site.hooks.url}/services/{HOOK}?sig={SIGNATURE} {HOOK}"
    refused = f"554 no {receiving.USER}:{MAIL_PASSWORD} {MAIL_PASSWORD}"
    assert site.insight("alerts", "test", leaves=0)
    for status in (400, 500, 302):
        site.hooks.replies.append(receiving.Reply(status, said, {"Location": said}))
        site.box.replies.append(refused)
        assert "***" in site.insight("alerts", "test", leaves=1)
    wrong = {"INSIGHT_MAIL__PASSWORD": MAIL_PASSWORD[:-2]}
    assert "IA-633" in site.insight("alerts", "test", "--json", leaves=1, **wrong)
    outbox = site.folder / "data" / "state" / "notices.db"
    connection = sqlite3.connect(outbox)
    assert connection.execute("SELECT count(*) FROM delivery").fetchone() == (2,)
    connection.execute("UPDATE delivery SET state = 'waiting', attempts = 0, next_at = 0")
    connection.commit()
    connection.close()
    site.hooks.replies.extend([receiving.Reply(400, said)] * 2)
    site.box.replies.extend([refused] * 2)
    site.insight("sensors", leaves=0)
    assert "IA-649" in site.insight("alerts", leaves=0)
    for place in ("webhook", "mail"):
        assert "***" in site.insight("alerts", "test", leaves=1, CANARY_CRASH=place)
    broken = {"INSIGHT_WEBHOOKS__ZENTRALE__URL": f"http://elsewhere.example/{HOOK}"}
    site.insight("alerts", leaves=2, **broken)
    typed = site.folder / "typed.toml"
    text = (site.folder / "insight.toml").read_text("utf-8")
    kind = 'kind = "slack"'
    typed.write_text(text.replace(kind, f'{kind}\nurl = "https://x.example/{HOOK}"'), "utf-8")
    without = {"INSIGHT_WEBHOOKS__ZENTRALE__URL": site.hooks.url}
    assert "IA-620" in site.insight("alerts", leaves=2, INSIGHT_CONFIG=str(typed), **without)
    typed.unlink()


def _break_the_database(site: Site) -> None:
    with _database(site, "CREATE TRIGGER no BEFORE INSERT ON fact_call"
                   " BEGIN SELECT RAISE(ABORT, 'no'); END", "DROP TRIGGER no"):  # fmt: skip
        assert "IntegrityError" in site.insight("run", "--from", DAY, leaves=1)
    rename = "ALTER TABLE fact_call RENAME COLUMN {} TO {}"
    with _database(site, rename.format("outcome", "o"), rename.format("o", "outcome")):
        site.insight("run", "--from", DAY, leaves=1)


@contextmanager
def _database(site: Site, broken: str, mended: str) -> Iterator[None]:
    for statement in (broken, mended):
        connection = sqlite3.connect(site.folder / "data" / "insight.db")
        connection.execute(statement)
        connection.commit()
        connection.close()
        if statement == broken:
            yield


def _give_wrong_settings(site: Site) -> None:
    name = "INSIGHT_SINKS__RELATIONAL__URL"
    for url in (URL, URL.replace(":9/", ":nine/"), URL.replace("postgresql", "nosuch")):
        site.insight("run", "--from", DAY, leaves=1 if url == URL else 2, **{name: url})
    odd = f"sqlite:///file:/proc/none/insight.db?uri=true&password={PASSWORD}"
    site.insight("run", "--from", DAY, leaves=1, **{name: odd})
    config = site.folder / "wrong.toml"
    text = (site.folder / "insight.toml").read_text("utf-8")
    config.write_text(text.replace('url = "sqlite:///data/insight.db"', f'url = "{URL}"'), "utf-8")
    site.insight("status", leaves=2, INSIGHT_CONFIG=str(config))
    config.unlink()


def _bring_another_key(site: Site) -> None:
    assert "IA-503" in site.insight("login", leaves=2, INSIGHT_TOKEN_KEY=site.keys[0][:-4])
    assert "IA-502" in site.insight(
        "powerbi", "push", leaves=3, INSIGHT_TOKEN_KEY=Fernet.generate_key().decode()
    )
    site.keys.append(Fernet.generate_key().decode())
    named = site.folder.parent / "another.key"
    named.write_text(site.keys[-1], "utf-8")
    other = {"INSIGHT_TOKEN_KEY": "", "INSIGHT_TOKEN_KEY_FILE": str(named)}
    site.insight("login", leaves=0, **other)
    site.insight("powerbi", "push", leaves=0, **other)
    site.insight("sensors", leaves=0, **other)
    site.insight("run", "--from", DAY, leaves=0, **other)
    site.fail(Operation.PUSH, 429, table="dim_line")
    site.insight("powerbi", "rebuild", "dim_line", leaves=3, **other)
    site.insight("support-bundle", "-o", "bundle.zip", leaves=0)


def test_no_secret_is_kept_anywhere(site: Site) -> None:
    assert planted_in(site.folder, site.secrets()) == set()


def test_a_phone_number_is_kept_where_rows_are_and_nowhere_else(site: Site) -> None:
    found = {where for _, where in planted_in(site.folder, {"number": NUMBER})}
    rows = {where for where in found if where.startswith(ROWS)}
    ledger = {
        where for where in found if where in {*LEDGER_ROWS, f"{LEDGER_ROWS[0]}:batch.content"}
    }
    assert found - rows - ledger == set()
    assert f"{LEDGER_ROWS[0]}:batch.content" in ledger
    assert {start for start in ROWS if any(where.startswith(start) for where in rows)} == set(ROWS)


def test_the_run_went_through_everything_that_could_repeat_a_secret(site: Site) -> None:
    kinds = {"access": 4, "refresh": 4, "device": 4}
    secrets = list(site.secrets())
    assert {kind for kind, n in kinds.items() if sum(kind in s for s in secrets) < n} == set()
    assert "DEBUG:urllib3.connectionpool" in _said(site)
    marks = {
        "what the service said": "Bearer ***",
        "why the login ended": "IA-512",
        "the database's statement": "INSERT OR REPLACE INTO fact_call",
        "a crash": "UnforeseenError: ValueError",
    }
    found: Found = planted_in(site.folder / "data" / "dagster", marks)
    assert {name for name, _ in found} == set(marks)
    logged = ("powerbi_request", "powerbi_batch", "login_renewed", "notice_failed", "Bearer ***")
    found = planted_in(site.folder / "data" / "logs", {text: text for text in logged})
    assert {name for name, _ in found} == set(logged)
    assert ("code", "bundle.zip") in planted_in(site.folder, {"code": "IA-700"})


def _said(site: Site) -> str:
    return "".join(file.read_text("utf-8") for file in (site.folder / "said").iterdir())
