"""What `riskmodel backtest` does: a stored model on fresh worlds, or both candidates on the user's tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from sklearn.metrics import precision_recall_curve

from riskmodel.backtest import measures
from riskmodel.backtest.ablation import ablation
from riskmodel.backtest.families import family_lines
from riskmodel.backtest.listing import NOT_JUDGED, PROTOCOL, judge_by_time, usable_listings
from riskmodel.backtest.names import METHOD_NAMES, reachable_words
from riskmodel.backtest.page import backtest_page
from riskmodel.backtest.products import judge_products, learnt_scores, product_rows
from riskmodel.backtest.protocol import (
    Scored,
    champion_by_rule,
    evaluate,
    labels_of,
    leave_countries_out,
    rolling_origins,
    rule_scores,
    usable,
)
from riskmodel.backtest.recovery_words import recovery_lines
from riskmodel.backtest.results import Backtest, CountryLine, backtest_json
from riskmodel.errors import WrongUsage
from riskmodel.explain.bands import LOWER_BOUNDS
from riskmodel.model.estimator import Model
from riskmodel.model.listing import ListingModel
from riskmodel.operations import disk
from riskmodel.outcomes.background import background_in
from riskmodel.outcomes.family_rows import family_jobs, family_rows
from riskmodel.outcomes.rows import Target
from riskmodel.outcomes.simulated_rows import held_out_jobs, training_jobs, world_rows
from riskmodel.publication.publish import check_folder
from riskmodel.report.words import figure
from riskmodel.worlds.makers import MAKERS

Tell = Callable[[str], None]
CURVE_POINTS = 100
TIMELINES = 24
MODEL = "model"


def write_backtest(backtest: Backtest, folder: Path) -> None:
    """`backtest.json` and `backtest.html` in `folder`, which is made where it is absent."""
    text, page = backtest_json(backtest), backtest_page(backtest)
    check_folder(folder)
    disk.replace_text(folder / "backtest.json", text)
    disk.replace_text(folder / "backtest.html", page)


def on_worlds(
    model: Model,
    n_worlds: int,
    seed: int,
    n_jobs: int,
    tell: Tell,
    *,
    with_ablation: bool = False,
    with_products: bool = False,
    background: Path | None = None,
) -> Backtest:
    """A stored model, frozen, on `n_worlds` worlds from `seed`; a model of several authors on worlds of each.

    Worlds resampled from real tables are among them only with `background`, the folder of these tables.

    The simple rules that need fitting are fitted on half as many training worlds (at least four), the
    ablation and the yardstick of the product score as well.
    """
    if isinstance(model, ListingModel):
        raise WrongUsage(
            f"Model {model.model_id} is of target listing, and simulated worlds are no test of it: give "
            "--target listing and --listings."
        )
    trained = model.manifest.get("families") or model.manifest.get("worlds", {})
    first, learnt_from = int(trained.get("seed", 1000)), tuple(trained.get("families", ()))
    if background is not None:
        background_in(background)  # a folder that cannot serve is found before minutes of work
    authors = tuple(name for name in learnt_from if name in MAKERS or background)
    n_known = max(4, n_worlds // 2)
    known_jobs = training_jobs(n_known, first)
    _refuse_seen(seed, n_worlds, trained)
    each = f" of each of {len(authors)} authors" if authors else ""
    tell(
        f"Simulating {n_known} worlds{each} for the simple rules and {n_worlds} to judge on "
        f"(seeds from {seed})."
    )
    train, test, dropped = _known_and_fresh(
        model, authors, (n_known, first), (n_worlds, seed), n_jobs, background
    )
    out = model.predict(test)
    scores, risks = rule_scores(train, test, simulated=True)
    base_rate = float(model.manifest["events"]) / float(model.manifest["rows"])
    scored = Scored(
        test,
        {MODEL: out["logit"].to_numpy(), **scores},
        {MODEL: out["risk"].to_numpy(), **risks},
        base_rate,
    )
    protocol = (
        f"Model {model.model_id}, frozen, on {n_worlds} simulated worlds{each} (seeds from {seed}): "
        f"{'fresh seeds of authors it learnt from' if authors else 'other parameter ranges than training'}. "
        f"The simple rules were fitted on {n_known} training worlds{each}.{_not_judged(learnt_from, authors)}"
    )
    backtest = replace(
        _backtest(scored, MODEL, protocol, simulated=True, dropped=dropped), model_id=model.model_id
    )
    if with_ablation:
        tell("Fitting without and with each group of signals.")
        backtest = replace(backtest, ablation=ablation(train, test, model.manifest["candidate"]))
    if with_products:
        tell("Scoring products in the same worlds.")
        asked = product_rows(held_out_jobs(n_worlds, seed), n_jobs)
        learnt = learnt_scores(product_rows(known_jobs, n_jobs), asked)
        backtest = replace(backtest, products=judge_products(asked, learnt))
    return backtest


def _known_and_fresh(
    model: Model,
    authors: tuple[str, ...],
    known: tuple[int, int],
    fresh: tuple[int, int],
    n_jobs: int,
    background: Path | None,
) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, int]]:
    """Usable rows of worlds that the model may know, of fresh ones, and what was dropped of these.

    `known`, `fresh`: number of worlds and first seed.
    """
    if authors:
        makers = [name for name in authors if name in MAKERS]
        train, _ = usable(family_rows(family_jobs(makers, *known, background), n_jobs))
        test, dropped = usable(family_rows(family_jobs(makers, *fresh, background), n_jobs))
        return train, test, dropped
    target = _target(model)
    train, _ = usable(world_rows(training_jobs(*known), target, n_jobs))
    test, dropped = usable(world_rows(held_out_jobs(*fresh), target, n_jobs, with_oracles=True))
    return train, test, dropped


def on_tables(rows: pl.DataFrame, n_jobs: int, tell: Tell, *, simulated: bool = False) -> Backtest:
    """Both candidates and the simple rules on labelled rows of the user's tables, by rolling origins.

    Where too few events were known early enough, countries are left out instead. `simulated`: whether any
    table names a simulated source, which the page then says.
    """
    known, dropped = usable(rows)
    if known.is_empty() or known["target"].n_unique() < 2:
        raise WrongUsage(
            f"There are {known.height} rows to judge on with {int(known['target'].sum() or 0)} events; both "
            "events and others are needed: give a longer trade table, earlier dates or more countries."
        )
    tell("Fitting candidates and simple rules at each origin.")
    scored = rolling_origins(known, n_jobs=n_jobs)
    protocol = "Rolling monthly origins, expanding window, a gap of nine months, everything fitted inside."
    if scored is None or not labels_of(scored.rows).any():
        scored = leave_countries_out(known, simulated=False, n_jobs=n_jobs)
        protocol = "Countries left out in five folds: too few events were known early enough for origins."
    if scored is None or not labels_of(scored.rows).any():
        raise WrongUsage("Too few countries had events to judge on; give a longer table or more countries.")
    choice = champion_by_rule(scored).choice
    return _backtest(scored, choice, protocol, simulated=simulated, dropped=dropped)


def on_listings(rows: pl.DataFrame, tell: Tell, *, simulated: bool = False) -> Backtest:
    """Both candidates of the target `listing` and the simple rules on the user's listings, graded by time."""
    known, dropped = usable_listings(rows)
    tell("Fitting candidates and simple rules at each origin.")
    judged = judge_by_time(known)
    if judged.scored is None:
        raise WrongUsage(f"{NOT_JUDGED} Give --listings that reach over a longer time.")
    choice = judged.choice.choice
    backtest = _backtest(judged.scored, choice, PROTOCOL, simulated=simulated, dropped=dropped)
    return replace(backtest, evaluation=judged.evaluation)


