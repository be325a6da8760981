"""The recent window and the baseline, as months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Windows:
    """Which months are compared.

    Attributes
    ----------
    baseline_start, baseline_end: first days of the first and last baseline month, both included.
    recent_months: length of the recent window; it ends with the newest usable month of a leg.
    oldest_usable_months: a leg whose newest month is older than this at as_of is unknown.
    """

    baseline_start: date = date(2019, 1, 1)
    baseline_end: date = date(2021, 12, 1)
    recent_months: int = 12
    oldest_usable_months: int = 18

    def __post_init__(self) -> None:
        if self.baseline_start > self.baseline_end:
            raise ValueError(
                f"The baseline ends ({self.baseline_end:%Y-%m}) before it starts; swap its months."
            )
        if not 1 <= self.recent_months <= 60:
            raise ValueError(f"recent months must be 1 to 60, got {self.recent_months}.")

    def words(self) -> str:
        """The baseline as `2019-01:2021-12`."""
        return f"{self.baseline_start:%Y-%m}:{self.baseline_end:%Y-%m}"


def parse_baseline(text: str) -> tuple[date, date]:
    """Read `YYYY-MM:YYYY-MM`.

    >>> parse_baseline("2020-01:2021-12")
    (datetime.date(2020, 1, 1), datetime.date(2021, 12, 1))
    """
    try:
        first, last = (date.fromisoformat(f"{part.strip()}-01") for part in text.split(":"))
    except ValueError:
        raise ValueError(
            f"The baseline {text!r} is not YYYY-MM:YYYY-MM, for example 2019-01:2021-12."
        ) from None
    return first, last
