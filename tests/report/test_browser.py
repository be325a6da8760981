"""The report in a browser, as people use it: by keyboard, on small screens, in the dark, without script.

Needs a Chromium on the machine, named by RISKMODEL_CHROMIUM or found on the PATH; skips without one. Nothing
is downloaded: Playwright drives the browser that is there.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from riskmodel.report.html import render_country, render_report
from riskmodel.report.view import ReportInput

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FOUND = os.environ.get("RISKMODEL_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
WIDTHS = (390, 800, 1400)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(
        FOUND is None, reason="no Chromium found: install one, or name it in RISKMODEL_CHROMIUM"
    ),
]
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: make test adds it"
    )
    with sync_api.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=FOUND, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def pages(
    make_report: Callable[..., ReportInput], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """The report of a made-up run, a short one, and the page of one country."""
    report, folder = make_report(18, 4), tmp_path_factory.mktemp("pages")
    texts = {
        "report": render_report(report),
        "short": render_report(make_report(3, 1)),
        "country": render_country(report, "KGZ"),
    }
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in texts}


@pytest.fixture
def opened(browser: Any, pages: dict[str, Path]) -> Iterator[Open]:
    """Opens a page; afterwards it must have asked for no other file and complained of nothing."""
    asked: list[str] = []
    complaints: list[str] = []
    contexts = []

    def open_page(name: str = "report", width: int = 1400, **how: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, **how)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(pages[name].as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    known = {path.as_uri() for path in pages.values()}
    assert {url.partition("#")[0] for url in asked} <= known
    assert complaints == []


def shown_names(page: Any) -> list[str]:
    """Countries of the ranking that can be seen, in their order."""
    return page.eval_on_selector_all(
        "table.ranking tbody tr",
        "rows => rows.filter(row => row.offsetParent).map(row => row.querySelector('th a').textContent)",
    )


def focused(page: Any, what: str) -> Any:
    return page.evaluate(f"document.activeElement.{what}")


def press_until(page: Any, key: str, there: Callable[[], bool], most: int = 40) -> None:
    for _ in range(most):
        page.keyboard.press(key)
        if there():
            return
    raise AssertionError(f"{key} does not lead there in {most} steps")


def test_the_first_tab_skips_to_the_ranking(opened: Open) -> None:
    page = opened()
    page.keyboard.press("Tab")
    assert focused(page, "textContent") == "Skip to the ranking"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#ranking"


def test_a_country_is_found_and_opened_by_keyboard(opened: Open) -> None:
    page = opened()
    everyone = shown_names(page)
    page.keyboard.press("/")
    assert focused(page, "id") == "find"
    page.keyboard.type("turkiye")  # typed without the mark
    assert shown_names(page) == ["Türkiye"]
    assert page.inner_text("#found").startswith("1 of ")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#c-TUR"
    assert page.evaluate("document.getElementById('c-TUR').getBoundingClientRect().top") < 900
    page.focus("#find")
    press_until(page, "Tab", lambda: focused(page, "id") == "clear")
    page.keyboard.press("Enter")
    assert shown_names(page) == everyone and focused(page, "id") == "find"


def test_the_ranking_is_filtered_by_keyboard(opened: Open) -> None:
    page = opened()
    everyone = shown_names(page)
    page.focus("#find")
    press_until(page, "Tab", lambda: focused(page, "id") == "by-band")
    page.keyboard.type("high")
    bands = page.eval_on_selector_all(
        "table.ranking tbody tr", "rows => rows.filter(row => row.offsetParent).map(row => row.dataset.band)"
    )
    assert set(bands) == {"high"} and 0 < len(bands) < len(everyone)


def test_the_ranking_is_sorted_by_keyboard(opened: Open) -> None:
    page = opened()
    by_rank = shown_names(page)
    page.focus("#clear")
    press_until(page, "Tab", lambda: focused(page, "textContent") == "Country")
    assert focused(page, "tagName") == "BUTTON"
    page.keyboard.press("Enter")
    assert focused(page, "closest('th').getAttribute('aria-sort')") == "ascending"
    assert shown_names(page) == sorted(by_rank) != by_rank
    page.keyboard.press("Space")
    assert focused(page, "closest('th').getAttribute('aria-sort')") == "descending"
    assert shown_names(page) == sorted(by_rank, reverse=True)


def test_a_link_of_the_ranking_opens_the_section_of_a_country(opened: Open) -> None:
    page = opened()
    page.focus("table.ranking thead th:last-child button")
    press_until(page, "Tab", lambda: str(focused(page, "getAttribute('href')")).startswith("#c-"))
    target = focused(page, "hash")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == target
    assert page.is_visible(target)


def test_what_has_the_focus_can_be_seen_to_have_it(opened: Open) -> None:
    page = opened()
    for what in ("#find", "#by-band", "#clear", "table.ranking th button", "table.ranking tbody a"):
        page.focus(what)
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")
        style = page.evaluate(
            "(style => style.outlineStyle + style.outlineWidth)(getComputedStyle(document.activeElement))"
        )
        assert not style.startswith("none") and not style.endswith("none0px"), what


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["report", "country"])
def test_nothing_is_wider_than_the_screen(name: str, scheme: str, opened: Open) -> None:
    page = opened(name, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wide, screen = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= screen == width, width


def test_on_a_phone_a_row_is_a_card_and_its_band_is_on_the_screen(opened: Open) -> None:
    page = opened(width=390)
    box = page.locator("table.ranking tbody tr .band").first.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert (
        page.evaluate("getComputedStyle(document.querySelector('table.ranking tr')).display") != "table-row"
    )


def test_without_script_everything_is_there_to_read(opened: Open) -> None:
    with_script = opened()
    page = opened(java_script_enabled=False)
    assert page.locator("#tools").is_hidden() and page.locator("button.sort, button.save").count() == 0
    rows = page.locator("table.ranking tbody tr")
    assert rows.count() == len(shown_names(with_script)) == 14
    assert all(row.is_visible() for row in rows.all())
    page.locator("details.body, details.more").first.locator("summary").first.click()
    assert page.locator("details[open]").count() > 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["short", "country"])
def test_axe_finds_nothing_serious(name: str, scheme: str, opened: Open) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    page = opened(name, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    every = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
    rules = every if scheme == "light" else ["color-contrast"]  # the dark changes colours only
    found = axe.Axe().run(page, options={"runOnly": rules}).response
    assert len(found["passes"]) >= (20 if scheme == "light" else 1)  # it did look
    serious = [
        (one["id"], one["nodes"][0]["html"][:160])
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []
