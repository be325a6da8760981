# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Bring your own data
#
# From a table as people have it to a score: what goes wrong on the way, what the messages say, and how to
# fix it. Without settings the table is made from the bundled sample (`make score`), which is simulated, and
# some cells are broken on purpose. For your own table set `RISKMODEL_TRADE` to its file (and
# `RISKMODEL_ARTICLES` to your articles, if you have some) and change the two cells marked **yours**.
#
# Tables of UN Comtrade, Eurostat Comext, BACI and others (docs/formats.md) need none of this: give their
# files to `score` as they are.

# %%
import os
from pathlib import Path

import polars as pl

from riskmodel import RiskmodelError, explain, ranking, score, setup_notebook, validate

setup_notebook()


here = (Path.cwd(), *Path.cwd().parents)
runs = next((place for one in here if (place := one / "runs").is_dir()), Path("runs"))
WORLD = Path(os.environ.get("RISKMODEL_WORLD") or runs / "sample-world")
OUT = Path(os.environ.get("RISKMODEL_OUT") or runs / "own-data")
AS_OF = os.environ.get("RISKMODEL_AS_OF") or "2024-06-30"
OUT.mkdir(parents=True, exist_ok=True)


def read(path: Path) -> pl.DataFrame:
    return pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema=False)


# %% [markdown]
# ## A table as people have it
#
# Headings of one's own, months as text, no word on the edition of the codes. Five cells are wrong and two
# rows are there twice.

# %%
found = sorted(WORLD.glob("trade*.*"))
OWN = os.environ.get("RISKMODEL_TRADE")
MINE = Path(OWN or OUT / "mine.csv")
if not OWN and not found:
    raise SystemExit(f"No trade table in {WORLD}: run `make score` first, or set RISKMODEL_TRADE.")
if not OWN:
    print("SIMULATED or made up: nothing here says anything about a real country.")
    known = read(found[0]).filter(pl.col("flow") == "X")
    table = known.select(
        pl.col("reporter").alias("Exporter"),
        pl.col("partner").alias("Destination"),
        pl.col("hs6").alias("HS code"),
        pl.col("period").cast(pl.String).str.head(7).alias("Month"),
        pl.col("value_usd").cast(pl.String).alias("Value USD"),
    )
    rows = table.head(10).to_dicts()
    rows[0]["Destination"] = "Atlantis"
    rows[1]["HS code"] = rows[1]["HS code"][:4]
    rows[2]["Month"] = "2023-13"
    rows[3]["Value USD"] = "-1200"
    rows[4]["Value USD"] = "14149.50"
    pl.concat([pl.DataFrame(rows), table[10:], table[20:22]]).write_csv(MINE)
read(MINE).head(6)

# %% [markdown]
# ## Problem 1: headings that no reader knows
#
# A reader never guesses what a column means. Whatever fails for a known reason raises a `RiskmodelError`: one
# sentence that says what is wrong and how to fix it.

# %%
try:
    validate("trade", MINE)
except RiskmodelError as error:
    print(error)

# %% [markdown]
# **Yours:** say what each column is. What the table does not say has to be added: the flow (`X` exports, `M`
# imports, `RX` re-exports), the edition of the codes, and where the rows are from. Which edition a code
# belongs to your source says; most countries use HS2017 from 2017 and HS2022 from 2022.

# %%
NAMES = {
    "Exporter": "reporter",
    "Destination": "partner",
    "HS code": "hs6",
    "Month": "period",
    "Value USD": "value_usd",
}
edition = pl.when(pl.col("period") < "2022").then(pl.lit("HS2017")).otherwise(pl.lit("HS2022"))
canonical = (
    read(MINE).rename(NAMES).with_columns(flow=pl.lit("X"), hs_edition=edition, source=pl.lit("my own table"))
)
READY = OUT / "trade.csv"
canonical.write_csv(READY)
checked = validate("trade", READY, as_of=AS_OF)
print(checked.verdict)

# %% [markdown]
# ## Problem 2: rows that break a rule
#
# Every row passes a contract. A refused row is not dropped silently: the tables below say which rule it
# broke, with file, row and value. A rule that only `reports` refuses nothing.

