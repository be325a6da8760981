"""Stored documents and news records as files that the readers of articles take."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from riskmodel.store.layout import Store
from riskmodel.store.ledger import Entry, json_rows


def federal_register(store: Store, entry: Entry) -> list[str]:
    """Documents of one month as canonical articles, one JSON object each; those without a text go."""
    found = []
    for row in json_rows(store.object(entry.sha256), "results"):
        if row.get("abstract"):
            article = {
                "article_id": str(row["document_number"]),
                "published_at": str(row["publication_date"]),
                "source": "federal_register",
                "language": "en",
                "title": str(row.get("title") or ""),
                "text": str(row["abstract"]),
                "url": row.get("html_url"),
            }
            found.append(json.dumps(article, sort_keys=True, ensure_ascii=False))
    return found


def link_slots(store: Store, slots: Sequence[Entry], folder: Path) -> None:
    """Give the stored archives of GDELT their published names: a second name where the disk allows it."""
    folder.mkdir()
    for entry in slots:
        try:
            os.link(store.object(entry.sha256), folder / entry.name)
        except OSError:
            shutil.copyfile(store.object(entry.sha256), folder / entry.name)
