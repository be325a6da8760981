"""The folder of models: store atomically, load with every check, point to the champion.

`models/<model-id>/{model.skops, manifest.json, card.md, backtest.json}`; `models/CHAMPION` holds an id.
A model is refused (exit 4) rather than used with another feature list, contract, digest or library.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from data_contracts.registry import CONTRACTS
from features.catalogue import BY_NAME, MODEL_SIGNALS
from riskmodel.errors import ModelRefused, RiskmodelError
from riskmodel.estimator import Model
from riskmodel.ledger import check_folder, put_in_place
from riskmodel.model.archive import dump_heads, load_heads
from riskmodel.model.design import HEADS, LAST_HEAD
from riskmodel.model.head import AdditiveHead
from riskmodel.operations import disk, stopping

MODELS_DIR = Path(__file__).resolve().parent.parent / "models"
FILES = ("model.skops", "manifest.json", "card.md", "backtest.json")
CHAMPION = "CHAMPION"
HISTORY = "HISTORY"
FORMAT = 1
_ID = re.compile(r"[a-z]{2,20}-[0-9a-f]{10}")


def library_versions() -> dict[str, str]:
    """Versions of the libraries that made a model."""
    return {name: version(name) for name in ("numpy", "polars", "scikit-learn", "skops")}


def feature_list() -> list[dict[str, Any]]:
    """The catalogue's model signals as a model records them."""
    chosen = [BY_NAME[name] for name in MODEL_SIGNALS]
    return [
        {"name": s.name, "unit": s.unit, "direction": s.direction, "transform": s.transform} for s in chosen
    ]


def contract_digest() -> str:
    """Digest of the contract on the signals panel that a model is trained under."""
    return CONTRACTS["signals"].digest


def model_id_of(target: str, archive: bytes) -> str:
    """Id of a model: its target and the first ten digits of its file's SHA-256."""
    return f"{target}-{hashlib.sha256(archive).hexdigest()[:10]}"


def save(
    heads: Mapping[str, AdditiveHead],
    manifest: Mapping[str, Any],
    card: str,
    backtest: Mapping[str, Any],
    models_dir: Path = MODELS_DIR,
) -> str:
    """Write a model folder, all of it or none of it, and return the model id.

    `manifest` must name the `target`; id, digests, features, contract and libraries are added here. The same
    heads, manifest, card and backtest give the same bytes; `{model_id}` in the card is filled in.
    """
    archive = dump_heads(heads)
    model_id = model_id_of(str(manifest["target"]), archive)
    texts = {
        "card.md": card.replace("{model_id}", model_id).encode(),
        "backtest.json": _json(backtest).encode(),
    }
    whole = {
        "format": FORMAT,
        "model_id": model_id,
        **manifest,
        "heads": {name: list(head.signals) for name, head in heads.items()},
        "features": feature_list(),
        "signals_contract": contract_digest(),
        "libraries": library_versions(),
        "digests": {
            "model.skops": hashlib.sha256(archive).hexdigest(),
            **{name: hashlib.sha256(data).hexdigest() for name, data in texts.items()},
        },
    }
    with _writing(models_dir):
        check_folder(models_dir, "--models")
        with tempfile.TemporaryDirectory(prefix=".model-", dir=models_dir) as aside:
            staging = Path(aside) / model_id
            staging.mkdir()
            files = {"model.skops": archive, "manifest.json": _json(whole).encode(), **texts}
            for name, data in files.items():
                (staging / name).write_bytes(data)
            disk.flush_tree(staging)
            with stopping.held_back():
                put_in_place(staging, models_dir / model_id)
    return model_id


def promote(model_id: str, models_dir: Path = MODELS_DIR) -> None:
    """Point CHAMPION at a stored model (checked first); the one before it is noted in HISTORY."""
    load(model_id, models_dir)
    before = champion_id(models_dir)
    with _writing(models_dir), stopping.held_back():
        if before and before != model_id:
            _write(models_dir / HISTORY, [*_history(models_dir), before])
        _write(models_dir / CHAMPION, [model_id])


def rollback(models_dir: Path = MODELS_DIR) -> str:
    """Point CHAMPION back at the model that was champion before; its id. The present one stays stored.

    Raises ModelRefused where none is noted, or where that model cannot be used.
    """
    past = _history(models_dir)
    if not past:
        raise ModelRefused(
            f"{models_dir.name}/{HISTORY} names no earlier champion; "
            "use riskmodel models promote ID with one of riskmodel models list."
        )
    load(past[-1], models_dir)
    with _writing(models_dir), stopping.held_back():
        _write(models_dir / CHAMPION, [past[-1]])
        _write(models_dir / HISTORY, past[:-1])
    return past[-1]


def stored_ids(models_dir: Path = MODELS_DIR) -> list[str]:
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
            f"Cannot write to the folder of models {models_dir.name!r} ({why}); mend that or name another "
            "--models."
        ) from None


def champion_id(models_dir: Path = MODELS_DIR) -> str | None:
    """The id in CHAMPION, or None where there is no champion yet."""
    pointer = models_dir / CHAMPION
    if not pointer.is_file():
        return None
    return pointer.read_text(encoding="utf-8", errors="replace").strip()


