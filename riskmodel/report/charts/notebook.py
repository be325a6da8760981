"""Charts of a notebook that show everywhere: interactive where that is possible, else as a static picture."""

from __future__ import annotations

from typing import Any

NAME = "riskmodel"
INTERACTIVE = "application/vnd.vegalite.v5+json"  # what JupyterLab and VS Code draw without a network
STATIC = "image/svg+xml"


def show_charts() -> None:
    """Let altair's charts show in JupyterLab, VS Code and exported pages, without a network.

    Each chart is given in two forms: interactive for programs that draw Vega-Lite by themselves, and an SVG
    picture for all others, HTML export among them. The picture needs `vl-convert-python` (extra `notebook`);
    without it the words say so.

    >>> show_charts()
    >>> import altair
    >>> altair.renderers.active
    'riskmodel'
    """
    import altair

    altair.renderers.register(NAME, chart_bundle)
    altair.renderers.enable(NAME)


def chart_bundle(spec: dict[str, Any], **_: object) -> dict[str, Any]:
    """A Vega-Lite specification as what a notebook may show: media type to content.

    >>> sorted(chart_bundle({"mark": "point", "data": {"values": []}, "description": "No points."}))
    ['application/vnd.vegalite.v5+json', 'image/svg+xml', 'text/plain']
    """
    said = str(spec.get("description") or _title(spec) or "a chart")
    bundle = {INTERACTIVE: spec, "text/plain": said}
    picture = _picture(spec)
    if picture is None:
        bundle["text/plain"] = f"{said} (its static picture needs: pip install vl-convert-python)"
    else:
        bundle[STATIC] = picture
    return bundle


def _title(spec: dict[str, Any]) -> str:
    title = spec.get("title")
    return str(title.get("text", "")) if isinstance(title, dict) else str(title or "")


def _picture(spec: dict[str, Any]) -> str | None:
    try:
        import vl_convert
    except ImportError:
        return None
    # It may read no file and no address: a chart of a run holds its data.
    drawn: str = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    return drawn
