"""Every page of the documentation that is made from code: `python -m tools.documents.pages [--write]`.

Without `--write` the names of those that are out of date are printed, and the exit code is 1 if there are
any.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from tools import run_folder_page, signals_page
from tools.documents import api_page, commands_page, dropped_rows_page, settings_page

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES: dict[str, Callable[[], str]] = {
    "reference/api.md": api_page.page,
    "reference/commands.md": commands_page.page,
    "reference/dropped_rows.md": dropped_rows_page.page,
    "reference/settings.md": settings_page.page,
    "run_folder.md": run_folder_page.page,
    "signals.md": signals_page.page,
}


def main(arguments: list[str]) -> int:
    """Write the pages, or name those that are out of date."""
    stale = []
    for name, page in PAGES.items():
        path, text = DOCS / name, page()
        if "--write" in arguments:
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
    if stale:
        sys.stderr.write(f"Out of date: {', '.join(stale)}; run python -m tools.documents.pages --write\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
