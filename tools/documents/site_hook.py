"""A hook of MkDocs: documents at the root become pages, and links out of the site become file names.

The sources stay readable on a forge, where `../ARCHITECTURE.md` is a file; on the site it is a page of
its own, and what is no page (code, tests, data) is named without a link.
"""

from __future__ import annotations

import re
from posixpath import dirname, normpath, relpath
from typing import Any

ROOT_PAGES = ("CHANGELOG.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "SECURITY.md")
PLACES = ("docs/", *ROOT_PAGES)
LINK = re.compile(r"(?<!!)\[(?P<words>[^\]\n]+)\]\((?P<target>[^)\s]+)\)")


def on_files(files: Any, config: Any) -> Any:
    """Add the documents at the root to the pages."""
    from pathlib import Path

    from mkdocs.structure.files import File

    root = Path(config["config_file_path"]).parent
    for name in ROOT_PAGES:
        files.append(File.generated(config, name, content=(root / name).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Links of a page as the site has them."""
    source = page.file.src_uri
    known = {file.src_uri for file in files}
    return site_links(markdown, source if source in ROOT_PAGES else f"docs/{source}", known)


def site_links(markdown: str, source: str, known: set[str]) -> str:
    """Replace links between files of the project by links between pages, where `known` has the page.

    >>> site_links("[a](../CHANGELOG.md#data), [b](../riskmodel/cli.py)", "docs/x.md", {"CHANGELOG.md"})
    '[a](CHANGELOG.md#data), `riskmodel/cli.py`'
    >>> site_links("[x](docs/x.md)", "CHANGELOG.md", {"x.md"})
    '[x](x.md)'
    """

    def replaced(link: re.Match[str]) -> str:
        path, mark, anchor = link["target"].partition("#")
        if not path or "://" in path or path.startswith("mailto:"):
            return link[0]
        place = normpath(f"{dirname(source)}/{path}" if dirname(source) else path)
        name = place.removeprefix("docs/")
        if name not in known:
            return f"`{place}`"
        here = dirname(source.removeprefix("docs/"))
        return f"[{link['words']}]({relpath(name, here or '.')}{mark}{anchor})"

    return LINK.sub(replaced, markdown)
