"""The page of a backtest: self-contained HTML, no script, nothing loaded, every string escaped."""

from __future__ import annotations

from features.reference.facts import country_names
from riskmodel.backtest.names import method_name, product_name, reachable_words, size_words
from riskmodel.backtest.recovery import MONTHS_AFTER
from riskmodel.backtest.recovery_words import recovery_chart, recovery_lines
from riskmodel.backtest.results import Backtest, CountryLine
from riskmodel.outcomes.oracles import CAUSES, ORACLES
from riskmodel.report.charts.backtest import curves_chart, reliability_chart, risk_timeline
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
        curve_names=list(curves),
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


def _timeline(line: CountryLine) -> tuple[str, str]:
    """The chart of a country and its caption."""
    name = country_names().get(line.country, line.country)
    where = f"{line.world}: {line.role.replace('_', ' ')}" if line.role else ""
    return risk_timeline(name, line.as_of, line.risk, line.event), f"{name} {where}".strip()
