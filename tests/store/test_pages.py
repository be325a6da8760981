"""Months that come in pages: none counts before all of them came from one run."""

import json
from datetime import date

import polars as pl
import pytest
from runs_of_fetch import entries, fetched, small_world, weather
from standins import faults

from riskmodel.store.as_known import as_known
from riskmodel.store.layout import open_store
from riskmodel.store.ledger import Entry
from riskmodel.store.trade_rows import uk_month
from riskmodel.store.vintages import of_pages

TODAY = date.today()
CODES = ("847130", "850440", "852691", "853221", "854110", "854231", "854232", "854239", "903089")


def rows(root):
    view = as_known(open_store(root), TODAY)
    return pl.read_parquet(view.trade[0]) if view.trade else pl.DataFrame(), view.coverage


def statuses(coverage):
    of = coverage.filter((pl.col("source") == "uk-trade") & (pl.col("part") == "ots"))
    return dict(of.select("period", "status").iter_rows())


def test_a_month_of_which_a_page_failed_is_cut_and_not_used(monkeypatch, tmp_path):
    with weather(monkeypatch, small_world(uk_page=90, cells=900, codes=CODES), "uk-trade", "ecb") as sources:
        fetched(tmp_path / "whole", "uk-trade", until="2024-01")
        n = len([e for e in entries(tmp_path / "whole") if e.dataset.startswith("ots/")])
        assert n > 2
        sources.on(faults.ServerErrors(r"^uk-trade GET /OTS\?", after=n - 1, times=None))
        fetched(tmp_path / "s", "uk-trade", until="2024-01")
        table, coverage = rows(tmp_path / "s")
        assert table.is_empty() and statuses(coverage) == {"202401": "cut"}
        sources.faults.off()
        fetched(tmp_path / "s", "uk-trade", until="2024-01")
    assert rows(tmp_path / "s")[0].equals(rows(tmp_path / "whole")[0])


def test_the_size_of_pages_changes_no_figure(monkeypatch, tmp_path):
    tables = []
    for size in (90, 1000):
        with weather(monkeypatch, small_world(uk_page=size, cells=900, codes=CODES), "uk-trade", "ecb"):
            fetched(tmp_path / f"s{size}", "uk-trade", until="2024-02")
        tables.append(rows(tmp_path / f"s{size}")[0])
    assert tables[0].equals(tables[1]) and tables[0].height


def test_codes_of_eight_digits_on_two_pages_are_one_cell(tmp_path):
    store = open_store(tmp_path / "s", create=True)
    country = {"value": [{"CountryId": 417, "CountryCodeAlpha": "KG"}]}
    page = {"MonthId": 202401, "FlowTypeId": 4, "CountryId": 417, "SuppressionIndex": 0}

    def kept(name, record):
        path = store.object(name * 64)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(record))
        return Entry("uk-trade", name, "accepted", "2025-01-01T00:00:00+00:00", sha256=name * 64)

    pages = [
        kept(name, {"value": [page | {"CommodityId": code, "Value": 10.0, "NetMass": 1.0}]})
        for name, code in (("a", 85423111), ("b", 85423119))
    ]
    cells = uk_month(store, pages, kept("c", country))
    assert cells.select("hs6", "cents", "net_kg").rows() == [("854231", 2000, 2)]


def page_lines(*pages):
    return [
        Entry("uk-trade", f"ots/202401/{page}", outcome, f"2025-01-{n:02d}T00:00:00+00:00", sha256=sha)
        for n, (page, sha, outcome) in enumerate(pages, 1)
    ]


@pytest.mark.parametrize(
    ("pages", "versions"),
    [
        ([(0, "a", "accepted"), (1, "z", "accepted")], ["a,z"]),
        ([(0, "a", "accepted")], []),
        ([(1, "z", "accepted")], []),
        ([(0, "a", "accepted"), (0, "b", "accepted"), (1, "z", "accepted")], ["b,z"]),
        ([(0, "a", "accepted"), (1, "z", "accepted"), (0, "a", "seen"), (1, "z", "seen")], ["a,z"]),
        ([(0, "a", "accepted"), (1, "z", "accepted"), (0, "b", "accepted")], ["a,z"]),
        (
            [(0, "a", "accepted"), (1, "z", "accepted"), (0, "b", "accepted"), (1, "z", "seen")],
            ["a,z", "b,z"],
        ),
    ],
)
def test_pages_count_in_whole_runs(pages, versions):
    found = of_pages(page_lines(*pages), "uk-trade", "ots/", lambda entry: entry.sha256 == "z")
    assert [v.key for v in found.get("202401", [])] == versions
