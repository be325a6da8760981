"""Series of a world from the library: blocks of real months, profiles of real pairs, scaled to size."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from riskmodel.worlds.resampled.background import Background
from riskmodel.worlds.resampled.params import Params

SMOOTH = 5  # months over which growth of totals is averaged
LEAST_GROWTH, MOST_GROWTH = 0.2, 6.0


def month_blocks(
    rng: np.random.Generator, background: Background, params: Params, count: int
) -> npt.NDArray[np.int64]:
    """For `count` series and each month of the world, the column of the library that is used there.

    Blocks of consecutive real months follow one another (Kuensch 1989); each starts at its own calendar
    month, so that seasons stay in place.
    """
    window = background.series.shape[1]
    found = np.empty((count, params.months), dtype=np.int64)
    left = np.zeros(count, dtype=np.int64)
    place = np.zeros(count, dtype=np.int64)
    for t in range(params.months):
        calendar = (params.first + t) % 12
        starts = np.arange((calendar - background.first_calendar_month) % 12, window, 12)
        over = (left == 0) | (place >= window)
        drawn = starts[rng.integers(0, len(starts), count)]
        place = np.where(over, drawn, place)
        left = np.where(over, rng.integers(params.block[0], params.block[1] + 1, count), left)
        found[:, t] = place
        place, left = place + 1, left - 1
    return found


def growth_of(background: Background, params: Params, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Countries by months: growth of their donors' totals, smoothed and to the world's power.

    Months outside the donors' table take the nearest year's month of the same name.
    """
    months = np.arange(params.first, params.last + 1) - background.first_growth
    window = background.growth.shape[1]
    if window < 12:
        return np.ones((len(rows), params.months))
    last_year, first_year = window - 12 + (months - window) % 12, months % 12
    months = np.where(months >= window, last_year, np.where(months < 0, first_year, months))
    padded = np.pad(background.growth, ((0, 0), (SMOOTH // 2, SMOOTH // 2)), mode="edge")
    smooth = np.stack([padded[:, i : i + window] for i in range(SMOOTH)]).mean(axis=0)
    return np.clip(smooth[rows][:, months], LEAST_GROWTH, MOST_GROWTH) ** params.growth_power


class Library:
    """Look-up of the library's rows by pair and code."""

    def __init__(self, background: Background) -> None:
        self.background = background
        self.codes = background.keys["hs6"].unique().sort().to_list()
        self._place = {code: at for at, code in enumerate(self.codes)}
        self.by_chapter: dict[str, list[int]] = {}
        for at, code in enumerate(self.codes):
            self.by_chapter.setdefault(code[:2], []).append(at)
        pairs = background.pairs.height
        self.rows = np.full((pairs, len(self.codes)), -1, dtype=np.int64)
        code_at = background.keys["hs6"].replace_strict(self._place, return_dtype=None).to_numpy()
        self.rows[background.keys["pair"].to_numpy(), code_at] = np.arange(background.keys.height)
        sender, taker = (background.pairs[name].to_numpy().astype(np.int64) for name in ("sender", "taker"))
        self.pair_of = np.full((sender.max() + 1, taker.max() + 1), -1, dtype=np.int64)
        self.pair_of[sender, taker] = np.arange(pairs)
        self.to_russia = np.flatnonzero(background.pairs["to_russia"].to_numpy())

    def donor_codes(
        self, rng: np.random.Generator, goods: tuple[str, ...], count: int, same: float
    ) -> npt.NDArray[np.int64]:
        """`count` by goods: the place of the code whose series is used.

        Its own with the chance `same`, where the library has it; else another of its chapter, else any.
        """
        found = np.empty((count, len(goods)), dtype=np.int64)
        for k, code in enumerate(goods):
            pool = np.asarray(self.by_chapter.get(code[:2]) or range(len(self.codes)))
            found[:, k] = pool[rng.integers(0, len(pool), count)]
            if code in self._place:
                found[:, k] = np.where(rng.random(count) < same, self._place[code], found[:, k])
        return found
