"""Zero is a value: tables of zeros, of one row, one reporter, one country end in a run or a reason.

Every kind is drawn from a seed. No run may end with an error that names no cause, and what it publishes
passes its own contract, which is part of the run.
"""

import json
import random
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from riskmodel.cli import main

CODES = ("854231", "854232", "853221", "852691", "847150", "903020", "848210", "610910")
COALITION = ("DEU", "JPN", "USA")
TRANSIT = ("KGZ", "TJK", "MNG", "ARG", "PER", "ARE")
MONTHS = [date(year, month, 1) for year in range(2019, 2025) for month in range(1, 13)][:64]
CHOICES = {
    # values, reporters, transit countries, codes, months, share of rows that are there
    "zeros": ((0,), COALITION, TRANSIT, CODES, MONTHS, 0.3),
    "zeros of one family": ((0,), COALITION, TRANSIT, CODES[:1], MONTHS, 1.0),
    "zero baseline": ((0, 50_000), COALITION, TRANSIT, CODES, MONTHS, 0.3),
    "zero and a dollar": ((0, 0, 1), COALITION, TRANSIT, CODES, MONTHS, 0.4),
    "equal values": ((10_000_000,), COALITION, TRANSIT, CODES[:3], MONTHS, 1.0),
    "one reporter": ((0, 1_000, 5_000_000), COALITION[:1], TRANSIT, CODES, MONTHS, 0.4),
    "one country": ((0, 1_000, 5_000_000), COALITION, TRANSIT[:1], CODES, MONTHS, 0.6),
    "one month": ((0, 7_000_000), COALITION, TRANSIT, CODES, MONTHS[-1:], 1.0),
    "baseline only": ((0, 7_000_000), COALITION, TRANSIT, CODES, MONTHS[:36], 0.3),
    "the largest values": ((0, 10**13), COALITION, TRANSIT, CODES[:2], MONTHS, 0.5),
    "unlisted goods": ((0, 5_000), COALITION, TRANSIT, CODES[-1:], MONTHS, 0.5),
    "one good": ((0, 1_000, 5_000_000), COALITION, TRANSIT, CODES[:1], MONTHS, 0.6),
    "last months only": ((0, 7_000_000), COALITION, TRANSIT, CODES, MONTHS[-3:], 0.7),
}


def table(kind: str, seed: int) -> pl.DataFrame:
    """A table of some kind, drawn from a seed; `one row` is a row of another one."""
    values, reporters, countries, codes, months, share = CHOICES["zeros" if kind == "one row" else kind]
    draw = random.Random(f"{kind} {seed}")
    late = {0} if kind == "zero baseline" else set(values)
    rows = [
        (reporter, partner, flow, code, "HS2017" if month.year < 2022 else "HS2022", month,
         draw.choice(values if month.year > 2021 else sorted(late)), draw.choice((None, 0, 5)))
        for reporter, partner, flow in (
            *((r, c, "X") for r in reporters for c in (*countries, "RUS")),
            *((c, "RUS", "X") for c in countries),
            *((c, r, "M") for c in countries for r in reporters),
        )
        for code in codes
        for month in months
        if draw.random() < share
    ]  # fmt: skip
    if kind == "one row":
        rows = [draw.choice(rows)]
    names = ["reporter", "partner", "flow", "hs6", "hs_edition", "period", "value_usd", "net_kg"]
    return pl.DataFrame(rows, schema=names, orient="row")


def scored(tmp_path: Path, kind: str, *more: str) -> tuple[object, Path]:
    """The exit code of a run on such a table, and its folder."""
    table(kind, 1).write_csv(tmp_path / "trade.csv")
    words = ["--trade", str(tmp_path / "trade.csv"), "--as-of", "2024-06-30", "--out", str(tmp_path / "run")]
    with pytest.raises(SystemExit) as stopped:
        main(["score", *words, *more, "--quiet"])
    return stopped.value.code, tmp_path / "run"


@pytest.mark.parametrize("kind", [*CHOICES, "one row"])
def test_a_tiny_table_ends_in_a_run_or_a_reason(kind: str, tmp_path: Path, capsys) -> None:
    code, run = scored(tmp_path, kind)
    said = capsys.readouterr().err
    assert code in (0, 3), said
    assert "unexpected" not in said.lower()
    if code == 0:
        products = pl.read_parquet(run / "scores_product.parquet")
        assert products.select(pl.selectors.float().is_nan().any()).sum_horizontal().sum() == 0


ARTICLE = {"id": "1", "title": "t", "date": "2024-03-01", "language": "en",
           "text": "Microchips reach Russia through Kyrgyzstan despite sanctions."}  # fmt: skip
LISTINGS = "country,listed_on,jurisdiction,list,n_entities,goods_diversion,source\n"
OTHERS = {
    # the option, the file's name and text, the exit code and, of a refusal, words of its reason
    "no article": ("articles", "a.csv", "id,title,text,date\n", 3, "There are no rows"),
    "an empty list": ("articles", "a.json", "[]", 5, "a.json holds no row"),
    "an empty feed": ("articles", "a.rss", "<rss><channel/></rss>", 3, "There are no rows"),
    "one article": ("articles", "a.jsonl", json.dumps(ARTICLE), 0, ""),
    "an article of no country": ("articles", "a.jsonl", json.dumps({**ARTICLE, "text": "Rain."}), 0, ""),
    "an article after the day": ("articles", "a.jsonl", json.dumps({**ARTICLE, "date": "2024-07-01"}), 0, ""),
    "equal articles": (
        "articles", "a.jsonl", "\n".join(json.dumps({**ARTICLE, "id": str(i)}) for i in range(20)), 0, "",
    ),
    "no listing": ("listings", "l.csv", LISTINGS, 3, "There are no rows"),
    "one listing": ("listings", "l.csv", LISTINGS + "KGZ,2023-05-01,US,X,1,true,s\n", 0, ""),
    "no entity": ("listings", "l.csv", LISTINGS + "KGZ,2023-05-01,US,X,0,true,s\n", 3, "n_entities"),
    "a listing after the day": ("listings", "l.csv", LISTINGS + "KGZ,2025-05-01,US,X,1,true,s\n", 0, ""),
}  # fmt: skip


@pytest.mark.parametrize("kind", OTHERS)
def test_articles_and_listings_of_no_row_and_of_one(kind: str, tmp_path: Path, capsys) -> None:
    option, name, text, wanted, reason = OTHERS[kind]
    (tmp_path / name).write_text(text)
    code, run = scored(tmp_path, "one good", f"--{option}", str(tmp_path / name))
    said = " ".join(capsys.readouterr().err.split())
    assert (code, reason in said) == (wanted, True), said
    if code == 0:
        tables = sorted(run.glob("scores*.parquet"))
        assert tables
        for path in tables:
            numbers = pl.read_parquet(path).select(pl.selectors.float().is_nan().any())
            assert numbers.sum_horizontal().sum() == 0