# %%
checked.rules.select("rule", "verdict", "rows", "must_hold")

# %%
checked.refused.group_by("rule").head(2).sort("source_row").drop("must_hold")

# %% [markdown]
# **Yours:** fix what can be fixed, at its source if you can, and leave out the rest knowingly.
#
# | rule | usual cause | how to fix it |
# |---|---|---|
# | `partner_is_a_country` | a name no list knows, a region, "other" | the ISO 3166 code or a usual name |
# | `hs6_is_six_digits` | a heading or a total among the products | leave out totals; restore a leading zero |
# | `period_is_a_date` | a month that does not exist, days before months | `YYYY-MM` |
# | `value_usd_is_whole_number` | cents | round to whole dollars |
# | `value_usd_is_not_negative` | a correction booked as a row | net it against the row it corrects |
# | `exact_duplicate` | a file appended twice | keep one |
# | `conflicting_duplicate` | a revised figure next to the old one | keep the newest, or give `known_at` |
#
# A surge is never refused: it is what the score looks for.

# %%
key = ["reporter", "partner", "flow", "hs6", "period"]
whole = pl.col("value_usd").cast(pl.Float64).round(0).cast(pl.Int64)
fixed = (
    canonical.with_columns(whole.alias("value_usd"))
    .filter(pl.col("value_usd") >= 0, pl.col("hs6").str.len_chars() == 6)
    .filter(pl.col("partner") != "Atlantis", pl.col("period") != "2023-13")
    .unique(key, keep="last", maintain_order=True)
)
print(f"{canonical.height - fixed.height:,} of {canonical.height:,} rows left out.")
fixed.write_csv(READY)
checked = validate("trade", READY, as_of=AS_OF)
print(checked.verdict)
checked.refused.group_by("rule").len().sort("rule")

# %% [markdown]
# What is still refused stays out of the score, is counted in its manifest and kept in its `quarantine/`.
#
# ## Problem 3: the wrong table in the wrong place

# %%
given = os.environ.get("RISKMODEL_ARTICLES")
# Articles of the sample say nothing about a table of one's own.
NEWS = [Path(given)] if given else [] if OWN else sorted(WORLD.glob("articles*"))
tries = [("trade", path) for path in NEWS]
for kind, path in [*tries, ("articles", READY), ("trade", OUT / "not-there.csv")]:
    try:
        print(validate(kind, path).verdict)
    except RiskmodelError as error:
        print(f"{kind}: {error}")

# %% [markdown]
# ## The score
#
# Trade alone is enough. Articles and listings of sanctioned entities add to it.

# %%
run = score(as_of=AS_OF, trade=READY, articles=NEWS, out=OUT / "run")
made_up = "SIMULATED: says nothing about any real country. " if run.manifest.simulated else ""
print(f"{made_up}As of {run.manifest.as_of}. Report: {OUT / 'run' / 'report.html'}")
for kind, rows in run.manifest.rows.items():
    print(f"{kind}: {rows.read:,} read, {rows.accepted:,} accepted, of these {dict(rows.of_accepted)}")

# %%
ranking(run).select("rank", "country", "name", "risk", "interval", "band", "grade", "largest_driver").head(15)

# %% [markdown]
# The counts say what became of each accepted row. Look there first when a country seems to be missing: most
# often its rows are not exports, not of listed goods, or were not yet public on the day of the score.
#
# ## Problem 4: a country that is not scored

# %%
asked = ["Germany", "Atlantis", *run.countries.filter(pl.col("abstained"))["country"].to_list()[:1]]
for country in asked:
    try:
        row = explain(run, country)
        print(f"{row['name']}: too little was reported. {'; '.join(row['counter_evidence'])}")
    except RiskmodelError as error:
        print(error)

# %% [markdown]
# ## What would make the score surer
#
# The grade says how much of what a score needs was reported. `A` lacks nothing; each letter further down
# lacks one thing: coalition exports to the country, the country's own exports to Russia, fresh months.

# %%
run.coverage.group_by("leg").agg(
    pl.col("reporter").n_unique().alias("reporters"),
    pl.col("period").min().alias("first month"),
    pl.col("period").max().alias("newest month"),
).sort("leg")
