"""What a reader reads about a score: true to the model, in the language of suspicion."""

from __future__ import annotations

import json
import re

import polars as pl
import pytest

from features.catalogue import BY_NAME, MODEL_SIGNALS
from riskmodel.explain.bands import LOWER_BOUNDS, band_of, next_lower
from riskmodel.explain.drivers import changes, explanations, lowers
from riskmodel.explain.wording import say
from riskmodel.model.estimator import Model


@pytest.fixture(scope="module")
def panel(training: pl.DataFrame) -> pl.DataFrame:
    return training.filter(pl.col("as_of") == training["as_of"].min())


def test_drivers_carry_the_whole_log_odds_largest_first(model: Model, panel: pl.DataFrame) -> None:
    explained = explanations(model, panel)
    out = model.predict(panel)
    for text, intercept, logit in zip(explained["drivers"], out["intercept"], out["logit"], strict=True):
        parts = [driver["contribution"] for driver in json.loads(text)]
        assert abs(intercept + sum(parts) - logit) < 1e-9
        assert [abs(part) for part in parts] == sorted((abs(part) for part in parts), reverse=True)


def test_a_driver_says_value_unit_place_and_effect(model: Model, panel: pl.DataFrame) -> None:
    top = panel.sort("matched_lines_surprise", descending=True)["country"][0]
    explained = explanations(model, panel).filter(pl.col("country") == top)["drivers"][0]
    driver = next(d for d in json.loads(explained) if d["signal"] == "matched_lines_surprise")
    assert set(driver) == {"signal", "value", "unit", "contribution", "quantile", "words"}
    assert driver["quantile"] == 1.0 and driver["unit"] == "surprise" and isinstance(driver["value"], float)
    assert "higher than all peers" in driver["words"] and " the score" in driver["words"]


def test_quantiles_count_only_strictly_lower_peers_of_the_same_date(
    model: Model, panel: pl.DataFrame
) -> None:
    same = panel.with_columns(pl.lit(0.0).alias("article_easing"))
    explained = [json.loads(text) for text in explanations(model, same)["drivers"]]
    assert {d["quantile"] for drivers in explained for d in drivers if d["signal"] == "article_easing"} == {
        0.0
    }


def test_what_lowers_the_score_really_lowers_its_band(model: Model, panel: pl.DataFrame) -> None:
    """Each single change that is named, applied to the panel, lands below the band; half of it does not."""
    tried = 0
    for place, risk in enumerate(model.predict(panel)["risk"]):
        for change in changes(model, panel[place]):
            value = pl.lit(change.needed).cast(panel.schema[change.signal])
            after = model.predict(panel[place].with_columns(value.alias(change.signal)))["risk"][0]
            assert after < LOWER_BOUNDS[band_of(risk)]
            almost = change.value * (1 - change.share + 1 / 200)
            before = panel[place].with_columns(
                pl.lit(almost).cast(panel.schema[change.signal]).alias(change.signal)
            )
            assert model.predict(before)["risk"][0] >= LOWER_BOUNDS[band_of(risk)]
            tried += 1
    assert tried > 3


def test_the_words_name_the_next_band(model: Model, panel: pl.DataFrame) -> None:
    for place, risk in enumerate(model.predict(panel)["risk"]):
        for words in lowers(model, panel[place]):
            lower = next_lower(band_of(risk))
            named = words.startswith(f"To drop from {band_of(risk)} to {lower}: ") or words.startswith(
                "no change of the signals"
            )
            assert named if lower else "already in the lowest band" in words


def test_what_lowers_the_score_leaves_out_what_a_country_cannot_change(
    model: Model, panel: pl.DataFrame
) -> None:
    for place in range(panel.height):
        assert not any("were listed" in words for words in lowers(model, panel[place]))


def test_an_abstained_row_explains_nothing(model: Model, panel: pl.DataFrame) -> None:
    row = panel.head(1).with_columns(
        pl.lit(None, dtype=pl.Float64).alias("inbound_surge"),
        pl.lit(None, dtype=pl.Int64).alias("inbound_excess_usd"),
    )
    explained = explanations(model, row).row(0, named=True)
    assert (explained["drivers"], explained["counter_evidence"], explained["lowers"]) == ("[]", "[]", "[]")


def test_goods_that_stay_are_said_as_counter_evidence(model: Model, panel: pl.DataFrame) -> None:
    row = panel.head(1).with_columns(
        pl.lit(5_000_000).alias("inbound_excess_usd"), pl.lit(0).alias("onward_excess_usd")
    )
    explained = json.loads(explanations(model, row)["counter_evidence"][0])
    assert (
        "what comes in above the baseline is not seen going on to Russia in the country's own reports"
        in explained
    )


def test_unlisted_goods_that_rose_as_much_are_counter_evidence(model: Model, panel: pl.DataFrame) -> None:
    """The placebo speaks against suspicion only where it was measured and did not lag behind."""
    explained = {}
    for gap in (-0.1, 0.8, None):
        row = panel.head(1).with_columns(
            pl.lit(0.9).alias("inbound_surge"), pl.lit(gap, dtype=pl.Float64).alias("placebo_gap")
        )
        explained[gap] = json.loads(explanations(model, row)["counter_evidence"][0])
    words = say("placebo_gap", -0.1)
    assert words in explained[-0.1] and words not in explained[0.8] and words not in explained[None]


def test_the_strongest_driver_comes_with_what_else_could_explain_it(
    model: Model, panel: pl.DataFrame
) -> None:
    explained = explanations(model, panel)
    for drivers, against in explained.select("drivers", "counter_evidence").iter_rows():
        raising = [d for d in json.loads(drivers) if d["contribution"] > 0.005]
        if raising:
            assert BY_NAME[raising[0]["signal"]].counter in json.loads(against)[-1]


@pytest.mark.parametrize("name", MODEL_SIGNALS)
@pytest.mark.parametrize("value", [0.0, 0.5, 3.0])
def test_words_suspect_and_never_convict(name: str, value: float) -> None:
    words = say(name, value).lower()
    assert not re.search(r"\b(proof|proves?|guilt|guilty|illegal|smuggl\w*|evad\w*|violat\w*)\b", words)
