"""What a view of a day is made of, while it is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from riskmodel.store.coverage import Piece
from riskmodel.store.layout import Store
from riskmodel.store.ledger import Entry
from riskmodel.store.vintages import Known, of_files


@dataclass
class Gathering:
    """The store, its ledger, the day, and what was found for the coverage table."""

    store: Store
    entries: list[Entry]
    as_of: date
    pieces: list[Piece] = field(default_factory=list)

    def note(self, source: str, part: str, period: str, known: Known | str, detail: str = "") -> None:
        """Add a piece to the coverage table."""
        status = known if isinstance(known, str) else known.status
        self.pieces.append(Piece(source, part, period, status, detail))


def gaps(g: Gathering, source: str, prefix: str) -> None:
    """Datasets of which nothing is held: absent at the source, or failed."""
    held = set(of_files(g.entries, source))
    last = {e.dataset: e for e in g.entries if e.source == source and e.dataset.startswith(prefix)}
    for dataset, entry in last.items():
        if dataset not in held:
            status = "absent at source" if entry.outcome == "absent" else "failed"
            g.note(source, prefix.rstrip("/"), entry.period, status, dataset)
