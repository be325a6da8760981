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
# Opens the folder that `riskmodel score` left behind, and nothing else. Set `RISKMODEL_RUN` to look at
# another run than the bundled sample, and `RISKMODEL_COUNTRY` to look closer at another country than the
# first of the ranking.
#
# A score is a reason to look, not proof.

# %%
import json
import os
from pathlib import Path

import altair as alt
import polars as pl

from features.reference.facts import country_names
from riskmodel.report.words import interval, percent


def chart_bundle(spec: dict, **_: object) -> dict:
    """A chart as JupyterLab draws it by itself; altair's default output asks the network for a script."""
    return {"application/vnd.vegalite.v5+json": spec, "text/plain": "a chart; open it in JupyterLab"}


alt.renderers.register("offline", chart_bundle)
alt.renderers.enable("offline")
pl.Config.set_tbl_rows(20)
pl.Config.set_tbl_cols(20)
pl.Config.set_fmt_str_lengths(80)


def run_folder() -> Path:
    """The run named by RISKMODEL_RUN, else the sample next to this notebook's folder or below this one."""
    named = os.environ.get("RISKMODEL_RUN")
    places = [Path(named)] if named else [Path("runs/sample"), Path("../runs/sample")]
    for place in places:
        if (place / "manifest.json").is_file():
            return place
    raise SystemExit(f"No run in {places[0]}: run `make score` first, or set RISKMODEL_RUN to a run folder.")


RUN = run_folder()
manifest = json.loads((RUN / "manifest.json").read_text(encoding="utf-8"))
countries = pl.read_parquet(RUN / "scores_country.parquet")
products = pl.read_parquet(RUN / "scores_product.parquet")
evidence = pl.read_parquet(RUN / "evidence.parquet")
signals = pl.read_parquet(RUN / "signals.parquet")
series = pl.read_parquet(RUN / "series.parquet")

made_up = "SIMULATED: says nothing about any real country. " if manifest.get("simulated") else ""
print(f"{made_up}As of {manifest['as_of']}, {countries.height} countries.")

# %% [markdown]
# ## The ranking
#
# Abstained countries have no risk and no rank: too little was reported for a score. `risk` is the probability
# that goods worth more than US$1 million are physically diverted, `event_risk` that of the declared event on
# published figures; `event_met` says whether that event is met in the newest six published months (null: not
# published). A model that has learnt one event only gives no `event_risk`.


# %%
def shown(table: pl.DataFrame, name: str) -> list[pl.Series]:
    """A probability and its interval as the report prints them."""
    low, high = table[f"{name}_low"], table[f"{name}_high"]
    return [
        pl.Series(name, [percent(value) for value in table[name]], dtype=pl.String),
        pl.Series(f"{name}, interval", list(map(interval, low, high)), dtype=pl.String),
    ]


scored = countries.filter(~pl.col("abstained")).sort("rank")
facts = scored.select("band", "grade", "excess_transit_usd", "event_met", "event_met_usd", "event_met_codes")
scored.select("rank", "country", "name").with_columns(
    *shown(scored, "risk"), *shown(scored, "event_risk"), *facts
)

# %%
countries.filter(pl.col("abstained")).sort("country").select("country", "name")

# %% [markdown]
# ## Ranking with intervals

# %%
top = scored.head(25).select("rank", "name", "risk", "risk_low", "risk_high", "band", "grade")
risk_shown, interval_shown = shown(top, "risk")
top = top.with_columns(risk_shown.alias("risk shown"), interval_shown.alias("interval"))
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
    .encode(y=by_rank, x="risk:Q", tooltip=["rank", "name", "risk shown", "interval", "band", "grade"])
)
(intervals + points).properties(
    width=520, title=f"{made_up}Risk as of {manifest['as_of']}, with its interval"
)

# %% [markdown]
# ## One country: the two legs over time
#
# A month without a report has no point; the line breaks there, because unknown is not zero.

# %%
chosen = os.environ.get("RISKMODEL_COUNTRY") or (
    scored["country"][0] if scored.height else countries["country"][0]
)
name = country_names().get(chosen, chosen)
own = series.filter(pl.col("country") == chosen).sort("leg", "period")
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
(
    alt.layer(baseline, line)
    .properties(width=560, height=130)
    .facet(row=alt.Row("leg:N", title=None))
    .resolve_scale(y="independent")
    .properties(title=f"{made_up}{name}: listed goods a month; dashed is the baseline")
)

# %% [markdown]
# ## Why this score

# %%
drivers = json.loads(countries.filter(pl.col("country") == chosen)["drivers"][0] or "[]")
pl.DataFrame(
    [(d["signal"], d["contribution"], d["words"]) for d in drivers],
    schema={"signal": pl.String, "contribution": pl.Float64, "words": pl.String},
    orient="row",
)

# %%
signals.filter(pl.col("country") == chosen).unpivot(index=["as_of", "country"]).select("variable", "value")

# %%
products.filter(pl.col("country") == chosen).sort(["score", "hs6"], descending=[True, False]).head(12)

# %% [markdown]
# ## Its mentions in articles
#
# The sentences that count, likeliest first, and the words that decided.

# %%
mentions = (
    evidence.filter((pl.col("country") == chosen) & (pl.col("kind") == "article"))
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
(
    alt.Chart(by_month)
    .mark_bar()
    .encode(
        x=alt.X("yearmonth(month):T", title=None),
        y=alt.Y("sentences:Q", axis=alt.Axis(tickMinStep=1)),
        color=alt.Color(
            "polarity:N",
            scale=alt.Scale(
                domain=["worsening", "neutral", "easing", "unclear"],
                range=["#bf4f00", "#9aa4ae", "#0067a3", "#d9dee4"],
            ),
        ),
    )
    .properties(width=560, height=120, title=f"{made_up}{name}: sentences that write of diversion")
)
