"""What a notebook shows: charts, interactive or as a picture, and tables without quotation marks."""

from __future__ import annotations

from typing import Any

import polars as pl
from markupsafe import escape

NAME = "riskmodel"
INTERACTIVE = "application/vnd.vegalite.v5+json"  # what JupyterLab and VS Code draw without a network
STATIC = "image/svg+xml"
ROWS = 40
FITS = "<style>.jp-RenderedSVG img{max-width:calc(100vw - 4em);height:auto}</style>"
CELL = 'style="text-align:{side};vertical-align:top;white-space:normal"'


def setup_notebook() -> None:
    """Let charts and tables show in JupyterLab, VS Code and exported pages, without a network.

    An altair chart is given in two forms: interactive for programs that draw Vega-Lite by themselves, and an
    SVG picture for all others, HTML export among them. The picture needs `vl-convert-python` (extra
    `notebook`); without it the words say so. A polars table shows its first 40 rows without quotation marks
    and types; a dash is null, which is unknown and not zero. Outside a notebook only charts are set up.

    >>> setup_notebook()
    >>> import altair
    >>> altair.renderers.active
    'riskmodel'
    """
    import altair

    altair.renderers.register(NAME, chart_bundle)
    altair.renderers.enable(NAME)
    try:
        from IPython import get_ipython
        from IPython.display import HTML, display
    except ImportError:
        return
    if (shell := get_ipython()) is not None:
        shell.display_formatter.formatters["text/html"].for_type(pl.DataFrame, table_html)
        display(HTML(FITS))  # exported pages show a picture as an image of its full width


def chart_bundle(spec: dict[str, Any], **_: object) -> dict[str, Any]:
    """A Vega-Lite specification as what a notebook may show: media type to content.

    >>> sorted(chart_bundle({"mark": "point", "data": {"values": []}, "description": "No points."}))
    ['application/vnd.vegalite.v5+json', 'image/svg+xml', 'text/plain']
    """
    said = str(spec.get("description") or "a chart")
    bundle = {INTERACTIVE: spec, "text/plain": said}
    picture = _picture(spec, said)
    if picture is None:
        bundle["text/plain"] = f"{said} (its static picture needs: pip install vl-convert-python)"
    else:
        bundle[STATIC] = picture
    return bundle


def _picture(spec: dict[str, Any], said: str) -> str | None:
    try:
        import vl_convert
    except ImportError:
        return None
    # It may read no file and no address: a chart of a run holds its data.
    drawn: str = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    fits = f'<svg role="img" aria-label="{escape(said)}" style="max-width:100%;height:auto" '
    return drawn.replace("<svg ", fits, 1)


def table_html(frame: pl.DataFrame) -> str:
    """A table for a notebook; every cell is escaped, a wide table scrolls in its own box.

    >>> table_html(pl.DataFrame({"name": ["<b>"], "usd": [1_200_000]})).count("&lt;b&gt;")
    1
    """
    right = {name for name, dtype in frame.schema.items() if dtype.is_numeric()}

    def row(tag: str, cells: list[tuple[str, str]]) -> str:
        shown = (
            f"<{tag} {CELL.format(side='right' if name in right else 'left')}>{escape(text)}</{tag}>"
            for name, text in cells
        )
        return f"<tr>{''.join(shown)}</tr>"

    head = row("th", [(name, name.replace("_", " ")) for name in frame.columns])
    body = "".join(
        row("td", [(name, _shown(value)) for name, value in one.items()])
        for one in frame.head(ROWS).iter_rows(named=True)
    )
    more = f"<p>and {frame.height - ROWS:,} more rows</p>" if frame.height > ROWS else ""
    none = "<p>no rows</p>" if frame.is_empty() else ""
    table = f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"
    return f'<div style="overflow-x:auto">{table}</div>{more}{none}'


def _shown(value: object) -> str:
    """A cell in words: whole numbers with separators, others with three decimals at most, null as a dash.

    >>> [_shown(value) for value in (None, True, 1200, 0.25, 0.00001, "x")]
    ['–', 'yes', '1,200', '0.25', '<0.001', 'x']
    """
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        if 0 < abs(value) < 0.0005:
            return "<0.001" if value > 0 else ">-0.001"
        return f"{value:,.3f}".rstrip("0").rstrip(".")
    return str(value)
