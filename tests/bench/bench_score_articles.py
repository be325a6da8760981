"""Peak memory of `riskmodel score` and `riskmodel mentions` over generated articles; run by hand.

`python tests/bench/bench_score_articles.py [--articles N] [--commands score mentions]` writes N and ten times
N articles of `bench_mentions.corpus` as JSON lines and runs each command over them in a process of its own.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl
from bench_mentions import corpus

AT_ONCE = 10_000
RUN = (
    "import resource, sys; from riskmodel.cli import main\n"
    "try: main(sys.argv[1:])\n"
    "finally: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, 'MB at the peak')"
)


def write_corpus(path: Path, articles: int) -> None:
    """Write `articles` generated articles of January 2024 as JSON lines."""
    with path.open("wb") as file:
        for start in range(0, articles, AT_ONCE):
            part = corpus(min(AT_ONCE, articles - start), seed=start)
            part = part.with_columns(
                pl.format("{}-{}", pl.lit(start), "article_id").alias("article_id"),
                pl.col("published_at").dt.to_string("iso"),
            )
            file.write(part.write_ndjson().encode())


def words(command: str, path: Path, folder: Path) -> list[str]:
    """The command line of one run."""
    if command == "score":
        return ["score", "--articles", str(path), "--as-of", "2024-02-01", "--out", str(folder / "run")]
    return ["mentions", "--articles", str(path), "--out", str(folder / "out.parquet"), "--jobs", "1"]


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=50_000)
    parser.add_argument("--commands", nargs="+", default=["score", "mentions"])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        for articles in (given.articles, 10 * given.articles):
            path = Path(name) / "articles.jsonl"
            write_corpus(path, articles)
            print(f"{articles:,} articles, {path.stat().st_size / 1e6:.0f} MB", flush=True)
            for command in given.commands:
                with tempfile.TemporaryDirectory() as folder:
                    started = time.perf_counter()
                    line = [sys.executable, "-c", RUN, *words(command, path, Path(folder)), "--quiet"]
                    subprocess.run(line, check=True)
                    print(f"  {command}: {time.perf_counter() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
