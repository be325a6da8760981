"""Log events on stderr: one JSON object a line for machines, or one plain line for people."""

from __future__ import annotations

import sys
from collections.abc import MutableMapping
from typing import Any, Literal

from data_contracts.plain_text import one_line

Style = Literal["none", "lines", "json"]


def log(style: Style, event: str, *, level: str = "info", **values: Any) -> None:
    """Write one event with the time in UTC; nothing at all in style `none`.

    Values come from files and may be hostile: JSON escapes control characters, plain lines replace them.
    """
    if style == "none":
        return
    # structlog takes a tenth of a second to import, which `riskmodel --help` cannot spare.
    import structlog

    render = structlog.processors.JSONRenderer(sort_keys=True) if style == "json" else _line
    logger = structlog.wrap_logger(
        structlog.PrintLogger(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            render,
        ],
        wrapper_class=structlog.BoundLogger,
    )
    getattr(logger, level)(event, **values)


def _line(logger: Any, method: str, event: MutableMapping[str, Any]) -> str:
    when, words, level = event.pop("timestamp"), event.pop("event"), event.pop("level")
    pairs = ", ".join(f"{key} {_shown(value)}" for key, value in event.items())
    mark = "" if level == "info" else f"{level}: "
    return one_line(f"{when[:19]}Z {mark}{words}{': ' if pairs else ''}{pairs}")


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "(" + ", ".join(f"{key} {_shown(inner)}" for key, inner in value.items()) + ")"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
