"""On random, adversarial exports every table equals a slow reading of the rules, row by row.

The oracle (`tests/oracle`) shares no code with the pipeline. A failure prints the seed that repeats it.
"""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from tests import direct, oracle
from tests.oracle import compare, fuzz

SEEDS = [random.SystemRandom().randrange(1 << 30) for _ in range(6)]
FOUND = {
    25437906: "a row whose two ends name the same account differently",
    77228320: "a file whose last start lies in the repeated hour",
}
"""Seeds that once showed a difference, and where it was."""


def _differences(config: Path) -> list[str]:
    expected = oracle.compute(config)
    found = []
    for site in direct.sites_of(config):
        actual = direct.tables(site)
        for name, rows in expected[site.name].items():
            key = oracle.KEYS[name]
            found += [
                f"{name}: {d}" for d in compare.differences(rows, actual[name].to_pylist(), key)
            ]
    return found


@pytest.mark.parametrize("number", range(len(SEEDS)))
def test_every_table_equals_the_oracle(tmp_path: Path, number: int) -> None:
    print(f"seed {SEEDS[number]}")
    assert _differences_of_seed(tmp_path, SEEDS[number]) == []


@pytest.mark.parametrize("seed", FOUND)
def test_differences_that_were_found_once_stay_mended(tmp_path: Path, seed: int) -> None:
    assert _differences_of_seed(tmp_path, seed) == []


def _differences_of_seed(folder: Path, seed: int) -> list[str]:
    config = fuzz.write_landing(folder, seed, 0.6)
    for site in direct.sites_of(config):
        direct.read(site)
        direct.load(site, direct.days_read(site))
    return _differences(config)


@pytest.mark.parametrize("number", range(2))
def test_files_that_come_one_by_one_between_loads_change_nothing(
    tmp_path: Path, number: int
) -> None:
    seed = SEEDS[number]
    print(f"seed {seed}")
    chance = random.Random(seed)
    config = fuzz.write_landing(tmp_path, seed, 0.4)
    shutil.move(tmp_path / "landing", tmp_path / "later")
    files = sorted(path for path in (tmp_path / "later").rglob("*") if path.is_file())
    chance.shuffle(files)
    for path in files:
        target = tmp_path / "landing" / path.relative_to(tmp_path / "later")
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink():
            target.symlink_to(path.readlink())
        else:
            shutil.copyfile(path, target)
        for site in direct.sites_of(config):
            direct.read(site)
            if (days := direct.days_read(site)) and chance.random() < 0.3:
                direct.load(site, sorted(chance.sample(days, k=min(3, len(days)))))
    for site in direct.sites_of(config):
        days = direct.days_read(site)
        chance.shuffle(days)
        for day in days:
            direct.load(site, [day])
    shutil.rmtree(tmp_path / "later")
    assert _differences(config) == []
