"""What a score must say of textbook cases, written down before any score was seen.

Every statement must hold in each of the three seeds: they change the noise and the labels, not the case, and
a case is made so clear that noise should not decide. Risk is a probability, so cases of the two tables of a
seed may be compared. The champion is the stored one; `python -m tests.textbook.show` prints the numbers.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
import pytest

from .casting import CASTS, DECOYS, DIVERTERS, INBOUND_ONLY, PLAIN, TableName
from .scored import risk, scored

SEEDS = (1, 2, 3)
EVENT = 0.5  # more likely than not
HARMLESS = 0.3  # no decoy reaches it
FIRST_OR_SECOND = 2

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("seed", SEEDS)]


def highest(name: TableName, seed: int, cases: Iterable[str]) -> tuple[float, str]:
    """The highest risk among cases, and whose it is."""
    return max((risk(name, seed, case), case) for case in cases)


@pytest.mark.parametrize("name", CASTS)
def test_every_case_of_the_table_is_scored(name: TableName, seed: int) -> None:
    """Not reported is not zero, and not silence either: the senders' reports are enough for a score."""
    cases = [case for case in CASTS[name] if not case.startswith("control")]
    unscored = scored(name, seed).filter(pl.col("case").is_in(cases), pl.col("risk").is_null())
    assert unscored["case"].to_list() == []


def test_the_plain_diverter_is_more_likely_than_not(seed: int) -> None:
    assert risk("plain", seed, "plain_diverter") > EVENT


def test_the_plain_diverter_ranks_first_or_second(seed: int) -> None:
    row = scored("plain", seed).row(by_predicate=pl.col("case") == "plain_diverter", named=True)
    assert row["rank"] is not None and row["rank"] <= FIRST_OR_SECOND


@pytest.mark.parametrize("case", INBOUND_ONLY)
def test_inbound_only_diverters_are_above_every_plain_country(case: str, seed: int) -> None:
    assert risk("plain", seed, case) > highest("plain", seed, PLAIN)[0]


@pytest.mark.parametrize("decoy", DECOYS)
def test_the_plain_diverter_is_above_the_decoy(decoy: str, seed: int) -> None:
    assert risk("plain", seed, "plain_diverter") > risk("cases", seed, decoy)


# Expectations, stated before any score was seen, that the present champion does not meet on every seed.
NOT_MET = frozenset({"customs_union", "huge_economy", "inbound_only_importer"})


@pytest.mark.parametrize("case", [*DIVERTERS, *INBOUND_ONLY])
def test_a_diverter_is_above_every_decoy(case: str, seed: int, request: pytest.FixtureRequest) -> None:
    if case in NOT_MET:
        request.applymarker(pytest.mark.xfail(strict=False, reason="docs/model.md, textbook cases"))
    worst, decoy = highest("cases", seed, DECOYS)
    assert risk("cases", seed, case) > worst, f"{decoy} is above {case}"


@pytest.mark.parametrize("case", [*DIVERTERS, *INBOUND_ONLY])
def test_a_diverter_is_above_every_plain_country(case: str, seed: int) -> None:
    worst, country = highest("cases", seed, PLAIN)
    assert risk("cases", seed, case) > worst, f"{country} is above {case}"


@pytest.mark.parametrize("decoy", DECOYS)
def test_a_decoy_stays_harmless(decoy: str, seed: int) -> None:
    row = scored("cases", seed).row(by_predicate=pl.col("case") == decoy, named=True)
    assert risk("cases", seed, decoy) < HARMLESS
    assert row["band"] != "high"


@pytest.mark.parametrize("name", CASTS)
def test_plain_countries_stay_harmless(name: TableName, seed: int) -> None:
    worst, country = highest(name, seed, PLAIN)
    assert worst < HARMLESS, country


def test_a_crackdown_lowers_the_risk_of_the_same_country(seed: int) -> None:
    assert risk("cases", seed, "crackdown") < risk("cases", seed, "without_crackdown")
