"""Time and memory of one month of Eurostat's archive: made-up rows in the published layout.

python tests/bench/bench_comext.py --rows 5000000 --folder /tmp/comext
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from pathlib import Path

import py7zr

from riskmodel.fetch.content import look
from riskmodel.fetch.source import Expectation
from riskmodel.store.layout import open_store
from riskmodel.store.ledger import Entry
from riskmodel.store.objects import keep
from riskmodel.store.trade_rows import comext_cells, headings

HEAD = (
    "REPORTER,PARTNER,TRADE_TYPE,PRODUCT_NC,PRODUCT_SITC,PRODUCT_CPA21,PRODUCT_CPA22,PRODUCT_BEC,PRODUCT_BEC5,"
    "PRODUCT_SECTION,FLOW,STAT_PROCEDURE,SUPPL_UNIT,PERIOD,VALUE_EUR,VALUE_NAC,QUANTITY_KG,QUANTITY_SUPPL_UNIT"
)
EU = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
    *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
)
OUT = (
    *("AE", "AM", "AZ", "BY", "CH", "CN", "GB", "GE", "HK", "IN", "JP", "KG", "KR", "KZ", "MD", "MN"),
    *("NO", "RS", "RU", "TJ", "TM", "TR", "TW", "UA", "US", "UZ", "VN", "ZA", "BR", "MX"),
)


def write(path: Path, rows: int) -> None:
    """Rows of random countries and codes; about one in forty is in the headings of the goods list."""
    stream = random.Random(1)
    listed = [h + f"{stream.randrange(10_000):04d}" for h in headings() for _ in range(40)]
    other = [f"{stream.randrange(1, 98):02d}{stream.randrange(1_000_000):06d}" for _ in range(9_000)]
    with path.open("w") as file:
        file.write(HEAD + "\n")
        for n in range(rows):
            code = stream.choice(listed if n % 40 == 0 else other)
            inside = n % 2
            partner = stream.choice(EU if inside else OUT)
            value = stream.randrange(1, 900_000)
            file.write(
                f"{EU[n % 27]},{partner},{'I' if inside else 'E'},{code},75997,26.11.30,26.11.30,42,042010,"
                f"{code[:2]},{1 + n // 40 % 2},1,,202512,{value},{value},{value // 9},\n"
            )


def main() -> None:
    """Write, pack, check as a fetch does, and read as a view does; print seconds and the peak of memory."""
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, default=5_000_000)
    options.add_argument("--folder", type=Path, required=True)
    asked = options.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    packed = asked.folder / "month.7z"
    if not packed.exists():
        plain = asked.folder / "full_202512.dat"
        write(plain, asked.rows)
        with py7zr.SevenZipFile(packed, "w", filters=[{"id": py7zr.FILTER_LZMA2, "preset": 1}]) as archive:
            archive.write(plain, "full_202512.dat")
        size, small = plain.stat().st_size / 1e6, packed.stat().st_size / 1e6
        print(f"{asked.rows:,} rows, {size:,.0f} MB, packed {small:,.0f} MB")
        plain.unlink()
        return
    store = open_store(asked.folder / "store", create=True)
    start = time.perf_counter()
    look(packed, Expectation("7z", member="202512.dat"))
    print(f"check of every byte: {time.perf_counter() - start:.1f} s")
    part = asked.folder / "part"
    part.write_bytes(packed.read_bytes())
    sha256 = keep(store, part, accepted=True)
    entry = Entry(
        "comext", "month/202512", "accepted", "2026-02-20T00:00:00+00:00", period="202512", sha256=sha256
    )
    start = time.perf_counter()
    cells = comext_cells(store, entry)
    print(f"unpack, filter and fold: {time.perf_counter() - start:.1f} s, {cells.height:,} cells")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:,.0f} MB")


if __name__ == "__main__":
    main()
