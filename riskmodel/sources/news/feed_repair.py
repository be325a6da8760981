"""Usual faults of feeds repaired, without declaring or fetching anything.

HTML's named entities outside CDATA, bare ampersands and less-than signs, blanks or a message of the server
before the declaration, text behind the last element, characters that XML does not allow, prefixes that no one
declared, encodings of several bytes, and the document type of RSS 0.91. Sources: kurtmckee/feedparser#121,
lemon24/reader#270.
"""

from __future__ import annotations

import codecs
import re
from html.entities import html5

_KEPT = re.compile(rb"<!\[CDATA\[.*?\]\]>|<!--.*?-->", re.DOTALL)
_AMPERSAND = re.compile(rb"&(#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{1,31};)?")
_LESS = re.compile(rb"<(?![A-Za-z_/!?\x80-\xff])")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_BEGINNING = re.compile(rb"<\?xml\b|<(?:rss|feed|rdf:RDF)\b", re.IGNORECASE)
_END = re.compile(rb"</(?:rss|feed|rdf:RDF)\s*>", re.IGNORECASE)
# The one type that was ever published for feeds, in the form that names it and defines nothing.
_NAMED_TYPE = re.compile(
    rb'<!DOCTYPE\s+rss\s+PUBLIC\s+"-//Netscape Communications//DTD RSS 0\.9[^"]*"[^\[\]<>]{0,200}>'
)
_DECLARES = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST)\b", re.IGNORECASE)
_ENCODING = re.compile(rb"^(<\?xml\b[^>]*?\bencoding\s*=\s*[\"'])([A-Za-z0-9._-]{1,40})([\"'])")
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
    r"""The feed in UTF-8 with its usual faults repaired; the same bytes where there is none.

    >>> repaired(b"\n<rss><a>x&nbsp;&y=1&amp; 5 < 6</a></rss>")
    b'<rss><a>x&#160;&amp;y=1&amp; 5 &lt; 6</a></rss>'
    """
    feed = _CONTROL.sub(b"", _in_utf_8(feed).removeprefix(b"\xef\xbb\xbf").lstrip())
    begin = _BEGINNING.search(feed)
    if begin and not re.search(rb"<html\b|<!", feed[: begin.start()], re.IGNORECASE):
        feed = feed[begin.start() :]
    if ends := list(_END.finditer(feed)):
        feed = feed[: ends[-1].end()]
    feed = _NAMED_TYPE.sub(b"", feed, count=1)
    parts, place = [], 0
    for kept in _KEPT.finditer(feed):
        parts += [_signs(feed[place : kept.start()]), kept[0]]
        place = kept.end()
    return _declared(b"".join([*parts, _signs(feed[place:])]))


def names_a_type_only(feed: bytes) -> bool:
    """Whether all that a feed declares is the type of RSS 0.91, by its name."""
    return len(_NAMED_TYPE.findall(feed)) == len(_DECLARES.findall(feed)) == 1


def _in_utf_8(feed: bytes) -> bytes:
    """The same text in UTF-8, where it is certain what it is in; a declaration that is wrong goes."""
    if feed.startswith((b"\xff\xfe", b"\xfe\xff")):
        feed = feed.decode("utf-16", "replace").encode()
    found = _ENCODING.match(feed.removeprefix(b"\xef\xbb\xbf").lstrip())
    if found is None:
        return feed
    name = found[2].decode()
    try:
        known = codecs.lookup(name).name
        text = (
            feed if known.startswith("utf-16") and b"\x00" not in feed[:64] else feed.decode(known).encode()
        )
        text.decode()
    except (LookupError, UnicodeError, ValueError, AttributeError):
        return feed
    return text.replace(found[0], found[1] + b"utf-8" + found[3], 1)


def _signs(text: bytes) -> bytes:
    return _LESS.sub(b"&lt;", _AMPERSAND.sub(_entity, text))


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
