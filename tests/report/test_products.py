"""How unusual the rise of a product is, on the page, in a terminal, as JSON; in runs of earlier versions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from data_contracts.tables import SCORES_PRODUCT
from features.trade.surprises.products import PRODUCT_SURPRISES
from features.trade.surprises.table import LEAST_PLACEBOS
from riskmodel.explain.wording import say
from riskmodel.report.country_json import country_json
from riskmodel.report.html import render_country, render_report
from riskmodel.report.products import FILE, product_lines, read_products
from riskmodel.report.rows import CountryScore, rows_of
from riskmodel.report.tables import run_tables
from riskmodel.report.view import ReportInput

MakeReport = Callable[..., ReportInput]
FIRST = "arrivals: of 62 other countries, none rose as much in these goods"
SECOND = "arrivals: of 62 other countries, 1 rose as much in these goods"
NOTHING = "exports to Russia: of 40 other countries, all rose as much in these goods"


def codes_of(report: ReportInput) -> list[str]:
    return report.countries.sort("rank", nulls_last=True)["country"].to_list()


def section(html: str, code: str) -> str:
    return html.split(f'id="c-{code}"')[1].split("</section>")[0]


def test_the_page_says_how_unusual_each_rise_is(make_report: MakeReport) -> None:
    report = make_report(4, 0)
    first, second = codes_of(report)[:2]
    html = render_report(report)
    assert f"{FIRST}; {NOTHING}" in section(html, first)
    assert f"{SECOND}; {NOTHING}" in section(html, first)
    # The onward leg of the second country is not reported: nothing is said of it.
    assert SECOND in section(html, second) and "exports to Russia: of" not in section(html, second)


def test_unknown_surprises_are_a_dash(make_report: MakeReport) -> None:
    report = make_report(2, 0)
    unknown = report.products.with_columns(
        pl.lit(None, SCORES_PRODUCT[name]).alias(name)
        for name in PRODUCT_SURPRISES
        if name in SCORES_PRODUCT and name != "country" and name != "family"
    )
    from dataclasses import replace

    html = section(render_report(replace(report, products=unknown)), codes_of(report)[0])
    assert (
        html.count('data-label="How unusual">–</td>') == 5
        and "other countries" not in html.split("US$ million")[0]
    )


def test_terminal_and_json_say_the_same(make_report: MakeReport) -> None:
    report = make_report(2, 0)
    row = next(rows_of(CountryScore, report.countries))
    lines = product_lines(report.products, row.country, {"854231": "processors"}, limit=2)
    assert lines == [
        f"854231 processors: inbound excess US$9.4m, onward excess US$5.0m; {FIRST}; {NOTHING}",
        f"854232: inbound excess US$4.7m, onward excess US$5.0m; {SECOND}; {NOTHING}",
    ]
    found = country_json(row, report.evidence, report.manifest, 2, products=report.products)["products"]
    assert [one["hs6"] for one in found] == ["854231", "854232"]
    assert found[1]["inbound_placebos"] == 62 and found[1]["rise"] == [SECOND, NOTHING]
    assert product_lines(report.products, "XKX", {}) == product_lines(None, row.country, {}) == []


def test_every_column_is_in_the_tables_of_a_run(make_report: MakeReport) -> None:
    table = run_tables(make_report(2, 0))["scores_product"]
    assert set(PRODUCT_SURPRISES) <= set(table.columns)


def test_a_run_of_an_earlier_version_is_read_with_unknown_surprises(
    make_report: MakeReport, tmp_path: Path
) -> None:
    assert read_products(tmp_path).is_empty()
    products = make_report(2, 0).products
    gone = [name for name in PRODUCT_SURPRISES if name not in ("country", "family")]
    products.drop(gone).write_parquet(tmp_path / FILE)
    read = read_products(tmp_path)
    assert dict(read.select(list(SCORES_PRODUCT)).schema) == SCORES_PRODUCT
    assert read[gone].null_count().sum_horizontal().item() == read.height * len(gone)
    assert read.drop(gone).equals(products.drop(gone))


def test_contract_and_table_ask_for_as_many_placebos() -> None:
    from data_contracts.scores import contract

    assert contract.LEAST_PLACEBOS == LEAST_PLACEBOS


def test_a_page_of_one_country_is_open_whatever_its_rank(make_report: MakeReport) -> None:
    report = make_report(6, 0)
    code = codes_of(report)[5]
    assert '<details class="onpaper body" open>' in render_country(report, code)
    assert '<details class="onpaper body">' in section(render_report(report), code)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.05, "(most placebos show as much)"),
        (0.17, "(most placebos show as much)"),
        (0.31, "(about 1 in 2 placebos show as much)"),
    ],
)
def test_nothing_is_1_in_1(value: float, shown: str) -> None:
    assert say("inbound_rise_surprise", value).endswith(shown)
