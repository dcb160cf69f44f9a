"""Migrating the text of a settings file: keys move, comments and order stay."""

from __future__ import annotations

import tomllib

import pytest

from insight_pipeline.model.errors import PermanentError
from insight_pipeline.setting_steps import Change, Step, migrated

TEXT = """\
# Ours.
landing_dir = "x"   # where

[kpi]
# seconds to answer
limit = 3   # agreed in 2025
other = 4

[installations.demo]
zone = "a"  # here
start = 1
[installations.hq-1]
zone = "b"
"""


def test_a_key_is_renamed_where_it_stands() -> None:
    text, changes = migrated(TEXT, [Step("0.2", "kpi.limit", "kpi.service_level_seconds")])
    assert text == TEXT.replace("limit = 3", "service_level_seconds = 3")
    assert changes == [Change("0.2", "kpi.limit", "kpi.service_level_seconds")]


def test_a_key_at_the_top_and_a_section_are_renamed_likewise() -> None:
    text, _ = migrated(TEXT, [Step("0.2", "landing_dir", "inbox"), Step("0.2", "kpi", "figures")])
    assert text == TEXT.replace("landing_dir =", "inbox =").replace("[kpi]", "[figures]")


def test_a_section_is_renamed_with_those_below_it() -> None:
    text, _ = migrated(TEXT, [Step("0.2", "installations", "sites")])
    assert text == TEXT.replace("[installations.", "[sites.")


def test_a_star_stands_for_every_installation() -> None:
    text, changes = migrated(
        TEXT, [Step("0.2", "installations.*.zone", "installations.*.timezone")]
    )
    assert text == TEXT.replace("zone = ", "timezone = ")
    assert [change.new for change in changes] == [
        "installations.demo.timezone",
        "installations.hq-1.timezone",
    ]


def test_a_key_moves_to_another_section_with_its_comment() -> None:
    text, _ = migrated(TEXT, [Step("0.2", "kpi.limit", "forecast.limit")])
    tree = tomllib.loads(text)
    assert (tree["forecast"], tree["kpi"]) == ({"limit": 3}, {"other": 4})
    assert "limit = 3   # agreed in 2025" in text
    assert "# Ours." in text


def test_a_dropped_key_leaves_the_rest_as_it_is() -> None:
    text, changes = migrated(TEXT, [Step("0.3", "kpi.other")])
    assert text == TEXT.replace("other = 4\n", "")
    assert changes == [Change("0.3", "kpi.other", "")]


def test_steps_of_several_versions_follow_each_other_and_do_nothing_twice() -> None:
    steps = [Step("0.2", "kpi.limit", "kpi.middle"), Step("0.3", "kpi.middle", "kpi.last")]
    once, changes = migrated(TEXT, steps)
    assert [change.version for change in changes] == ["0.2", "0.3"]
    assert migrated(once, steps) == (once, [])
    assert migrated(TEXT, []) == (TEXT, [])


def test_a_key_under_both_names_is_left_to_its_owner() -> None:
    with pytest.raises(PermanentError) as error:
        migrated(TEXT, [Step("0.2", "kpi.limit", "kpi.other")])
    assert error.value.code == "IA-733"
    assert error.value.fields == {"old": "kpi.limit", "new": "kpi.other"}
