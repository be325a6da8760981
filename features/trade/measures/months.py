"""Which months of which reporter are compared: recent ones that have the same month in a baseline year."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from data_contracts.months import month_number, month_start
from features.trade.flows.numbers import Bools, Ints
from features.trade.flows.windows import Windows


@dataclass(frozen=True)
class MatchedMonths:
    """Recent months that the reporter published, as it did the same calendar month of a baseline year.

    Attributes
    ----------
    reporters, first_month: as in `NumberedRows`.
    recent: shape (R, M). n_years: baseline years with the calendar month, shape (R, 12), January first.
    """

    reporters: tuple[str, ...]
    first_month: int
    recent: Bools
    n_years: Ints

    @cached_property
    def n_recent(self) -> Ints:
        """Recent months by calendar month, shape (R, 12)."""
        return by_calendar_month(self.recent, self.first_month)

    @cached_property
    def n_months(self) -> Ints:
        """Recent months of each reporter, shape (R,)."""
        return self.recent.sum(axis=1).astype(np.int64)

    @cached_property
    def table(self) -> pl.DataFrame:
        """reporter, period, calendar_month, n_years; sorted."""
        reporter, month = np.nonzero(self.recent)
        calendar = (month + self.first_month) % 12
        starts = [month_start(self.first_month + number) for number in range(self.recent.shape[1])]
        return pl.DataFrame(
            {
                "reporter": pl.Series([self.reporters[place] for place in reporter], dtype=pl.String),
                "period": pl.Series([starts[place] for place in month], dtype=pl.Date),
                "calendar_month": pl.Series(calendar + 1, dtype=pl.Int8),
                "n_years": pl.Series(self.n_years[reporter, calendar], dtype=pl.UInt32),
            }
        )


def matched_months(
    reporters: tuple[str, ...],
    first_month: int,
    reported: Bools,
    ends: Ints,
    windows: Windows,
    n_months: int,
) -> MatchedMonths:
    """Match the newest months of each reporter.

    Parameters
    ----------
    reported: shape (R, M). ends: each reporter's newest month, shape (R,); -1 where there is none.
    n_months: how many months to the end are recent.
    """
    months = np.arange(reported.shape[1])
    first, last = (month_number(day) - first_month for day in (windows.baseline_start, windows.baseline_end))
    in_baseline = (months >= first) & (months <= last)
    n_years = by_calendar_month(reported & in_baseline, first_month)
    inside = (months > ends[:, None] - n_months) & (months <= ends[:, None])
    matched = (n_years > 0)[:, (months + first_month) % 12]
    return MatchedMonths(reporters, first_month, reported & inside & ~in_baseline & matched, n_years)


def by_calendar_month(chosen: Bools, first_month: int) -> Ints:
    """Number of chosen months by calendar month, shape (R, 12)."""
    reporter, month = np.nonzero(chosen)
    number = reporter * 12 + (month + first_month) % 12
    return np.bincount(number, minlength=len(chosen) * 12).astype(np.int64).reshape(len(chosen), 12)
