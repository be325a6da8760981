"""`riskmodel models`: look at the stored models and choose the one that scores."""

from __future__ import annotations

from pathlib import Path

import click

PATHS = click.Path(path_type=Path)
FOLDER = click.option(
    "--models", "models_dir", type=PATHS, help="Folder of models.  [default: models/ of the project]"
)
ID = click.argument("model_id", metavar="ID")


@click.group(name="models", short_help="List, show, promote or roll back stored models.")
def command() -> None:
    """Look at the stored models and choose the one that scores.

    Promoting by hand replaces the written rule of riskmodel retrain by your judgement; every run's manifest
    names the model that scored it.
    """


@command.command(name="list")
@FOLDER
def list_models(models_dir: Path | None) -> None:
    """List stored models: id, whether it is the champion, what it learned from, how it was judged."""
    from riskmodel.errors import ModelRefused
    from riskmodel.operations.ending import one_line
    from riskmodel.registry import champion as registry

    folder = models_dir or registry.MODELS_DIR
    champion = registry.champion_id(folder)
    ids = registry.stored_ids(folder)
    if not ids:
        click.echo(f"No model is stored in {folder.name}/; riskmodel retrain makes one.")
    for model_id in ids:
        mark = "champion" if model_id == champion else "stored"
        try:
            manifest = registry.load(model_id, folder).manifest
        except ModelRefused as refusal:
            click.echo(f"{model_id}  {mark}  cannot be used: {one_line(str(refusal))}")
            continue
        trained = f"{manifest['trained_on']}, {manifest['rows']} rows, {manifest['events']} events"
        click.echo(f"{model_id}  {mark}  {trained}; {_judged(folder / model_id)}")


@command.command(name="show")
@ID
@FOLDER
def show(model_id: str, models_dir: Path | None) -> None:
    """Print the card of a stored model, after every check that scoring makes."""
    from riskmodel.registry import champion as registry

    folder = models_dir or registry.MODELS_DIR
    registry.load(model_id, folder)
    click.echo((folder / model_id / "card.md").read_text(encoding="utf-8"))


@command.command(name="promote")
@ID
@FOLDER
def promote(model_id: str, models_dir: Path | None) -> None:
    """Make a stored model the champion, after every check that scoring makes."""
    from riskmodel.registry import champion as registry

    registry.promote(model_id, models_dir or registry.MODELS_DIR)
    click.echo(f"{model_id} is the champion.")


@command.command(name="rollback")
@FOLDER
def rollback(models_dir: Path | None) -> None:
    """Make the champion before the present one champion again; nothing is deleted."""
    from riskmodel.registry import champion as registry

    click.echo(f"{registry.rollback(models_dir or registry.MODELS_DIR)} is the champion again.")


def _judged(folder: Path) -> str:
    import json

    backtest = json.loads((folder / "backtest.json").read_text(encoding="utf-8"))
    whole = backtest["evaluation"]["slices"]["all"]
    method = whole.get("methods", {}).get(backtest["choice"]["choice"])
    if method is None:
        return "not judged: no event among the rows to be judged on"
    return f"average precision {method['average_precision']:.2f} at {whole['base_rate']:.0%} events"
