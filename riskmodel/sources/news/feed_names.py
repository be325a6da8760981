"""Names of the elements of feeds, whatever their namespace and case, and what other XML is."""

from __future__ import annotations

ROOTS = ("feed", "rss", "RDF")
_NAMESPACES = {
    "": "",
    "http://www.w3.org/2005/Atom": "",
    "http://purl.org/atom/ns#": "",  # Atom 0.3
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://channel.netscape.com/rdf/simple/0.9/": "",
    "http://purl.org/rss/1.0/": "",
    "http://backend.userland.com/RSS2": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    "http://backend.userland.com/rss2": "",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "",
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/dc/terms/": "dcterms:",
}
LANGUAGE = "http://www.w3.org/XML/1998/namespace lang"
BASE = "http://www.w3.org/XML/1998/namespace base"
# Columns of an article and the elements they are taken from; the first that holds something counts.
ELEMENTS: dict[str, tuple[str, ...]] = {
    "article_id": ("guid", "id"),
    # The text is that of the last change: before it, no one could read these words.
    "published_at": (
        "updated",
        "modified",
        "dcterms:modified",
        "pubDate",
        "published",
        "issued",
        "dc:date",
        "dcterms:issued",
        "created",
    ),
    "source": ("source", "dc:publisher"),
    "language": ("dc:language",),
    "title": ("title", "dc:title"),
    "text": ("content:encoded", "content", "description", "summary", "dc:description"),
    "url": ("link",),
}
WANTED = frozenset(name for names in ELEMENTS.values() for name in names)
MARKED_UP = frozenset({*ELEMENTS["title"], *ELEMENTS["text"]})
_SPELLED = {name.lower(): name for name in WANTED}
_OTHER_XML = {
    "urlset": "is a sitemap, which holds addresses but no text; fetch the pages at its addresses",
    "sitemapindex": "is an index of sitemaps, which holds no text; fetch the pages that they name",
    "opml": "is a list of feeds (OPML); fetch the feeds that it names",
    "html": "is a web page, not a feed; fetch the feed again, or give the page as .html",
}


class Names:
    """Short names of the elements of one feed.

    The namespace of its first element and that of its entries are plain, also where they are not known.
    """

    def __init__(self) -> None:
        self._plain: set[str] = set()

    def take_root(self, qualified: str) -> None:
        """Names of the first element's namespace are plain, unless it is known otherwise."""
        self._plain.add(qualified.rpartition(" ")[0])

    def is_entry(self, qualified: str) -> bool:
        """Whether an element is an entry; if so, names of its namespace are plain."""
        namespace, _, local = qualified.rpartition(" ")
        found = local.lower() in ("item", "entry") and not _NAMESPACES.get(namespace)
        if found:
            self._plain.add(namespace)
        return found

    def short(self, qualified: str) -> str | None:
        """A name with the usual prefix of its namespace; None for namespaces of no interest."""
        namespace, _, local = qualified.rpartition(" ")
        prefix = _NAMESPACES.get(namespace, "" if namespace in self._plain else None)
        if prefix is None:
            return None
        return _SPELLED.get((prefix + local).lower(), prefix + local.lower())


def other_xml(root: str) -> str:
    """What XML is that is no feed, by the name of its first element; to be put behind a file's name."""
    return _OTHER_XML.get(
        root.lower(), f"is XML but no feed: its first element is {root}, not {' or '.join(ROOTS)}"
    )
