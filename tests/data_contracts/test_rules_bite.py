"""Each rule bites: for every rule of every contract a batch that breaks only it."""

from functools import cache

import polars as pl
import pytest

from data_contracts.checking.check import Validation, validate, validate_batches
from data_contracts.registry import CONTRACTS
from tools.contracts.breaks import BREAKS
from tools.contracts.examples import SOUND_CONTEXT, sound

CASES = [pytest.param(place, id=f"{b.contract}-{b.rule}-{place}") for place, b in enumerate(BREAKS)]
pytestmark = pytest.mark.xdist_group("contracts")


@cache
def checked(contract: str) -> dict[int, Validation]:
    places = [place for place, case in enumerate(BREAKS) if case.contract == contract]
    batches = [(BREAKS[place].make(sound(contract)), BREAKS[place].context) for place in places]
    return dict(zip(places, validate_batches(CONTRACTS[contract], batches), strict=True))


def failed(validation: Validation) -> set[str]:
    return {result.rule for result in validation.report.results if not result.passed}


@pytest.mark.parametrize("place", CASES)
def test_broken_batch_breaks_only_its_rule(place: int) -> None:
    case = BREAKS[place]
    found = checked(case.contract)[place]
    assert failed(found) == {case.rule, *case.also}


@pytest.mark.parametrize("place", CASES)
def test_verdict_follows_from_the_rule(place: int) -> None:
    """What stops the batch fails it; what refuses rows sets them apart; what reports does neither."""
    case = BREAKS[place]
    found = checked(case.contract)[place]
    effects = {rule.name: rule.effect for rule in CONTRACTS[case.contract].rules}
    broken = [effects[name] for name in (case.rule, *case.also)]
    assert found.report.passed == ("stops the batch" not in broken)
    if "refuses the rows" in broken:
        assert found.quarantined.height
    elif case.rule != "columns_present":
        assert found.quarantined.is_empty()


@pytest.mark.parametrize("place", CASES)
def test_counts_add_up_and_details_speak(place: int) -> None:
    case = BREAKS[place]
    found = checked(case.contract)[place]
    report = found.report
    assert report.rows_in == report.rows_accepted + report.rows_quarantined
    assert (report.rows_accepted, report.rows_quarantined) == (
        found.accepted.height,
        found.quarantined.height,
    )
    fixes = {rule.name: rule.fix for rule in CONTRACTS[case.contract].rules}
    for result in report.results:
        assert result.tier != 3 or "{" not in result.detail
        if not result.passed:
            assert result.detail.endswith(fixes[result.rule])


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_rule_has_a_batch_that_breaks_it(contract: str) -> None:
    broken = {case.rule for case in BREAKS if case.contract == contract}
    assert broken == {rule.name for rule in CONTRACTS[contract].rules}


@pytest.mark.parametrize("contract", CONTRACTS)
def test_sound_batch_keeps_every_rule(contract: str) -> None:
    found = validate(CONTRACTS[contract], sound(contract), SOUND_CONTEXT)
    assert failed(found) == set()
    assert found.accepted.height == sound(contract).height
    assert {name: found.accepted.schema[name] for name in CONTRACTS[contract].columns} == dict(
        CONTRACTS[contract].columns
    )


@pytest.mark.parametrize("contract", CONTRACTS)
def test_empty_and_all_null_batches_fail(contract: str) -> None:
    """great-expectations passes every value rule on them, so the contract must not."""
    good = sound(contract)
    nothing = good.with_columns(pl.lit(None).alias(name) for name in CONTRACTS[contract].columns)
    without_columns = pl.DataFrame()
    batches = [(frame, SOUND_CONTEXT) for frame in (good.clear(), nothing, without_columns)]
    for found in validate_batches(CONTRACTS[contract], batches):
        assert not found.report.passed
        assert found.accepted.is_empty()


@pytest.mark.parametrize("contract", CONTRACTS)
def test_one_batch_alone_or_among_others_gets_the_same_report(contract: str) -> None:
    """`validate_batches` judges together; the slow and obvious way is one by one."""
    place = [place for place, case in enumerate(BREAKS) if case.contract == contract][8]
    alone = validate(CONTRACTS[contract], BREAKS[place].make(sound(contract)), BREAKS[place].context)
    assert alone.report.to_dict() == checked(contract)[place].report.to_dict()
    assert alone.quarantined.equals(checked(contract)[place].quarantined)


def test_rules_have_distinct_names_and_a_mend() -> None:
    for contract in CONTRACTS.values():
        names = [rule.name for rule in contract.rules]
        assert len(names) == len(set(names))
        for rule in contract.rules:
            assert rule.fix.endswith(".")
            assert rule.description
            assert not rule.description.endswith(".")


def test_digest_follows_the_rules() -> None:
    from dataclasses import replace

    contract = CONTRACTS["goods"]
    digests = {CONTRACTS[name].digest for name in CONTRACTS}
    assert len(digests) == len(CONTRACTS)
    assert replace(contract, version="9").digest != contract.digest
    assert replace(contract, row_rules=contract.row_rules[1:]).digest != contract.digest
    assert replace(contract).digest == contract.digest
