"""The page of a backtest: self-contained HTML, no script, nothing loaded, every string escaped."""

from __future__ import annotations

from features.reference.facts import country_names
from riskmodel.backtest.names import SLICE_NAMES, method_name, product_name, reachable_words, size_words
from riskmodel.backtest.recovery import MONTHS_AFTER
from riskmodel.backtest.recovery_words import recovery_chart, recovery_lines
from riskmodel.backtest.results import Backtest, CountryLine, FamilyLine, MethodResult, SliceResult
from riskmodel.backtest.verdict import verdict_lines
from riskmodel.outcomes.oracles import CAUSES, ORACLES
from riskmodel.report.charts.backtest import (
    FamilyMarks,
    curves_chart,
    families_chart,
    line_sample,
    reliability_chart,
    risk_timeline,
)
from riskmodel.report.environment import render_page


def backtest_page(backtest: Backtest) -> str:
    """The whole page of a backtest; the same backtest gives the same text."""
    found = backtest.evaluation
    bins = [(b.n, b.risk, b.events) for b in found.reliability.get(backtest.method, ())]
    curves = {method_name(name): points for name, points in backtest.curves.items()}
    return render_page(
        "backtest.html.jinja",
        backtest=backtest,
        found=found,
        reliability=reliability_chart(bins),
        curves=curves_chart(curves),
        curve_keys=[(name, line_sample(i)) for i, name in enumerate(curves)],
        verdict=verdict_lines(backtest),
        slices=[
            (name, part, _ordered(part, backtest.method))
            for name, part in found.slices.items()
            if part.methods
        ],
        SLICE_NAMES=SLICE_NAMES,
        families=[(name, line, line.best_yardstick) for name, line in backtest.families.items()],
        families_chart=families_chart(
            [_marks(name, line, backtest) for name, line in backtest.families.items()]
        ),
        reachable=reachable_words(found.reachable) if found.reachable else "",
        spells=max((m.spells for m in found.alarms.methods.values()), default=0) if found.alarms else 0,
        power=[(size_words(line), line) for line in found.power],
        recovery_chart=recovery_chart(backtest.recovery.lines) if backtest.recovery else "",
        recovery_months=MONTHS_AFTER,
        recovery_words=recovery_lines(backtest.recovery) if backtest.recovery else [],
        timelines=[_timeline(line) for line in backtest.timelines],
        method_name=method_name,
        product_name=product_name,
        ORACLES=ORACLES,
        CAUSES=CAUSES,
    )


def _ordered(part: SliceResult, method: str) -> list[tuple[str, MethodResult]]:
    """What is judged first, then the others by their average precision."""
    return sorted(
        part.methods.items(), key=lambda one: (one[0] != method, -(one[1].average_precision or 0.0), one[0])
    )


def _marks(name: str, line: FamilyLine, backtest: Backtest) -> FamilyMarks:
    """An author's line of the chart."""
    rule = line.best_yardstick
    return FamilyMarks(
        name=name,
        model=line.methods.get(backtest.method),
        rule=line.methods[rule] if rule else None,
        chance=line.events / line.rows if line.rows else None,
        oracle=line.oracle,
    )


def _timeline(line: CountryLine) -> tuple[str, str]:
    """The chart of a country and its caption."""
    name = country_names().get(line.country, line.country)
    where = f"{line.world}: {line.role.replace('_', ' ')}" if line.role else ""
    return risk_timeline(name, line.as_of, line.risk, line.event), f"{name} {where}".strip()
