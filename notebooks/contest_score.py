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
# # Contest a score
#
# A score can be wrong, and whoever is named by one may show it. This notebook recomputes the figures of one
# country from the run folder, removes rows that you doubt, scores again and shows what changes.
#
# Without settings it contests the first country of the bundled sample (`make score`), which is simulated. Set
# `RISKMODEL_RUN`, `RISKMODEL_COUNTRY`, and `RISKMODEL_WORLD`, the folder with the inputs of that run.

# %%
import math
import os
from pathlib import Path

import polars as pl

from riskmodel import explain, load_run, score, setup_notebook

setup_notebook()


here = (Path.cwd(), *Path.cwd().parents)
runs = next((place for one in here if (place := one / "runs").is_dir()), Path("runs"))
RUN = Path(os.environ.get("RISKMODEL_RUN") or runs / "sample")
WORLD = Path(os.environ.get("RISKMODEL_WORLD") or runs / "sample-world")
OUT = Path(os.environ.get("RISKMODEL_OUT") or runs / "contested")

run = load_run(RUN)
scored = run.countries.filter(~pl.col("abstained")).sort("rank")
if scored.is_empty():
    raise SystemExit(f"No country of {RUN} is scored, so there is no score to contest.")
score_of = explain(run, os.environ.get("RISKMODEL_COUNTRY") or scored["country"][0])
code, name = score_of["country"], score_of["name"]
if run.manifest.simulated:
    print("SIMULATED: nothing here says anything about a real country.")
print(f"{name}, as of {score_of['as_of']}: rank {score_of['rank']}, risk {score_of['risk_shown']}")
print(score_of["cite"])

# %% [markdown]
# ## Which files it was made from
#
# The manifest of a run names each input with its digest. Files that do not match are not those of the run.

# %%
from hashlib import sha256

FILES = {}
for given in run.manifest.inputs:
    path = WORLD / given.name
    here_too = path.is_file() and sha256(path.read_bytes()).hexdigest() == given.sha256
    print(f"{given.kind}: {given.name}, {given.rows:,} rows, {'the same file' if here_too else 'NOT HERE'}")
    if here_too:
        FILES[{"trade_flows": "trade"}.get(given.kind, given.kind)] = path

# %% [markdown]
# ## What the score is made of
#
# Contributions are on the model's log-odds scale and add up: without a driver, the score is what the others
# leave of it. `rows` says how many rows of the file `rows_in` the driver rests on.

# %%
drivers = pl.read_csv(RUN / "drivers.csv").filter(pl.col("country") == code)
drivers.select("signal", "what", "shown", "value", "contribution", "rows", "rows_in")

# %% [markdown]
# ## Recompute: unusual trade
#
# The value of a *surprise* is the mean of -log10((as extreme + 1) / (placebos + 1)) over the kinds of
# comparison that count: other countries, earlier dates, other goods.

# %%
placebos = run.behind.placebos.filter(pl.col("country") == code)
ours = (
    placebos.filter("counted")
    .with_columns((-((pl.col("as_extreme") + 1) / (pl.col("placebos") + 1)).log10()).alias("again"))
    .group_by("signal")
    .agg(pl.col("again").mean(), pl.len().alias("kinds"))
)
compared = drivers.join(ours, on="signal").select("signal", "value", "again", "kinds")
compared.with_columns(((pl.col("value") - pl.col("again")).abs() < 1e-6).alias("agrees")).sort("signal")

# %% [markdown]
# ## Recompute: articles and listings
#
# `article_rate` is ln(1 + sum of weights / mean life of a story), `listing_history` ln(1 + sum of weights).
# Many reports of one owner count once: the others have weight 0.

# %%
stories = run.behind.stories.filter(pl.col("country") == code)
listings = run.behind.listings.filter(pl.col("country") == code)
life = run.manifest.settings.articles.half_life_days / math.log(2) / 30
again = {
    "article_rate": math.log1p(float(stories["weight"].sum()) / life),
    "listing_history": math.log1p(float(listings["weight"].sum())),
}
for signal, value in drivers.select("signal", "value").iter_rows():
    if signal in again:
        agrees = "agrees" if abs(value - again[signal]) < 1e-6 else "DIFFERS"
        print(f"{signal}: {value:.6f} in the run, {again[signal]:.6f} recomputed, {agrees}")

# %% [markdown]
# ## The rows themselves
#
# New pairs of sender and good, and the goods that arrive above what was expected. Ask of each: is there an
# honest reason, such as a new factory, a war next door, a change of the code?

# %%
links = run.behind.links.filter((pl.col("country") == code) & pl.col("is_new"))
links.sort(["lines", "reporter", "family"], descending=[True, False, False]).head(10)

# %%
families = run.behind.families.filter(pl.col("country") == code)
families.sort(["above_noise_usd", "leg", "family"], descending=[True, False, False]).head(10)

