"""Generated parts of a document that is otherwise written by hand, each between two marks."""

from __future__ import annotations

from collections.abc import Mapping


def begin(name: str) -> str:
    """The mark before a generated part."""
    return f"<!-- generated: {name} -->"


def end(name: str) -> str:
    """The mark after it."""
    return f"<!-- end of {name} -->"


def section(document: str, name: str) -> str:
    r"""The generated part with this name. Raises ValueError where a mark is missing.

    >>> section("a\n<!-- generated: b -->\n\nc\n\n<!-- end of b -->\n", "b")
    'c'
    """
    _, found, rest = document.partition(begin(name))
    body, closed, _ = rest.partition(end(name))
    if not found or not closed:
        raise ValueError(f"The document must hold the lines {begin(name)} and {end(name)}.")
    return body.strip("\n")


def renewed(document: str, sections: Mapping[str, str]) -> str:
    """The document with the generated parts replaced by name; all others stay."""
    for name, body in sections.items():
        section(document, name)
        head, _, rest = document.partition(begin(name))
        _, _, tail = rest.partition(end(name))
        document = f"{head}{begin(name)}\n\n{body.strip(chr(10))}\n\n{end(name)}{tail}"
    return document
