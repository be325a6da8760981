"""What the second reader costs: `python tests/bench/bench_second_reader.py [--articles N]`; run by hand.

Reads the generated corpus of `bench_mentions.py` (one article in twenty about trade with Russia) without and
with the second reader, in alternating pairs, one thread, and prints processor seconds, the share of rows that
it is asked about and what one costs. `--before FOLDER` adds the same reading by another tree of this project
without the second reader, so that the default is compared with earlier code.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
ONE_THREAD = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
CHILD = """
import json, sys, time
sys.path[:0] = [sys.argv[1], sys.argv[1] + "/tests/bench"]
import features.articles.mentions as engine
from bench_mentions import corpus
table = corpus(int(sys.argv[2]))
asked = {"second_reader": True} if sys.argv[3] == "both" else {}
engine.find_mentions(table.head(50), **asked)
start = time.process_time()
rows = engine.find_mentions(table, **asked)
print(json.dumps([time.process_time() - start, rows.height, rows.filter(rows["p_diversion"] >= 0.1).height]))
"""


def seconds(tree: Path, articles: int, way: str) -> list[float]:
    """Processor seconds, rows, and rows of a probability of 0.1 or more."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(tree), str(articles), way],
        env={**os.environ, **ONE_THREAD, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def main() -> None:
    options = argparse.ArgumentParser(description="What the second reader costs.")
    options.add_argument("--articles", type=int, default=2000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--before", type=Path)
    given = options.parse_args()
    found: dict[str, list[list[float]]] = {"first": [], "both": []}
    if given.before:
        found["before"] = []
    for _ in range(given.rounds):
        for way, read in found.items():
            tree = given.before if way == "before" else HERE
            read.append(seconds(tree.resolve(), given.articles, way))
    middle = {way: statistics.median(row[0] for row in read) for way, read in found.items()}
    _, rows, asked = found["first"][0]
    for way, value in middle.items():
        print(f"{way}: {value:.2f} processor seconds ({given.articles:,} articles)")
    each = (middle["both"] - middle["first"]) / max(asked, 1)
    print(f"asked about {asked:.0f} of {rows:.0f} rows ({asked / rows:.1%}), {1000 * each:.0f} ms each")
    if given.before:
        print(f"default against before: {middle['first'] / middle['before']:.2f}")


if __name__ == "__main__":
    main()
