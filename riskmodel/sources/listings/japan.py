"""Japan's lists, as tables: asset freezes (MOF), export bans for Russia and the end user list (METI)."""

from __future__ import annotations

import re
from collections import Counter

import polars as pl

from riskmodel.sources.files.table import ROW
from riskmodel.sources.listings.countries import alpha3, in_address
from riskmodel.sources.listings.parties import (
    HOME,
    NOT_AN_ENTITY,
    NOT_RUSSIA_RELATED,
    Parties,
    Party,
    first_reason,
    frame_of,
)

JURISDICTION = "JP"
RUSSIA_COLUMNS = ("target_country", "name_en", "designated_date")
END_USER_COLUMNS = ("Country or Region", "Company or Organization")
FREEZE_COLUMNS = ("区分", "番号", "告示日付", "個人・団体", "住所・所在地（国）（英語）")
_FREEZE_MORE = ("氏名（英語）", "その他の情報", "外務省告示情報", "国連参照番号")
_BODY = "団体"
_RUSSIA = re.compile(r"ロシア|ウクライナ|ベラルーシ|Russia|Ukraine|Belarus", re.IGNORECASE)


def read_freezes(frame: pl.DataFrame) -> Parties:
    """Bodies whose assets Japan froze because of Russia, Ukraine or Belarus; the day is that of the notice.

    The categories of the list (区分) are numbers that move when one is put in, so they are not a key to what
    a party is listed for. It is about Russia where the row says so, or where most bodies of its category are
    in Russia or Belarus; a party with a number of the United Nations never is.
    """
    cells = frame.select(
        *FREEZE_COLUMNS,
        *(pl.col(c) if c in frame.columns else pl.lit(None, pl.String).alias(c) for c in _FREEZE_MORE),
        ROW,
    )
    rows = [(*row, _freeze_places(row[4])) for row in cells.rows()]
    at_home = Counter(row[0] for row in rows if set(row[-1]) & set(HOME))
    placed = Counter(row[0] for row in rows if row[-1])
    parties = []
    for category, number, day, kind, _, name, other, notice, nations, row, places in rows:
        text = " ".join(part or "" for part in (category, other, notice))
        related = bool(_RUSSIA.search(text)) or 2 * at_home[category] > placed[category]
        parties.append(
            Party(
                number or " ".join((name or str(row)).casefold().split()),
                places,
                re.split(r"[\s;；（(]", day or "")[0] or None,
                first_reason(
                    (kind != _BODY, NOT_AN_ENTITY),
                    (not related or bool(nations), NOT_RUSSIA_RELATED),
                ),
                "JP-MOF",
                JURISDICTION,
                row,
                name,
                number,
            )
        )
    ignored = tuple(c for c in frame.columns if c not in {*FREEZE_COLUMNS, *_FREEZE_MORE, ROW})
    return Parties(frame_of(parties), "jp_mof", ignored_columns=ignored)


def _freeze_places(countries: str | None) -> list[str]:
    return [alpha3(part) for part in re.split(r"[;；、]", countries or "") if part.strip()]


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
            Party(" ".join(name.casefold().split()), places, row["designated_date"], None,
                  "JP-METI-RU", JURISDICTION, row[ROW], row["name_en"] or row.get("name_raw"))
        )  # fmt: skip
    used = {*RUSSIA_COLUMNS, *more, ROW}
    ignored = tuple(c for c in frame.columns if c not in used)
    return Parties(frame_of(parties), "jp_meti", goods_diversion="abroad", ignored_columns=ignored)


def read_end_users(frame: pl.DataFrame) -> Parties:
    """Firms of concern for weapons of mass destruction: goods_diversion is false, no signal uses them."""
    parties = [
        Party(" ".join((name or str(row)).casefold().split()), [alpha3(place)] if place else [], None, None,
              "JP-METI-EUL", JURISDICTION, row, name)
        for place, name, row in frame.select(*END_USER_COLUMNS, ROW).rows()
    ]  # fmt: skip
    ignored = tuple(c for c in frame.columns if c not in {*END_USER_COLUMNS, ROW})
    return Parties(frame_of(parties), "jp_meti", goods_diversion="false", ignored_columns=ignored)
