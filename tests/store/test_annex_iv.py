"""Annex IV from consolidated texts: made-up entries as rows of a table and as paragraphs."""

from datetime import date

import polars as pl
import pytest
from runs_of_fetch import fetched, small_world, weather

from riskmodel.store.annex_iv import entries_of
from riskmodel.store.as_known import as_known
from riskmodel.store.layout import open_store


def page(annex_four, before="", after=""):
    return (
        f"<html><body><p>Article 2</p>{before}<p class='t'>ANNEX IV</p><p>List of natural or legal persons, "
        f"entities or bodies referred to in Article 2(7)</p>{annex_four}<p>ANNEX VII</p>{after}</body></html>"
    )


def row(*cells):
    return "<tr>" + "".join(f"<td><p>{cell}</p></td>" for cell in cells) + "</tr>"


def read(text):
    return [tuple(one) for one in entries_of(text).select("country", "listed_on").iter_rows()]


@pytest.mark.parametrize(
    ("words", "country"),
    [
        ("Quite Invented LLC, 5 Sample Street, Bishkek, Kyrgyzstan", "KGZ"),
        ("Made-Up Trading Ltd., Room 7, Kowloon, Hong Kong, China", "HKG"),
        ("Invented Export OOO (Moscow, Russia; Almaty, Kazakhstan)", "KAZ"),
        ("Invented Works (Moscow, Russia)", "RUS"),
        ("Invented Works without a place", None),
    ],
)
def test_an_entry_is_where_its_words_say(words, country):
    assert read(page(f"<table>{row('12.', words)}</table>")) == [(country, None)]


def test_a_cell_that_is_a_date_is_the_day_of_listing():
    text = page(f"<table>{row('1.', 'Quite Invented LLC (Armenia)', '23.2.2024')}</table>")
    assert read(text) == [("ARM", date(2024, 2, 23))]


def test_paragraphs_are_entries_where_there_is_no_table():
    assert read(page("<p>Invented One (Armenia)</p><p>Invented Two (Georgia)</p>")) == [
        ("ARM", None), ("GEO", None),
    ]  # fmt: skip


def test_only_annex_four_is_read():
    other = f"<p>ANNEX III</p><table>{row('1.', 'Other goods (Türkiye)')}</table>"
    rows = f"<table>{row('1.', 'Invented One (Armenia)')}</table>"
    assert read(page(rows, before=other, after=other)) == [("ARM", None)]


def test_listings_come_from_the_texts_of_the_store_and_from_their_days(tmp_path, monkeypatch):
    day = date(2025, 5, 20)
    with weather(monkeypatch, small_world(), "eu-annex-iv") as sources:
        sources.world.list_party("Quite Invented LLC", "KGZ", day, lists=("eu-annex-iv",))
        assert not fetched(tmp_path / "s", "eu-annex-iv").problems
    store = open_store(tmp_path / "s")

    def listed(as_of):
        (path,) = (p for p in as_known(store, as_of).listings if p.name == "eu-annex-iv.csv")
        return pl.read_csv(path, try_parse_dates=True)

    late, early = listed(date(2025, 6, 30)), listed(date(2025, 5, 19))
    assert set(late["jurisdiction"]) == {"EU"}
    new = late.filter(pl.col("listed_on") == day)
    assert new["country"].to_list() == ["KGZ"] and early.filter(pl.col("listed_on") == day).is_empty()
    assert late["n_entities"].sum() > early["n_entities"].sum() > 0
    coverage = as_known(store, date(2025, 6, 30)).coverage.filter(pl.col("source") == "eu-annex-iv")
    assert set(coverage["status"]) == {"got"}
