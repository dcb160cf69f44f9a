"""A file appears whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from insight_pipeline.sinks.placing import replaced


def test_a_file_that_is_there_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.write_text("old")
    target.chmod(0o640)
    with replaced(target) as path:
        path.write_text("new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_what_breaks_off_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, error: type[BaseException]
) -> None:
    target = tmp_path / "a.csv"
    target.write_text("old")

    def break_off() -> None:
        with replaced(target) as path:
            path.write_text("half")
            raise error

    with pytest.raises(error):
        break_off()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_link_stays_a_link_to_the_new_content(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("old")
    link = tmp_path / "a.csv"
    link.symlink_to("real.csv")
    with replaced(link) as path:
        path.write_text("new")
    assert link.is_symlink()
    assert (tmp_path / "real.csv").read_text() == "new"


def test_a_folder_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="directory"), replaced(tmp_path):
        pass
