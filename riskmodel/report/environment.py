"""How pages are made: jinja templates of one folder, one style sheet and one policy, at most one script."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from data_contracts.plain_text import shown
from riskmodel.explain.bands import LOWER_BOUNDS
from riskmodel.explain.event import EVENT_WORDS
from riskmodel.report import words
from riskmodel.report.charts.svg import risk_bar
from riskmodel.report.event import met_mark, probability
from riskmodel.report.provenance import count, plain

TEMPLATES = Path(__file__).parent / "templates"


def render_page(template: str, *, script: str = "", running_head: str = "", **values: Any) -> str:
    """A whole HTML page. The same values give the same text, byte for byte.

    Texts, names and file names are hostile: templates escape every one of them, and the page's content
    policy (`page.html.jinja`) forbids whatever might slip through to load or run.

    Parameters
    ----------
    script: file name of the one script that the page may run; the policy names its sha256, so that no other
        script runs. running_head: printed at the top of every sheet of paper.
    """
    code = _tidy((TEMPLATES / script).read_text(encoding="utf-8")) if script else ""
    text = (
        _pages()
        .get_template(template)
        .render(
            style=Markup(_tidy((TEMPLATES / "style.css").read_text(encoding="utf-8"))),  # noqa: S704 - our own file
            print_head=Markup(_print_head(running_head)),  # noqa: S704 - letters, digits and a few signs only
            script=Markup(code),  # noqa: S704 - our own file
            script_hash=b64encode(sha256(f"\n{code}\n".encode()).digest()).decode() if code else "",
            **values,
        )
    )
    return _tidy(text) + "\n"


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip())


def _print_head(words_of_head: str) -> str:
    """Rules of style for paper: the running head and the page numbers.

    >>> _print_head("as of 2024-06-30; }</style>")[:43]
    '@page { @top-left { content: "as of 2024-06'
    """
    if not words_of_head:
        return ""
    plain_words = re.sub(r"[^\w .,:·-]", "", words_of_head)[:200]
    face = "font: 9px sans-serif; color: #444;"
    return (
        f'@page {{ @top-left {{ content: "{plain_words}"; {face} }} '
        f'@top-right {{ content: "page " counter(page) " of " counter(pages); {face} }} }}'
    )


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
        region_id=lambda text: re.sub(r"[^a-z]", "-", str(text).lower()),
        figure=words.figure,
        share=words.share,
        met_mark=met_mark,
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
