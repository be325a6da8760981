"""Throughput and memory of reading articles, beside the bare gazetteer match; run by hand.

`python tests/bench/bench_mentions.py [--articles N]` generates a corpus (one article in twenty about trade
with Russia, every article different), then prints megabytes a second of wall clock and of processor time
for the whole pipeline and for the polars gazetteer match alone, and the peak memory of the pipeline at N
and at ten times N articles, each in a process of its own.
"""

import argparse
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from data_contracts.tables import ARTICLES
from features.articles.countries import countries_in
from features.articles.gazetteer import read_reference
from features.articles.mentions import mention_partitions, read_mentions
from features.articles.sentences import sentence_list

_TRADE = [
    "Dealers in {a} sold {n} lathes to buyers in Russia last year, customs data show.",
    "Officials from {b} asked {a} to stop the re-export of microchips to Russia.",
    "{a} denies that its companies help Moscow to get around sanctions.",
    "The value of such goods rose by {n} per cent, said an economist in {b}.",
    "Banks in {a} now refuse payments for dual-use goods.",
]
_OTHER = [
    "The parliament of {a} voted by {n} to {m} for a new budget on schools.",
    "Heavy rain closed {n} roads near the border with {b}, the weather office said.",
    "The striker from {a} scored twice and {b} lost by {m} goals.",
    "Hotels counted {n} thousand guests, most of them from {a} and {b}.",
    "Shares rose by {m} per cent after the bank left its rates unchanged.",
    "A court heard {n} witnesses in the case about the bridge.",
    "Doctors warned of a fever that has reached {m} villages.",
    "The museum shows {n} paintings, among them a loan from {a}.",
    "The airline will fly to {b} {m} times a week from May.",
    "Farmers expect a harvest of {n} thousand tonnes.",
]


def corpus(n: int, seed: int = 0) -> pl.DataFrame:
    """`n` articles of eight to twelve sentences, every twentieth about trade with Russia."""
    draw = random.Random(seed)
    names = sorted({r["name"] for r in read_reference("gazetteer.csv") if r["kind"] == "name"})
    start = datetime(2024, 1, 1, tzinfo=UTC)
    rows = []
    for i in range(n):
        lines = _TRADE + _OTHER[:3] if i % 20 == 0 else _OTHER
        text = " ".join(
            draw.choice(lines).format(
                a=draw.choice(names), b=draw.choice(names), n=draw.randint(2, 9999), m=draw.randint(2, 99)
            )
            for _ in range(draw.randint(8, 12))
        )
        rows.append((f"a{i}", start + timedelta(minutes=i), "bench", "en", None, text, None))
    return pl.DataFrame(rows, schema=ARTICLES, orient="row")


def measured(name: str, megabytes: float, job: Callable[[], object]) -> None:
    """Print the throughput of one job."""
    wall, cpu = time.perf_counter(), time.process_time()
    job()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{name:24}{megabytes / wall:8.2f} MB/s wall {megabytes / cpu:8.2f} MB/s processor")


def match_only(articles: pl.DataFrame) -> pl.DataFrame:
    """The bare gazetteer match over sentences."""
    split = articles.select(sentence_list(pl.col("text")).alias("text")).explode("text").drop_nulls()
    return countries_in(split.with_row_index("row"))


def peak(n: int) -> None:
    """Print the peak memory of the pipeline over `n` articles, partition by partition."""
    articles = corpus(n)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows = sum(part.height for part in mention_partitions(articles))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{n:>9,} articles: {rows:,} rows; peak {after:,.0f} MB, of which corpus and imports {before:,.0f} MB"
    )


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=5000)
    parser.add_argument("--peak", action="store_true", help="only the memory of the pipeline")
    given = parser.parse_args()
    if given.peak:
        peak(given.articles)
        return
    articles = corpus(given.articles)
    megabytes = int(articles["text"].str.len_bytes().sum()) / 1e6
    print(f"{given.articles:,} articles, {megabytes:.1f} MB, one in twenty about trade with Russia")
    read_mentions(articles.head(50))
    measured("whole pipeline", megabytes, lambda: read_mentions(articles))
    measured("gazetteer match alone", megabytes, lambda: match_only(articles))
    for n in (given.articles, 10 * given.articles):
        subprocess.run([sys.executable, __file__, "--peak", "--articles", str(n)], check=True)


if __name__ == "__main__":
    main()
