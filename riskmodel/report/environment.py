"""How pages are made: jinja templates of one folder, one style sheet, one content policy, no script."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from data_contracts.plain_text import shown
from riskmodel.explain.bands import LOWER_BOUNDS
from riskmodel.explain.event import EVENT_WORDS
from riskmodel.report import words
from riskmodel.report.charts.svg import risk_bar
from riskmodel.report.event import probability
from riskmodel.report.provenance import count, plain

TEMPLATES = Path(__file__).parent / "templates"


def render_page(template: str, **values: Any) -> str:
    """A whole HTML page. The same values give the same text, byte for byte.

    Texts, names and file names are hostile: templates escape every one of them, and the page's content
    policy (`page.html.jinja`) forbids whatever might slip through to load or run.
    """
    style = Markup((TEMPLATES / "style.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file
    text = _pages().get_template(template).render(style=style, **values)
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip()) + "\n"


def render_markdown(template: str, **values: Any) -> str:
    """A Markdown text; nothing is escaped, so its values must be the program's own."""
    return _texts().get_template(template).render(**values)


@cache
def _pages() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    _add_words(environment)
    return environment


@cache
def _texts() -> Environment:
    environment = Environment(  # noqa: S701 - Markdown of our own figures, no page
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    _add_words(environment)
    return environment


def _add_words(environment: Environment) -> None:
    environment.filters.update(
        clean=words.clean,
        money=words.money,
        millions=words.millions,
        dollars=words.dollars,
        percent=words.percent,
        month=words.month,
        day=words.iso_day,
        signal_name=words.signal_name,
        figure=words.figure,
        share=words.share,
        plain=plain,
        count=count,
    )
    environment.globals.update(
        risk_bar=risk_bar,
        interval=words.interval,
        probability=probability,
        GRADE_WORDS=words.GRADE_WORDS,
        BAND_WORDS=words.BAND_WORDS,
        LOWER_BOUNDS=LOWER_BOUNDS,
        EVENT_WORDS=EVENT_WORDS,
        LEG_WORDS=words.LEG_WORDS,
    )


def _printable(value: object) -> object:
    """Last guard on whatever a template prints; text that went through `clean` stays as it is."""
    return shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value
