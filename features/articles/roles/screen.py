"""Which articles and sentences the role model reads: one pass of an automaton, tuned to miss nothing.

The lists (`word_lists.csv`) are wide enough that every positive training sentence passes (a test holds it),
narrow enough that most news does not.
"""

from __future__ import annotations

import polars as pl

from features.reference.read import word_list

SHORT = 600  # bytes


def article_screen(text: pl.Expr) -> pl.Expr:
    """Whether an article may speak of goods on their way to Russia; short ones cost little and always may."""
    return (text.str.len_bytes() < SHORT) | _any(text, "article_screen")


def sentence_screen(text: pl.Expr) -> pl.Expr:
    """Whether a sentence may that comes before Russia is named; the later ones of an article always may."""
    return _any(text, "sentence_screen")


def _any(text: pl.Expr, name: str) -> pl.Expr:
    return text.str.contains_any(list(word_list(name)), ascii_case_insensitive=True)
