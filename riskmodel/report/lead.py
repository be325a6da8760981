"""One country in a sentence that a minister understands, and what to ask next."""

from __future__ import annotations

from collections.abc import Sequence

from features.catalogue import BY_NAME
from riskmodel.explain.drivers import Driver
from riskmodel.explain.figures import count, one_in
from riskmodel.explain.wording import NO_EFFECT, ask, noun
from riskmodel.report import words
from riskmodel.report.rows import CountryScore, ProductScore

ASKED = 3


def lead_words(row: CountryScore, name: str, n_scored: int, drivers: Sequence[Driver]) -> str:
    """Place, band, first reason and how much was reported, in plain sentences."""
    band = words.clean(row.band, 12)
    said = f"{name} is {row.rank} of {n_scored} countries scored, in the band {band}"
    said += f": {words.BAND_WORDS[band]}. " if band in words.BAND_WORDS else ". "
    first = next((d for d in drivers if d.contribution >= NO_EFFECT), None)
    if first is None:
        said += "No signal lies above what is usual."
    else:
        said += f"The first reason is {reason(first)}."
    if row.grade in ("C", "D"):
        said += " Little was reported, so it is a hint where to look, no more."
    return said


def reason(driver: Driver) -> str:
    """A driver as part of a sentence."""
    known = BY_NAME.get(driver.signal)
    if known is None:
        return words.clean(driver.words or driver.signal, 200)
    what = noun(driver.signal)
    if known.unit == "surprise":
        often = one_in(driver.value)
        with_what = "comparisons with other places, dates or goods"
        return (
            f"{what}: about {often} {with_what} shows as much"
            if often[-1].isdigit()
            else f"{what}: {often} {with_what} show as much"
        )
    if known.unit.startswith("ln(1 + "):
        return f"{what}: about {count(driver.value)} ({known.unit[7:-1]})"
    return f"{what}: {words.signal_value(driver.value, known.unit)}"


def ask_next(
    drivers: Sequence[Driver], products: Sequence[ProductScore], names: dict[str, str], needs: Sequence[str]
) -> list[str]:
    """What to ask next: about the strongest drivers, about which goods, and what was not reported."""
    raising = [d for d in drivers if d.contribution >= NO_EFFECT][:ASKED]
    said = [text[:1].upper() + text[1:] for d in raising if (text := ask(d.signal))]
    goods = [
        f"{words.clean(p.hs6, 8)} {words.clean(names.get(p.hs6, ''), 60)}".strip() for p in products[:ASKED]
    ]
    if goods:
        said.append(f"Begin with these goods: {'; '.join(goods)}")
    if needs:
        said.append(f"Ask for what was not reported: {'; '.join(needs)}")
    return said