# %%
sentences = run.evidence.filter((pl.col("country") == code) & (pl.col("kind") == "article"))
sentences.select("known_at", "source", "article_id", "p_diversion", "polarity", "text").head(10)

# %% [markdown]
# ## Contest 1: leave out the articles
#
# Suppose these articles are wrong. They are removed from the input, and everything is scored again. A figure
# of the input that you know to be wrong can be corrected in the same way.


# %%
def again_without(what: str, **inputs: Path) -> dict:
    """Score once more, with some inputs replaced, everything else as in the run."""
    settings = run.manifest.settings
    new = score(
        as_of=run.manifest.as_of,
        out=OUT / what,
        baseline=settings.baseline,
        recent_months=settings.recent_months,
        model=run.manifest.model.id,
        **{**FILES, **inputs},
    )
    return explain(new, code)


def what_changed(before: dict, after: dict) -> pl.DataFrame:
    """The largest changes of contributions."""
    then, now = ({d["signal"]: d for d in one["drivers"]} for one in (before, after))
    rows = [
        (then[s]["what"], then[s]["shown"], now[s]["shown"], now[s]["contribution"] - then[s]["contribution"])
        for s in then
        if s in now and then[s]["contribution"] is not None and now[s]["contribution"] is not None
    ]
    moved = "moves the log-odds by"
    names = {"driver": pl.String, "before": pl.String, "after": pl.String, moved: pl.Float64}
    table = pl.DataFrame(rows, schema=names, orient="row")
    return table.filter(pl.col(moved).abs() >= 0.005).sort(pl.col(moved).abs(), descending=True)


def said(one: dict) -> str:
    if one["abstained"]:
        return "not scored, too little is reported"
    risk = f"risk {one['risk_shown']} ({one['interval_shown']})"
    return f"rank {one['rank']}, {risk}, band {one['band']}, grade {one['grade']}"


OUT.mkdir(parents=True, exist_ok=True)
if "articles" in FILES and sentences.height:
    doubted = sentences["article_id"].unique().to_list()
    articles = pl.read_ndjson(FILES["articles"])
    kept = articles.filter(~pl.col("article_id").is_in(doubted))
    kept.write_ndjson(OUT / "articles.jsonl")
    print(f"{articles.height - kept.height} of {articles.height} articles removed.")
    silent = again_without("without-articles", articles=OUT / "articles.jsonl")
    print(f"before: {said(score_of)}")
    print(f"after:  {said(silent)}")
else:
    silent = score_of
    print("No article of this run speaks of the country.")

# %%
what_changed(score_of, silent)

# %% [markdown]
# The evidence lists the most telling sentences of a country only. Where other articles say the same, the
# driver falls but does not vanish: one outlet that is wrong is not the whole of the press.
#
# ## Contest 2: leave out a sender
#
# The same for trade: suppose that the sender with the most new pairs (where none is new: with the largest
# amounts in the evidence) has changed how it reports.

# %%
ENDINGS = {".parquet": pl.read_parquet, ".csv": pl.read_csv}
sent = run.evidence.filter((pl.col("country") == code) & (pl.col("leg") == "inbound"))
if links.height:
    senders = links.group_by("reporter").agg(pl.len().alias("weight"))
else:
    senders = sent.group_by("reporter").agg(pl.col("value_usd").sum().alias("weight"))
if "trade" in FILES and senders.height:
    sender = senders.sort(["weight", "reporter"], descending=[True, False])[0, 0]
    flows = ENDINGS[FILES["trade"].suffix](FILES["trade"])
    kept = flows.filter((pl.col("reporter") != sender) | (pl.col("partner") != code))
    kept.write_parquet(OUT / "trade.parquet")
    print(f"{flows.height - kept.height:,} of {flows.height:,} rows removed: what {sender} sent to {code}.")
    without = again_without("without-sender", trade=OUT / "trade.parquet")
    print(f"before: {said(score_of)}")
    print(f"after:  {said(without)}")
else:
    without = score_of
    print("No sender of the country is in this run.")

# %%
what_changed(score_of, without)

# %% [markdown]
# A score that rests on one sender or one outlet moves a lot here; one that rests on many moves little. Rows
# that are removed can also lower the grade: then less is known, and the country is no less risky for it.
#
# ## What would lower it

# %%
print("What would lower it:")
for words in score_of["lowers"]:
    print(" -", words)
print("What speaks against it already:")
for words in score_of["counter_evidence"]:
    print(" -", words)

# %% [markdown]
# ## How to say it
#
# A complaint that can be checked names the run (`cite`, above), the file and row (`evidence.csv` has the
# source file, the row and its digest), what is wrong with it, and the score without it. Keep the folder of
# the second score: whoever has the inputs gets the same bytes.
