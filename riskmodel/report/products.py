"""The products of one country: how unusual their rise on each leg is, in words; the table of a run folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from data_contracts.tables import SCORES_PRODUCT
from riskmodel.explain.figures import money
from riskmodel.report.findings import compared_words
from riskmodel.report.rows import ProductScore, rows_of
from riskmodel.report.words import clean

FILE = "scores_product.parquet"
MOST_SAID = 5  # products of a country in a terminal
ROSE_IN_GOODS = "rose as much in these goods"


def read_products(folder: Path) -> pl.DataFrame:
    """`scores_product` of a run folder, empty where there is none.

    A column of `SCORES_PRODUCT` that an earlier version did not write yet is null.
    """
    path = folder / FILE
    if not path.is_file():
        return pl.DataFrame(schema=SCORES_PRODUCT)
    table = pl.read_parquet(path)
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in SCORES_PRODUCT.items() if name not in table]
    return table.with_columns(missing)


def rise_words(product: ProductScore, short: bool = False) -> list[str]:
    """How unusual the rise on each leg is, with its real counts; nothing of a leg that is unknown.

    short: the counts alone, "arrivals 7 of 50", for tables whose heading says what is counted.
    """
    legs = (
        ("arrivals", product.inbound_placebos, product.inbound_as_extreme),
        ("exports to Russia", product.onward_placebos, product.onward_as_extreme),
    )
    return [
        f"{name} {as_extreme} of {placebos}"
        if short
        else f"{name}: {compared_words('places', placebos, as_extreme, ROSE_IN_GOODS)}"
        for name, placebos, as_extreme in legs
        if placebos is not None and as_extreme is not None
    ]


def first_products(products: pl.DataFrame | None, country: str, limit: int) -> list[ProductScore]:
    """The country's products with the highest score."""
    if products is None or products.is_empty():
        return []
    mine = products.filter(pl.col("country") == country)
    ordered = mine.sort(["score", "hs6"], descending=[True, False], nulls_last=True)
    return list(rows_of(ProductScore, ordered.head(limit)))


def product_lines(
    products: pl.DataFrame | None, country: str, names: Mapping[str, str], limit: int = MOST_SAID
) -> list[str]:
    """One line for each of the products with the highest score: excess of both legs, how unusual its rise."""
    return [_line(product, names) for product in first_products(products, country, limit)]


def _line(product: ProductScore, names: Mapping[str, str]) -> str:
    goods = f"{clean(product.hs6, 8)} {clean(names.get(product.hs6, ''), 60)}".strip()
    legs = (("inbound", product.inbound_excess_usd), ("onward", product.onward_excess_usd))
    excess = ", ".join(f"{leg} excess {'unknown' if usd is None else money(usd)}" for leg, usd in legs)
    return "; ".join([f"{goods}: {excess}", *rise_words(product)])
