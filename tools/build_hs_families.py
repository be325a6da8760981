"""Rebuild `hs_families.csv` from the UN Statistics Division correlation tables.

A family is a set of HS6 codes that stays comparable across HS2012, HS2017 and HS2022. Codes that
were split or merged cleanly (1:n, n:1, or renamed) form a family; a code that took parts of many
others (n:n) has no clean family and is marked `break`, so that no comparison crosses its edition.

Run: python -m tools.build_hs_families CONCORDANCE.csv[.gz]
(columns `code.after`, `code.before`, `Relationship`, `adjustment`).
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

OUT = Path(__file__).resolve().parents[1] / "features" / "reference" / "hs_families.csv"
# Data that begin with an edition only have to bridge the steps after it.
STEPS = {"HS2012": ("2017 to 2012", "2022 to 2017"), "HS2017": ("2022 to 2017",)}
LARGEST_FAMILY = 15
# The correlation table gives 854151 and 854159 parts of some hundred codes, since a sensor module may
# have been under the machine it served; trade itself moved from 854150, which the table leaves out.
BY_HAND = {"854150": "854150", "854151": "854150", "854159": "854150"}
# 854140 was mostly solar cells and LEDs; the listed 854149 is a sliver of it: no clean family.
BREAKS_BY_HAND = {"854140", "854141", "854142", "854143", "854149"}


def families(concordance: pl.DataFrame, since: str) -> pl.DataFrame:
    """Codes that changed since an edition: since, hs6, family (smallest code), kind (`clean`, `break`)."""
    steps = STEPS[since]
    edges = concordance.filter(pl.col("adjustment").is_in(steps)).select(
        pl.col("code.after").str.zfill(6).alias("after"),
        pl.col("code.before").str.zfill(6).alias("before"),
        pl.col("Relationship").alias("relation"),
        "adjustment",
    )
    earlier = {step: set(edges.filter(pl.col("adjustment") == step)["before"]) for step in steps}
    later = {step: set(edges.filter(pl.col("adjustment") == step)["after"]) for step in steps}
    linked: dict[str, set[str]] = defaultdict(set)
    broken: set[str] = set()
    for after, before, relation, step in edges.iter_rows():
        same_heading = after[:4] == before[:4]
        if after in earlier[step] and before in later[step]:
            continue  # both live on; a sliver moved between them
        if relation != "n:n" or same_heading:
            linked[after].add(before)
            linked[before].add(after)
        elif after not in earlier[step]:
            broken.add(after)  # new in its edition and fed by many: nothing before to compare with
    rows = []
    for members in _components(linked):
        kind = "clean" if len(members) <= LARGEST_FAMILY else "break"
        rows += [(code, min(members), kind) for code in members]
    known = {code for code, _, _ in rows}
    rows += [(code, code, "break") for code in broken - known]
    table = {code: (family, kind) for code, family, kind in rows}
    table |= {code: (family, "clean") for code, family in BY_HAND.items()}
    table |= dict.fromkeys(BREAKS_BY_HAND, ("854140", "break"))
    return pl.DataFrame(
        [(since, code, *found, "UNSD HS correlation tables") for code, found in sorted(table.items())],
        schema=["since", "hs6", "family", "kind", "source"],
        orient="row",
    )


def _components(linked: dict[str, set[str]]) -> list[list[str]]:
    """Sorted members of each set of codes that are linked with one another, by smallest member."""
    codes = sorted(linked)
    number = {code: i for i, code in enumerate(codes)}
    edges = [(number[one], number[two]) for one in codes for two in sorted(linked[one])]
    ones, twos = zip(*edges, strict=True) if edges else ((), ())
    graph = csr_matrix((np.ones(len(edges)), (ones, twos)), shape=(len(codes), len(codes)))
    _, labels = connected_components(graph, directed=False)
    members: dict[int, list[str]] = {}
    for code, label in zip(codes, labels.tolist(), strict=True):
        members.setdefault(label, []).append(code)
    return list(members.values())


if __name__ == "__main__":
    tables = [families(pl.read_csv(sys.argv[1], infer_schema=False), since) for since in STEPS]
    pl.concat(tables).write_csv(OUT)
