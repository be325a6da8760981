"""`riskmodel models`: look at the stored models and choose the one that scores."""

from __future__ import annotations

from pathlib import Path

import click

from riskmodel.cli import example
from riskmodel.commands.options import MODELS

ID = click.argument("model_id", metavar="ID")


@click.group(name="models", short_help="List, show, promote or roll back stored models.")
def command() -> None:
    """Look at the stored models and choose the one that scores.

    Promoting by hand replaces the written rule of riskmodel retrain by your judgement; every run's manifest
    names the model that scored it.
    """


@command.command(name="list", epilog=example("models list"))
@MODELS
def list_models(models_dir: Path) -> None:
    """List stored models: id, whether it is the champion, what it learned from, how it was judged."""
    from data_contracts.plain_text import one_line
    from riskmodel.errors import ModelRefused
    from riskmodel.registry.champion import champion_id, load, stored_ids

    champion = champion_id(models_dir)
    ids = stored_ids(models_dir)
    if not ids:
        click.echo(f"No model is stored in {one_line(str(models_dir))}; riskmodel retrain makes one.")
    for model_id in ids:
        mark = "champion" if model_id == champion else "stored"
        try:
            manifest = load(model_id, models_dir).manifest
        except ModelRefused as refusal:
            click.echo(f"{model_id}  {mark}  cannot be used: {one_line(str(refusal))}")
            continue
        trained = f"{manifest['trained_on']}, {manifest['rows']} rows, {manifest['events']} events"
        click.echo(f"{model_id}  {mark}  {trained}; {_judged(models_dir / model_id)}")


@command.command(name="show", epilog=example("models show transit-1a2b3c4d5e"))
@ID
@MODELS
def show(model_id: str, models_dir: Path) -> None:
    """Print the card of a stored model, after every check that scoring makes."""
    from riskmodel.registry.champion import load

    load(model_id, models_dir)
    click.echo((models_dir / model_id / "card.md").read_text(encoding="utf-8"))


@command.command(name="promote", epilog=example("models promote transit-1a2b3c4d5e --models my-models"))
@ID
@MODELS
def promote_model(model_id: str, models_dir: Path) -> None:
    """Make a stored model the champion, after every check that scoring makes."""
    from data_contracts.plain_text import one_line
    from riskmodel.registry.champion import promote

    promote(model_id, models_dir)
    click.echo(f"{model_id} is the champion in {one_line(str(models_dir))}.")


@command.command(name="rollback", epilog=example("models rollback --models my-models"))
@MODELS
def rollback_champion(models_dir: Path) -> None:
    """Make the champion before the present one champion again; nothing is deleted."""
    from data_contracts.plain_text import one_line
    from riskmodel.registry.champion import rollback

    click.echo(f"{rollback(models_dir)} is the champion again in {one_line(str(models_dir))}.")


def _judged(folder: Path) -> str:
    from riskmodel.backtest.results import TrainingBacktest
    from riskmodel.publication.typed_json import from_json
    from riskmodel.report.words import figure, share

    try:
        backtest = from_json(TrainingBacktest, (folder / "backtest.json").read_bytes())
    except ValueError as error:
        return f"its backtest cannot be read ({error})"
    whole = backtest.evaluation.slices["all"]
    method = whole.methods.get(backtest.choice.choice)
    if method is None or whole.base_rate is None:
        return "not judged: no event among the rows to be judged on"
    return f"average precision {figure(method.average_precision)} at {share(whole.base_rate, 0)} events"
