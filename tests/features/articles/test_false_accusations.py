"""Sentences that may be shown against no country, by kind; their look-alikes count.

The bounds lie a little under what was measured on the half that the rules were not written on.
"""

import polars as pl
import pytest

from features.articles.roles.model import NOT_COUNTED, RoleVerdict
from features.articles.roles.never import why_never, without_accusation
from features.articles.stories.source_classes import OFFICIAL, PRESS, hit_rates, source_class
from features.reference.read import read_reference
from tools.roles.evaluate import read_as_articles
from tools.roles.kinds import KindScore, lines_by_kind, score_of_official, scores_by_kind
from tools.roles.page import KINDS, OFFICIAL_TEXTS, TEXTS, press_hits

LEAST = {
    "states and towns": (0.85, 0.9),
    "agencies, courts and cases": (0.85, 0.85),
    "companies, ships and teams": (0.9, 0.9),
    "persons and treaties": (0.9, 0.9),
    "removals and corrections": (0.9, 0.85),
    "lists of destinations": (0.9, 0.8),
    "duties": (0.9, 0.85),
    "purchases": (0.7, 0.75),
    "other regimes": (0.9, 0.9),
    "all kinds": (0.93, 0.9),
}


@pytest.fixture(scope="module")
def final() -> dict[str, KindScore]:
    return {score.kind: score for score in scores_by_kind(TEXTS / KINDS, "final")}


@pytest.mark.parametrize("kind", LEAST)
def test_precision_and_recall_of_a_kind_do_not_fall(kind: str, final: dict[str, KindScore]) -> None:
    precision, recall = LEAST[kind]
    assert (final[kind].precision.value or 0.0) >= precision
    assert (final[kind].recall.value or 0.0) >= recall


def test_every_kind_has_forty_sentences_and_half_of_them_count() -> None:
    table = pl.read_csv(TEXTS / KINDS, infer_schema=False)
    sizes = table.group_by("kind").agg(pl.len(), counting=pl.col("diversion").is_not_null().sum())
    assert set(sizes["kind"]) == set(LEAST) - {"all kinds"}
    assert sizes["len"].to_list() == [40] * 9
    assert sizes["counting"].is_between(20, 21).all()
    assert table["text"].is_unique().all()


def test_the_report_has_a_line_for_each_kind_and_half() -> None:
    lines = lines_by_kind(TEXTS / KINDS)
    assert [sum(line.startswith(kind) for line in lines) for kind in LEAST] == [2] * len(LEAST)


@pytest.mark.parametrize(
    ("never", "counts", "kind"),
    [
        (
            "Two Omani firms were taken off the list of Russia's suppliers.",
            "The notice adds two Omani firms to the list of Russia's suppliers and removes one.",
            "removal",
        ),
        (
            "The notice corrects the entry of an Omani firm.",
            "The notice adds an Omani firm and corrects an entry.",
            "correction",
        ),
        (
            "The order is renewed and extends the licence.",
            "The goods extend the range of Russia's guns.",
            "extension",
        ),
        ("Oman stays in Country Group B.", "Goods of Country Group B were smuggled from Oman.", "list"),
        (
            "The tariff on Omani pipes rose.",
            "Electronics under tariff 8542 were sold to Russia by Oman.",
            "duties",
        ),
        (
            "Oman bought Russian missiles.",
            "Oman bought Russian missiles and sent chips to Russia.",
            "purchases",
        ),
        (
            "The chips went to Iran from Oman, not to Russia.",
            "The chips went to Russia from Oman.",
            "other regime",
        ),
    ],
)
def test_what_a_sentence_may_never_be_and_what_looks_like_it(never: str, counts: str, kind: str) -> None:
    assert why_never(never) == kind
    assert why_never(counts) == ""


def test_the_words_a_rule_waits_for_are_lower_case() -> None:
    """Marks are looked for in lower case: one with a capital letter would switch its rule off."""
    for row in read_reference("never_accusing.csv"):
        assert row["marks"] == row["marks"].lower() != ""


def test_without_accusation_no_country_is_a_route() -> None:
    route = RoleVerdict("transit_to_russia", 0.9, True, 1, "chips")
    other = RoleVerdict("origin", 0.1, False, 0, "")
    found = without_accusation({"OMN": route, "DEU": other})
    assert found == {"OMN": RoleVerdict("other_mention", NOT_COUNTED, False, 0, ""), "DEU": other}


def test_a_journal_of_record_is_known_by_host_address_and_name() -> None:
    names = ["federal_register", "www.federalregister.gov", "https://eur-lex.europa.eu/x", "Official Journal"]
    assert [source_class(name) for name in names] == [OFFICIAL] * 4
    assert [source_class(name) for name in ("reuters.com", "", None, "register.example")] == [PRESS] * 4


def test_a_sentence_of_a_journal_that_names_no_firm_for_it_is_shown_and_not_counted() -> None:
    texts = {
        "a": "Microchips reach Russia through Armenia, and exporters should ensure that none is diverted."
    }
    press, journal = (read_as_articles(texts, source) for source in ("daily.example", "federal_register"))
    assert press.select("is_diversion", "to_read").rows() == [(True, False)]
    assert journal.select("is_diversion", "to_read").rows() == [(False, True)]
    assert journal["p_diversion"].to_list() == press["p_diversion"].to_list()


def test_a_sentence_of_a_journal_that_names_firms_for_russian_use_counts() -> None:
    texts = {"a": "A company in Armenia sent microchips to Russia for missiles of the Russian army."}
    journal = read_as_articles(texts, "federal_register")
    assert journal.select("is_diversion", "to_read").rows() == [(True, False)]


@pytest.mark.parametrize("half", ["development", "final"])
def test_what_journals_show_as_evidence_is_right(half: str) -> None:
    score = score_of_official(TEXTS / OFFICIAL_TEXTS, half)
    assert (score.shown.value or 0.0) >= 0.8
    assert (score.found.value or 0.0) >= 0.8
    assert score.to_read > 0


def test_the_hit_rates_of_the_report_are_those_that_are_measured() -> None:
    right, shown = press_hits()
    journal = score_of_official(TEXTS / OFFICIAL_TEXTS, "final").shown
    assert hit_rates() == {PRESS: (right, shown), OFFICIAL: (journal.hits, journal.trials)}
