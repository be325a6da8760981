"""The event whose probability a score is, in words: the one definition that cards and reports print."""

from __future__ import annotations

# What `risk` is the probability of where the model learnt goods diverted; goes on from the same words.
DIVERTED_WORDS = (
    "goods worth more than US$1 million are physically diverted through the country to Russia, "
    "declared or not"
)

# By target (`outcomes.rows.Target`); each goes on from "in the six months after the date,".
EVENT_WORDS = {
    "transit": (
        "matched transit of listed goods through the country (per family the smaller of what comes in from "
        "the coalition and what goes on to Russia) exceeds US$1 million and is at least twice the baseline "
        "of the same months, on data as finally published"
    ),
    "listing": (
        "at least two new entities in the country are listed for supplying Russia, or one each by two "
        "jurisdictions"
    ),
}
