"""Which worlds `retrain` makes: of each author, and of the user's own tables where a folder is given."""

from pathlib import Path

import pytest

from riskmodel.errors import WrongUsage
from riskmodel.outcomes.family_rows import FamilyJob, family_jobs
from riskmodel.training.run import from_families


def test_a_folder_of_real_tables_adds_the_family_resampled(tmp_path: Path) -> None:
    plain = [FamilyJob("firms", 5), FamilyJob("firms", 6)]
    assert family_jobs(["firms"], 2, 5) == plain
    jobs = family_jobs(["firms"], 2, 5, tmp_path)
    assert jobs == [*plain, *(FamilyJob("resampled", seed, background=tmp_path) for seed in (5, 6))]


def test_a_folder_without_tables_is_refused_before_any_world_is_made(tmp_path: Path) -> None:
    said: list[str] = []
    with pytest.raises(WrongUsage, match="no subfolder trade"):
        from_families(2, 5, 1, said.append, tmp_path)
    assert said == []
