"""Listings to signals: a country's own history, and what other lists and neighbours say."""

from __future__ import annotations

from features.listings.around import listing_measures, named_by_listings
from features.listings.history import HALF_LIFE_DAYS, listing_history

__all__ = ["HALF_LIFE_DAYS", "listing_history", "listing_measures", "named_by_listings"]
