"""What is planted for one country, and the settings from which such episodes are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from riskmodel.errors import WrongUsage


@dataclass(frozen=True)
class Episode:
    """Diversion through one country, as it is to be planted.

    Attributes
    ----------
    country: the transit country. hs6: what the goods are (newest edition), at least one code.
    first_month: first day of the first month of inbound trade. duration: months of inbound trade, 1 or more.
    amount_usd: planted inbound US$ in all, ghost trade included. ramp: months to the full size, 0: at once.
    undeclared_share: part of the onward leg that the country's exports do not show, on average.
    ghost_share: part of the inbound dollars that is declared for the country and never arrives there.
    lag: least months between arrival and departure, which may take up to three more. markup: what the value
        gains on the way, as a share, on average.
    imports_share: part of what arrives that the country's own import statistics show, where it has any.
    misdeclared: pairs of a good and the code that it is declared as on both legs; the truth says the good.
    """

    country: str
    hs6: tuple[str, ...]
    first_month: date
    duration: int
    amount_usd: int
    ramp: int = 4
    undeclared_share: float = 0.3
    ghost_share: float = 0.1
    lag: int = 1
    markup: float = 0.15
    imports_share: float = 1.0
    misdeclared: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class InjectionSettings:
    """What to draw episodes from; ranges hold both ends.

    Attributes
    ----------
    countries: how many. amount_usd: planted inbound US$ of a country, log-uniform. codes: how many goods.
    first_month: for all; None: drawn for each from the months after February 2022, or, where the table ends
        before, from its second half, with at least `least_months` to come.
    duration: months; None: to the end of the table. The others are as in `Episode`, for all countries.

    Raises
    ------
    WrongUsage: a setting is out of range.
    """

    countries: int = 5
    amount_usd: tuple[int, int] = (2_000_000, 50_000_000)
    codes: tuple[int, int] = (2, 8)
    first_month: date | None = None
    duration: int | None = None
    ramp: int = 4
    undeclared_share: float = 0.3
    ghost_share: float = 0.1
    lag: int = 1
    markup: float = 0.15
    imports_share: float = 1.0
    least_months: int = 6

    def __post_init__(self) -> None:
        for name, (low, high) in (("amount", self.amount_usd), ("codes", self.codes)):
            if not 1 <= low <= high:
                raise WrongUsage(
                    f"The range of {name} {low} to {high} is not usable; give 1 or more, low first."
                )
        for name in ("undeclared_share", "ghost_share", "imports_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise WrongUsage(f"{name.replace('_', ' ')} {getattr(self, name)} is not between 0 and 1.")
        if self.countries < 1 or (self.duration is not None and self.duration < 1):
            raise WrongUsage("Plant in at least one country and for at least one month.")
        if self.ramp < 0 or self.lag < 0 or self.markup < 0:
            raise WrongUsage("ramp, lag and markup cannot be negative.")
        if self.first_month is not None and self.first_month.day != 1:
            raise WrongUsage(f"The first month {self.first_month} is not the first day of a month.")
