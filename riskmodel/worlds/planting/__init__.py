"""Planting made-up diversion into a real trade table, to see whether a score finds it there.

Real tables have what simulated ones lack: real zeros, lumps, revisions, habits. What they lack is a truth,
since it is not known what was diverted. So known dollars are added to a table. A coalition member's exports
to a country drawn at random rise in the goods of a list, some months later the country's own exports to
Russia rise where it reports any, and everything else stays byte for byte as it was. The result says what
was planted where, and what left for Russia month by month.

Country names in an injected table are labels of a test. That a country was drawn says nothing about it, and
every row that holds a planted dollar says so in its `source` (`simulated_planted`).

`inject` does it for countries drawn at random. `plant` takes episodes that the caller has drawn.
"""

from riskmodel.worlds.planting.episodes import Episode, InjectionSettings
from riskmodel.worlds.planting.inject import Injection, inject, plant, without_planted

__all__ = ["Episode", "Injection", "InjectionSettings", "inject", "plant", "without_planted"]
