"""One stored model: what its files record, and every check before it is used.

A model folder holds `model.skops`, `manifest.json`, `card.md` and `backtest.json`, and nothing else. A model
is refused (exit 4) rather than used with another feature list, contract, digest or library.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from data_contracts.registry import CONTRACTS
from features.catalogue import BY_NAME, MODEL_SIGNALS
from riskmodel.errors import ModelRefused
from riskmodel.model.design import HEADS, LAST_HEAD
from riskmodel.model.estimator import EVENT, Model
from riskmodel.model.head import AdditiveHead
from riskmodel.model.listing import LISTING_BY_NAME, LISTING_HEAD, ListingModel
from riskmodel.publication.libraries import library_versions
from riskmodel.publication.typed_json import to_json
from riskmodel.registry.archive import load_heads

FILES = ("model.skops", "manifest.json", "card.md", "backtest.json")
FORMAT = 1


def feature_list(of_listings: bool = False) -> list[dict[str, Any]]:
    """The signals that a model may read as it records them: of the catalogue, or of the target `listing`."""
    chosen = list(LISTING_BY_NAME.values()) if of_listings else [BY_NAME[name] for name in MODEL_SIGNALS]
    return [
        {"name": s.name, "unit": s.unit, "direction": s.direction, "transform": s.transform} for s in chosen
    ]


def contract_digest() -> str:
    """Digest of the contract on the signals panel that a model is trained under."""
    return CONTRACTS["signals"].digest


def stored_files(
    model_id: str,
    heads: Mapping[str, AdditiveHead],
    archive: bytes,
    manifest: Mapping[str, Any],
    card: str,
    backtest: object,
) -> dict[str, bytes]:
    """Content of the files of a model folder, by name; `archive` holds the heads.

    The manifest gets id, digests, features, contract and libraries; `{model_id}` in the card is filled in.
    """
    texts = {
        "card.md": card.replace("{model_id}", model_id).encode(),
        "backtest.json": _json(to_json(backtest, leave_out_defaults=True)).encode(),
    }
    whole = {
        "format": FORMAT,
        "model_id": model_id,
        **manifest,
        "heads": {name: list(head.signals) for name, head in heads.items()},
        "features": feature_list(LISTING_HEAD in heads),
        "signals_contract": contract_digest(),
        "libraries": library_versions(),
        "digests": {
            "model.skops": hashlib.sha256(archive).hexdigest(),
            **{name: hashlib.sha256(data).hexdigest() for name, data in texts.items()},
        },
    }
    return {"model.skops": archive, "manifest.json": _json(whole).encode(), **texts}


@dataclass(frozen=True)
class StoredModel:
    """Which model a folder holds, its heads not read yet."""

    model_id: str
    manifest: Mapping[str, Any]


def identify_stored(folder: Path) -> StoredModel:
    """The model in a folder named by its id: manifest and digests checked; ModelRefused otherwise."""
    _check_files(folder)
    manifest = _manifest(folder)
    _check_manifest(manifest, folder.name)
    _check_digests(folder, manifest)
    return StoredModel(folder.name, manifest)


def read_stored(folder: Path) -> Model:
    """The model in a folder named by its id, every check passed; ModelRefused with one sentence otherwise."""
    stored = identify_stored(folder)
    model_id, manifest = stored.model_id, stored.manifest
    heads = load_heads(folder / "model.skops")
    _check_heads(heads, manifest, model_id)
    kind = ListingModel if LISTING_HEAD in heads else Model
    return kind(model_id, heads, manifest)


def _check_files(folder: Path) -> None:
    foreign = sorted({path.name for path in folder.iterdir()} - set(FILES))
    if foreign:
        raise ModelRefused(
            f"Model {folder.name} holds {', '.join(foreign)} but may hold only {', '.join(FILES)}; remove it "
            "(pickled models are never read)."
        )
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise ModelRefused(
            f"Model {folder.name} lacks {', '.join(missing)}; restore it or run riskmodel retrain."
        )


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
    if manifest.get("features") != feature_list(_of_listings(manifest)):
        raise ModelRefused(
            f"Model {model_id} was trained on another feature list ({_differing(manifest)}); run riskmodel "
            "retrain."
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


def _of_listings(manifest: Mapping[str, Any]) -> bool:
    heads = manifest.get("heads")
    return isinstance(heads, dict) and LISTING_HEAD in heads


def _differing(manifest: Mapping[str, Any]) -> str:
    theirs = {str(f.get("name")) for f in manifest.get("features") or [] if isinstance(f, dict)}
    ours = set(LISTING_BY_NAME if _of_listings(manifest) else MODEL_SIGNALS)
    only = {"only in the model": theirs - ours, "only in the catalogue": ours - theirs}
    named = [f"{words}: {', '.join(sorted(names))}" for words, names in only.items() if names]
    return "; ".join(named) or "order, unit, direction or transform differ"


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
    sound = listed == {name: list(head.signals) for name, head in heads.items()}
    sound = sound and (LAST_HEAD in heads or list(heads) == [LISTING_HEAD])
    for name, head in heads.items():
        sound = sound and _may_read(name, tuple(head.signals)) and _head_is_sound(head)
    if not sound:
        raise ModelRefused(
            f"Model {model_id} holds heads that do not fit its manifest; run riskmodel retrain."
        )


def _may_read(name: str, signals: tuple[str, ...]) -> bool:
    """Whether a head of this name may read these signals, in this order."""
    if name == LISTING_HEAD:
        return bool(signals) and signals == tuple(known for known in LISTING_BY_NAME if known in signals)
    return signals == HEADS.get(name.removeprefix(EVENT))


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
