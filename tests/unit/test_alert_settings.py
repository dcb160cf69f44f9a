"""Settings about sending: what is taken and refused, where secrets come from, what is never shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from insight_pipeline.model.errors import InsightError, SettingsError
from insight_pipeline.model.settings import Settings
from insight_pipeline.settings import load_settings

ROOT = Path(__file__).parents[2]
PLAIN = '[installations.demo]\ntimezone = "Europe/Berlin"\nstart_date = 2026-03-01\n'
MAIL = '[mail]\nhost = "mail.firma.example"\nfrom = "insight@firma.example"\n'
HOOK = '[webhooks.zentrale]\nkind = "teams"\n'
URL = "https://prod-1.westeurope.logic.azure.com/workflows/geheim?sig=geheim"
GIVEN = {"INSIGHT_WEBHOOKS__ZENTRALE__URL": URL}
ALERT = '[alerts.verlust]\nfigure = "abandonment_rate"\nwebhooks = ["zentrale"]\n'


def _load(folder: Path, text: str, **environ: str) -> Settings:
    file = folder / "insight.toml"
    file.write_text(PLAIN + text, encoding="utf-8")
    return load_settings(file, environ)


def _refused(folder: Path, text: str, **environ: str) -> InsightError:
    with pytest.raises(SettingsError) as error:
        _load(folder, text, **environ)
    (problem,) = error.value.problems
    assert "geheim" not in str(error.value) + repr(error.value.args)
    return problem


def test_without_these_sections_nothing_is_sent(tmp_path: Path) -> None:
    settings = _load(tmp_path, "")
    assert settings.mail is None
    assert (settings.webhooks, settings.alerts) == ({}, {})
    assert settings.failures.is_empty
    assert settings.report.recipients == ()


def test_everything_together_is_taken(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("geheim\n")
    text = MAIL + (
        'user = "u"\npassword_file = "password"\n'
        '[report]\nrecipients = ["a@b.example"]\nevery = "week"\nat = 06:30:00\n'
        '[failures]\nrecipients = ["a@b.example"]\nwebhooks = ["zentrale"]\n'
    )
    text += HOOK + ALERT + "above = 0.1\nqueues = [21, 22]\nquarter_hours = 4\n"
    settings = _load(tmp_path, text, **GIVEN)
    assert settings.mail is not None
    assert settings.mail.password.get_secret_value() == "geheim"
    assert settings.webhooks["zentrale"].url.get_secret_value() == URL
    assert settings.report.at == "06:30"
    assert settings.alerts["verlust"].queues == (21, 22)
    assert "geheim" not in repr(settings) + settings.model_dump_json()


@pytest.mark.parametrize(
    ("text", "key", "variable"),
    [
        (MAIL + 'user = "u"\npassword = "geheim"\n', "mail.password", "INSIGHT_MAIL__PASSWORD"),
        (
            HOOK + f'url = "{URL}"\n',
            "webhooks.zentrale.url",
            "INSIGHT_WEBHOOKS__ZENTRALE__URL",
        ),
    ],
)
def test_a_secret_in_the_file_is_refused_and_never_shown(
    tmp_path: Path, text: str, key: str, variable: str
) -> None:
    problem = _refused(tmp_path, text)
    assert problem.code == "IA-620"
    assert problem.fields["key"] == key
    assert variable in problem.next_step("de")
    assert key.rpartition(".")[2] + "_file" in problem.next_step("en")


def test_the_url_of_a_webhook_is_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text(URL + "\n")
    settings = _load(tmp_path, HOOK + 'url_file = "url"\n')
    assert settings.webhooks["zentrale"].url.get_secret_value() == URL


@pytest.mark.parametrize(
    ("text", "key", "german", "english"),
    [
        (MAIL + "port = 0\n", "mail.port", "mindestens 1", "at least 1"),
        (MAIL + 'security = "ssl"\n', "mail.security", "'starttls', 'tls' oder", "or 'plain'"),
        (MAIL + 'security = "plain"\n', "mail.security", "eigenen Rechner", "this machine only"),
        (MAIL + "timeout_seconds = 61\n", "mail.timeout_seconds", "höchstens 60", "at most 60"),
        (MAIL.replace("mail.f", "mail f"), "mail.host", "Rechnername", "host name"),
        (MAIL.replace("insight@", ""), "mail.from", "leitung@", "manager@"),
        (MAIL + '[report]\nat = "7 Uhr"\n', "report.at", "07:00", "07:00"),
        (MAIL + '[report]\nat = "24:00"\n', "report.at", "07:00", "07:00"),
        (MAIL + '[report]\nevery = "year"\n', "report.every", "'month'", "'month'"),
        (MAIL + '[report]\nrecipients = ["a"]\n', "report.recipients.0", "leitung@", "manager@"),
        (MAIL + "[report]\nrecipients = 7\n", "report.recipients", "Klammern", "brackets"),
        (
            MAIL + '[report]\nrecipients = ["a@b\\r\\nBcc: c@d"]\n',
            "report.recipients.0",
            "leitung@",
            "manager@",
        ),
        ('[failures]\nwebhooks = ["zentral"]\n', "failures.webhooks", "[webhooks.NAME]", "add"),
        ('[webhooks."Z Z"]\nkind = "json"\nurl_file = "url"\n', "webhooks", "a-z", "a-z"),
    ],
)
def test_a_bad_value_is_told_with_what_would_be_right(
    tmp_path: Path, text: str, key: str, german: str, english: str
) -> None:
    (tmp_path / "url").write_text(URL)
    problem = _refused(tmp_path, text)
    assert problem.code == "IA-103"
    assert problem.fields["key"] == key
    assert german in problem.next_step("de")
    assert english in problem.next_step("en")


@pytest.mark.parametrize(
    ("lines", "key", "english"),
    [
        ("", "alerts.verlust", "above or below"),
        ("above = 0.1\nbelow = 0.2", "alerts.verlust", "above or below"),
        ("above = 5", "alerts.verlust", "0.05 for 5 %"),
        ("above = true", "alerts.verlust.above", "a number"),
        ("above = inf", "alerts.verlust.above", "a number"),
        ("above = nan", "alerts.verlust.above", "at least 0"),
        ('above = "viel"', "alerts.verlust.above", "a number"),
        ("below = -1", "alerts.verlust.below", "at least 0"),
        ("above = 0.1\nqueues = [0]", "alerts.verlust.queues.0", "at least 1"),
        ("above = 0.1\nquarter_hours = 97", "alerts.verlust.quarter_hours", "at most 96"),
        ("above = 0.1\nminimum_offered = 0", "alerts.verlust.minimum_offered", "at least 1"),
        ('above = 0.1\ninstallation = "hq"', "alerts.verlust.installation", "demo"),
    ],
)
def test_an_alert_that_cannot_be_meant_is_refused(
    tmp_path: Path, lines: str, key: str, english: str
) -> None:
    problem = _refused(tmp_path, HOOK + ALERT + lines + "\n", **GIVEN)
    assert problem.code == "IA-103"
    assert problem.fields["key"] == key
    assert english in problem.next_step("en")


def test_a_figure_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    text = HOOK + ALERT.replace("abandonment_rate", "lost") + "above = 0.1\n"
    assert "'wait_max_seconds'" in _refused(tmp_path, text, **GIVEN).next_step("de")


def test_an_alert_that_tells_nobody_is_refused(tmp_path: Path) -> None:
    text = ALERT.replace('webhooks = ["zentrale"]', "above = 0.1")
    assert "recipients oder webhooks" in _refused(tmp_path, text).next_step("de")


def test_a_webhook_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    text = HOOK + ALERT.replace('["zentrale"]', '["zentral"]') + "above = 0.1\n"
    problem = _refused(tmp_path, text, **GIVEN)
    assert problem.fields["key"] == "alerts.verlust.webhooks"
    assert "zentrale" in problem.next_step("en")


@pytest.mark.parametrize("section", ["report", "failures"])
def test_recipients_without_a_mail_server_are_refused(tmp_path: Path, section: str) -> None:
    problem = _refused(tmp_path, f'[{section}]\nrecipients = ["a@b.example"]\n')
    assert problem.code == "IA-629"
    assert problem.fields["key"] == f"{section}.recipients"


def test_a_user_without_a_password_is_refused(tmp_path: Path) -> None:
    assert _refused(tmp_path, MAIL + 'user = "u"\n').code == "IA-621"
    given = {"INSIGHT_MAIL__PASSWORD": "geheim"}
    settings = _load(tmp_path, MAIL + 'user = "u"\n', **given)
    assert settings.mail is not None
    assert settings.mail.user == "u"


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.slack.example/geheim",
        "ftp://x.example/geheim",
        "https://u:geheim@x.example/",
        "https:///geheim",
        "https://x.example/geheim\u00fc",
        "https://x.example/ge heim",
        "geheim",
    ],
)
def test_a_webhook_elsewhere_speaks_https_and_its_url_is_never_shown(
    tmp_path: Path, url: str
) -> None:
    problem = _refused(tmp_path, HOOK, INSIGHT_WEBHOOKS__ZENTRALE__URL=url)
    assert problem.fields["key"] == "webhooks.zentrale.url"
    assert "https://" in problem.next_step("de")


def test_a_webhook_without_url_lacks_it(tmp_path: Path) -> None:
    assert _refused(tmp_path, HOOK).fields["key"] == "webhooks.zentrale.url"


def test_a_webhook_of_this_machine_may_be_plain(tmp_path: Path) -> None:
    url = "http://127.0.0.1:8080/hook"
    settings = _load(tmp_path, HOOK, INSIGHT_WEBHOOKS__ZENTRALE__URL=url)
    assert settings.webhooks["zentrale"].url.get_secret_value() == url


@pytest.mark.parametrize("section", ["mail", "webhooks.zentrale"])
def test_an_authority_lies_beside_the_settings_and_is_refused_where_it_does_not(
    tmp_path: Path, section: str
) -> None:
    text = (MAIL if section == "mail" else HOOK) + 'ca_file = "ca.pem"\n'
    given = {} if section == "mail" else GIVEN
    problem = _refused(tmp_path, text, **given)
    assert (problem.code, problem.fields["key"]) == ("IA-108", f"{section}.ca_file")
    (tmp_path / "ca.pem").touch()
    settings = _load(tmp_path, text, **given)
    part = settings.mail if section == "mail" else settings.webhooks["zentrale"]
    assert part is not None
    assert part.ca_file == str(tmp_path / "ca.pem")


def test_receivers_can_be_given_by_a_variable(tmp_path: Path) -> None:
    given = {"INSIGHT_REPORT__RECIPIENTS": "a@b.example, c@d.example"}
    assert _load(tmp_path, MAIL, **given).report.recipients == ("a@b.example", "c@d.example")


def test_a_misspelt_key_is_told_with_the_one_that_was_meant(tmp_path: Path) -> None:
    problem = _refused(tmp_path, HOOK + ALERT + "above = 0.1\nquarterhours = 4\n", **GIVEN)
    assert problem.fields["right"] == "alerts.verlust.quarter_hours"


def _examples(text: str) -> str:
    """The sections of a text that stand in comments, or by themselves, from `[mail]` on."""
    lines = text[text.index("[mail]") :].splitlines()
    found = (re.sub(r"^# ?", "", line) for line in ("# " + lines[0].lstrip("# "), *lines[1:]))
    return "\n".join(line for line in found if re.match(r"\[|[a-z_]+ = ", line))


@pytest.mark.parametrize("document", ["insight.toml", "docs/alerts.md"])
def test_the_examples_name_every_setting_and_are_taken(tmp_path: Path, document: str) -> None:
    for name in ("mail.password", "control-room.url"):
        (tmp_path / name).write_text(URL)
    text = _examples((ROOT / document).read_text("utf-8"))
    settings = _load(tmp_path, text)
    (alert,), (hook,) = settings.alerts.values(), settings.webhooks.values()
    assert (alert.limit, hook.kind) == (0.1, "teams")
    for part in (settings.mail, alert, settings.report, settings.failures):
        assert part is not None
        for name, field in type(part).model_fields.items():
            assert re.search(rf"^{field.alias or name}(_file)? = ", text, re.MULTILINE) or (
                name == "below"
            ), name