def summary(backtest: Backtest) -> list[str]:
    """A few lines for the terminal: each method's average precision, strongest first."""
    if backtest.recovery is not None:
        return [backtest.protocol, *recovery_lines(backtest.recovery)]
    methods = backtest.evaluation.slices["all"].methods
    width = max(len(METHOD_NAMES.get(name, name)) for name in methods)
    ordered = sorted(methods.items(), key=lambda item: (-(item[1].average_precision or 0.0), item[0]))
    lines = [backtest.protocol] + [
        f"  {METHOD_NAMES.get(name, name):<{width}}  average precision "
        f"{figure(method.average_precision, method.average_precision_90)}"
        for name, method in ordered
    ]
    found = backtest.evaluation.reachable
    return [*lines, reachable_words(found)] if found else lines


def _target(model: Model) -> Target:
    return "listing" if model.manifest.get("target") == "listing" else "transit"


def _not_judged(learnt_from: Sequence[str], authors: Sequence[str]) -> str:
    """Which authors the model learnt from are not among those it is judged on.

    >>> _not_judged(("firms", "resampled"), ("firms",))
    ' Worlds of resampled are not among them: they need the folder of their real tables, --background DIR.'
    """
    missing = ", ".join(name for name in learnt_from if name not in authors)
    if not missing:
        return ""
    need = "they need the folder of their real tables, --background DIR"
    return f" Worlds of {missing} are not among them: {need}."


