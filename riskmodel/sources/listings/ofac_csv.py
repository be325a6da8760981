"""OFAC's lists as CSV without header: SDN.CSV, CONS_PRIM.CSV with the addresses of ADD.CSV, CONS_ADD.CSV."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from riskmodel.sources.files.find import Source
from riskmodel.sources.listings.countries import alpha3
from riskmodel.sources.listings.ofac import JURISDICTION, LIST, RUSSIA, SOURCE
from riskmodel.sources.listings.parties import (
    NOT_AN_ENTITY,
    NOT_RUSSIA_RELATED,
    Parties,
    Party,
    first_reason,
    frame_of,
)

NAME = "ofac-csv"
HEADER = (
    "SDN.CSV (12 fields, no header) with ADD.CSV (6 fields), or .PIP or .DEL; ALT.CSV and SDN_COMMENTS.CSV "
    "may lie with them"
)
# Number of fields -> what a row is about.
_KINDS = {12: "party", 6: "address", 5: "name", 2: "comment"}
_LOOKED_AT = 5
_MISSING = "-0-"
_NAME, _KIND, _PROGRAMME, _COUNTRY = 1, 2, 3, 4
ALONE = (
    "has no header line; it looks like an OFAC list (SDN.CSV and the like), whose addresses are in ADD.CSV: "
    "give both, and the day they are of with --published-at"
)
Rows = Sequence[Sequence[str]]


def kind_of(head: str) -> str | None:
    """What the rows of such a file are about (party, address, name, comment); None for any other file."""
    rows = list(_rows(head))[:_LOOKED_AT]
    rows = [row for row in rows if row and row != ["\x1a"]]
    if len(rows) > 1:
        rows = rows[:-1]  # the last may be cut
    widths = {len(row) for row in rows}
    numbered = all(row[0].strip().isdigit() for row in rows)
    if not rows or len(widths) != 1 or not numbered:
        return None
    kind = _KINDS.get(widths.pop())
    return kind if kind != "comment" or all(len(row[1]) > 8 for row in rows) else None


def rows_of(text: str) -> Rows:
    """The rows of such a file; the mark at its end (0x1A) is none."""
    rows = _rows(text.replace("\x1a", ""))
    return [[_cell(cell) for cell in row] for row in rows if any(cell.strip() for cell in row)]


def _rows(text: str) -> Iterator[list[str]]:
    """Cells between commas (.CSV), bars (.PIP) or the sign @ (.DEL), whichever follows the first number."""
    sign = text.lstrip().lstrip("0123456789")[:1]
    return csv.reader(io.StringIO(text, newline=""), delimiter=sign if sign in ("|", "@") else ",")


def countries_of(addresses: Sequence[Rows]) -> Mapping[str, list[str]]:
    """Countries of the addresses by the number of a party."""
    found: dict[str, list[str]] = defaultdict(list)
    for rows in addresses:
        for row in rows:
            if len(row) > _COUNTRY and row[_COUNTRY]:
                found[row[0]].append(alpha3(row[_COUNTRY]))
    return found


def read(source: Source, rows: Rows, countries: Mapping[str, list[str]]) -> Parties:
    """Entities of the programmes for Russia, Ukraine and Belarus; these files give no day of listing.

    Raises InputUnreadable where no address file was given.
    """
    if not countries:
        raise source.refuse(ALONE)
    parties = []
    for number, row in enumerate(rows, start=1):
        kind = row[_KIND].casefold() if len(row) > _KIND else ""
        programme = row[_PROGRAMME] if len(row) > _PROGRAMME else ""
        parties.append(
            Party(
                row[0],
                countries.get(row[0], []),
                None,
                first_reason(
                    (kind not in ("", "entity"), NOT_AN_ENTITY),
                    (not RUSSIA.search(programme), NOT_RUSSIA_RELATED),
                ),
                LIST,
                JURISDICTION,
                number,
                row[_NAME] if len(row) > _NAME else None,
                row[0],
            )
        )
    return Parties(frame_of(parties), SOURCE)


def _cell(text: str) -> str:
    bare = text.strip()
    return "" if bare == _MISSING else bare
