"""Numbers as people and spreadsheets of many countries write them: one grammar, decided by the column.

`1.234` is a thousand and some in Berlin and one and a bit in London. A cell says which only where it has no
other reading (`1.234.567`, `1.234,50`, `0.5`, `12.75`); the cells of a column that say so decide for all of
it. Where none does, or where two disagree, cells in doubt are marked, so that their rows are refused.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

POINT, COMMA = frozenset("."), frozenset(",")
UNDECIDED: frozenset[str] = frozenset()
NOTHING = (
    *("nan", "na", "n/a", "#n/a", "n.a.", "n.a", "#na", "#nv", "#n/d", "null", "none", "nil"),
    *("-", "--", "\u2013", "\u2014", ".", "..", "...", "\u2026", "x", ":", "(null)", "<na>"),
)
_FLAGGED = r"^: ?[A-Za-z]{1,2}$"  # Eurostat's colon and its reason
_DOUBT = " (is the sign a decimal or between thousands?)"
_BLANK = "[ \u00a0\u2007\u2009\u202f]"
_TICK = "['\u2019`\u00b4]"
_CURRENCIES: Mapping[str, str] = {
    "USD": r"US ?\$|USD|\$", "EUR": r"EUR|\u20ac", "GBP": r"GBP|\u00a3",
}  # fmt: skip
_CERTAIN_POINT = r"^[+-]?(\d{4,}\.\d+|0\.\d+|\d{1,3}\.(\d{1,2}|\d{4,}))$"
_POINT_IN_DOUBT = r"^[+-]?[1-9]\d{0,2}\.\d{3}$"
_IN_DOUBT = r"^[1-9]\d{0,2}[.,]\d{3}$"
_SHAPES = {
    # What the sign before the last digits is beyond doubt, by the shape of the number.
    ".": (
        r"^\d*\.\d*$",
        r"^\d{1,3}(,\d{3})+\.\d*$",
        r"^\d{1,3}(,\d{3}){2,}$",
        r"^\d{1,2}(,\d{2})+,\d{3}(\.\d*)?$",
        r"^\d+\.\d+[eE][+-]?\d+$",
    ),
    ",": (
        r"^\d*,\d*$",
        r"^\d{1,3}(\.\d{3})+,\d*$",
        r"^\d{1,3}(\.\d{3}){2,}$",
        r"^\d+,\d+[eE][+-]?\d+$",
    ),
}
_WHOLE = {  # a number in which the key is the decimal sign
    ".": r"^(\d+|\d{1,3}(,\d{3})+|\d{1,2}(,\d{2})+,\d{3})?(\.\d*)?([eE][+-]?\d+)?$",
    ",": r"^(\d+|\d{1,3}(\.\d{3})+)?(,\d*)?([eE][+-]?\d+)?$",
}


def nothing_said(text: pl.Series) -> pl.Series:
    """Boolean: cells that hold a word for nothing, as programs and offices write it; null where null.

    >>> nothing_said(pl.Series(["NaN", ": c", "..", "0", None])).to_list()
    [True, True, True, False, None]
    """
    bare = text.str.strip_chars()
    return bare.str.to_lowercase().is_in(NOTHING) | bare.str.contains(_FLAGGED)


def decimal_signs(text: pl.Series, currency: str = "") -> frozenset[str]:
    """The decimal signs (`.` or `,`) that cells of a column show beyond doubt: none, one, or both.

    >>> decimal_signs(pl.Series(["125.340", "1.234.567"])), decimal_signs(pl.Series(["125.340"]))
    (frozenset({','}), frozenset())
    """
    body, ungrouped = _body(_signed(text), currency)
    # Blanks or ticks between thousands leave no other work for the one sign that is left.
    certain = body.filter(~body.str.contains(_IN_DOUBT) | ungrouped)
    return frozenset(
        sign for sign, shapes in _SHAPES.items() if any(certain.str.contains(s).any() for s in shapes)
    )


def plain_numbers(text: pl.Series, signs: frozenset[str], currency: str = "") -> pl.Series:
    """The numbers of a column with a decimal point and nothing else; what is no number stays as written.

    Brackets and a minus behind are negative; the sign of `currency` (USD, EUR, GBP) goes, another one stays
    and so does its cell. `signs` is what `decimal_signs` found. Cells that it leaves in doubt are marked in
    words, so that no cast reads them.

    >>> plain_numbers(pl.Series(["1.234,50", "(12)", "7-", "1 000", "3 lots"]), COMMA).to_list()
    ['1234.50', '-12', '-7', '1000', '3 lots']
    >>> plain_numbers(pl.Series(["125.000", "7"]), UNDECIDED).to_list()
    ['125.000 (is the sign a decimal or between thousands?)', '7']
    """
    negative = text.str.contains("^\\s*(\\(.*\\)|[-\u2212].*|.*[-\u2212])\\s*$")
    body, _ = _body(_signed(text), currency)
    minus = pl.select(pl.when(negative).then(pl.lit("-")).otherwise(pl.lit(""))).to_series()
    plain = body.str.contains(r"^\d+([eE][+-]?\d+)?$")
    known, found = plain, body
    for sign in sorted(signs) if len(signs) == 1 else ():
        other = "," if sign == "." else "."
        # A sign after blanks or ticks that does not fit the column is left to the mark below.
        fits = body.str.contains(_WHOLE[sign]) & body.str.contains(r"\d")
        spelled = body.str.replace_all(other, "", literal=True).str.replace(sign, ".", literal=True)
        spelled = spelled.str.replace(r"^\.", "0.").str.replace(r"\.0*$", "")
        found, known = spelled.zip_with(fits.fill_null(False), found), known | fits
    number = body.str.contains(r"\d") & body.str.contains(r"^[\d.,]+([eE][+-]?\d+)?$")
    doubt = number & ~known
    table = pl.DataFrame(
        {"text": text, "new": minus + found, "known": known, "doubt": doubt, "nothing": nothing_said(text)}
    )
    choice = (
        pl.when("nothing").then(None)
        .when("known").then("new")
        .when("doubt").then(pl.col("text") + _DOUBT)
        .otherwise("text")
    )  # fmt: skip
    return table.select(choice.alias(text.name)).to_series()


def is_plain(text: pl.Series) -> bool:
    """Whether every cell is digits with or without a minus: the quick test for most columns."""
    return bool(text.cast(pl.Int64, strict=False).null_count() == text.null_count())


def has_certain_points(text: pl.Series) -> bool:
    """Whether all cells are whole or have one point, which at least one shows to be the decimal sign."""
    return all(points(text))


def points(text: pl.Series) -> tuple[bool, bool]:
    """Whether a cell shows that the point is the decimal sign, and whether no cell speaks against it."""
    certain = text.str.contains(_CERTAIN_POINT).fill_null(False)
    rest = text.filter(~certain).drop_nulls()
    rest = rest.filter(rest.cast(pl.Int64, strict=False).is_null())
    return bool(certain.any()), bool(rest.str.contains(_POINT_IN_DOUBT).all())


def _signed(text: pl.Series) -> pl.Series:
    """Without the sign of the number."""
    bare = text.str.strip_chars().str.replace(r"^\((.*)\)$", "$1")
    return bare.str.replace("^[-+\u2212]\\s*", "").str.replace("\\s*[-\u2212]$", "").str.strip_chars()


def _body(text: pl.Series, currency: str) -> tuple[pl.Series, pl.Series]:
    """Digits with points and commas alone, and where blanks or ticks stood between thousands."""
    money = _CURRENCIES.get(currency)
    if money:
        text = text.str.replace(f"(?i)^({money})\\s*|\\s*({money})$", "")
        text = text.str.replace("^[-+\u2212]\\s*", "")
    grouped = text.str.contains(f"^\\d{{1,3}}({_BLANK}\\d{{3}})+([.,]\\d*)?$") | text.str.contains(
        f"^\\d{{1,3}}({_TICK}\\d{{3}})+([.,]\\d*)?$"
    )
    bare = text.str.replace_all(f"{_BLANK}|{_TICK}", "")
    return bare.zip_with(grouped.fill_null(False), text), grouped.fill_null(False)
