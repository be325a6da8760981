"""The report page: safe with hostile text, without network, always the same, honest about what is made up."""

import json
import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser

import polars as pl
import pytest

from riskmodel.explain.drift import SignalDrift
from riskmodel.report.html import BACKTEST, FILES, render_report
from riskmodel.report.manifest import ModelOfRun
from riskmodel.report.view import ReportInput

MakeReport = Callable[..., ReportInput]

# Every element the templates may print; a foreign string that gets through would bring another one.
DOCUMENT = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "header",
    "main",
    "section",
    "footer",
    "div",
    "span",
}
WORDS = {
    "a",
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "strong",
    "b",
    "bdi",
    "br",
    "mark",
    "blockquote",
    "details",
    "summary",
}
TABLES = {"table", "caption", "thead", "tbody", "tr", "th", "td", "ul", "li", "dl", "dt", "dd"}
PICTURES = {
    "figure",
    "figcaption",
    "svg",
    "g",
    "defs",
    "pattern",
    "rect",
    "line",
    "path",
    "circle",
    "text",
    "i",
}
TOOLS = {"label", "input", "select", "option", "button", "ol", "script"}
ALLOWED = DOCUMENT | WORDS | TABLES | PICTURES | TOOLS
VOID = {"meta", "br", "input"}
LOADING = {"src", "srcset", "action", "data", "poster", "background", "formaction", "xlink:href", "ping"}


