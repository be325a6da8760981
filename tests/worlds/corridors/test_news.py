"""Articles say that they are simulated, and the mention rows are about sentences that are in them."""

import polars as pl

from riskmodel.worlds.corridors.articles import phrases
from riskmodel.worlds.corridors.world import CorridorWorld


def test_every_title_says_simulated_and_every_outlet_is_invented(world: CorridorWorld) -> None:
    assert world.articles["title"].str.starts_with("[simulated] ").all()
    assert world.articles["source"].str.contains(r"^simulated-wire-[1-8]$").all()
    assert set(world.articles["language"]) == {"en"}


def test_a_mention_quotes_a_sentence_of_its_article(world: CorridorWorld) -> None:
    joined = world.mentions.join(
        world.articles.select("article_id", text_all="text"), on="article_id", how="left"
    )
    assert joined["text_all"].null_count() == 0
    assert joined.select(pl.col("text_all").str.contains(pl.col("text"), literal=True)).to_series().all()
    assert (joined["published_on"] >= world.params.first).all()


def test_there_are_many_ways_to_say_it() -> None:
    sentences = {kind: rows for (kind, part), rows in phrases().items() if part == "sentence"}
    assert sum(len(rows) for rows in sentences.values()) >= 120
    for kind in ("diversion", "pressure", "crackdown", "ordinary"):
        assert len(sentences[kind]) >= 14, kind


def test_no_slot_is_left_unfilled(world: CorridorWorld) -> None:
    both = world.articles.select(pl.concat_str("title", "text")).to_series()
    assert not both.str.contains(r"[{}]").any()


def test_diverters_are_written_about_more_than_others_and_others_too(world: CorridorWorld) -> None:
    inside_story = (
        world.mentions.filter(pl.col("is_diversion")).group_by("country").agg(pl.col("story_id").n_unique())
    )
    counts = dict(inside_story.iter_rows())
    diverters = set(world.truth.filter(pl.col("kind") == "diversion")["country"])
    others = set(world.transit) - diverters
    mean = {
        name: sum(counts.get(c, 0) for c in group) / len(group)
        for name, group in (("d", diverters), ("o", others))
    }
    assert mean["d"] > 3 * mean["o"] > 0


def test_attention_falls_into_the_months_that_the_truth_names(world: CorridorWorld) -> None:
    rows = world.truth.filter(pl.col("kind") == "attention")
    inside_story = world.mentions.filter(pl.col("is_diversion")).join(
        rows.select("country", "start", "stop"), on="country"
    )
    inside = inside_story.select(
        pl.col("published_on").is_between(pl.col("start"), pl.col("stop")).mean()
    ).item()
    assert inside > 0.6


def test_news_only_countries_are_in_articles_and_in_no_trade_row(world: CorridorWorld) -> None:
    assert world.news_only
    flows = world.trade_flows
    assert not set(world.news_only) & {*flows["reporter"], *flows["partner"]}
    assert set(world.news_only) & set(world.mentions["country"])


def test_listings_are_simulated_and_come_after_the_invasion(world: CorridorWorld) -> None:
    assert set(world.listings["source"]) == {"simulated"}
    assert world.listings["list"].str.starts_with("simulated-").all()
    assert world.listings["listed_on"].min().year >= 2022
    assert set(world.listings["country"]) <= set(world.transit)
