"""Mark the words of a sentence that decided, without trusting a character of it."""

from __future__ import annotations

import json
import re

from markupsafe import Markup, escape

from riskmodel.report.words import clean

# A model may weigh these, but a reader learns nothing from seeing them marked.
_COMMON = frozenset(
    {
        *("a", "an", "and", "are", "as", "at", "be", "been", "but", "by", "for", "from", "has", "have", "in"),
        *("is", "it", "its", "no", "not", "of", "on", "or", "that", "the", "their", "this", "to", "was"),
        *("were", "which", "will", "with"),
    }
)


def deciding_words(why: str | None) -> list[str]:
    """The words named in an evidence row's `why`: a JSON list, or a list parted by `;`.

    >>> deciding_words("re-export; via Dubai"), deciding_words('["chips", "to Russia"]'), deciding_words(None)
    (['re-export', 'via Dubai'], ['chips', 'to Russia'], [])
    """
    if not why:
        return []
    if why.lstrip().startswith("["):
        try:
            return [word for word in (clean(item) for item in json.loads(why)) if word]
        except (ValueError, TypeError):
            pass
    return [word for word in (clean(part) for part in why.split(";")) if word]


def mark_words(text: str, words: list[str]) -> Markup:
    """The text escaped, with every whole occurrence of a word or phrase inside `<mark>`, longest first.

    Between the words of a phrase any punctuation or space may come: the reader of the sentence drops both.
    Words like "of" are not marked by themselves.

    >>> mark_words("Chips <went> to Russia", ["to russia", "chips"])
    Markup('<mark>Chips</mark> &lt;went&gt; <mark>to Russia</mark>')
    """
    phrases = sorted(set(words), key=lambda word: (-len(word), word))
    patterns = [r"\W{1,4}".join(re.findall(r"\w+", phrase.lower())) for phrase in phrases if len(phrase) > 1]
    patterns = [pattern for pattern in patterns if pattern not in ("", *_COMMON)]
    if not patterns:
        return escape(text)
    parts, end = [], 0
    for found in re.finditer(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", text, flags=re.IGNORECASE):
        parts.append(escape(text[end : found.start()]) + Markup("<mark>{}</mark>").format(found.group()))
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])
