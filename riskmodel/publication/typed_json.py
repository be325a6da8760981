"""Frozen dataclasses to JSON and back: at the edge of the program, never between its modules."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

Value = TypeVar("Value")
_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}  # made once for each type: that takes milliseconds


def to_json(value: Any, *, leave_out_defaults: bool = False) -> Any:
    """A dataclass (or a tuple or mapping of them) as plain JSON values; dates become ISO texts.

    `leave_out_defaults` leaves out every field that has its default.

    >>> from riskmodel.explain.drift import SignalDrift
    >>> to_json(SignalDrift("article_rate", 1.0, 0.9, None, False))["known_in_training"]
    0.9
    """
    return _adapter(type(value)).dump_python(value, mode="json", exclude_defaults=leave_out_defaults)


def from_json(kind: type[Value], text: str | bytes) -> Value:
    """Read JSON text as `kind`, a dataclass or a tuple of them; unknown keys are left out.

    Raises ValueError, in one sentence that names the place, where a key is missing, a value has another type,
    or the text is not JSON.
    """
    try:
        return _adapter(kind).validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the text"
        raise ValueError(f"{place[:200]}: {first['msg']}") from None


def _adapter(kind: Any) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]
