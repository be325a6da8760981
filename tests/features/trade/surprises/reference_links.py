"""The slow reference of links: senders and families, one by one."""

from __future__ import annotations

import math
from collections import defaultdict
from statistics import mean
from typing import Any

from surprise_tables import LISTED

from features.trade.surprises.links import link_moves

Answer = dict[tuple[str, str], tuple[int, int]]


class Links:
    """What `reference_surprises.Reference` says of links."""

    sent: dict[str, int]
    lines: dict[tuple[str, str, str, str, int], int]
    span: Any
    known: Any
    used: Any
    dates: Any
    _places: Any
    _dates: Any
    _goods: Any
    _ranks: Any

    def _link_lines(self, at: int | None) -> dict[tuple[str, str, str], tuple[float, float]]:
        """Lines of each sender, country and family over a year, recent and before."""
        cells: dict[tuple[str, str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
        spans = {sender: self.span(sender, at, 12) for sender in self.sent}
        for (leg, reporter, country, family, m), value in self.lines.items():
            if leg == "inbound" and self.sent.get(reporter, 0) > 0 and value >= 1000:
                cells[reporter, country, family][0] += m in spans[reporter][0]
                cells[reporter, country, family][1] += spans[reporter][1].get(m, 0)
        return {key: (n, b) for key, (n, b) in cells.items()}

    def _links(self, out: Answer) -> None:
        known, used = self.known("inbound", None), self.used("inbound")
        listed = [k for k in used if k in LISTED]
        senders = sorted(sender for sender, usd in self.sent.items() if usd > 0)
        by_date, cells = [], {}
        for at in (None, *self.dates(12)):
            lines = self._link_lines(at)
            new = {
                (c, k): float(sum(n > 0 == b for n, b in (lines.get((s, c, k), (0, 0)) for s in senders)))
                for c in known
                for k in used
                if any(self.span(s, at, 12)[0] for s in senders)
            }
            cells = new if at is None else cells
            shown = {c for c, _ in new} if listed else set()
            by_date.append({c: mean(new[c, k] for k in listed) for c in shown})
        self._places(out, "new_links_places", [by_date[0]])
        self._dates(out, "new_links_dates", by_date[0], by_date[1:], 12)
        self._goods(out, "new_links_goods", cells, "inbound", used)
        self._displaced_links(out, senders, used, known)

    def _displaced_links(self, out: Answer, senders: list[str], used: list[str], known: set[str]) -> None:
        links = [(s, k) for s in senders for k in used]
        usd = {link: [0.0, 0.0] for link in links}
        for (leg, reporter, _, family, m), value in self.lines.items():
            if leg == "direct" and (reporter, family) in usd:
                recent, weights = self.span(reporter, None, 12)
                usd[reporter, family][0] += value * (m in recent)
                usd[reporter, family][1] += value * weights.get(m, 0)
        if len(links) < 8 or not any(before for _, before in usd.values()):
            return
        lost = [x - len(links) - 1 for x in self._ranks([max(b - r, 0.0) for r, b in usd.values()])]
        lines = self._link_lines(None)
        rho = {}
        moves = link_moves(len(links))
        for c in known:
            pairs = [lines.get((s, c, k), (0.0, 0.0)) for s, k in links]
            own = [
                x - len(links) - 1
                for x in self._ranks([math.sqrt(n + 0.25) - math.sqrt(b + 0.25) for n, b in pairs])
            ]
            scale = math.sqrt(sum(x * x for x in own) * sum(x * x for x in lost)) or 1.0
            observed = sum(a * b for a, b in zip(own, lost, strict=True))
            rho[c] = observed / scale
            sums = [
                sum(a * lost[(int(f) * i + int(step)) % len(links)] for i, a in enumerate(own))
                for f, step in moves
            ]
            out[c, "displaced_links_links"] = (len(moves), sum(x >= observed for x in sums))
        self._places(out, "displaced_links_places", [rho])
