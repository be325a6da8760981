"""From the stand-ins to a view of a day, and a ranking: a revision changes nothing before its day."""

from datetime import date

import polars as pl
import pytest
from runs_of_fetch import fetched, small_world, weather
from standins import KEY, World

from riskmodel.errors import WrongUsage
from riskmodel.store.as_known import as_known
from riskmodel.store.layout import open_store

pytest.importorskip("py7zr", reason="7z archives need the extra `fetch` (py7zr)")
MONTHS = {"since": "2024-01", "until": "2025-03"}
EARLY, LATE = date(2025, 6, 30), date(2025, 9, 1)


BEFORE = {}


def inputs(store):
    """What a score of the early day is given: the bytes of every file, and the notes."""
    view = as_known(store, EARLY)
    return {"notes": view.notes} | {path.name: path.read_bytes() for path in (*view.trade, *view.listings)}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Fetched on two days, between which Kyrgyz and EU figures were revised and a firm was listed."""
    root = tmp_path_factory.mktemp("store") / "s"
    with pytest.MonkeyPatch.context() as patch:
        world = small_world(cells=60)
        with weather(patch, world):
            patch.setenv("COMTRADE_API_KEY", KEY)
            assert not fetched(root, "starter", "uk-trade", **MONTHS).problems
            BEFORE.update(inputs(open_store(root)))
            world.revise("comtrade", date(2025, 8, 1), period="202402", reporter="KGZ", factor=3.0)
            world.revise("comext", date(2025, 8, 2), period="202403", factor=2.0)
            world.list_party("Quite Invented LLC", "KGZ", date(2025, 8, 3))
            world.at(LATE)
            assert not fetched(root, "starter", "uk-trade", **MONTHS).problems
    return open_store(root)


def trade(view):
    return pl.read_parquet(view.trade[0])


def total(view, reporter, month, flow="X"):
    of = (pl.col("reporter") == reporter) & (pl.col("period") == month) & (pl.col("flow") == flow)
    return trade(view).filter(of)["value_usd"].sum()


def test_a_revision_counts_from_its_day_and_changes_nothing_before(store):
    before, on_the_day = as_known(store, date(2025, 7, 31)), as_known(store, date(2025, 8, 1))
    month = date(2024, 2, 1)
    assert total(on_the_day, "KGZ", month) == pytest.approx(3 * total(before, "KGZ", month), rel=0.001)
    assert trade(before).equals(trade(as_known(store, EARLY)))


def test_a_later_fetch_changes_no_byte_of_what_an_earlier_day_is_given(store):
    assert BEFORE and inputs(store) == BEFORE


def test_a_month_that_had_not_ended_is_later_and_not_lost(store):
    view = as_known(store, date(2024, 12, 31))
    months = view.coverage.filter((pl.col("source") == "comext") & (pl.col("period") > "202412"))
    assert set(months["status"]) == {"not public yet"}


def test_a_rewritten_archive_counts_from_its_day(store):
    month = date(2024, 3, 1)
    before, after = as_known(store, date(2025, 8, 1)), as_known(store, date(2025, 8, 2))
    assert total(after, "DEU", month) == pytest.approx(2 * total(before, "DEU", month), rel=0.001)


def test_every_row_was_known_by_the_day(store):
    for day in (date(2024, 6, 30), EARLY, LATE):
        rows = trade(as_known(store, day))
        assert rows.height and rows["known_at"].max() <= day


def test_each_cell_comes_once_and_from_one_source(store):
    rows = trade(as_known(store, date.today()))
    cell = ["reporter", "partner", "flow", "hs6", "hs_edition", "period"]
    assert rows.select(cell).is_duplicated().sum() == 0
    exports = (
        rows.filter(pl.col("flow") == "X").group_by("reporter", "period").agg(pl.col("source").n_unique())
    )
    assert exports["source"].max() == 1
    of_germany = rows.filter((pl.col("reporter") == "DEU") & (pl.col("flow") == "X"))
    assert set(of_germany["source"]) == {"eurostat_comext"}
    assert "GBR" in set(rows.filter(pl.col("source") == "uk_trade_info")["reporter"])


def test_a_list_that_was_fetched_later_is_left_out_and_named(store):
    view = as_known(store, date(2024, 1, 15))
    assert {path.name for path in view.listings} == {"eu-annex-iv.csv"}  # the only one that is dated itself
    assert any("uk-list" in note and "cannot be reconstructed" in note for note in view.notes)
    statuses = dict(view.coverage.filter(pl.col("source") == "uk-list").select("part", "status").iter_rows())
    assert statuses == {"UK-Sanctions-List.xml": "not reconstructable"}


def test_a_source_without_a_day_of_its_own_is_known_from_its_retrieval(store):
    view = as_known(store, LATE)
    assert "uk_trade_info" not in set(trade(view)["source"])
    assert any(note.startswith("uk-trade") and "cannot be reconstructed" in note for note in view.notes)


def test_a_firm_is_on_the_list_from_the_day_of_the_version_that_names_it(store):
    def listed(day):
        view = as_known(store, day)
        path = next(p for p in view.listings if p.name.startswith("uk-list"))
        return pl.read_csv(path).filter(pl.col("listed_on") == "2025-08-03").height

    assert listed(date(2025, 8, 2)) == 0 and listed(date(2025, 8, 4)) == 1


def test_the_same_day_and_ledger_give_the_same_view(store):
    one, other = as_known(store, EARLY), as_known(store, EARLY)
    assert one.folder == other.folder and one.coverage.equals(other.coverage)


def test_an_empty_store_says_what_to_do(tmp_path):
    with pytest.raises(WrongUsage, match="riskmodel fetch starter"):
        as_known(open_store(tmp_path / "s", create=True), EARLY)


def test_plus_rows_are_not_added_up(tmp_path, monkeypatch):
    from standins import faults

    sums = []
    for fault in ((), (faults.PlusRows(),)):
        root = tmp_path / f"s{len(sums)}"
        with weather(monkeypatch, small_world(), "comtrade", faults=fault):
            assert not fetched(root, "comtrade").problems
        sums.append(trade(as_known(open_store(root), EARLY))["value_usd"].sum())
    assert sums[0] == sums[1] > 0


def ranking(run, store, day, out):
    windows = ["--baseline", "2024-01:2024-08", "--recent-months", "6", "--min-scored", "0"]
    ended = run(["score", "--store", store.root, "--as-of", day, *windows, "--out", out])
    assert ended.code == 0, ended.err
    return ended, pl.read_parquet(out / "scores_country.parquet"), (out / "manifest.json").read_text()


@pytest.mark.slow
def test_from_the_store_to_a_ranking_at_two_dates(store, run, tmp_path):
    ended, late, _ = ranking(run, store, LATE, tmp_path / "late")
    assert "comtrade" in ended.out and "onward" in ended.out  # the table of coverage
    _, early, manifest = ranking(run, store, date(2025, 3, 31), tmp_path / "early")
    assert "cannot be reconstructed as of 2025-03-31" in manifest
    assert late.height and early.height


def test_documents_and_slots_reach_the_readers_of_articles(tmp_path, monkeypatch, run):
    monkeypatch.setenv("RISKMODEL_GDELT_EVERY", "48")
    with weather(monkeypatch, small_world(), "gdelt", "federal-register"):
        assert not fetched(tmp_path / "s", "federal-register").problems
        assert not fetched(tmp_path / "s", "gdelt", since="2025-06-01", until="2025-06-01").problems
    view = as_known(open_store(tmp_path / "s"), date.today())
    assert {path.name for path in view.articles} == {"federal_register.jsonl", "gkg"}
    assert len(list((view.folder / "gkg").iterdir())) == 2
    from riskmodel.sources.news.read import news_parts

    assert {parts.kind: sum(f.height for f in parts) > 0 for parts in news_parts(view.articles)} == {
        "articles": True, "gkg": True,
    }  # fmt: skip
    assert not as_known(open_store(tmp_path / "s"), date(2025, 5, 31)).articles


@pytest.mark.slow
def test_what_cannot_be_reconstructed_lowers_the_grade(tmp_path, run, monkeypatch):
    """The same day, fetched on the day; and fetched after eight months were revised."""
    grades = {}
    for name in ("then", "later"):
        with weather(monkeypatch, World()) as sources:
            monkeypatch.setenv("COMTRADE_API_KEY", KEY)
            if name == "later":
                for period in (
                    "202407",
                    "202408",
                    "202409",
                    "202410",
                    "202411",
                    "202412",
                    "202501",
                    "202502",
                ):
                    sources.world.revise("comtrade", date(2025, 8, 1), period=period)
                    sources.world.revise("comext", date(2025, 8, 1), period=period)
                sources.world.at(date(2025, 8, 2))
            fetched(tmp_path / name, "comtrade", "comext", since="2023-01", until="2025-05")
        out = tmp_path / f"run-{name}"
        words = ["score", "--store", tmp_path / name, "--as-of", EARLY, "--baseline", "2023-01:2023-12"]
        assert run([*words, "--out", out, "--min-scored", "0", "--quiet"]).code == 0
        table = pl.read_parquet(out / "scores_country.parquet")
        grades[name] = dict(table.select("country", pl.col("grade").fill_null("E")).iter_rows())
        manifest = (out / "manifest.json").read_text()
        assert ("comtrade: " in manifest and "cannot be reconstructed" in manifest) == (name == "later")
    shared = grades["then"].keys() & grades["later"].keys()
    assert len(shared) > 20
    assert all(grades["later"][country] >= grades["then"][country] for country in shared)
    assert sum(grades["later"][country] > grades["then"][country] for country in shared) > 20
