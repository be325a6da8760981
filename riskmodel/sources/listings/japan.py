"""Japan's lists of firms under export bans, as tables: bans for Russia, and the end user list (METI)."""

from __future__ import annotations

import polars as pl

from riskmodel.sources.files.table import ROW
from riskmodel.sources.listings.countries import alpha3, in_address
from riskmodel.sources.listings.days import day_first
from riskmodel.sources.listings.parties import Parties, Party, frame_of

JURISDICTION = "JP"
RUSSIA_COLUMNS = ("target_country", "name_en", "designated_date")
END_USER_COLUMNS = ("Country or Region", "Company or Organization")


def read_russia(frame: pl.DataFrame) -> Parties:
    """Firms that Japan bans exports to because of Russia; of every country of their addresses.

    Where no address names a country, the country whose firms the notice is about counts. goods_diversion is
    true outside Russia and Belarus.
    """
    more = [c for c in ("name_raw", "address", "last_updated", "removal_date") if c in frame.columns]
    cells = frame.select(*RUSSIA_COLUMNS, *more, ROW)
    parties = []
    for row in cells.iter_rows(named=True):
        addresses = (row.get("address") or "").replace("；", ";").replace("; and", ";").split(";")
        named = [alpha3(row["target_country"])] if row["target_country"] else []
        name = row["name_en"] or row.get("name_raw") or str(row[ROW])
        places = [place for part in addresses if (place := in_address(part))] or named
        parties.append(
            Party(" ".join(name.casefold().split()), places, day_first(row["designated_date"]), None,
                  "JP-METI-RU", JURISDICTION, row[ROW])
        )  # fmt: skip
    used = {*RUSSIA_COLUMNS, *more, ROW}
    ignored = tuple(c for c in frame.columns if c not in used)
    return Parties(frame_of(parties), "jp_meti", goods_diversion="abroad", ignored_columns=ignored)


def read_end_users(frame: pl.DataFrame) -> Parties:
    """Firms of concern for weapons of mass destruction: goods_diversion is false, no signal uses them."""
    parties = [
        Party(" ".join((name or str(row)).casefold().split()), [alpha3(place)] if place else [], None, None,
              "JP-METI-EUL", JURISDICTION, row)
        for place, name, row in frame.select(*END_USER_COLUMNS, ROW).rows()
    ]  # fmt: skip
    ignored = tuple(c for c in frame.columns if c not in {*END_USER_COLUMNS, ROW})
    return Parties(frame_of(parties), "jp_meti", goods_diversion="false", ignored_columns=ignored)
