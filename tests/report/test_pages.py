"""One style sheet and one content policy for every page that is written."""

from __future__ import annotations

from pathlib import Path

from riskmodel.backtest.results import SliceResult
from riskmodel.report import environment

PACKAGES = environment.TEMPLATES.parents[1]


def texts(*suffixes: str) -> dict[Path, str]:
    return {p: p.read_text(encoding="utf-8") for p in PACKAGES.rglob("*") if p.suffix in suffixes}


def test_only_one_template_holds_a_policy_and_a_style() -> None:
    """The backtest, the contract page and the report once had three policies and three styles."""
    for word in ("Content-Security-Policy", "<style", "<html lang"):
        holders = [path.name for path, text in texts(".py", ".jinja").items() if word in text]
        # A cell of a notebook is no page of ours: it adds one rule to the page that holds it.
        assert [name for name in holders if name != "notebook.py"] == ["page.html.jinja"], word
    assert [path.name for path in PACKAGES.rglob("*.css")] == ["style.css"]


def test_every_page_extends_it() -> None:
    pages = {"report.html.jinja", "contract.html.jinja", "backtest.html.jinja"}
    for name in pages:
        assert (environment.TEMPLATES / name).read_text().startswith('{% extends "page.html.jinja" %}')


def test_a_page_escapes_what_it_is_given() -> None:
    page = environment.render_page(
        "backtest.html.jinja",
        **dict.fromkeys(("reliability", "curves", "reachable"), ""),
        **dict.fromkeys(("curve_keys", "power", "timelines", "slices", "families"), ()),
        verdict=["<script>alert(2)</script>"],
        backtest=Hostile(),
        found=Hostile(),
        spells=0,
    )
    assert "<script" not in page and "&lt;script&gt;" in page


class Hostile:
    """A backtest without findings whose protocol is an attack."""

    protocol = "<script>alert(1)</script>\u202e"
    simulated = False
    slices: dict[str, object] = {"all": SliceResult(0, 0)}  # noqa: RUF012
    dropped: dict[str, int] = {}  # noqa: RUF012
    reachable = alarms = roles = other_shares_of_events = ablation = products = recovery = None
