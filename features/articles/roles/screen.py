"""Which articles and sentences the role model reads: one pass of an automaton, tuned to miss nothing.

A word list wide enough that every positive training sentence passes (a test holds it), narrow enough
that most news does not.
"""

from __future__ import annotations

import polars as pl

SHORT = 600  # bytes
ARTICLE_WORDS = [
    "russia", "moscow", "kremlin", "putin", "sanction", "export control", "export ban", "export curb",
    "embargo", "re-export", "reexport", "transship", "tranship", "trans-ship", "dual-use", "dual use",
    "circumvent", "evasion", "evade", "evading", "blacklist", "entity list", "restricted goods",
    "restricted tech", "banned goods", "banned tech", "sensitive tech", "sensitive goods",
    "priority goods", "priority items", "transit of", "war machine", "in transit", "red flag",
    "diversion", "diverted", "smuggl", "microchip", "middlem", "front compan", "shell compan",
    "sensitive electronics", "export-controlled", "loophole", "its territory", "sensitive items",
    "items coming through", "controls on goods", "control over goods", "control of goods", "drone",
    "controlled goods", "parallel import", "missile", "artillery", "weapons", "ammunition",
    "machine tool", "semiconductor", "battlefield",
]  # fmt: skip
SENTENCE_WORDS = [
    "sanction", "export", "ship", "suppl", "transit", "through", " via ", "route", "circumvent", "evad",
    "evasion", "bypass", "skirt", "smuggl", "diver", "dual-use", "dual use", "chip", "semiconductor",
    "electronic", "component", "drone", "goods", "equipment", "technolog", "machine", "parts",
    "aircraft", "vehicle", "cars", "truck", "lorr", "weapon", "missile", "ammunition", "shells",
    "artillery", "military", "blacklist", "entity list", "middlem", "intermediar", "trader", "trading",
    "distribut", "suppli", "sold", "sell", "buy", "bought", "procure", "import", "deliver", "cargo",
    "consign", "customs", "border", "control", "restrict", "embargo", "ban", "loophole", "hub",
    "gateway", "conduit", "corridor", "back door", "backdoor", "front compan", "shell", "firm",
    "payment", "items", "explosive", "gunpowder", "cellulose", "arms", "war machine", "obtain",
    "provid", "send", "sent", "platform", "flow", "reach", "leak", "re-exp", "cooperat", "checks",
    "territory", "compan", "pressure", "warn", "accus", "help", "carry", "carried", "fed", "feed",
    "address", "broker", "network", "suspect", "stream", "demand", "container", "munition", "rocket",
    "purchas", "papers", "licen", "permit", "concern", "raise", "raising", "progress", "improv",
    "welcom", "praise", "listen", "respond", "complain", "worr", "deni", "reject", "clarification",
    "load", "invention", "channel", "hydraulic", "car ", "made their way", "work with", "work together",
    "the matter", "nothing to do", "raw material", "watch", "vow", "promis", "assur", "pledg", "lists",
    "never get", "the law", "right direction", "acting on", "gets across", "we are getting", "thank",
    "hopeful", "trade", "dealer", "avionics", "bearing", "engine", "sensor", "invoice", "repackag",
    "high-priority", "by way of", "envoy", "bank", "lender", "graphics card", "rifle", "baseless", "russia",
    "moscow", "kremlin", "petersburg", "novorossiysk",
]  # fmt: skip


def article_screen(text: pl.Expr) -> pl.Expr:
    """Whether an article may speak of goods on their way to Russia; short ones cost little and always may."""
    return (text.str.len_bytes() < SHORT) | text.str.contains_any(ARTICLE_WORDS, ascii_case_insensitive=True)


def sentence_screen(text: pl.Expr) -> pl.Expr:
    """Whether a sentence may that comes before Russia is named; the later ones of an article always may."""
    return text.str.contains_any(SENTENCE_WORDS, ascii_case_insensitive=True)