def load(model_id: str | None = None, models_dir: Path = MODELS_DIR) -> Model:
    """A stored model, every check passed; the champion where no id is given.

    Raises ModelRefused with one sentence where the model is missing, changed, foreign, or was made for
    other features, another signals contract or another minor release of scikit-learn.
    """
    if model_id is None:
        model_id = champion_id(models_dir)
        if model_id is None:
            raise ModelRefused(
                f"{models_dir.name}/{CHAMPION} is missing; run riskmodel retrain or give --model ID."
            )
    folder = _folder(model_id, models_dir)
    manifest = _manifest(folder)
    _check_manifest(manifest, model_id)
    _check_digests(folder, manifest)
    heads = load_heads(folder / "model.skops")
    _check_heads(heads, manifest, model_id)
    return Model(model_id, heads, manifest)


def _folder(model_id: str, models_dir: Path) -> Path:
    if not _ID.fullmatch(model_id):
        raise ModelRefused(
            f"{model_id[:60]!r} is not a model id; ids look like transit-0123456789 and never like a path."
        )
    folder = models_dir / model_id
    if not folder.is_dir():
        known = ", ".join(stored_ids(models_dir)) or "none"
        raise ModelRefused(f"There is no model {model_id}; stored are: {known}.")
    foreign = sorted({path.name for path in folder.iterdir()} - set(FILES))
    if foreign:
        raise ModelRefused(
            f"Model {model_id} holds {', '.join(foreign)} beside {', '.join(FILES)}; remove it "
            "(pickled models are never read)."
        )
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise ModelRefused(
            f"Model {model_id} lacks {', '.join(missing)}; restore it or run riskmodel retrain."
        )
    return folder


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:  # no text, no JSON, or nested past what a parser bears
        raise ModelRefused(
            f"{folder.name}/manifest.json is not readable JSON; restore it or retrain."
        ) from error
    if not isinstance(manifest, dict):
        raise ModelRefused(f"{folder.name}/manifest.json is not a JSON object; restore it or retrain.")
    return manifest


def _check_manifest(manifest: Mapping[str, Any], model_id: str) -> None:
    if manifest.get("format") != FORMAT or manifest.get("model_id") != model_id:
        raise ModelRefused(
            f"Manifest of {model_id} is of model {manifest.get('model_id')!r}, format "
            f"{manifest.get('format')!r}; expected that id and format {FORMAT}."
        )
    if manifest.get("features") != feature_list():
        theirs = {str(f.get("name")) for f in manifest.get("features") or [] if isinstance(f, dict)}
        ours = set(MODEL_SIGNALS)
        difference = "; ".join(
            part
            for part in (
                f"only in the model: {', '.join(sorted(theirs - ours))}" if theirs - ours else "",
                f"only in the catalogue: {', '.join(sorted(ours - theirs))}" if ours - theirs else "",
            )
            if part
        )
        raise ModelRefused(
            f"Model {model_id} was trained on another feature list "
            f"({difference or 'order, unit, direction or transform differ'}); run riskmodel retrain."
        )
    ours_digest = contract_digest()
    if manifest.get("signals_contract") != ours_digest:
        raise ModelRefused(
            f"Model {model_id} was trained under signals contract "
            f"{str(manifest.get('signals_contract'))[:12]}, this installation has {ours_digest[:12]}; "
            "run riskmodel retrain."
        )
    libraries = manifest.get("libraries")
    theirs_version = str(libraries.get("scikit-learn")) if isinstance(libraries, dict) else "unknown"
    ours_version = version("scikit-learn")
    if theirs_version.split(".")[:2] != ours_version.split(".")[:2]:
        raise ModelRefused(
            f"Model {model_id} was made with scikit-learn {theirs_version}, installed is {ours_version}; "
            "install the locked version or run riskmodel retrain."
        )


def _check_digests(folder: Path, manifest: Mapping[str, Any]) -> None:
    digests = manifest.get("digests")
    for name in FILES:
        if name == "manifest.json":
            continue
        found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        wanted = digests.get(name) if isinstance(digests, dict) else None
        if found != wanted:
            raise ModelRefused(
                f"{folder.name}/{name} has digest {found[:12]}, its manifest says {str(wanted)[:12]}; "
                "restore the folder or run riskmodel retrain."
            )
    if not folder.name.endswith(str(digests["model.skops"])[:10] if isinstance(digests, dict) else "?"):
        raise ModelRefused(f"{folder.name} does not carry the digest of its model.skops; restore the folder.")


def _check_heads(heads: Mapping[str, AdditiveHead], manifest: Mapping[str, Any], model_id: str) -> None:
    """The arrays have the shapes, signs and finite values that scoring relies on."""
    listed = manifest.get("heads")
    sound = listed == {name: list(head.signals) for name, head in heads.items()} and LAST_HEAD in heads
    for name, head in heads.items():
        sound = sound and name in HEADS and tuple(head.signals) == HEADS[name] and _head_is_sound(head)
    if not sound:
        raise ModelRefused(
            f"Model {model_id} holds heads that do not fit its manifest; run riskmodel retrain."
        )


def _head_is_sound(head: AdditiveHead) -> bool:
    try:
        extra = 1 if head.kind_ == "step" else 0
        draws = head.intercepts_.shape
        parts = zip(head.knots_, head.values_, head.directions, strict=True)
        return bool(np.isfinite(head.intercepts_).all() and np.isfinite(head.reference_).all()) and all(
            values.shape == (len(knots) + extra, *draws)
            and np.isfinite(values).all()
            and (np.diff(knots) > 0).all()
            and (direction * np.diff(values, axis=0) >= 0).all()
            for knots, values, direction in parts
        )
    except (AttributeError, TypeError, ValueError):
        return False


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