def _refuse_seen(seed: int, n_worlds: int, trained: Mapping[str, Any]) -> None:
    if not trained:
        return
    first = int(trained["seed"])
    if seed < first + int(trained["n"]) and first < seed + n_worlds:
        raise WrongUsage(f"--seed {seed} gives worlds that the model was trained on; give another seed.")


def _backtest(
    scored: Scored, choice: str, protocol: str, *, simulated: bool, dropped: Mapping[str, int]
) -> Backtest:
    return Backtest(
        protocol=protocol,
        simulated=simulated,
        method=choice,
        dropped=dict(dropped),
        evaluation=evaluate(scored, choice),
        curves=_curves(scored, choice),
        timelines=_timelines(scored, choice),
        families=family_lines(scored),
    )


def _curves(scored: Scored, choice: str) -> dict[str, tuple[tuple[float, float], ...]]:
    """Precision against recall of the choice and of the three best others: [recall, precision] points."""
    y = labels_of(scored.rows)
    found = {name: measures.average_precision(y, score) or 0.0 for name, score in scored.scores.items()}
    others = sorted((name for name in found if name != choice), key=lambda name: (-found[name], name))[:3]
    curves = {}
    for name in (choice, *others):
        precision, recall, _ = precision_recall_curve(y, scored.scores[name])
        at = np.unique(np.linspace(0, len(recall) - 1, CURVE_POINTS).round().astype(int))[::-1]
        curves[name] = tuple((round(float(recall[i]), 4), round(float(precision[i]), 4)) for i in at)
    return curves


def _timelines(scored: Scored, choice: str) -> tuple[CountryLine, ...]:
    """Countries over time: half those with most events, half the strongest without any."""
    rows = scored.rows.with_columns(pl.Series("risk", scored.risks[choice]))
    if "role" not in rows.columns:
        rows = rows.with_columns(pl.lit(None, dtype=pl.String).alias("role"))
    key = ["world", "country"]
    each = rows.group_by(key).agg(pl.col("target").sum().alias("events"), pl.col("risk").max())
    hit = each.filter(pl.col("events") > 0).sort(
        "events", "risk", *key, descending=[True, True, False, False]
    )
    quiet = each.filter(pl.col("events") == 0).sort("risk", *key, descending=[True, False, False])
    chosen = [*hit.head(TIMELINES // 2).select(key).rows(), *quiet.head(TIMELINES // 2).select(key).rows()]
    lines = []
    for world, country in chosen:
        mine = rows.filter((pl.col("world") == world) & (pl.col("country") == country)).sort("as_of")
        lines.append(
            CountryLine(
                world=world,
                country=country,
                role=mine["role"][0],
                as_of=tuple(mine["as_of"]),
                risk=tuple(round(risk, 4) for risk in mine["risk"]),
                event=tuple(mine["target"]),
                flagged=bool((mine["risk"] >= LOWER_BOUNDS["high"]).any()),
            )
        )
    return tuple(lines)
