"""Months for which the table of rates has none are named, with the currency and what to do: no guess."""

from pathlib import Path

import pytest

from riskmodel.errors import InputUnreadable
from riskmodel.sources.trade.exchange import covered
from riskmodel.sources.trade.read import read_trade

HEADER = "MonthId,FlowTypeId,CommodityId,CountryId,Value,NetMass,CountryCodeAlpha\n"


def uk(tmp_path: Path, *months: str) -> Path:
    path = tmp_path / "uk.csv"
    path.write_text(HEADER + "".join(f"{month},4,85423190,1,1000,5,KG\n" for month in months))
    return path


def test_pounds_without_a_rate_are_refused_by_month(tmp_path: Path) -> None:
    words = rf"no GBP exchange rate for 2024-05 to 2024-06: the table of rates covers {covered('GBP')}; add"
    with pytest.raises(InputUnreadable, match=words) as refused:
        read_trade([uk(tmp_path, "202405", "202406")])
    assert len(str(refused.value)) <= 400


def test_months_with_a_rate_count_and_the_others_are_counted(tmp_path: Path) -> None:
    batch = read_trade([uk(tmp_path, "202305", "202405")])
    assert batch.frame["value_usd"].to_list() == [1244]
    assert batch.dropped["no_exchange_rate"] == 1
