"""`riskmodel explain` on a hand-made run folder: what it tells, and how it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from made_manifest import made_manifest

from data_contracts.tables import EVIDENCE, SCORES_COUNTRY
from features.panel import panel_schema
from riskmodel.commands.explain import command
from riskmodel.errors import InputUnreadable, WrongUsage
from riskmodel.explain.drift import SignalDrift
from riskmodel.publication.digests import write_json
from riskmodel.publication.typed_json import to_json
from riskmodel.report.manifest import read_run_manifest

HOSTILE = "goods go on\x1b[31m to Russia\nfrom there"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    driver = {
        "signal": "inbound_surge",
        "value": 1.0,
        "unit": "log ratio",
        "contribution": 0.5,
        "quantile": 1.0,
        "words": "exports rose: raises the score",
    }
    row = {
        "as_of": date(2023, 1, 31),
        "country": "KGZ",
        "name": "Kyrgyzstan",
        "rank": 1,
        "risk": 0.6,
        "risk_low": 0.5,
        "risk_high": 0.7,
        "event_risk": 0.995,
        "event_risk_low": 0.002,
        "event_risk_high": 0.999,
        "event_met": True,
        "event_met_usd": 1_500_000,
        "event_met_codes": "847150",
        "event_met_until": date(2022, 11, 1),
        "band": "high",
        "grade": "C",
        "abstained": False,
        "drivers": json.dumps([driver]),
        "counter_evidence": json.dumps(["little goes on"]),
        "lowers": json.dumps(["the score would be elevated if less came in"]),
    }
    silent = {"as_of": date(2023, 1, 31), "country": "TJK", "name": "Tajikistan", "abstained": True}
    pl.DataFrame([row, silent], schema=SCORES_COUNTRY).write_parquet(tmp_path / "scores_country.parquet")
    panel = [{"as_of": date(2023, 1, 31), "country": "KGZ", "inbound_surge": 1.0}]
    pl.DataFrame(panel, schema=panel_schema()).write_parquet(tmp_path / "signals.parquet")
    story = {
        "country": "KGZ",
        "kind": "article",
        "article_id": "a1",
        "sentence_no": 3,
        "text": HOSTILE,
        "source_file": "news.jsonl",
        "source_row": 7,
    }
    flow = {
        "country": "KGZ",
        "kind": "trade",
        "leg": "inbound",
        "reporter": "DEU",
        "partner": "KGZ",
        "hs6": "847150",
        "period": date(2022, 11, 1),
        "value_usd": 1_234_567,
        "source_file": "flows.csv",
        "source_row": 12,
    }
    listing = {
        "country": "KGZ",
        "kind": "listing",
        "text": "US-OFAC",
        "jurisdiction": "US",
        "known_at": date(2022, 10, 3),
        "n_entities": 2,
        "source_file": "sdn.xml",
        "source_row": 4,
        "entities": f"A Ltd [7]; {HOSTILE}",
    }
    pl.DataFrame([flow, flow, story, listing], schema=EVIDENCE).write_parquet(tmp_path / "evidence.parquet")
    write_json(to_json(made_manifest()), tmp_path / "manifest.json")
    return tmp_path


def printed(*arguments: str) -> str:
    found = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert found.exit_code == 0, found.output
    return found.output


def test_a_listing_says_who_was_listed(run: Path) -> None:
    line = next(one for one in printed("KGZ", "--run", str(run)).splitlines() if "listing by US" in one)
    assert "2 entities: US-OFAC [sdn.xml, row 4] listed: A Ltd [7]; " in line
    assert "\x1b" not in line
    given = json.loads(printed("KGZ", "--run", str(run), "--json"))["evidence"]
    assert [one["entities"] for one in given if one["kind"] == "listing"] == [f"A Ltd [7]; {HOSTILE}"]


def test_a_run_of_before_names_were_kept_is_read(run: Path) -> None:
    evidence = pl.read_parquet(run / "evidence.parquet").drop("entities")
    evidence.write_parquet(run / "evidence.parquet")
    assert "US-OFAC [sdn.xml, row 4]\n" in printed("KGZ", "--run", str(run))
    given = json.loads(printed("KGZ", "--run", str(run), "--json"))["evidence"]
    assert {one["entities"] for one in given} == {None}


@pytest.mark.parametrize(
    "name", ["KGZ", "kgz", "Kyrgyzstan", " kyrgyzstan ", "kg", "Kyrgyz Republic", "Bishkek", "kirghiz"]
)
def test_a_country_is_found_by_code_or_name(run: Path, name: str) -> None:
    assert printed(name, "--run", str(run)).startswith("Kyrgyzstan (KGZ), as of 2023-01-31")


def test_everything_a_reader_needs_is_said(run: Path) -> None:
    text = printed("KGZ", "--run", str(run))
    for words in (
        "risk 60% (50% to 70%), band high, grade C, rank 1",
        "event risk, of the declared event on published figures: >99% (<1% to >99%)",
        "declared event already met: yes, US$1.5m of matched transit from Jun 2022 to Nov 2022, "
        "most of it in 847150",
        "+0.50 exports rose: raises the score",
        "Not known, so it moves nothing",
        "little goes on",
        "the score would be elevated if less came in",
        "inbound: DEU to KGZ, 847150, 2022-11, US$1,234,567 [flows.csv, row 12]",
        "SIMULATED data",
        "not proof",
    ):
        assert words in text


def test_hostile_text_is_printed_as_one_harmless_line(run: Path) -> None:
    text = printed("KGZ", "--run", str(run))
    assert "\x1b" not in text
    assert 'article a1, sentence 3: "goods go on?[31m to Russia from there" [news.jsonl, row 7]' in text


def test_rows_limits_each_kind_and_says_so(run: Path) -> None:
    assert "and 1 more trade rows in evidence.parquet" in printed("KGZ", "--run", str(run), "--rows", "1")


def test_an_abstained_country_says_why(run: Path) -> None:
    text = printed("TJK", "--run", str(run))
    assert "Not reported is not zero" in text
    assert "declared event already met: not known, because not all of the six months" in text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("Atlantis", "'Atlantis' is no country that the gazetteer knows; scores_country.csv lists them"),
        ("Kazakhstn", "no country that the gazetteer knows; did you mean Kazakhstan?"),
        ("Germany", r"Germany \(DEU\) is not scored: it is in the coalition on 2024-06-30"),
        ("Belarus", r"Belarus \(BLR\) is not scored: Belarus is not a transit country in this question"),
        ("Peru", r"Peru \(PER\) is not scored: the inputs of this run hold nothing about it"),
    ],
)
def test_a_country_that_is_not_there_is_explained(run: Path, asked: str, said: str) -> None:
    with pytest.raises(WrongUsage, match=said):
        CliRunner().invoke(command, [asked, "--run", str(run)], catch_exceptions=False)


def test_json_holds_the_same_as_values(run: Path) -> None:
    found = json.loads(printed("Kirghiz", "--run", str(run), "--json"))
    assert (found["country"], found["rank"], found["simulated"]) == ("KGZ", 1, True)
    assert found["drivers"][0]["shown"] == "×2.7" and found["counter_evidence"] == ["little goes on"]
    assert [row["kind"] for row in found["evidence"]] == ["trade", "trade", "article", "listing"]


def test_what_moved_since_an_earlier_run_and_since_training_is_said(run: Path, tmp_path: Path) -> None:
    manifest = replace(made_manifest(), drift=(SignalDrift("inbound_surge", 1.0, 1.0, 0.9, True),))
    write_json(to_json(manifest), run / "manifest.json")
    before = tmp_path / "before"
    before.mkdir()
    earlier = [
        {"as_of": date(2022, 12, 31), "country": "ARM", "rank": 1},
        {"as_of": date(2022, 12, 31), "country": "KGZ", "rank": 2},
    ]
    pl.DataFrame(earlier, schema=SCORES_COUNTRY).write_parquet(before / "scores_country.parquet")
    text = printed("KGZ", "--run", str(run), "--before", str(before))
    assert "values of this run lie elsewhere than in training: coalition exports" in text
    assert "rank 2 in the earlier run (as of 2022-12-31), 1 in this one" in text
    assert "too few to compare" in text
    assert "its rank cannot be compared" in printed("TJK", "--run", str(run), "--before", str(before))
    with pytest.raises(InputUnreadable, match="give the folder"):
        CliRunner().invoke(
            command, ["KGZ", "--run", str(run), "--before", str(tmp_path / "none")], catch_exceptions=False
        )


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="is not a run folder"):
        CliRunner().invoke(command, ["KGZ", "--run", str(tmp_path)], catch_exceptions=False)


@pytest.mark.parametrize("text", ["{", "[]", '{"simulated": true}', '{"format": "one"}'])
def test_a_manifest_that_is_not_one_is_refused_and_the_place_named(run: Path, text: str) -> None:
    (run / "manifest.json").write_text(text)
    with pytest.raises(InputUnreadable, match=r"manifest.json cannot be read as the manifest of a run \("):
        CliRunner().invoke(command, ["KGZ", "--run", str(run)], catch_exceptions=False)


def test_a_manifest_reads_back_as_it_was_written(run: Path) -> None:
    assert read_run_manifest(run) == made_manifest()


def test_a_damaged_run_is_refused(run: Path) -> None:
    (run / "evidence.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputUnreadable, match="cannot be read as a run"):
        CliRunner().invoke(command, ["KGZ", "--run", str(run)], catch_exceptions=False)
