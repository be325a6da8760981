"""A small made-up set of tables in place of real ones: what a background is built from in quick tests."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from data_contracts.codes.hs_codes import edition_codes
from data_contracts.tables import TRADE_FLOWS
from features.reference.facts import country_names, priority_list
from riskmodel.worlds.resampled.background import TOTALS

SENDERS = ("AUT", "BEL", "DEU", "FRA", "JPN", "POL")
TAKERS = ("ARM", "BLR", "GEO", "KAZ", "KGZ", "UZB", "RUS")
MONTHS = pl.date_range(date(2020, 1, 1), date(2022, 11, 1), "1mo", eager=True).to_list()
BITE = MONTHS.index(date(2022, 3, 1))


def _codes(rng: np.random.Generator) -> list[str]:
    listed = [code for code in priority_list()["hs6"] if ("HS2017", code) in edition_codes()]
    both = {code for edition, code in edition_codes() if edition == "HS2017"} & {
        code for edition, code in edition_codes() if edition == "HS2022"
    }
    near = sorted(code for code in both - set(listed) if code[:4] in {one[:4] for one in listed})
    far = sorted(code for code in both if code[:2] in ("84", "85", "88", "90", "61"))
    return sorted({*listed[::2], *rng.choice(near, 20, replace=False), *rng.choice(far, 30, replace=False)})


def trade(seed: int = 1) -> pl.DataFrame:
    """Monthly exports of six members to seven partners, and yearly ones of two other countries to Russia."""
    rng = np.random.default_rng(seed)
    codes = _codes(rng)
    rows = []
    for sender in SENDERS:
        for taker in TAKERS:
            size = np.exp(rng.normal(13 if taker == "RUS" else 10.5, 1))
            for code in codes:
                if rng.random() < 0.5:
                    continue
                level = size * np.exp(rng.normal(-1, 1.2))
                values = level * np.exp(0.8 * rng.standard_normal(len(MONTHS)))
                there = rng.random(len(MONTHS)) < rng.uniform(0.1, 1.0)
                if taker == "RUS":
                    values[BITE:] *= 0.4
                    there[BITE:] &= rng.random(len(MONTHS) - BITE) < 0.4
                rows += [
                    (
                        sender,
                        taker,
                        "X",
                        code,
                        "HS2022" if m.year > 2021 else "HS2017",
                        m,
                        round(v),
                        None,
                        None,
                        "made_up",
                    )
                    for m, v, yes in zip(MONTHS, values, there, strict=True)
                    if yes and v >= 1
                ]
    for exporter in ("IND", "CHN"):
        for code in codes:
            value = round(float(np.exp(rng.normal(13, 2))))
            for year in (2019, 2020, 2021, 2022):
                rows.append(
                    (exporter, "RUS", "X", code, "HS2017", date(year, 1, 1), value, None, None, "made_up")
                )
    return pl.DataFrame(rows, schema=TRADE_FLOWS, orient="row")


def totals(seed: int = 1) -> pl.DataFrame:
    """Monthly totals of one member to many partners, a few of which double, and yearly ones to Russia."""
    rng = np.random.default_rng(seed)
    months = pl.date_range(date(2018, 1, 1), date(2024, 6, 1), "1mo", eager=True).to_list()
    rows = []
    for partner in sorted(country_names())[::2]:
        if partner == "USA":
            continue
        size = np.exp(rng.normal(18, 2))
        growth = np.exp(np.linspace(0, rng.normal(0.1, 0.4), len(months)))
        for month, value in zip(
            months, size * growth * np.exp(0.15 * rng.standard_normal(len(months))), strict=True
        ):
            rows.append(("USA", partner, month, round(value)))
        if partner != "RUS":
            rows.append((partner, "RUS", date(2020, 1, 1), round(float(size * np.exp(rng.normal(-4, 1))))))
    return pl.DataFrame(rows, schema=TOTALS, orient="row")
