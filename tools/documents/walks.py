"""Five readers, one question each, walked in the sample's report by a browser: `make walks`.

A walk is a list of clicks and keys that ends where the answer is on the screen. Its seconds are those of
the browser, loading included; how long a person reads and thinks is another thing and is not measured.
"""

from __future__ import annotations

import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.sections import renewed

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "runs" / "sample" / "report.html"
PAGE = ROOT / "docs" / "tutorials" / "walks.md"
SECTION = "walks"
WAIT = 20_000  # milliseconds


@dataclass(frozen=True)
class Walk:
    """One reader. find: what is typed into the search. clicks: selectors in order. answer: where it ends."""

    who: str
    question: str
    found: str
    find: str
    clicks: tuple[str, ...]
    answer: str


def _section(code: str) -> str:
    return f"section#c-{code}"


def _heading(code: str, words: str) -> str:
    return f"{_section(code)} h4:has-text('{words}')"


WALKS = (
    Walk(
        "authority",
        "Which country first, and which documents, goods and months to ask for?",
        "the first name of the ranking; the list *What to ask next*",
        "",
        ("ol.top li:first-child a",),
        "section.country:target h4:has-text('What to ask next')",
    ),
    Walk(
        "bank",
        "A payment for processors to one named country: is there reason to ask more?",
        "band, interval and grade; its products with the tier of each",
        "malaysia",
        ("tr a[href='#c-MYS']",),
        _heading("MYS", "Products"),
    ),
    Walk(
        "economist",
        "Which rows make the strongest driver, and how does its value follow?",
        "the rows, the formula, the name of the file with all of them",
        "",
        ("ol.top li:first-child a", "section.country:target details.more >> nth=0 >> summary"),
        "section.country:target details.more[open] table",
    ),
    Walk(
        "journalist",
        "What is written about one country, by whom and when, and what speaks against it?",
        "counter-evidence; sentences with outlet, day and address",
        "tunisia",
        ("tr a[href='#c-TUN']",),
        _heading("TUN", "Sentences"),
    ),
    Walk(
        "country",
        "Why are we there, and what would bring us down a band?",
        "drivers that add up; *What would lower this score*",
        "togo",
        ("tr a[href='#c-TGO']",),
        _heading("TGO", "What would lower"),
    ),
)


@dataclass(frozen=True)
class Walked:
    """What a walk took."""

    clicks: int
    keys: int
    loading: float
    seconds: float


def walked(browser: Any, walk: Walk) -> Walked:
    """Open the report in a new page and walk; raises where a step is not there or the answer not shown."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    start = time.perf_counter()
    page.goto(REPORT.as_uri())
    loading = time.perf_counter() - start
    if walk.find:
        page.keyboard.press("/")
        page.keyboard.type(walk.find)
    for selector in walk.clicks:
        page.locator(selector).first.click(timeout=WAIT)
    answer = page.locator(walk.answer).first
    answer.scroll_into_view_if_needed(timeout=WAIT)
    answer.wait_for(state="visible", timeout=WAIT)
    seconds = time.perf_counter() - start
    page.close()
    return Walked(len(walk.clicks), len(walk.find) + 1 if walk.find else 0, loading, seconds)


def section(results: list[tuple[Walk, Walked]]) -> str:
    """The table of the page."""
    names = ("who", "wanted to know", "found", "clicks", "keys", "seconds, of which loading")
    head = f"| {' | '.join(names)} |\n{'|---' * len(names)}|\n"
    return head + "\n".join(
        f"| {walk.who} | {walk.question} | {walk.found} | {took.clicks} | {took.keys} | "
        f"{took.seconds:.1f}, {took.loading:.1f} |"
        for walk, took in results
    )


def main(arguments: list[str]) -> int:
    """Walk all five; write the table of the page, or print it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        walked(browser, WALKS[0])  # the first page of a browser that has just started is no measure
        made = section([(walk, walked(browser, walk)) for walk in WALKS])
        browser.close()
    if "--write" in arguments:
        PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8"), {SECTION: made}), encoding="utf-8")
    else:
        sys.stdout.write(made + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
