"""Settings, questions and formats that pages show are taken by what they are meant for."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
import sqlalchemy as sa

from docsite.outputs import rows_of
from docsite.places import DOCS, EXAMPLES, pages
from docsite.program import Program
from docsite.snippets import blocks
from insight_pipeline.settings import load_settings
from tests.integration.pbx.database import Pbx
from tests.servers import fresh_database, url_of

ON_THE_PBX = "pbx_database.md"
"""The page whose SQL is for the PBX's PostgreSQL server."""
FILES = {
    "pbx_url": "postgresql://insight_pbx:secret@pbx.example/asterisk",
    "mail.password": "secret",
    "control-room.url": "https://hooks.example/secret",
    "company-ca.pem": "",
    "firma-ca.pem": "",
}
"""Files that settings of the pages name, with what they hold."""


def found(language: str) -> list[tuple[str, str]]:
    """Page and text of every block in a language."""
    return [
        (page.name, block.text)
        for page in pages()
        for block in blocks(page.read_text("utf-8"))
        if block.language == language
    ]


def completed(text: str) -> str:
    """Settings of a page with what every file of settings needs besides."""
    tree = tomllib.loads(text)
    start = "".join(f'{n} = "{n}"\n' for n in ("landing_dir", "data_dir") if n not in tree)
    end = ""
    if not any("timezone" in one for one in tree.get("installations", {}).values()):
        end += '\n[installations.demo]\ntimezone = "Europe/Berlin"\nstart_date = "2026-03-01"\n'
    if "relational" not in tree.get("sinks", {}):
        end += '\n[sinks.relational]\nurl = "sqlite:///insight.db"\n'
    edition = "" if "edition" in tree else 'edition = "enterprise"\n'
    return start + edition + text + end


@pytest.mark.parametrize(("page", "text"), found("toml"))
def test_settings_on_a_page_are_taken(page: str, text: str, tmp_path: Path) -> None:
    for name, content in FILES.items():
        (tmp_path / name).write_text(content)
    settings = completed(text).replace("/etc/insight/", "")
    (tmp_path / "insight.toml").write_text(settings, "utf-8")
    assert load_settings(tmp_path / "insight.toml", environ={}).installations


@pytest.mark.slow
def test_questions_on_pages_are_answered_by_the_sample_database(
    programs: dict[str, Program],
) -> None:
    asked = [text for page, text in found("sql") if page != ON_THE_PBX]
    assert len(asked) > 15
    for question in asked:
        assert rows_of(programs["demo"], question)


@pytest.mark.services
def test_the_role_that_a_page_makes_on_the_pbx_may_read_the_call_list_and_nothing_else() -> None:
    (script,) = (text for page, text in found("sql") if page == ON_THE_PBX)
    with fresh_database(url_of("postgresql")) as address:
        url = sa.make_url(address)
        engine = sa.create_engine(url.set(drivername="postgresql+psycopg"))
        pbx = Pbx(url)
        with pbx.connection, engine.connect() as run:
            run.exec_driver_sql("CREATE TABLE public.other (id integer)")
            run.exec_driver_sql(script.replace("asterisk", f'"{url.database}"'))
            run.exec_driver_sql("SET LOCAL ROLE insight_pbx")
            may = "SELECT has_table_privilege('public.{}', '{}')"
            rights = [
                run.exec_driver_sql(may.format(*right)).scalar()
                for right in (("cdrdata", "SELECT"), ("cdrdata", "UPDATE"), ("other", "SELECT"))
            ]
            run.rollback()
        engine.dispose()
    assert rights == [True, False, False]


@pytest.mark.parametrize(("page", "text"), found("json"))
def test_json_on_a_page_is_json(page: str, text: str) -> None:
    assert json.loads(text.replace("[...]", "[]"))


@pytest.mark.parametrize("page", ["quickstart.md", "schnellstart.md"])
def test_the_heads_of_accounts_and_services_are_those_of_files_that_the_program_reads(
    page: str,
) -> None:
    directory = EXAMPLES / "landing" / "praxis" / "directory"
    accounts, services = (
        (directory / name).read_text("utf-8").splitlines()[0]
        for name in ("accounts.csv", "services.csv")
    )
    heads = [text.strip() for name, text in found("text") if name == page and "accountid" in text]
    assert heads == [accounts]
    assert re.search(rf"`{re.escape(services)}`", (DOCS / page).read_text("utf-8"))
