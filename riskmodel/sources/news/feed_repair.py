"""Usual faults of feeds repaired, without declaring or fetching anything.

HTML's named entities outside CDATA, a bare ampersand, blanks before the declaration, characters that XML does
not allow, and prefixes that no one declared. Sources: kurtmckee/feedparser#121, lemon24/reader#270.
"""

from __future__ import annotations

import re
from html.entities import html5

_KEPT = re.compile(rb"<!\[CDATA\[.*?\]\]>|<!--.*?-->", re.DOTALL)
_AMPERSAND = re.compile(rb"&(#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{1,31};)?")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ROOT = re.compile(rb"<[A-Za-z_][^\s>/!?]*")
_PREFIX = re.compile(rb"[<\s/]([A-Za-z_][\w.-]{0,40}):[A-Za-z_]")
_OF_XML = frozenset({b"amp;", b"lt;", b"gt;", b"quot;", b"apos;"})
_NAMESPACES = {
    b"content": b"http://purl.org/rss/1.0/modules/content/",
    b"dc": b"http://purl.org/dc/elements/1.1/",
    b"dcterms": b"http://purl.org/dc/terms/",
    b"atom": b"http://www.w3.org/2005/Atom",
}


def repaired(feed: bytes) -> bytes:
    r"""The feed with its usual faults repaired; the same bytes where there is none, or in UTF-16.

    >>> repaired(b"\n<rss><a>x&nbsp;&y=1&amp;</a></rss>")
    b'<rss><a>x&#160;&amp;y=1&amp;</a></rss>'
    """
    if b"\x00" in feed[:64]:
        return feed
    feed = _CONTROL.sub(b"", feed.removeprefix(b"\xef\xbb\xbf").lstrip())
    parts, place = [], 0
    for kept in _KEPT.finditer(feed):
        parts += [_AMPERSAND.sub(_entity, feed[place : kept.start()]), kept[0]]
        place = kept.end()
    return _declared(b"".join([*parts, _AMPERSAND.sub(_entity, feed[place:])]))


def _entity(found: re.Match[bytes]) -> bytes:
    name = found[1]
    if name is None:
        return b"&amp;"
    if name in _OF_XML:
        return found[0]
    if name.startswith(b"#"):
        number = int(name[2:-1], 16) if name[1:2] in b"xX" else int(name[1:-1])
        sound = number in (9, 10, 13) or 32 <= number <= 0xD7FF or 0xE000 <= number <= 0xFFFD
        return found[0] if sound or 0x10000 <= number <= 0x10FFFF else b""
    known = html5.get(name.decode())
    return found[0] if known is None else "".join(f"&#{ord(c)};" for c in known).encode()


def _declared(feed: bytes) -> bytes:
    """Prefixes that are used and not declared, declared at the first element."""
    root = _ROOT.search(feed)
    used = {found[1] for found in _PREFIX.finditer(_KEPT.sub(b"", feed))} - {b"xml", b"xmlns"}
    missing = sorted(p for p in used if b"xmlns:" + p not in feed)
    if root is None or not missing:
        return feed
    names = b"".join(
        b' xmlns:%s="%s"' % (prefix, _NAMESPACES.get(prefix, b"urn:undeclared:" + prefix))
        for prefix in missing
    )
    return feed[: root.end()] + names + feed[root.end() :]
