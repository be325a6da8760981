"""Journals of record: which of their sentences count, and which are only there to be read.

They use the words of diversion for other things (duties, forced labour, programmes against other countries)
and name firms by seat in lists. A sentence counts only where the text speaks of a Russian military end use
or of diversion to Russia, and the sentence names firms of the country, or its state as supplier, for it.
"""

from __future__ import annotations

import polars as pl

from features.articles.stories.source_classes import OFFICIAL, source_class

_ACTS = (
    r"(?:divert|diversion|circumvent|evad|forward|transship|re-?export|resold|resell|suppl|ship|sent\b|send|"
    r"transfer|procur|provid|deliver|sold|sell|export|contribut|support)\w*"
)
_ARMED = (
    r"Russia(?:n|'s|’s)?(?: Federation(?:'s|’s)?)?\b.{0,40}?\b(?:military|defen[cs]e|armed forces|army|war|"
    r"weapons?|missiles?|drones?|arms|UAVs?|gunpowder|end.users?)"
)
_MEANT = rf"(?i)(?:{_ARMED}|\b{_ACTS}\b.{{0,90}}\b(?:to|for|into|in) (?:the )?Russia)"
_FIRMS = (
    r"(?i)\b(?:entit(?:y|ies)|compan(?:y|ies)|firms?|banks?|traders?|trading house|suppliers?|distributors?|"
    r"shells?|airlines?|forwarders?|persons?|individuals?|networks?|intermediar(?:y|ies)|nationals?|"
    r"manufacturers?|brokers?|addresses|three of them|two of them)\b"
)
_STATE = (
    r"(?i)\b(?:suppl(?:y|ies|ied)|transfer(?:s|red)?|provid(?:es|ed)|deliver(?:s|ed)|ship(?:s|ped)|sen(?:ds|t))"
    r"\b.{0,60}\b(?:to|for) (?:the )?Russia"
)
# What a rule asks of exporters, and reasons that are not Russia's war, name no firm for it.
_OTHER = (
    r"(?i)\b(?:licen[cs]e requirements?|destined to|should ensure|terroris[mt]|unsafeguarded|nuclear|"
    r"ballistic missile programs?|not linked|among (?:other|several)|significant transaction|as well as)\b"
)


def counted_of_official(rows: pl.DataFrame, articles: pl.DataFrame) -> pl.DataFrame:
    """Rows with `to_read`: flagged in a journal of record and not counted; these lose `is_diversion`.

    `rows`: article_id, source, text, is_diversion and more. `articles`: article_id, title, text.
    """
    official = [name for name in rows["source"].unique().to_list() if source_class(name) == OFFICIAL]
    if not official:
        return rows.with_columns(to_read=pl.lit(False))
    journal = pl.col("source").is_in(official)
    ids = rows.filter(journal & pl.col("is_diversion"))["article_id"].unique()
    whole = pl.concat_str(pl.col("title", "text").fill_null(""), separator="\n")
    meant = articles.filter(pl.col("article_id").is_in(ids.implode()) & whole.str.contains(_MEANT))[
        "article_id"
    ]
    text = pl.col("text")
    named = text.str.contains(_MEANT) & (text.str.contains(_FIRMS) | text.str.contains(_STATE))
    counts = pl.col("article_id").is_in(meant.implode()) & named & ~text.str.contains(_OTHER)
    to_read = (journal & pl.col("is_diversion") & ~counts).fill_null(False)
    return rows.with_columns(to_read=to_read, is_diversion=pl.col("is_diversion") & ~to_read)
