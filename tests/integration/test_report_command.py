"""`insight report` over a real lake: where the page goes, what it says, what it lacks, what is refused."""

from __future__ import annotations

import io
import shutil
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from insight_pipeline.cli.app import App
from insight_pipeline.cli.main import USAGE_CODES
from insight_pipeline.cli.report import report
from insight_pipeline.model.errors import InsightError
from insight_pipeline.orchestration import reporting
from insight_pipeline.orchestration.publishing import PARTITIONED
from insight_pipeline.orchestration.reporting import report_file
from insight_pipeline.orchestration.site import Site
from insight_pipeline.settings import load_settings
from tests import direct
from tests.conftest import write_settings
from tests.pipeline import GOLDEN
from tests.unit.report.reading import text_of

DAY = date(2026, 3, 12)
ONE_DAY = ("--from", "2026-03-12")


def _load(site: Site) -> None:
    """Everything that was read, into the lake."""
    direct.read(site)
    days = direct.days_read(site)
    direct.load(site, days)
    for name, table in direct.tables(site).items():
        if name not in PARTITIONED:
            site.lake.write(name, table)
    site.raw.index.finish_load([day.toordinal() - date(1970, 1, 1).toordinal() for day in days])


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fifteen worked calls of 12 March in two installations, loaded in one of them."""
    folder = tmp_path_factory.mktemp("report")
    for name in ("demo", "nyc"):
        shutil.copytree(GOLDEN / "examples" / "landing" / "demo", folder / "landing" / name)
    config = write_settings(folder, folder / "landing")
    other = '[installations.nyc]\ntimezone = "America/New_York"\nstart_date = 2026-03-01\n[sinks'
    config.write_text(config.read_text().replace("[sinks", other, 1))
    _load(Site("demo", load_settings(config, {})))
    return config


def _called(config: Path, *arguments: str, locale: str = "de") -> tuple[Result, str]:
    """The result, and what was printed on a terminal of 80 columns."""
    output = io.StringIO()
    app = App(config)
    app.settings = load_settings(config, {"INSIGHT_LOCALE": locale})
    app.console = Console(
        file=output, width=80, force_terminal=True, color_system=None, markup=False
    )
    return CliRunner().invoke(report, list(arguments), obj=app), output.getvalue()


def test_the_page_lies_where_it_was_asked_for_and_the_terminal_says_where(
    config: Path, tmp_path: Path
) -> None:
    file = tmp_path / "März.html"
    result, printed = _called(config, *ONE_DAY, "--installation", "demo", "-o", str(file))
    assert result.exit_code == 0, result.exception
    assert str(file) in printed.replace("\n", "")
    assert [each.name for each in tmp_path.iterdir()] == [file.name]
    text = text_of(file.read_text("utf-8"))
    assert "Anrufauswertung demo\n12.03.2026\n" in text
    assert "Nicht geladen" not in text


def test_figures_of_the_page_are_those_of_the_worked_calls(config: Path, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    _called(config, *ONE_DAY, "--installation", "demo", "-o", str(file), "--locale", "en")
    site = Site("demo", load_settings(config, {}))
    calls = direct.tables(site)["fact_call"].to_pylist()
    lost = direct.tables(site)["fact_callback"].to_pylist()
    inbound = sum(call["direction"] == "inbound" for call in calls)
    text = text_of(file.read_text("utf-8"))
    assert f"Calls\n{len(calls)}\nAll calls, each once.\n" in text
    assert f"Inbound\n{inbound}\nFrom outside.\n" in text
    assert f"still open\n{sum(not row['is_recovered'] for row in lost)}\n" in text


def test_without_a_place_it_lies_below_data_dir_under_its_days(config: Path) -> None:
    result, printed = _called(config, *ONE_DAY, "--installation", "demo", locale="en")
    file = config.parent / "data" / "reports" / "demo" / "2026-03-12_2026-03-12.html"
    assert result.exit_code == 0, result.exception
    assert file.exists()
    assert str(file) in printed.replace("\n", "")


def test_a_whole_month_lies_under_the_name_of_the_month(config: Path) -> None:
    site = Site("demo", load_settings(config, {}))
    assert report_file(site, date(2026, 3, 1), date(2026, 3, 31)).name == "2026-03.html"
    for first, last in (((3, 1), (3, 30)), ((3, 2), (3, 31)), ((3, 1), (5, 31))):
        name = report_file(site, date(2026, *first), date(2026, *last)).name
        assert name == f"{date(2026, *first)}_{date(2026, *last)}.html"


def test_days_that_are_not_loaded_are_named_on_the_page_and_the_terminal(
    config: Path, tmp_path: Path
) -> None:
    file = tmp_path / "page.html"
    days = ("--from", "2026-03-11", "--to", "2026-03-14")
    result, printed = _called(config, *days, "--installation", "demo", "-o", str(file))
    assert result.exit_code == 0, result.exception
    assert "IA-651 demo: nicht geladen" in printed
    assert "2026-03-11, 2026-03-13" in " ".join(printed.split())
    assert "insight run --installation demo" in " ".join(printed.split())
    text = text_of(file.read_text("utf-8"))
    assert (
        "Nicht geladen und deshalb nicht enthalten (3 von 4 Tagen): 11.03.2026, 13.03.2026" in text
    )


def test_days_touched_since_they_were_loaded_are_named(tmp_path: Path) -> None:
    config = write_settings(tmp_path, GOLDEN / "examples" / "landing")
    site = Site("demo", load_settings(config, {}))
    _load(site)
    site.raw.index.put_touched([DAY.toordinal() - date(1970, 1, 1).toordinal()])
    _, printed = _called(config, *ONE_DAY)
    assert "IA-652 demo: im Bericht veraltet: 2026-03-12." in printed
    made = reporting.report_of(site, DAY, DAY, "de", reporting.now_utc())
    assert "ihre Zahlen sind veraltet: 12.03.2026." in text_of(made.page)


def test_each_installation_gets_its_own_page_and_one_file_for_both_is_refused(
    config: Path, tmp_path: Path
) -> None:
    result, printed = _called(config, *ONE_DAY)
    assert result.exit_code == 0, result.exception
    assert "demo: Bericht" in printed
    assert "nyc: Bericht" in printed
    result, _ = _called(config, *ONE_DAY, "-o", str(tmp_path / "page.html"))
    assert isinstance(result.exception, InsightError)
    assert result.exception.code == "IA-650"
    assert "IA-650" in USAGE_CODES
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--from", "2026-02-01", "--to", "2026-02-28"), "IA-401"),
        (("--from", "2026-03-12", "--to", "2026-03-11"), "IA-408"),
        (("--from", "2026-03-12", "--installation", "paris"), "IA-106"),
    ],
)
def test_what_cannot_be_is_refused_as_by_the_other_commands(
    config: Path, arguments: tuple[str, ...], code: str
) -> None:
    result, _ = _called(config, *arguments)
    assert isinstance(result.exception, InsightError)
    assert result.exception.code == code


def test_a_place_that_cannot_be_written_is_named_and_an_old_page_stays(
    config: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    target = tmp_path / "file" / "page.html"
    result, _ = _called(config, *ONE_DAY, "--installation", "demo", "-o", str(target))
    assert isinstance(result.exception, InsightError)
    assert result.exception.code == "IA-432"


def test_a_page_that_cannot_be_put_in_place_leaves_nothing_behind(tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    target.mkdir()
    (target / "kept").touch()
    with pytest.raises(OSError, match=r"page\.html"):
        reporting.write_page("new", target)
    assert [each.name for each in tmp_path.iterdir()] == ["page.html"]
