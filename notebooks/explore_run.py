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
# # Explore a run
#
# Opens the folder that `riskmodel score` left behind, and nothing else. Without settings it opens the bundled
# sample (`make score`), which is simulated. To look at another run or another country set `RISKMODEL_RUN` and
# `RISKMODEL_COUNTRY`, or change the names below.
#
# A score is a reason to look, not proof.

# %%
import os
from pathlib import Path

import altair as alt
import polars as pl

from riskmodel import explain, load_run, ranking, setup_notebook, signals

setup_notebook()

here = (Path.cwd(), *Path.cwd().parents)
sample = next((place for one in here if (place := one / "runs/sample").is_dir()), Path("runs/sample"))
RUN = Path(os.environ.get("RISKMODEL_RUN") or sample)

run = load_run(RUN)
made_up = "SIMULATED: says nothing about any real country." if run.manifest.simulated else ""
NOTE = made_up or "A score is a reason to look, not proof."
print(f"{NOTE} As of {run.manifest.as_of}, {run.countries.height} countries, model {run.manifest.model.id}.")


def headed(title: str) -> alt.TitleParams:
    """A title that says under it whether the data are made up, so that no picture reads as news."""
    return alt.TitleParams(title, subtitle=NOTE, anchor="start")


# %% [markdown]
# ## The ranking
#
# `risk` is the probability that goods worth more than US$1 million are physically diverted, `event_risk` that
# of the declared event on published figures; `event_met` says whether that event is met in the newest six
# published months (null: not published). Trust the order more than the number.

# %%
ranked = ranking(run)
ranked.head(25)

# %% [markdown]
# Countries that are not scored: too little was reported. This is not a low risk.

# %%
run.countries.filter(pl.col("abstained")).sort("country").select("country", "name")

# %% [markdown]
# ## Ranking with intervals

# %%
numbers = run.countries.select("country", "risk", "risk_low", "risk_high")
top = ranked.head(25).rename({"risk": "shown"}).join(numbers, on="country", how="left", maintain_order="left")
by_rank = alt.Y("name:N", sort=top["name"].to_list(), title=None)
per_cent = alt.Axis(format="%")
scale = alt.Scale(domain=[0, 1])
intervals = (
    alt.Chart(top)
    .mark_rule(strokeWidth=6, opacity=0.35, color="#5a6470")
    .encode(y=by_rank, x=alt.X("risk_low:Q", title="risk", axis=per_cent, scale=scale), x2="risk_high:Q")
)
points = (
    alt.Chart(top)
    .mark_tick(thickness=3, size=14, color="#1c2127")
    .encode(y=by_rank, x="risk:Q", tooltip=["rank", "name", "shown", "interval", "band", "grade"])
)
title = f"Risk as of {run.manifest.as_of}, with its interval"
(intervals + points).properties(width=520, title=headed(title), description=f"{NOTE} {title}")

# %% [markdown]
# ## One country: the two legs over time
#
# A month without a report has no point; the line breaks there, because unknown is not zero.

# %%
first = ranked["country"][0] if ranked.height else run.countries["country"][0]
COUNTRY = os.environ.get("RISKMODEL_COUNTRY") or first
found = explain(run, COUNTRY)
code, name = found["country"], found["name"]
own = run.series.filter(pl.col("country") == code)
months = (
    pl.date_range(own["period"].min(), own["period"].max(), "1mo", eager=True).alias("period").to_frame()
    if own.height
    else own.select("period")
)
legs = months.join(own.select("leg").unique(), how="cross").join(own, on=["leg", "period"], how="left")
legs = legs.sort("leg", "period").with_columns(
    (pl.col("value_usd") / 1e6).alias("US$ million"), (pl.col("baseline_usd") / 1e6).alias("baseline")
)

