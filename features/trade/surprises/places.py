"""Any signal's share of other countries at least as extreme."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from features.trade.surprises.shares import other_places


def place_surprises(signals: pl.DataFrame, directions: Mapping[str, int]) -> pl.DataFrame:
    """Placebo places of signals that are computed elsewhere, such as `TradeSignals.countries` of one date.

    Parameters
    ----------
    signals: country and the columns of `directions`, one row for each country. directions: 1 where more is
        more suspicious, -1 where less is.

    Returns
    -------
    country; `<signal>_places` (Float64, null where the signal is), `<signal>_places_placebos` and
    `<signal>_places_as_extreme` (Int64), in the order of `signals`.
    """
    columns = [signals["country"]]
    for name, direction in directions.items():
        values = signals[name].cast(pl.Float64)
        counts = other_places(direction * values.fill_null(float("nan")).to_numpy())
        known = pl.Series(counts.placebos > 0)
        found = {
            f"{name}_places": counts.surprises(),
            f"{name}_places_placebos": counts.placebos,
            f"{name}_places_as_extreme": counts.as_extreme,
        }
        columns += [pl.Series(text, numbers).set(~known, None) for text, numbers in found.items()]
    return pl.DataFrame(columns)
