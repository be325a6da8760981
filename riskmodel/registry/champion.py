"""The folder of models: store one in one step, load one by its id, point to the champion.

Which folder that is, `settings.models_dir` or the option --models says; here it is always given.
`models/<model-id>/` holds a stored model (`riskmodel/registry/model_folder.py`); `models/CHAMPION` holds an
id, and `models/HISTORY` those that were champion before.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from riskmodel.errors import ModelRefused, RiskmodelError, WrongUsage
from riskmodel.model.estimator import Model
from riskmodel.model.head import AdditiveHead
from riskmodel.operations import disk, stopping
from riskmodel.publication.publish import check_folder, put_in_place
from riskmodel.registry.archive import dump_heads
from riskmodel.registry.model_folder import StoredModel, identify_stored, read_stored, stored_files
from riskmodel.settings import SHIPPED

CHAMPION = "CHAMPION"
HISTORY = "HISTORY"
_ID = re.compile(r"[a-z]{2,20}-[0-9a-f]{10}")


def model_id_of(target: str, archive: bytes) -> str:
    """Id of a model: its target and the first ten digits of its file's SHA-256."""
    return f"{target}-{hashlib.sha256(archive).hexdigest()[:10]}"


def save(
    heads: Mapping[str, AdditiveHead],
    manifest: Mapping[str, Any],
    card: str,
    backtest: object,
    models_dir: Path,
) -> str:
    """Write a model folder, all of it or none of it, and return the model id.

    `manifest` must name the `target`; id, digests, features, contract and libraries are added here. The same
    heads, manifest, card and backtest give the same bytes; `{model_id}` in the card is filled in.
    """
    archive = dump_heads(heads)
    model_id = model_id_of(str(manifest["target"]), archive)
    files = stored_files(model_id, heads, archive, manifest, card, backtest)
    with _writing(models_dir):
        check_writable(models_dir)
        with tempfile.TemporaryDirectory(prefix=".model-", dir=models_dir) as aside:
            staging = Path(aside) / model_id
            staging.mkdir()
            for name, data in files.items():
                (staging / name).write_bytes(data)
            disk.flush_tree(staging)
            with stopping.held_back():
                put_in_place(staging, models_dir / model_id)
    return model_id


def check_writable(models_dir: Path) -> None:
    """Make a folder that models are to be written to; WrongUsage for the one of an installed package."""
    if models_dir.resolve() == SHIPPED / "models":
        raise WrongUsage(
            f"{models_dir} belongs to the installed package and the next update replaces it; name a folder "
            "for your models by --models DIR or RISKMODEL_MODELS_DIR."
        )
    check_folder(models_dir, "--models")


def promote(model_id: str, models_dir: Path) -> None:
    """Point CHAMPION at a stored model (checked first); the one before it is noted in HISTORY."""
    check_writable(models_dir)
    load(model_id, models_dir)
    before = champion_id(models_dir)
    with _writing(models_dir), stopping.held_back():
        if before and before != model_id:
            _write(models_dir / HISTORY, [*_history(models_dir), before])
        _write(models_dir / CHAMPION, [model_id])


def rollback(models_dir: Path) -> str:
    """Point CHAMPION back at the model that was champion before; its id. The present one stays stored.

    Raises ModelRefused where none is noted, or where that model cannot be used.
    """
    check_writable(models_dir)
    past = _history(models_dir)
    if not past:
        raise ModelRefused(
            f"{models_dir}/{HISTORY} names no earlier champion; "
            "use riskmodel models promote ID with one of riskmodel models list."
        )
    load(past[-1], models_dir)
    with _writing(models_dir), stopping.held_back():
        _write(models_dir / CHAMPION, [past[-1]])
        _write(models_dir / HISTORY, past[:-1])
    return past[-1]


def stored_ids(models_dir: Path) -> list[str]:
    """Ids of all stored models, sorted; whether they can be used is not checked."""
    return sorted(path.name for path in models_dir.glob("*-*") if path.is_dir() and _ID.fullmatch(path.name))


def _history(models_dir: Path) -> list[str]:
    """Ids of earlier champions, oldest first."""
    place = models_dir / HISTORY
    return place.read_text(encoding="utf-8", errors="replace").split() if place.is_file() else []


def _write(place: Path, lines: list[str]) -> None:
    disk.replace_text(place, "".join(f"{line}\n" for line in lines))


@contextmanager
def _writing(models_dir: Path) -> Iterator[None]:
    """A folder of models that cannot be written is one sentence; nothing in it is half-written."""
    try:
        yield
    except OSError as error:
        why = "the disk is full" if disk.is_full(error) else error.strerror
        raise RiskmodelError(
            f"Cannot write to the folder of models {str(models_dir)!r} ({why}); fix that or name another "
            "--models."
        ) from None


def champion_id(models_dir: Path) -> str | None:
    """The id in CHAMPION, or None where there is no champion yet."""
    pointer = models_dir / CHAMPION
    if not pointer.is_file():
        return None
    return pointer.read_text(encoding="utf-8", errors="replace").strip()


def load(model_id: str | None, models_dir: Path) -> Model:
    """A stored model, every check passed; the champion where no id is given.

    Raises ModelRefused with one sentence where the model is missing, changed, foreign, or was made for
    other features, another signals contract or another minor release of scikit-learn.
    """
    return read_stored(_chosen(model_id, models_dir))


def identify(model_id: str | None, models_dir: Path) -> StoredModel:
    """Which model `load` would give, and its manifest, without reading its heads; refused as `load` does.

    Only whether the heads fit the manifest is left to `load`.
    """
    return identify_stored(_chosen(model_id, models_dir))


def _chosen(model_id: str | None, models_dir: Path) -> Path:
    """Folder of a model; of the champion where no id is given."""
    if models_dir.is_dir() and not os.access(models_dir, os.R_OK | os.X_OK):
        raise ModelRefused(
            f"The folder of models {models_dir} cannot be read and entered; get the right to (chmod u+rx), "
            "or name another by --models or RISKMODEL_MODELS_DIR."
        )
    if model_id is None:
        model_id = champion_id(models_dir)
        if model_id is None:
            raise ModelRefused(
                f"{models_dir}/{CHAMPION} is missing; retrain, give --model ID, or name another folder by "
                "--models or RISKMODEL_MODELS_DIR."
            )
    return _folder(model_id, models_dir)


def _folder(model_id: str, models_dir: Path) -> Path:
    if not _ID.fullmatch(model_id):
        raise ModelRefused(
            f"{model_id[:60]!r} is not a model id; ids look like transit-0123456789 and never like a path."
        )
    folder = models_dir / model_id
    if not folder.is_dir():
        known = ", ".join(stored_ids(models_dir)) or "none"
        raise ModelRefused(f"There is no model {model_id} in {models_dir}; stored are: {known}.")
    return folder