# %%
colours = alt.Scale(domain=["inbound", "onward"], range=["#0067a3", "#bf4f00"])
line = (
    alt.Chart(legs)
    .mark_line()
    .encode(
        x=alt.X("period:T", title=None),
        y=alt.Y("US$ million:Q"),
        color=alt.Color("leg:N", scale=colours, legend=None),
    )
)
baseline = (
    alt.Chart(legs)
    .mark_line(strokeDash=[5, 3], color="#5a6470")
    .encode(x="period:T", y=alt.Y("baseline:Q", title="US$ million"))
)
title = f"{name}: listed goods a month; dashed is the baseline"
(
    alt.layer(baseline, line)
    .properties(width=520, height=130)
    .facet(row=alt.Row("leg:N", title=None))
    .resolve_scale(y="independent")
    .properties(title=headed(title), description=f"{NOTE} {title}")
)

# %% [markdown]
# ## Why this score
#
# Contributions are on the model's log-odds scale and add up; above zero raises the score.

# %%
drivers = pl.DataFrame(
    [(d["signal"], d["what"], d["shown"], d["contribution"]) for d in found["drivers"]],
    schema={"signal": pl.String, "what": pl.String, "value": pl.String, "contribution": pl.Float64},
    orient="row",
)
drivers

# %%
moving = drivers.filter(pl.col("contribution").abs() >= 0.005)
title = f"{name}: what moves the score"
(
    alt.Chart(moving)
    .mark_bar()
    .encode(
        x=alt.X("contribution:Q", title="contribution, log-odds"),
        y=alt.Y("what:N", sort=None, title=None, axis=alt.Axis(labelLimit=320)),
        color=alt.condition("datum.contribution > 0", alt.value("#bf4f00"), alt.value("#0067a3")),
    )
    .properties(width=300, title=headed(title), description=f"{NOTE} {title}")
)

# %% [markdown]
# What speaks against it, what would lower it, when the legs rose:

# %%
for heading in ("counter_evidence", "lowers", "when_and_where"):
    print(heading.replace("_", " ").capitalize())
    for words in found[heading]:
        print(" -", words)

# %% [markdown]
# All its signals, as the model saw them. Null is unknown, never zero.

# %%
panel = signals(run).filter(pl.col("country") == code).with_columns(pl.selectors.float().round(3))
panel.unpivot(index=["as_of", "country"], variable_name="signal").select("signal", "value")

# %% [markdown]
# Its goods, most suspicious first:

# %%
run.products.filter(pl.col("country") == code).sort(["score", "hs6"], descending=[True, False]).head(12)

# %% [markdown]
# ## Its mentions in articles
#
# The sentences that count, likeliest first, and the words that decided.

# %%
mentions = (
    run.evidence.filter((pl.col("country") == code) & (pl.col("kind") == "article"))
    .sort(["p_diversion", "article_id", "sentence_no"], descending=[True, False, False])
    .select("known_at", "source", "p_diversion", "polarity", "text", "why")
)
mentions.head(12)

# %%
by_month = (
    mentions.drop_nulls("known_at")
    .group_by(pl.col("known_at").dt.truncate("1mo").alias("month"), "polarity")
    .agg(pl.len().alias("sentences"))
    .with_columns(
        pl.col("polarity").replace_strict({1: "worsening", 0: "neutral", -1: "easing"}, default="unclear")
    )
    .sort("month", "polarity")
)
kinds = alt.Scale(
    domain=["worsening", "neutral", "easing", "unclear"], range=["#bf4f00", "#9aa4ae", "#0067a3", "#d9dee4"]
)
title = f"{name}: sentences that write of diversion"
(
    alt.Chart(by_month)
    .mark_bar()
    .encode(
        x=alt.X("yearmonth(month):T", title=None),
        y=alt.Y("sentences:Q", axis=alt.Axis(tickMinStep=1)),
        color=alt.Color("polarity:N", scale=kinds),
    )
    .properties(width=460, height=120, title=headed(title), description=f"{NOTE} {title}")
)

# %% [markdown]
# Next: **own_data** scores tables of your own, **contest_score** recomputes a figure and scores again without
# the rows that you doubt.
