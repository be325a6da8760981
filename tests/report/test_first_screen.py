"""The first screen and the country sections: map, freshness, changes, sentences, marks, small screens."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from features.reference.facts import country_names
from riskmodel.report.charts.coverage import coverage_chart
from riskmodel.report.charts.history import PastScore, score_chart, surprise_chart
from riskmodel.report.charts.routes import CountryRoutes, Route, routes_chart
from riskmodel.report.charts.tiles import Tile, places, world_map
from riskmodel.report.first_screen import change_of, changes_since, freshness
from riskmodel.report.html import render_report
from riskmodel.report.view import EarlierRun, ReportInput

MakeReport = Callable[..., ReportInput]
HOSTILE = '"><script>alert(1)</script>'


def section(html: str, code: str) -> str:
    return html.split(f'id="c-{code}"')[1].split("</section>")[0]


def test_every_tile_has_a_place_of_its_own_and_a_known_code() -> None:
    found = places()
    assert len(set(found.values())) == len(found) > 190
    assert set(found) <= set(country_names())
    # Neighbours are near each other, and north is up.
    assert found["KAZ"][1] < found["KGZ"][1] and found["ARM"][0] < found["AZE"][0]


def test_the_map_tells_bands_apart_without_colour() -> None:
    bands = ("high", "elevated", "guarded", "low")
    tiles = {
        code: Tile(band, HOSTILE) for code, band in zip(("KGZ", "KAZ", "ARM", "GEO"), bands, strict=True)
    }
    picture = str(world_map(tiles, "SIMULATED"))
    for letter in "HEGL":
        assert f">{letter}</text>" in picture
    assert 'fill="url(#p-elevated)"' in picture and 'fill="url(#p-guarded)"' in picture
    assert "<script" not in picture and ">SIMULATED</text>" in picture
    assert "SIMULATED" not in str(world_map(tiles))


def test_the_routes_say_what_was_not_reported_and_keep_one_scale() -> None:
    known = CountryRoutes("Kyrgyzstan", "c-KGZ", (Route("1", 4_000_000, 2_000_000), Route("2", 0, 0)))
    silent = CountryRoutes(HOSTILE, "c-X", (Route("1", 8_000_000, None),))
    picture = str(routes_chart([silent, known], ["1", "2"]))
    assert "not reported" in picture and "US$4.0m in, US$2.0m on to Russia" in picture
    heights = [float(h) for h in re.findall(r'class="flow tier0"[^>]*height="([\d.]+)"', picture)]
    assert heights == [40.0, 20.0, 10.0]  # in of the larger, in and on of the smaller
    assert "<script" not in picture
    assert str(routes_chart([replace(known, routes=(Route("1", 0, 0),))], ["1"])) == ""


def test_a_month_that_was_not_reported_is_a_gap_in_the_coverage() -> None:
    months = [date(2023, month, 1) for month in (1, 2, 5)]
    rows = pl.DataFrame(
        {"leg": ["inbound"] * 3, "reporter": ["DEU"] * 3, "period": months, "value_usd": [1, 0, 3]}
    )
    picture = str(coverage_chart(rows, date(2023, 6, 30), {"DEU": "Germany"}))
    assert picture.count('class="given"') == 2  # January and February, then May
    assert "1 reporters, 3 of 6 months" in picture and ">Germany</text>" in picture
    assert str(coverage_chart(rows.clear(), date(2023, 6, 30), {})) == ""


def test_a_date_without_a_score_parts_the_line() -> None:
    scores = [
        PastScore(date(2024, month, 28), 0.5 if month != 3 else None, 0.4, 0.6) for month in range(1, 6)
    ]
    picture = str(score_chart(scores, "Kyrgyzstan"))
    assert picture.count('class="line"') == 2 and picture.count("<circle") == 4
    assert str(score_chart(scores[:1], "Kyrgyzstan")) == ""


def test_the_surprise_of_a_leg_is_a_line_with_gaps_where_it_was_not_known() -> None:
    onward = (0.0, 1.0, None, 2.0, 2.5)
    scores = [PastScore(date(2024, m + 1, 28), 0.5, 0.4, 0.6, 1.0, v) for m, v in enumerate(onward)]
    picture = str(surprise_chart(scores, "<Kyrgyzstan>", "SIMULATED"))
    assert picture.count('class="leg inbound"') == 1 and picture.count('class="leg onward"') == 2
    assert picture.count('<circle class="onward"') == 4
    assert "Mar 2024 unknown, Apr 2024 1 in 100, May 2024 1 in 320" in picture
    assert "&lt;Kyrgyzstan&gt;" in picture and picture.count("SIMULATED") == 2
    unknown = [PastScore(score.as_of, 0.5, 0.4, 0.6) for score in scores]
    assert str(surprise_chart(unknown, "Kyrgyzstan")) == str(surprise_chart(scores[:1], "Kyrgyzstan")) == ""


def test_the_newest_month_of_each_input_is_in_the_header(make_report: MakeReport) -> None:
    run = make_report(n_countries=2, n_abstained=0)
    newest = {"inbound": date(2023, 5, 1), "listings": date(2024, 6, 1)}
    manifest = replace(run.manifest, newest=newest)
    assert freshness(manifest) == [
        "coalition exports to May 2023, 13 months before",
        "listings to 2024-06-01",
    ]
    assert "May 2023, 13 months before" in render_report(replace(run, manifest=manifest)).split("<main>")[0]


def test_what_changed_since_the_run_before_is_said(make_report: MakeReport) -> None:
    run = make_report(n_countries=4, n_abstained=0)
    ranks = {"KGZ": (3, "guarded"), "ARM": (2, "high"), "KAZ": (1, "high"), "PER": (4, "low")}
    before = EarlierRun(date(2024, 5, 31), run.manifest.model.id, True, ranks)
    html = render_report(replace(run, before=before))
    assert "Rose to a higher band: Kyrgyzstan (guarded to high)." in html
    assert "Newly scored: Türkiye." in html and "Scored before only: Peru." in html
    assert "▲ 2, was 3, guarded" in html and "= was 2, high" in html and "▼ 2, was 1, high" in html
    assert change_of("KGZ", 1, None).label == ""
    real = replace(before, simulated=False)
    assert "One of the two runs is on simulated inputs" in render_report(replace(run, before=real))
    assert "was 3" not in render_report(replace(run, before=real))
    assert changes_since([], run) == []


def test_a_simulated_run_says_so_in_every_heading_table_and_chart(make_report: MakeReport) -> None:
    run = make_report()
    html = render_report(run)
    for heading in re.findall(r"<h3 id=.*?</h3>|<h3 class=\"rank\">.*?</h3>", html):
        assert "SIMULATED" in heading
    tables = re.findall(r'<table class="[^"]*cards[^"]*" data-file=.*?<thead>', html, flags=re.S)
    assert tables and all("SIMULATED" in table for table in tables)
    for kind in ("map", "timeline", "routes"):
        pictures = re.findall(rf'<svg class="{kind}".*?</svg>', html, flags=re.S)
        assert pictures and all(">SIMULATED</text>" in picture for picture in pictures)
    assert '@top-left { content: "SIMULATED · Export-diversion risk as of 2024-06-30' in html
    assert '"page " counter(page) " of " counter(pages)' in html
    real = replace(run.manifest, simulated=False, simulated_inputs=())
    assert "SIMULATED" not in render_report(replace(run, manifest=real))


def test_the_running_head_holds_no_foreign_style(hostile_report: ReportInput) -> None:
    style = render_report(hostile_report).split("<style>")[1].split("</style>")[0]
    head = style[style.rindex("@page") :]
    assert head.count("{") == head.count("}") == 3 and "<" not in head and head.count('"') == 6


def test_observed_and_displaced_have_columns_of_their_own(make_report: MakeReport) -> None:
    run = make_report(n_countries=2, n_abstained=0)
    signals = run.signals.with_columns(
        pl.Series("matched_transit_usd", [2_500_000, None], dtype=pl.Int64),
        pl.Series("displaced_usd", [None, 9_900_000], dtype=pl.Int64),
    )
    html = render_report(replace(run, signals=signals))
    first, second = html.split('class="ranking cards"')[1].split("<tbody>")[1].split("<tr ")[1:3]
    assert (
        'data-v="2500000">2.5<' in first
        and 'class="n displaced" data-label="Displaced, US$m" data-v="">–<' in first
    )
    assert 'data-v="9900000">9.9<' in second
    assert (
        "Matched transit observed on both legs US$2.5m; displaced exports, of which no transit was seen, –"
        in html
    )


def test_a_minister_reads_a_sentence_and_what_to_ask(make_report: MakeReport) -> None:
    part = section(render_report(make_report()), "KGZ")
    assert (
        'class="lead">Kyrgyzstan is 1 of 20 countries scored, in the band high: look here first. '
        "The first reason is" in part
    )
    assert "Begin with these goods: 854231 processors and controllers" in part


def test_no_table_of_a_small_screen_loses_its_heads(make_report: MakeReport) -> None:
    """Where the head of a table is out of sight, each cell carries its own."""
    html = render_report(make_report())
    table = html.split('class="ranking cards"')[1].split("</table>")[0]
    heads = len(re.findall(r"<th scope=\"col\"", table))
    row = table.split("<tbody>")[1].split("</tr>")[0]
    assert row.count("data-label=") == heads - 1  # the country's name needs none
    assert "max-width: 940px" in html and "attr(data-label)" in html


@pytest.mark.skipif(shutil.which("chromium") is None, reason="no chromium on this machine")
def test_the_script_runs_under_the_policy_and_the_page_reads_without_it(
    make_report: MakeReport, tmp_path: Path
) -> None:
    page = tmp_path / "report.html"
    page.write_text(render_report(make_report()), encoding="utf-8")
    command = [
        "chromium",
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--dump-dom",
        page.as_uri() + "#c-UZB",
    ]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    assert "22 of 22 countries shown" in shown and 'class="sort"' in shown and "Save as CSV" in shown
    assert not re.search(r'<div id="tools"[^>]* hidden', shown)
    assert re.search(r'id="c-UZB".*?<details class="onpaper body" open', shown, flags=re.S)
    still = page.read_text(encoding="utf-8").split("<script>")[0]
    assert re.search(r'<div id="tools"[^>]* hidden', still) and "Kyrgyzstan" in still