class Page(HTMLParser):
    """Collects elements, attributes and text; checks that elements close in order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str | None]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def plain_html(make_report: MakeReport) -> str:
    return render_report(make_report())


@pytest.fixture(scope="module")
def hostile_html(hostile_report: ReportInput) -> str:
    return render_report(hostile_report)


def test_hostile_text_brings_no_element_and_no_handler(hostile_html: str) -> None:
    page = Page(hostile_html)
    assert page.tags <= ALLOWED
    assert not page.open
    assert not [name for _, name, _ in page.attributes if name.startswith("on") or name in LOADING]


def test_hostile_text_is_shown_as_text(hostile_html: str) -> None:
    text = Page(hostile_html).text
    assert "<script>alert(1)</script>" in text
    assert "{{ 7 * 7 }}" in text
    assert "http://example.org/track" in text


def test_direction_overrides_and_control_characters_are_gone(hostile_html: str) -> None:
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", hostile_html)


@pytest.mark.parametrize("which", ["plain_html", "hostile_html"])
def test_page_loads_nothing_and_links_only_within_itself(which: str, request: pytest.FixtureRequest) -> None:
    html = request.getfixturevalue(which)
    page = Page(html)
    links = [value for _, name, value in page.attributes if name == "href"]
    anchors = {value for _, name, value in page.attributes if name == "id"}
    assert links
    # The one page outside the folder is that of `riskmodel backtest`, by a name that no input can change.
    links = [link for link in links if link != BACKTEST]
    assert all(link in FILES or (link and link.startswith("#") and link[1:] in anchors) for link in links)
    style = html.split("<style>")[1].split("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style
    assert "default-src 'none'" in html


@pytest.mark.parametrize("which", ["plain_html", "hostile_html"])
def test_only_our_own_script_may_run(which: str, request: pytest.FixtureRequest) -> None:
    """The policy names the digest of the one script, so that no other text of the page can run."""
    html = request.getfixturevalue(which)
    assert html.count("<script") == 1
    script = html.split("<script>")[1].split("</script>")[0]
    digest = b64encode(sha256(script.encode()).digest()).decode()
    policy = html.split('http-equiv="Content-Security-Policy" content="')[1].split('"')[0]
    assert f"script-src 'sha256-{digest}';" in policy and "unsafe-inline" not in policy.split("script-src")[1]
    assert "fetch(" not in script and "XMLHttpRequest" not in script and "innerHTML" not in script


def test_anchors_are_unique(plain_html: str) -> None:
    anchors = [value for _, name, value in Page(plain_html).attributes if name == "id"]
    assert len(anchors) == len(set(anchors))


def test_same_input_gives_same_bytes_whatever_the_row_order(make_report: MakeReport) -> None:
    run = make_report()
    shuffled = replace(
        run,
        **{
            name: getattr(run, name).sample(fraction=1.0, shuffle=True, seed=3)
            for name in ("countries", "products", "evidence", "series", "signals")
        },
    )
    assert render_report(run) == render_report(make_report())
    assert render_report(run) == render_report(shuffled)


def test_simulated_banner_stands_only_where_it_is_true(make_report: MakeReport) -> None:
    run = make_report()

    def text(**changes: object) -> str:
        return Page(render_report(replace(run, manifest=replace(run.manifest, **changes)))).text

    real_model = ModelOfRun("m", "transit", "real data", 6)
    assert "SIMULATED." in text()
    assert "trained on simulated worlds" in text()
    partly = text(simulated=True, simulated_inputs=("articles",))
    assert "PARTLY SIMULATED." in partly
    assert "articles" in partly
    real = text(simulated=False, simulated_inputs=(), model=real_model)
    assert "SIMULATED" not in real
    assert "simulated worlds" not in real


def test_hindsight_is_said(make_report: MakeReport) -> None:
    run = make_report()
    later = replace(run, manifest=replace(run.manifest, goods=replace(run.manifest.goods, hindsight=True)))
    assert "Hindsight." in render_report(later)
    assert "Hindsight." not in render_report(run)


def test_a_country_shows_its_reasons_rows_and_what_speaks_against(plain_html: str) -> None:
    section = plain_html.split('id="c-KGZ"')[1].split("</section>")[0]
    text = Page(f"<section>{section.split('>', 1)[1]}</section>").text
    for words in (
        "93%",
        "matched transit",
        "Processors and controllers".lower(),
        ", row 0",
        "two sentences of June speak of a crackdown",
        "arrivals of processors back at the baseline",
        "easing",
        "2024-05-14",
        "4,812,345",
    ):
        assert words in text
    assert "<mark>re-exported</mark>" in section


def test_forecast_event_risk_and_already_met_are_separate_facts(make_report: MakeReport) -> None:
    html = render_report(make_report())

    def section(code: str) -> str:
        return Page("<p" + html.split(f'id="c-{code}"')[1].split("</section>")[0]).text

    facts = ("Forecast", "risk 93% (67% to 99%)", "physically diverted", "Event risk", "74% (46% to 93%)")
    met = "yes, US$2.4m of matched transit from Oct 2023 to Mar 2024, most of it in 854231, 854232"
    for words in (*facts, "Already met", met):
        assert words in section("KGZ")
    assert "no, US$700.0k of matched transit" in section("ARM")
    assert "not known, because not all of the six months" in section("KAZ")
    assert html.count("Risk and event risk are two probabilities") == 1


def test_a_model_of_one_event_says_so(make_report: MakeReport) -> None:
    run = make_report()
    single = run.countries.with_columns(
        pl.lit(None, dtype=pl.Float64).alias(name) for name in run.countries.columns if "event_risk" in name
    )
    text = Page(render_report(replace(run, countries=single))).text
    assert "not given by this model" in text and "physically diverted" not in text
    assert "Risk and event risk are two probabilities" not in text
    assert "yes, US$2.4m of matched transit" in text


def test_no_risk_is_certain(make_report: MakeReport) -> None:
    run = make_report(n_countries=2, n_abstained=0)
    names = [name for name in run.countries.columns if "risk" in name]
    sure = run.countries.with_columns(
        pl.when(pl.col("rank") == 1).then(0.9999).otherwise(0.0001).alias(name) for name in names
    )
    html = render_report(replace(run, countries=sure))
    for code, shown, never in (("KGZ", "&gt;99%", ">100%"), ("ARM", "&lt;1%", ">0%")):
        part = html.split(f'id="c-{code}"')[1].split("</section>")[0]
        assert f"risk {shown} ({shown} to {shown})" in part and f"<dd>{shown} ({shown} to" in part
        assert f"Risk {shown}, interval {shown}" in part and never not in part


def test_copies_of_a_sentence_are_shown_once(make_report: MakeReport) -> None:
    run = make_report(n_countries=1, n_abstained=0)
    html = render_report(run)
    assert html.count("<blockquote") == 2  # three articles, two of them worsening, say the same words
    assert "word for word in 1 more" in html


def test_unreported_leg_is_said_and_not_drawn_as_zero(plain_html: str) -> None:
    section = plain_html.split('id="c-ARM"')[1].split("</section>")[0]
    assert "not reported</text>" in section
    assert "onward leg not reported" in section
    assert 'class="leg onward"' not in section


def test_abstained_countries_say_why_and_keep_their_articles(plain_html: str) -> None:
    part = plain_html.split('id="abstained"')[1]
    assert "exports to the country are unknown" in part
    assert "What it would take: coalition members" in part
    assert "via Turkmenistan</mark>" in part.split('id="c-TKM"')[1].split("</section>")[0]
    ranking = plain_html.split('id="ranking"')[1].split("</section>")[0]
    assert "Turkmenistan" not in ranking.split("<tbody>")[1].split("</tbody>")[0]
    assert 'href="#c-TKM"' in ranking


def test_contracts_rows_and_provenance_are_shown(plain_html: str) -> None:
    text = Page(plain_html).text
    for words in (
        "value not negative (reports)",
        "passed with remarks",
        "700 aggregate row",
        "90,000 not on goods list",
        "8,001",
        "Belarus is not a transit country in this question",
        "ab" * 32,
        "2019-01:2021-12",
        "BRA, CHL",
        "listings end in December 2023",
    ):
        assert words in text


def empty(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.clear()


@pytest.mark.parametrize("gone", ["products", "evidence", "series", "signals", "countries"])
def test_an_empty_table_leaves_a_page(gone: str, make_report: MakeReport) -> None:
    run = make_report()
    page = Page(render_report(replace(run, **{gone: empty(getattr(run, gone))})))
    assert not page.open
    assert "nan" not in page.text.lower().split()
    assert "None" not in page.text


def test_nothing_at_all_still_leaves_a_page(make_report: MakeReport) -> None:
    run = make_report()
    bare = ReportInput(
        *(empty(getattr(run, n)) for n in ("countries", "products", "evidence", "series", "signals")),
        contracts=(),
        manifest=run.manifest,
    )
    assert "No country could be scored" in render_report(bare)


def test_all_abstained(make_report: MakeReport) -> None:
    page = Page(render_report(make_report(n_countries=4, n_abstained=4)))
    assert "No country could be scored" in page.text
    assert "Customs officials said" in page.text


def test_null_cells_read_as_dashes(make_report: MakeReport) -> None:
    run = make_report(n_countries=3, n_abstained=0)
    keep = {"country", "as_of", "abstained", "rank", "kind", "leg", "period"}

    def blank(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(
            pl.lit(None, dtype=t).alias(n) for n, t in frame.schema.items() if n not in keep
        )

    text = Page(
        render_report(
            replace(
                run,
                countries=blank(run.countries),
                products=blank(run.products),
                evidence=blank(run.evidence),
            )
        )
    ).text
    assert "None" not in text
    assert "–" in text


def test_two_hundred_countries_stay_under_three_megabytes(make_report: MakeReport) -> None:
    run = make_report()
    many = {}
    for name in ("countries", "products", "evidence", "series", "signals"):
        frame = getattr(run, name)
        copies = [
            frame.with_columns(pl.concat_str("country", pl.lit(str(i))).alias("country")) for i in range(10)
        ]
        many[name] = pl.concat(copies)
    many["countries"] = many["countries"].with_columns(
        pl.col("risk").rank("ordinal", descending=True).cast(pl.Int64).alias("rank")
    )
    html = render_report(replace(run, **many))
    assert len(html.encode()) < 3_000_000
    assert html.count('class="timeline"') == 25


def test_unreadable_drivers_do_not_stop_the_report(make_report: MakeReport) -> None:
    run = make_report(n_countries=3, n_abstained=0)
    broken = run.countries.with_columns(
        pl.lit("{not json").alias("drivers"), pl.lit(json.dumps([])).alias("lowers")
    )
    assert "No signal moves this score" in render_report(replace(run, countries=broken))


def test_signals_that_lie_elsewhere_than_in_training_are_named_first(make_report: MakeReport) -> None:
    report = make_report()
    still = SignalDrift("inbound_surge", 1.0, 1.0, 0.02, False)
    moved = SignalDrift("article_rate", 1.0, 0.9, 0.81, True)
    assert "than in training" not in Page(render_report(report)).text
    shifted = replace(report, manifest=replace(report.manifest, drift=(still, moved)))
    text = Page(render_report(shifted)).text
    assert "1 of 2 signals lie elsewhere than in training" in text
    assert text.index("0.81") < text.index("0.02")
