"""The verdict of a backtest in words: better than yardsticks or not, where, and what acting on it costs."""

from __future__ import annotations

from collections.abc import Mapping

from riskmodel.backtest.names import method_name
from riskmodel.backtest.results import Alarms, Backtest, FamilyLine, MethodResult, SliceResult
from riskmodel.report.words import figure

# Candidates and what is judged; everything else is a yardstick that learnt from no label.
NOT_RULES = frozenset({"model", "logistic", "boosting", "equal", "linear", "history_alone", "all_signals"})
WELL_CALIBRATED = 0.03


def verdict_lines(backtest: Backtest) -> list[str]:
    """Sentences for people, the most important first; none where no event could be judged.

    Every figure is one of the page's tables, so that none is said here alone.
    """
    found = backtest.evaluation
    every = found.slices.get("all")
    if every is None or backtest.method not in every.methods:
        return []
    lines = [_ranking(every, backtest.method), _first_ten(every, backtest.method)]
    lines += _onsets(found.slices.get("onset_only"), backtest.method)
    lines.append(_probabilities(every.methods[backtest.method]))
    lines += _alarms(found.alarms, backtest.method)
    return [*lines, *_families(backtest.families, backtest.method)]


def best_yardstick(methods: Mapping[str, MethodResult]) -> str | None:
    """The yardstick with the highest average precision; the first by name of equals."""
    others = sorted(name for name in methods if name not in NOT_RULES)
    return max(others, key=lambda name: methods[name].average_precision or 0.0, default=None)


def _ranking(part: SliceResult, method: str) -> str:
    mine, yardstick = part.methods[method], best_yardstick(part.methods)
    judged = f"{part.rows:,} rows, {part.events:,} events, {_share(part.events / part.rows)}"
    own = f"average precision {figure(mine.average_precision, mine.average_precision_90)}"
    if yardstick is None:
        return f"Its ranking has {own} ({judged}); there was nothing to compare it with."
    other = part.methods[yardstick]
    theirs = f"{figure(other.average_precision, other.average_precision_90)} of {method_name(yardstick)}"
    return f"Its ranking is {_compared(mine, other)}: {own}, against {theirs} ({judged})."


def _compared(mine: MethodResult, other: MethodResult) -> str:
    if (mine.average_precision or 0.0) <= (other.average_precision or 0.0):
        return "no better than the best yardstick"
    if mine.average_precision_90 is None or other.average_precision_90 is None:
        return "better than the best yardstick"
    if mine.average_precision_90[0] > other.average_precision_90[1]:
        return "clearly better than the best yardstick"
    return "better than the best yardstick, but not beyond doubt, since the intervals overlap"


def _first_ten(part: SliceResult, method: str) -> str:
    precision = part.methods[method].precision_at_10
    if precision is None:
        return "How many of the ten highest of a day had an event could not be measured."
    return (
        f"Of the ten countries that it ranks highest on a day, {10 * precision:.0f} had an event in the "
        f"months ahead; ten drawn at random would hold {10 * part.events / part.rows:.1f}."
    )


def _onsets(part: SliceResult | None, method: str) -> list[str]:
    if part is None or method not in part.methods or not part.rows:
        return []
    precision, share = part.methods[method].average_precision or 0.0, part.events / part.rows
    word = "hardly finds" if precision < 0.2 else "finds some of" if precision < 0.5 else "finds"
    return [
        f"It {word} what is new: where there was no event in the year before, average precision is "
        f"{figure(precision)} at a share of events of {_share(share)}."
    ]


def _probabilities(mine: MethodResult) -> str:
    error = mine.calibration_error
    word = "can be taken as they are here" if error <= WELL_CALIBRATED else "are off here"
    return f"Its probabilities {word}: on average they differ from what happened by {100 * error:.0f} points."


def _alarms(alarms: Alarms | None, method: str) -> list[str]:
    if alarms is None or method not in alarms.methods:
        return []
    mine = alarms.methods[method]
    if mine.found_before_public is None or mine.false_alarms_per_quarter is None:
        return []
    return [
        f"Acting on its {alarms.flagged_rows:,} highest rows finds {_share(mine.found_before_public)} of the "
        f"{mine.spells:,} spells of events before published figures show them, at "
        f"{mine.false_alarms_per_quarter:.1f} false alarms a quarter."
    ]


def _families(families: Mapping[str, FamilyLine], method: str) -> list[str]:
    known = {name: line.methods.get(method) for name, line in families.items()}
    ranked = sorted((value, name) for name, value in known.items() if value is not None)
    if len(ranked) < 2:
        return []
    (least, worst), (most, best) = ranked[0], ranked[-1]
    behind = [name for _, name in ranked if not families[name].ahead(method)]
    words = f"Author by author it does best in {best} ({figure(most)}) and worst in {worst} ({figure(least)})"
    return [f"{words}; a yardstick does as well in {', '.join(behind)}." if behind else f"{words}."]


def _share(value: float) -> str:
    return f"{100 * value:.0f} %" if value >= 0.095 else f"{100 * value:.1f} %"
