"""Sums of fractions that are the same in any order of the rows, so on any number of threads."""

from __future__ import annotations

import polars as pl

# A part counts to 2^-38 (4e-12); sums stay whole numbers below 2^63, that is up to 33 million.
UNIT = 2**38
DIGITS = 12  # significant digits of a signal: what is left of a last bit after sums, logarithms and powers


def exact_sum(parts: pl.Expr) -> pl.Expr:
    """Sum of Float64 parts (0 for none; nulls left out), each rounded to a whole number of `UNIT`-ths first.

    Polars adds the rows of a group up in as many pieces as there are threads, and floats that are added in
    another order differ in the last bits; whole numbers do not.

    >>> frame = pl.DataFrame({"x": [0.1, 0.2, 0.3, None]})
    >>> frame.select(exact_sum(pl.col("x"))).item() == frame.reverse().select(exact_sum(pl.col("x"))).item()
    True
    """
    return (parts * float(UNIT)).round().cast(pl.Int64).sum() / float(UNIT)


def in_order(parts: list[pl.Expr]) -> pl.Expr:
    """Sum of columns from left to right; `pl.sum_horizontal` adds them up in pieces. Null where one is null.

    >>> pl.DataFrame({"x": [1.0], "y": [2.0]}).select(in_order([pl.col("x"), pl.col("y")])).item()
    3.0
    """
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total
