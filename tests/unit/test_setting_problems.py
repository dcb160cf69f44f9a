"""Settings that are refused: what is said, in both languages, and what is never said."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import make_url

from insight_pipeline.model.errors import InsightError, SettingsError
from insight_pipeline.model.settings import Settings
from insight_pipeline.settings import SECRETS, load_settings

PLAIN = '[installations.hq-1]\ntimezone = "Europe/Berlin"\nstart_date = 2026-03-01\n'
RELATIONAL = PLAIN + "[sinks.relational]\n"


def _load(folder: Path, text: str, **environ: str) -> Settings:
    file = folder / "insight.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file, environ)


def _refused(folder: Path, text: str, **environ: str) -> InsightError:
    with pytest.raises(SettingsError) as error:
        _load(folder, text, **environ)
    (problem,) = error.value.problems
    return problem


def _url(settings: Settings) -> str:
    return settings.sinks.relational.url.get_secret_value()


@pytest.mark.parametrize(
    ("text", "key", "german", "english"),
    [
        ('locale = "fr"\n', "locale", "'de' oder 'en'", "'de' or 'en'"),
        ("landing_dir = 7\n", "landing_dir", "Anführungszeichen", "in quotes"),
        ("kpi = 7\n", "kpi", "Abschnitt", "section"),
        ("[limits]\nline_bytes = 1\n", "limits.line_bytes", "mindestens 1024", "at least 1024"),
        ("[kpi]\nservice_level_seconds = 1.5\n", "kpi.service_level_seconds", "ganze", "whole"),
        ('[sinks.powerbi]\nupload = "?"\n', "sinks.powerbi.upload", "true oder", "true or"),
        ('[sinks.relational]\nurl = "db"\n', "sinks.relational.url", "sqlite://", "sqlite://"),
        (
            '[sinks.relational]\nurl = "mysql://root@127.0.0.1"\n',
            "sinks.relational.url",
            "Name der Datenbank",
            "name of the database",
        ),
        ('[sinks.powerbi]\napi_url = "http://a"\n', "sinks.powerbi.api_url", "https", "https"),
    ],
)
def test_a_bad_value_is_told_with_what_would_be_right(
    tmp_path: Path, text: str, key: str, german: str, english: str
) -> None:
    problem = _refused(tmp_path, text + PLAIN)
    assert problem.code == "IA-103"
    assert key in problem.message("de")
    assert german in problem.next_step("de")
    assert english in problem.next_step("en")


@pytest.mark.parametrize(
    ("line", "german"),
    [
        ('timezone = "CEST"', "IANA-Zeitzone"),
        ('timezone = "Europe/Berlin"\nregion = "DE-XX"', "Bundesland"),
        ('timezone = "Europe/Berlin"\ngroups = ["Vertrieb"]', "ganze Zahl"),
    ],
)
def test_an_installation_is_checked(tmp_path: Path, line: str, german: str) -> None:
    problem = _refused(tmp_path, f"[installations.demo]\nstart_date = 2026-03-01\n{line}\n")
    assert german in problem.next_step("de")


def test_an_installation_without_a_date_lacks_it(tmp_path: Path) -> None:
    problem = _refused(tmp_path, '[installations.demo]\ntimezone = "Europe/Berlin"\n')
    assert problem.code == "IA-107"
    assert problem.fields["key"] == "installations.demo.start_date"


@pytest.mark.parametrize("name", ['"HQ"', '"a b"', '"x\\n"', '""'])
def test_the_name_of_an_installation_is_plain(tmp_path: Path, name: str) -> None:
    problem = _refused(tmp_path, PLAIN.replace("hq-1", name))
    assert "a-z" in problem.next_step("en")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("[kpi]\nservice_level_second = 30\n", "kpi.service_level_seconds"),
        ("service_level_seconds = 30\n", "kpi.service_level_seconds"),
        ('[sinks.relational]\nscheme = ""\n', "sinks.relational.schema"),
        ('[sinks.powerbi]\nlogin_adress = ""\n', "sinks.powerbi.login_url"),
    ],
)
def test_a_misspelt_key_is_told_with_the_one_that_was_meant(
    tmp_path: Path, text: str, meant: str
) -> None:
    problem = _refused(tmp_path, text + PLAIN)
    assert problem.code == "IA-102"
    assert meant in problem.next_step("de")


def test_a_bad_variable_is_named_as_one(tmp_path: Path) -> None:
    problem = _refused(tmp_path, PLAIN, INSIGHT_KPI__SERVICE_LEVEL_SECONDS="soon")
    assert "Umgebungsvariable INSIGHT_KPI__SERVICE_LEVEL_SECONDS" in problem.message("de")


def test_a_misspelt_variable_is_told_with_the_one_that_was_meant(tmp_path: Path) -> None:
    problem = _refused(tmp_path, PLAIN, INSIGHT_KPI_SERVICE_LEVEL_SECONDS="30")
    assert "INSIGHT_KPI__SERVICE_LEVEL_SECONDS" in problem.next_step("en")


def test_a_value_where_a_section_should_be_is_refused(tmp_path: Path) -> None:
    problem = _refused(tmp_path, PLAIN, INSIGHT_KPI="5", INSIGHT_KPI__CALLBACK_WINDOW_HOURS="5")
    assert "INSIGHT_KPI" in problem.message("en")


def test_a_variable_reaches_an_installation_with_a_dash(tmp_path: Path) -> None:
    settings = _load(tmp_path, PLAIN, INSIGHT_INSTALLATIONS__HQ_1__TIMEZONE="Europe/Vienna")
    assert settings.installations["hq-1"].timezone == "Europe/Vienna"


def test_an_installation_may_come_from_the_environment_alone(tmp_path: Path) -> None:
    environ = {
        "INSIGHT_INSTALLATIONS__DEMO__TIMEZONE": "Europe/Berlin",
        "INSIGHT_INSTALLATIONS__DEMO__START_DATE": "2026-03-01",
    }
    assert list(_load(tmp_path, "", **environ).installations) == ["demo"]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:geheim@h/d",
        "mssql+pyodbc:///?odbc_connect=DRIVER%3Dx%3BPWD%3Dgeheim",
        "mysql+pymysql://h/d?password=geheim",
        "postgresql://u:geheim@h:port/d",
    ],
)
def test_a_password_is_refused_in_the_file_and_taken_from_elsewhere(
    tmp_path: Path, url: str
) -> None:
    with pytest.raises(SettingsError) as error:
        _load(tmp_path, RELATIONAL + f'url = "{url}"\n')
    assert "IA-104" in [problem.code for problem in error.value.problems]
    assert "geheim" not in str(error.value)
    if "port" not in url:
        settings = _load(tmp_path, PLAIN, INSIGHT_SINKS__RELATIONAL__URL=url)
        assert _url(settings) == url
        assert "geheim" not in repr(settings)


def test_an_unreadable_url_of_the_environment_is_not_repeated(tmp_path: Path) -> None:
    problem = _refused(tmp_path, PLAIN, INSIGHT_SINKS__RELATIONAL__URL="postgres//u:geheim@h")
    assert "geheim" not in str(problem)


def test_a_section_given_as_text_is_not_repeated(tmp_path: Path) -> None:
    problem = _refused(tmp_path, PLAIN, INSIGHT_SINKS__RELATIONAL="postgresql://u:geheim@h/d")
    assert "geheim" not in str(problem)


def test_the_environment_beats_the_file_of_a_secret(tmp_path: Path) -> None:
    text = RELATIONAL + 'url_file = "missing"\n'
    settings = _load(tmp_path, text, INSIGHT_SINKS__RELATIONAL__URL="sqlite:////x/y.db")
    assert _url(settings) == "sqlite:////x/y.db"


def test_a_missing_file_of_a_secret_is_named_by_its_key(tmp_path: Path) -> None:
    problem = _refused(tmp_path, RELATIONAL + 'url_file = "missing"\n')
    assert problem.code == "IA-108"
    assert "sinks.relational.url_file" in problem.message("de")


def test_a_url_with_at_sign_and_colon_in_a_local_path_is_no_password(tmp_path: Path) -> None:
    url = _url(_load(tmp_path, RELATIONAL + 'url = "sqlite:////a:b/x@y.db"\n'))
    assert make_url(url).database == "/a:b/x@y.db"


def test_a_database_named_as_a_uri_stays_as_it_is(tmp_path: Path) -> None:
    url = "sqlite:///file:x?uri=true"
    assert _url(_load(tmp_path, RELATIONAL + f'url = "{url}"\n')) == url


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///file::memory:?uri=true",
        "sqlite:///file:x?mode=memory&uri=true",
        "sqlite://data/x.db",
        "sqlite:///a\\u0000b.db",
    ],
)
def test_a_database_that_is_no_file_is_refused(tmp_path: Path, url: str) -> None:
    problem = _refused(tmp_path, RELATIONAL + f'url = "{url}"\n')
    assert problem.code == "IA-103"
    assert problem.fields["key"] == "sinks.relational.url"
    assert "sqlite:///folder/file.db" in problem.next_step("en")


def test_a_database_in_memory_is_refused_from_a_variable_and_a_file_too(tmp_path: Path) -> None:
    assert _refused(tmp_path, PLAIN, INSIGHT_SINKS__RELATIONAL__URL="sqlite://").code == "IA-103"
    (tmp_path / "url").write_text("sqlite://")
    assert _refused(tmp_path, RELATIONAL + 'url_file = "url"\n').code == "IA-103"


def test_a_secret_file_with_a_nul_in_its_name_is_refused(tmp_path: Path) -> None:
    problem = _refused(tmp_path, RELATIONAL + 'url_file = "a\\u0000b"\n')
    assert problem.code == "IA-108"
    assert "NUL im Namen" in problem.message("de")
    assert "NUL in its name" in problem.message("en")


def test_a_schema_does_not_go_with_sqlite(tmp_path: Path) -> None:
    problem = _refused(tmp_path, RELATIONAL + 'schema = "insight"\n')
    assert problem.fields["key"] == "sinks.relational.schema"
    assert "SQLite kennt keine Schemata" in problem.next_step("de")
    text = RELATIONAL + 'url = "postgresql://h/d"\nschema = "insight"\n'
    assert _load(tmp_path, text).sinks.relational.schema_name == "insight"


def test_an_authority_that_is_not_there_is_refused_and_one_beside_the_settings_found(
    tmp_path: Path,
) -> None:
    text = RELATIONAL + 'url = "postgresql://h/d"\nca_file = "ca.pem"\n'
    problem = _refused(tmp_path, text)
    assert (problem.code, problem.fields["key"]) == ("IA-108", "sinks.relational.ca_file")
    (tmp_path / "ca.pem").touch()
    assert _load(tmp_path, text).sinks.relational.ca_file == str(tmp_path / "ca.pem")


def test_tls_is_verified_or_off_and_nothing_between(tmp_path: Path) -> None:
    assert _load(tmp_path, PLAIN).sinks.relational.tls == "verify"
    problem = _refused(tmp_path, RELATIONAL + 'tls = "require"\n')
    assert "'verify' oder 'off'" in problem.next_step("de")


@pytest.mark.parametrize("data_dir", ["file", "file/below"])
def test_a_data_folder_that_cannot_be_made_is_refused(tmp_path: Path, data_dir: str) -> None:
    (tmp_path / "file").touch()
    problem = _refused(tmp_path, f'data_dir = "{data_dir}"\n' + PLAIN)
    assert problem.code == "IA-109"
    assert "data_dir" in problem.message("de")
    assert str(tmp_path / "file") in problem.message("en")


def test_a_data_folder_of_a_variable_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    problem = _refused(tmp_path, PLAIN, INSIGHT_DATA_DIR="file")
    assert "Umgebungsvariable INSIGHT_DATA_DIR" in problem.message("de")


def test_installations_that_differ_in_hyphen_and_underscore_alone_are_refused(
    tmp_path: Path,
) -> None:
    problem = _refused(tmp_path, PLAIN + PLAIN.replace("hq-1", "hq_1"))
    assert problem.code == "IA-111"
    assert "hq-1, hq_1" in problem.message("de")
    assert len(_load(tmp_path, PLAIN + PLAIN.replace("hq-1", "hq1")).installations) == 2


@pytest.mark.parametrize(
    "address",
    ["https://a.example/v1", "http://127.0.0.1:8080", "http://[::1]/", "http://localhost"],
)
def test_plain_http_stays_on_this_machine(tmp_path: Path, address: str) -> None:
    text = PLAIN + f'[sinks.powerbi]\napi_url = "{address}"\n'
    assert _load(tmp_path, text).sinks.powerbi.api_url == address


def test_lite_evaluates_one_group(tmp_path: Path) -> None:
    assert "genau eine Gruppe" in _refused(tmp_path, 'edition = "lite"\n' + PLAIN).next_step("de")
    settings = _load(tmp_path, 'edition = "lite"\n' + PLAIN + "groups = [21]\n")
    assert settings.installations["hq-1"].groups == (21,)


def test_pro_keeps_to_the_local_database(tmp_path: Path) -> None:
    text = 'edition = "pro"\n' + RELATIONAL + 'url = "postgresql://h/d"\n'
    assert "sqlite" in _refused(tmp_path, text).next_step("en")


def test_the_refusal_keeps_the_language_that_was_asked_for(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as error:
        _load(tmp_path, 'locale = "en"\nlandingdir = ""\n' + PLAIN)
    assert error.value.locale == "en"


def test_every_secret_setting_may_come_from_a_file() -> None:
    schema = Settings.model_json_schema()
    secrets = {
        (section, name)
        for section, model in schema["$defs"].items()
        for name, kind in model["properties"].items()
        if kind.get("format") == "password"
    }
    named = {("Relational", "url"), ("Cdrdata", "url"), ("Mail", "password"), ("Webhook", "url")}
    assert named == secrets
    assert SECRETS == (
        ("sinks", "relational", "url"),
        ("installations", "*", "cdrdata", "url"),
        ("mail", "password"),
        ("webhooks", "*", "url"),
    )


PBX = PLAIN + "[installations.hq-1.cdrdata]\n"


def _pbx_url(settings: Settings) -> str:
    cdrdata = settings.installations["hq-1"].cdrdata
    assert cdrdata is not None
    return cdrdata.url.get_secret_value()


@pytest.mark.parametrize(
    ("line", "key", "english"),
    [
        ('url = "mysql://u@h/d"', "url", "postgresql://"),
        ('url = "postgresql:///d"', "url", "postgresql://"),
        ('url = "postgresql://u@h"', "url", "postgresql://"),
        ('url = "postgresql://u@h/d?host=elsewhere"', "url", "at most sslmode"),
        ('url = "postgresql://u@h/d?options=-cx%3D1"', "url", "at most sslmode"),
        ('url = "postgresql://u@h/d?sslmode=disable"', "url", "verify-full"),
        ('url = "postgresql://u@h/d?sslmode=prefer"', "url", "verify-full"),
        ('url = "postgresql://u@h/d?sslmode=on"', "url", "verify-full"),
        ('url = "postgresql://u@h/d"\ntable = ""', "table", "not empty"),
        ('url = "postgresql://u@h/d"\nbatch_rows = 0', "batch_rows", "at least 1"),
        ('url = "postgresql://u@h/d"\ntimeout_seconds = 90000', "timeout_seconds", "at most 86400"),
    ],
)
def test_a_pbx_that_cannot_be_read_safely_is_refused(
    tmp_path: Path, line: str, key: str, english: str
) -> None:
    problem = _refused(tmp_path, PBX + line + "\n")
    assert problem.code == "IA-103"
    assert problem.fields["key"] == f"installations.hq-1.cdrdata.{key}"
    assert english in problem.next_step("en")
    assert "h/d" not in str(problem)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u@127.0.0.1/d?sslmode=disable",
        "postgresql://u@[::1]:5433/d?sslmode=prefer",
        "postgresql://u@pbx/d",
        "postgresql://u@pbx/d?sslmode=require",
    ],
)
def test_a_pbx_on_this_machine_needs_no_encryption(tmp_path: Path, url: str) -> None:
    assert make_url(_pbx_url(_load(tmp_path, PBX + f'url = "{url}"\n'))) == make_url(url)


def test_the_password_of_a_pbx_is_refused_in_the_file_and_taken_from_elsewhere(
    tmp_path: Path,
) -> None:
    url = "postgresql://u:geheim@pbx/d"
    problem = _refused(tmp_path, PBX + f'url = "{url}"\n')
    assert problem.code == "IA-104"
    assert "INSIGHT_INSTALLATIONS__HQ_1__CDRDATA__URL" in problem.next_step("de")
    assert "geheim" not in str(problem)
    variable = {"INSIGHT_INSTALLATIONS__HQ_1__CDRDATA__URL": url}
    assert _pbx_url(_load(tmp_path, PLAIN, **variable)) == url
    (tmp_path / "secret").write_text(url + "\n", encoding="utf-8")
    assert _pbx_url(_load(tmp_path, PBX + 'url_file = "secret"\n')) == url


def test_certificates_of_a_pbx_lie_relative_to_the_settings_file(tmp_path: Path) -> None:
    url = "postgresql://u@pbx/d?sslrootcert=pbx.crt"
    query = make_url(_pbx_url(_load(tmp_path, PBX + f'url = "{url}"\n'))).query
    assert query["sslrootcert"] == str(tmp_path / "pbx.crt")


def test_a_misspelt_setting_of_a_pbx_is_told_with_the_right_place(tmp_path: Path) -> None:
    problem = _refused(tmp_path, PBX + 'url = "postgresql://u@pbx/d"\nbatch_row = 5\n')
    assert problem.code == "IA-102"
    assert problem.fields["right"] == "installations.hq-1.cdrdata.batch_rows"
    problem = _refused(tmp_path, PLAIN + "batch_rows = 5\n")
    assert problem.fields["right"] == "installations.NAME.cdrdata.batch_rows"
