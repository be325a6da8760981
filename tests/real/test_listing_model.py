"""Guards what docs/model.md says of the model of listings: graded by time, against the decayed count."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from features.trade.flows.windows import Windows
from riskmodel.backtest.listing import judge_by_time, usable_listings
from riskmodel.outcomes.listing_rows import ListingTables, labelled_listings, listing_origins
from riskmodel.sources.listings import read_listings

END = date(2023, 12, 20)


@pytest.mark.real
def test_the_model_of_listings_is_what_the_documentation_says(real_data: Path) -> None:
    listings = pl.concat(
        [
            read_listings([real_data / "ofac-russia-designations"]).frame,
            read_listings([real_data / "designation-events" / "designation_events_by_country.csv"]).frame,
        ]
    )
    rows = labelled_listings(ListingTables(listings, END), listing_origins(listings, END), Windows())
    known, _ = usable_listings(rows)
    judged = judge_by_time(known)
    for name, part in judged.evaluation.slices.items():
        for method, found in part.methods.items():
            print(name, part.rows, part.events, method, found.average_precision, found.average_precision_90)
    whole, onset = (judged.evaluation.slices[name].methods for name in ("all", "onset_only"))
    assert judged.choice.choice == "linear"
    assert (whole["linear"].average_precision or 0) > (whole["decayed_count"].average_precision or 1) + 0.03
    assert (onset["linear"].average_precision or 0) > (onset["decayed_count"].average_precision or 1)
    assert (whole["linear"].average_precision or 0) > 1.5 * (whole["persistence"].average_precision or 1)
