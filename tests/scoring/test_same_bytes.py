"""The same inputs give the same bytes on any number of threads, with any hash seed, time zone and locale."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from riskmodel.publication.digests import digest_file

CHECKOUT = Path(__file__).resolve().parents[2]
SIGNALS = """
import random
from datetime import date, timedelta

import polars as pl

from data_contracts.tables import LISTINGS
from features.articles.rates import article_signals
from features.listings import listing_history
from features.trade.products import WEIGHTS, with_score

rng, n, last = random.Random(3), 6_000, date(2024, 6, 30)
places = [f"A{chr(65 + i // 26)}{chr(65 + i % 26)}" for i in range(40)]
mentions = pl.DataFrame({
    "country": [rng.choice(places) for _ in range(n)],
    "story_id": [f"s{i % 4_000}" for i in range(n)],
    "published_on": [last - timedelta(days=rng.randrange(900)) for _ in range(n)],
    "p_diversion": [rng.random() for _ in range(n)],
    "is_diversion": [True] * n,
    "polarity": [rng.choice([-1, 0, 1]) for _ in range(n)],
    "source": [f"paper {rng.randrange(30)}" for _ in range(n)],
})
listings = pl.DataFrame({
    "country": [rng.choice(places) for _ in range(n)],
    "listed_on": [last - timedelta(days=rng.randrange(900)) for _ in range(n)],
    "jurisdiction": ["US"] * n, "list": ["SDN"] * n,
    "n_entities": [rng.randrange(1, 9) for _ in range(n)],
    "goods_diversion": ["unknown"] * n, "source": ["made"] * n,
})
products = pl.DataFrame(
    {"hs6": [f"{8000_00 + i % 50}" for i in range(n)]}
    | {name: [rng.randrange(10**9) for _ in range(n)] for name in WEIGHTS if name != "others_excess_usd"}
)
scores = with_score(products).select("score")
tables = [article_signals(mentions, last), listing_history(listings, last), scores]
for table in tables:
    print([[getattr(value, "hex", lambda value=value: value)() for value in row] for row in table.rows()])
"""


def in_process(words: list[str], cwd: Path, **settings: str) -> str:
    """What a command prints in a process of its own, under these settings."""
    env = os.environ | {"PYTHONPATH": str(CHECKOUT)} | settings
    done = subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_signals_and_product_scores_do_not_depend_on_the_number_of_threads(tmp_path: Path) -> None:
    found = {
        n: in_process([sys.executable, "-c", SIGNALS], tmp_path, POLARS_MAX_THREADS=str(n))
        for n in (1, 3, 8, 16)
    }
    assert len(found[1].splitlines()) == 3 and "0x1" in found[1]
    assert [n for n in found if found[n] != found[1]] == []


@pytest.mark.slow
@pytest.mark.timeout(1500)
@pytest.mark.xdist_group("bytes")
def test_the_sample_gives_the_same_run_folder_everywhere(tmp_path: Path) -> None:
    riskmodel = [sys.executable, "-m", "riskmodel.cli"]
    in_process([*riskmodel, "simulate", "--sample", "--out", "world", "--quiet"], tmp_path)
    files = {"trade": "trade_flows.parquet", "articles": "articles.jsonl", "listings": "listings.csv"}
    inputs = [word for name, file in files.items() for word in (f"--{name}", f"world/{file}")]
    ways = {
        "one thread, another place": {
            "POLARS_MAX_THREADS": "1",
            "PYTHONHASHSEED": "7",
            "TZ": "Asia/Kathmandu",
            "LC_ALL": "C",
        },
        "two threads": {"POLARS_MAX_THREADS": "2", "PYTHONHASHSEED": "1", "OPENBLAS_CORETYPE": "Haswell"},
        "sixteen threads": {"POLARS_MAX_THREADS": "16"},
    }
    folders = {}
    for name, settings in ways.items():
        words = [*riskmodel, "score", *inputs, "--as-of", "2024-06-30", "--out", f"runs/{name}", "--quiet"]
        in_process(words, tmp_path, **settings)
        folder = tmp_path / "runs" / name
        files_of = (path for path in folder.rglob("*") if path.is_file())
        folders[name] = {path.relative_to(folder).as_posix(): digest_file(path) for path in files_of}
    first = folders["two threads"]
    assert len(first) >= 10
    for name, digests in folders.items():
        assert {file for file in first if digests.get(file) != first[file]} == set(), name
        assert digests.keys() == first.keys()
