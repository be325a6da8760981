"""Public designations of entities in the country."""

from __future__ import annotations

from features.catalogue.signal import Signal

LISTINGS: tuple[Signal, ...] = (
    Signal(
        "listing_history",
        "listings",
        "entities in the country that were listed, recent ones counting more",
        "ln(1 + decayed count)",
        1,
        "identity",
        ("listings",),
        "ln(1 + sum over listings of n_entities * 2^(-age/365 days))",
        "a listings table",
        "listed for other reasons than goods; more is listed where more is looked for",
        "public listings",
        steerable=False,
    ),
)
