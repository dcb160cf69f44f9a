"""`insight simulate` as a command."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from insight_pipeline.cli.simulate import simulate

SMALL = ["--users", "5", "--from", "2026-03-02", "--to", "2026-03-03", "--calls-per-day", "6"]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(simulate, arguments)


def test_the_command_writes_exports_and_truth_and_says_where(tmp_path: Path) -> None:
    done = run("--out", str(tmp_path / "landing"), "--truth", str(tmp_path / "truth"), *SMALL)
    assert done.exit_code == 0, done.output
    assert (tmp_path / "landing" / "demo" / "directory" / "accounts.csv").is_file()
    assert sorted(path.name for path in (tmp_path / "truth").iterdir()) == [
        "calls.jsonl.gz",
        "days.json",
        "files.json",
        "line_uses.jsonl.gz",
    ]
    assert str(tmp_path / "landing") in done.output
    assert "insight run --installation demo --from 2026-03-02 --to 2026-03-03" in done.output


def test_a_folder_with_exports_is_left_alone_unless_forced(tmp_path: Path) -> None:
    assert run("--out", str(tmp_path), *SMALL).exit_code == 0
    again = run("--out", str(tmp_path), *SMALL)
    assert again.exit_code == 2
    assert "--force" in again.output
    assert run("--out", str(tmp_path), "--force", *SMALL).exit_code == 0


def test_wrong_usage_names_what_would_be_right(tmp_path: Path) -> None:
    zone = run("--out", str(tmp_path), "--timezone", "CEST+1")
    name = run("--out", str(tmp_path), "--installation", "Büro 1")
    days = run("--out", str(tmp_path), "--to", "2026-01-01")
    assert [zone.exit_code, name.exit_code, days.exit_code] == [2, 2, 2]
    assert "Europe/Berlin" in zone.output
    assert "a-z" in name.output
    assert "before the first day" in days.output
