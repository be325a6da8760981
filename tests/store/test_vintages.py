"""Which vintage was known on a day, and what is said where none was."""

from datetime import date

import pytest

from riskmodel.store import ledger
from riskmodel.store.ledger import Entry
from riskmodel.store.vintages import known_on, of_covers, of_files


def entry(outcome="accepted", sha256="a" * 64, retrieved="2026-03-05", published="", seq=1, **more):
    when = f"{retrieved}T10:00:00+00:00"
    shown = f"{published}T08:00:00+00:00" if published else ""
    return Entry("csl", "x", outcome, when, sha256=sha256, published_at=shown, seq=seq, **more)


def cover(published="", first="", checksum="1"):
    named = {"published_at": published, "first_published_at": first}
    return {"reporter": "417", "period": "202401", "checksum": checksum, **named}


@pytest.mark.parametrize(
    ("retrieved", "published", "day"),
    [
        ("2026-03-05", "", date(2026, 3, 5)),
        ("2026-03-05", "2026-02-10", date(2026, 2, 10)),
        ("2026-03-05", "2026-04-10", date(2026, 3, 5)),  # a publisher's clock that is ahead
    ],
)
def test_a_vintage_is_known_from_the_publishers_day_or_the_day_of_retrieval(retrieved, published, day):
    assert entry(retrieved=retrieved, published=published).known_at == day


def test_the_newest_vintage_by_the_day_is_taken_and_none_of_later():
    old = entry(sha256="a" * 64, retrieved="2026-03-05", seq=1)
    new = entry(sha256="b" * 64, retrieved="2026-06-05", seq=2)
    vintages = of_files([old, new], "csl")["x"]
    assert known_on(vintages, date(2026, 6, 4)).vintage.key == "a" * 64
    assert known_on(vintages, date(2026, 6, 5)).vintage.key == "b" * 64
    before = known_on(vintages, date(2026, 3, 4))
    assert before.status == "not reconstructable" and before.vintage is None


def test_a_figure_that_was_revised_since_is_not_reconstructable_and_one_not_yet_out_is_later():
    record = cover("2026-05-20T08:00:00.1234567", "2026-02-10T08:00:00")
    when = "2026-06-05T10:00:00+00:00"
    one = Entry("comtrade", "onward/1", "accepted", when, sha256="a" * 64, covers=(record,), seq=1)
    vintages = of_covers([one], "comtrade", "onward")["417", "202401"]
    assert known_on(vintages, date(2026, 5, 20)).status == "got"
    assert known_on(vintages, date(2026, 5, 19)).status == "not reconstructable"
    assert known_on(vintages, date(2026, 2, 9)).status == "not public yet"


def test_a_split_question_counts_only_with_all_its_parts():
    def part(code, sha256, seq):
        when, asked = "2026-06-05T10:00:00+00:00", {"params": {"cmdCode": code}}
        more = {"covers": (cover("2026-05-20"),), "goal": "854231,854239", "request": asked}
        return Entry("comtrade", f"onward/{code}", "accepted", when, sha256=sha256 * 64, seq=seq, **more)

    first, second = part("854231", "a", 1), part("854239", "b", 2)
    assert of_covers([first], "comtrade", "onward") == {("417", "202401"): []}
    whole = of_covers([first, second], "comtrade", "onward")["417", "202401"]
    assert len(whole) == 1 and len(whole[0].entries) == 2


@pytest.mark.parametrize("outcome", ["rejected", "failed", "absent"])
def test_what_was_refused_is_never_used(outcome):
    assert not of_files([entry(outcome)], "csl")


def test_what_was_pruned_is_not_used_until_it_is_fetched_again():
    kept = [entry(seq=1), entry("pruned", seq=2)]
    assert not ledger.holding(kept)
    assert ledger.holding([*kept, entry(seq=3)])


def test_lines_that_a_crash_tore_are_passed_over(tmp_path):
    path = tmp_path / "ledger.jsonl"
    ledger.append(path, entry())
    with path.open("a") as file:
        file.write('{"source": "csl", "dataset"')
    ledger.append(path, entry(sha256="b" * 64))
    found, torn = ledger.read(path)
    assert [e.sha256[0] for e in found] == ["a", "b"] and torn == 1
    assert found[0] == entry(seq=1)
