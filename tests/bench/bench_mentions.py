"""Throughput, memory and growth of reading articles and GDELT records, alongside other ways; run by hand.

`python tests/bench/bench_mentions.py [--articles N] [--python OTHER_VENV/bin/python]` generates a corpus
(one article in twenty about trade with Russia, every article different) and prints megabytes a second for the
whole pipeline in one process and in all, the polars gazetteer match alone, and, where `--python` names the
interpreter of a venv with them, flashgeotext, geotext and spaCy on the same text; then seconds from a GKG
file to records by country and day, alongside gdelt-py and pandas. `--memory` prints the peak memory of
`riskmodel mentions` at N and ten times N articles. `--growth` prints time against size for odd texts.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from joblib import Parallel, delayed

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from data_contracts.tables import ARTICLES
from features.articles.mentions import PARTITION, PartReading, find_mentions, read_part, with_stories
from features.articles.places.in_tables import countries_in
from features.articles.stories.clusters import stories_of
from features.articles.stories.minhash import joined
from features.articles.text.sentences import sentence_list
from features.reference.read import read_reference
from riskmodel.sources.files.find import find
from riskmodel.sources.news.gkg import GkgParts

START = datetime(2024, 1, 1, tzinfo=UTC)
SIZES = (125_000, 250_000, 500_000, 1_000_000)
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


TELLING = [row["pattern"] for row in read_reference("gkg_themes.csv") if row["kind"] == "telling"]


def country_days(gkg: pl.DataFrame) -> pl.DataFrame:
    """What records say of each country on each day.

    `country`, `published_on`, `n_records` that name it, `n_near_russia` of them with Russia close by,
    `n_telling` of those with a theme of sanctions, smuggling or export control close by, and the mean `tone`
    (null where no record has one). Sorted by country and day.
    """
    near = pl.col("near_russia")
    telling = near & pl.col("themes").fill_null("").str.contains_any(TELLING)
    return (
        gkg.sort("country", "published_at", "record_id")
        .group_by("country", pl.col("published_at").dt.date().alias("published_on"), maintain_order=True)
        .agg(
            n_records=pl.len().cast(pl.Int64),
            n_near_russia=near.sum().cast(pl.Int64),
            n_telling=telling.sum().cast(pl.Int64),
            tone=pl.col("tone").mean(),
        )
    )


def corpus(n: int, seed: int = 0) -> pl.DataFrame:
    """`n` articles of eight to twelve sentences, every twentieth about trade with Russia."""
    draw = random.Random(seed)
    names = sorted({r["name"] for r in read_reference("gazetteer.csv") if r["kind"] == "name"})
    rows = []
    for i in range(n):
        lines = _TRADE + _OTHER[:3] if i % 20 == 0 else _OTHER
        text = " ".join(
            draw.choice(lines).format(
                a=draw.choice(names), b=draw.choice(names), n=draw.randint(2, 9999), m=draw.randint(2, 99)
            )
            for _ in range(draw.randint(8, 12))
        )
        rows.append((f"a{i}", START + timedelta(minutes=i), "bench", "en", None, text, None))
    return pl.DataFrame(rows, schema=ARTICLES, orient="row")


def measured(name: str, megabytes: float, job: Callable[[], object], times: int = 5) -> None:
    """Print the throughput of one job, the best of some runs.

    A job in several processes returns the processor seconds of the others.
    """
    walls, cpus = [], []
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        elsewhere = job()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu + (elsewhere if isinstance(elsewhere, float) else 0.0))
    rates = f"{megabytes / min(walls):9.2f} MB/s wall {megabytes / min(cpus):9.2f} MB/s processor"
    print(f"{name:28}{rates}", flush=True)


def match_only(articles: pl.DataFrame) -> pl.DataFrame:
    """The bare gazetteer match over sentences."""
    split = articles.select(sentence_list(pl.col("text")).alias("text")).explode("text").drop_nulls()
    return countries_in(split.with_row_index("row"))


def timed_part(part: pl.DataFrame, first_row: int) -> tuple[PartReading, float]:
    """One part, read, and the processor seconds that it took."""
    started = time.process_time()
    reading = read_part(part, first_row)
    return reading, time.process_time() - started


def in_processes(articles: pl.DataFrame, pool: Parallel) -> float:
    """The whole pipeline, partitions in several processes; the processor seconds of these."""
    parts = [articles.slice(start, PARTITION) for start in range(0, articles.height, PARTITION)]
    done = list(pool(delayed(timed_part)(part, i * PARTITION) for i, part in enumerate(parts)))
    readings = [reading for reading, _ in done]
    stories = stories_of(joined([reading.sketches for reading in readings]))
    for reading in readings:
        with_stories(reading.rows, stories)
    return sum(seconds for _, seconds in done)


def speed(n: int, python: str | None) -> None:
    """Throughput of this project and of others over the same articles."""
    articles = corpus(n)
    texts = articles["text"].to_list()
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    print(f"{n:,} articles, {megabytes:.1f} MB, one in twenty about trade with Russia")
    find_mentions(articles.head(50))
    measured("whole pipeline", megabytes, lambda: find_mentions(articles))
    with Parallel(n_jobs=-1) as pool:
        in_processes(articles.head(2 * PARTITION), pool)
        measured("whole pipeline, all cores", megabytes, lambda: in_processes(articles, pool))
    measured("gazetteer match alone", megabytes, lambda: match_only(articles))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "texts.json"
        path.write_text(json.dumps(texts), encoding="utf-8")
        for name, found in others(python, "speed", path).items():
            if not isinstance(found, str):
                rates = f"{found['wall']:9.4f} MB/s wall {found['cpu']:9.4f} MB/s processor"
                found = f"{rates} ({found['texts']} texts)"
            print(f"{name:28}{found}")


def others(python: str | None, what: str, path: Path) -> dict[str, Any]:
    """What `compare_tools.py` prints in another venv; nothing without one."""
    if python is None:
        print("Other packages: absent (--python names the interpreter of their venv)")
        return {}
    script = Path(__file__).with_name("compare_tools.py")
    done = subprocess.run([python, script, what, path], check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def gkg_file(path: Path, records: int, seed: int = 0) -> None:
    """A zip of made-up GKG 2.1 records of the usual size: twelve kilobytes, most of it GCAM."""
    draw = random.Random(seed)
    fips = [row["fips"] for row in read_reference("fips_countries.csv")]
    lines = []
    for i in range(records):
        stamp = f"2023{draw.randint(1, 12):02d}{draw.randint(1, 28):02d}{draw.randint(0, 23):02d}1500"
        places, offset = [], 0
        for _ in range(draw.randint(0, 24)):
            offset += draw.randint(20, 400)
            code = draw.choice(fips) if draw.random() < 0.8 else "RS"
            places.append(f"4#Some Town, Region, Country#{code}#{code}01#1234#41.5#69.25#-123456#{offset}")
        themes = [f"TAX_FNCACT_{k},{draw.randint(1, 5000)}" for k in range(draw.randint(5, 60))]
        if draw.random() < 0.05:
            themes.append(f"SANCTIONS,{draw.randint(1, offset + 1)}")
        gcam = ",".join(f"c{k}.{draw.randint(1, 300)}:{draw.randint(1, 40)}" for k in range(700))
        fields = [""] * 27
        fields[0], fields[1], fields[2], fields[3] = f"{stamp}-{i}", stamp, "1", f"site{i % 500}.example"
        fields[4] = f"https://site{i % 500}.example/a-story-with-number-{i}"
        fields[8], fields[10], fields[17] = ";".join(themes) + ";", ";".join(places), gcam
        fields[15] = "-1.5,2.0,3.5,5.5,20.1,1.2,400"
        lines.append("\t".join(fields))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("made.gkg.csv", "\n".join(lines) + "\n")


def gkg_speed(python: str | None, records: int = 4000) -> None:
    """Seconds from a GKG file, zipped and plain, to records by country and day."""
    with tempfile.TemporaryDirectory() as folder:
        packed = Path(folder) / "made.gkg.csv.zip"
        gkg_file(packed, records)
        with zipfile.ZipFile(packed) as archive:
            plain = Path(archive.extract("made.gkg.csv", folder))
        for path in (packed, plain):
            print(f"{path.name}, {records:,} records, {path.stat().st_size / 1e6:.1f} MB, to country and day")
            _gkg_file_speed(path, python)


def _gkg_file_speed(path: Path, python: str | None) -> None:
    source = find([path], ()).sources[0]
    times = []
    for _ in range(4):
        wall, cpu = time.perf_counter(), time.process_time()
        country_days(pl.concat(list(GkgParts([source]))))
        times.append((time.perf_counter() - wall, time.process_time() - cpu))
    found = {"this project": {"wall": min(t[0] for t in times), "cpu": min(t[1] for t in times)}}
    for name, said in {**found, **others(python, "gkg", path)}.items():
        if not isinstance(said, str):
            said = f"{said['wall']:9.3f} s wall {said['cpu']:9.3f} s processor"
        print(f"{name:28}{said}")


def memory(n: int) -> None:
    """Peak memory of `riskmodel mentions` in one process at `n` and ten times `n` articles."""
    with tempfile.TemporaryDirectory() as folder:
        for articles in (n, 10 * n):
            path = Path(folder) / "articles.jsonl"
            with path.open("wb") as file:
                for start in range(0, articles, 10_000):
                    part = corpus(min(10_000, articles - start), seed=start)
                    named = part.with_columns(
                        pl.format("{}-{}", pl.lit(start), "article_id").alias("article_id")
                    )
                    file.write(
                        named.with_columns(pl.col("published_at").dt.to_string("iso")).write_ndjson().encode()
                    )
            code = (
                "import resource, sys; from riskmodel.cli import main\n"
                "try: main(sys.argv[1:])\n"
                "finally: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, 'MB at the peak')"
            )
            words = ["mentions", "--articles", path, "--out", Path(folder) / "out.parquet", "--jobs", "1"]
            started = time.perf_counter()
            subprocess.run([sys.executable, "-c", code, *words], check=True)
            size = path.stat().st_size / 1e6
            print(f"{articles:,} articles, {size:.0f} MB, {time.perf_counter() - started:.0f} s", flush=True)


ODD_TEXTS: dict[str, Callable[[int], str]] = {
    "sentences": lambda n: "Turkey sold chips to Russia through Dubai last year. " * n,
    "no sentence ends": lambda n: "chips from Turkey to Russia through Dubai with sanctions " * n,
    "one word": lambda n: "a" * (50 * n),
    "capital letters and stops": lambda n: "A. B. U.S. Mr. " * (4 * n),
    "names without blanks": lambda n: "TurkeyRussiaDubai" * (3 * n),
    "right to left": lambda n: "\u202eTurkey \u05d0\u05d1\u05d2 Russia\u202c chips " * (2 * n),
    "open tags": lambda n: "<p <b Turkey & " * (4 * n),
    "control characters": lambda n: "Turkey\x00\x01 Russia\x1e\x1f chips \x0b" * (2 * n),
    "combining marks": lambda n: "e\u0301" * (15 * n) + " Turkey sold chips to Russia.",
    "line breaks": lambda n: "Turkey\n \n\tchips Russia \r\n" * (2 * n),
}


def growth() -> None:
    """Time against size for odd texts, and the exponent of the growth."""
    print(f"{'text':28}" + "".join(f"{size:>12,}" for size in SIZES) + "    bytes, seconds; exponent")
    for name, make in ODD_TEXTS.items():
        seconds = []
        for size in SIZES:
            text = make(size // 50)
            frame = pl.DataFrame(
                [("a", START, "bench", "en", None, text, None)], schema=ARTICLES, orient="row"
            )
            best = float("inf")
            for _ in range(3):
                started = time.process_time()
                find_mentions(frame)
                best = min(best, time.process_time() - started)
            seconds.append(best)
        exponent = np.polyfit(np.log(SIZES), np.log(seconds), 1)[0]
        print(f"{name:28}" + "".join(f"{s:12.3f}" for s in seconds) + f"    {exponent:.2f}", flush=True)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--python", help="interpreter of a venv with the packages to compare with")
    parser.add_argument("--memory", action="store_true", help="only the memory of the command")
    parser.add_argument("--growth", action="store_true", help="only time against size for odd texts")
    given = parser.parse_args()
    if given.memory:
        memory(given.articles)
    elif given.growth:
        growth()
    else:
        speed(given.articles, given.python)
        gkg_speed(given.python)


if __name__ == "__main__":
    main()
