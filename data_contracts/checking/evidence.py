"""Facts about a whole batch that the shared rules judge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data_contracts.checking.counts import Tally
from data_contracts.rules import MOSTLY_REFUSED


def batch_evidence(tally: Tally, accepted: int) -> Mapping[str, Any]:
    """Facts that the shared batch rules judge.

    Each is null where a more basic rule has already said what is wrong, so that one fault gives one
    finding: nothing is said of refusals in an empty batch or one with an empty column.
    """
    rows = tally.rows
    empty = tally.empty_columns
    share = (rows - accepted) / rows if rows else None
    filled = rows > 0 and not empty and not tally.missing
    mostly = share if filled and accepted else None
    return {
        "rows_in": rows,
        "rows_accepted": accepted,
        "rows_quarantined": rows - accepted,
        "refused_share": share,
        "empty_required_columns": len(empty),
        "empty_columns": ", ".join(empty),
        "accepted_when_filled": accepted if filled else None,
        "refused_when_filled": rows - accepted if filled else None,
        "refused_share_when_accepted": mostly,
        "refused_share_when_mostly_accepted": (
            mostly if mostly is not None and mostly <= MOSTLY_REFUSED else None
        ),
    }
