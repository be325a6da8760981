"""A model that is not exactly what its manifest says is refused with one clear sentence."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import skops.io
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from features.catalogue import MODEL_SIGNALS
from riskmodel.errors import ModelRefused
from riskmodel.model.estimator import fit_heads
from riskmodel.model.head import AdditiveHead
from riskmodel.publication.libraries import LIBRARIES
from riskmodel.registry.archive import dump_heads, load_heads
from riskmodel.registry.champion import load, promote, save
from riskmodel.registry.model_folder import FILES
from riskmodel.registry.skops_reading import skops_io


@pytest.fixture(scope="module")
def heads(training: pl.DataFrame) -> dict[str, AdditiveHead]:
    return fit_heads(training, training["target"].to_numpy(), training["block"].to_numpy(), n_draws=3)


@pytest.fixture
def stored(heads: dict[str, AdditiveHead], tmp_path: Path) -> tuple[str, Path]:
    model_id = save(heads, {"target": "transit"}, "# Card of {model_id}\n", {"rows": 1}, tmp_path)
    return model_id, tmp_path


def rewrite(folder: Path, change: Callable[[dict], None]) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))


def refused(model_id: str | None, models: Path, words: str) -> None:
    with pytest.raises(ModelRefused, match=words) as caught:
        load(model_id, models)
    assert caught.value.exit_code == 4
    assert "\n" not in str(caught.value)


def test_a_stored_model_predicts_as_before(
    heads: dict[str, AdditiveHead], stored: tuple[str, Path], training: pl.DataFrame
) -> None:
    model = load(*stored)
    X = np.random.default_rng(0).normal(size=(20, len(MODEL_SIGNALS)))
    assert (model.heads["full"].predict_proba(X) == heads["full"].predict_proba(X)).all()
    assert set(model.manifest["libraries"]) == set(LIBRARIES)
    assert "transit-" in (stored[1] / stored[0] / "card.md").read_text()


def test_storing_twice_gives_the_same_folder(
    heads: dict[str, AdditiveHead], stored: tuple[str, Path]
) -> None:
    model_id, models = stored
    before = {p.name: p.read_bytes() for p in (models / model_id).iterdir()}
    loaded = load(model_id, models).heads
    assert save(loaded, {"target": "transit"}, "# Card of {model_id}\n", {"rows": 1}, models) == model_id
    assert {p.name: p.read_bytes() for p in (models / model_id).iterdir()} == before
    assert sorted(p.name for p in models.iterdir()) == [model_id]


def test_the_champion_is_loaded_by_default(stored: tuple[str, Path]) -> None:
    model_id, models = stored
    refused(None, models, "CHAMPION is missing")
    promote(model_id, models)
    assert load(None, models).model_id == model_id
    assert (models / "CHAMPION").read_text() == f"{model_id}\n"


@pytest.mark.parametrize(
    "name", ["../x", "/etc/passwd", "transit-0123456789/../..", "", ".", "transit-XYZ", "a\nb"]
)
def test_an_id_that_could_be_a_path_is_refused(stored: tuple[str, Path], name: str) -> None:
    refused(name, stored[1], "not a model id")


def test_a_champion_pointer_that_could_be_a_path_is_refused(stored: tuple[str, Path]) -> None:
    (stored[1] / "CHAMPION").write_text("../elsewhere\n")
    refused(None, stored[1], "not a model id")


def test_a_missing_model_names_those_there_are(stored: tuple[str, Path]) -> None:
    refused(
        "transit-0000000000",
        stored[1],
        f"no model transit-0000000000 in {stored[1]}; stored are: {stored[0]}",
    )


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(stored: tuple[str, Path], name: str) -> None:
    (stored[1] / stored[0] / name).unlink()
    refused(*stored, f"lacks {name}")


@pytest.mark.parametrize("name", ["model.skops", "card.md", "backtest.json"])
def test_a_changed_file_is_refused(stored: tuple[str, Path], name: str) -> None:
    path = stored[1] / stored[0] / name
    path.write_bytes(path.read_bytes() + b" ")
    refused(*stored, f"{name} has digest")


def test_a_pickle_in_the_folder_is_refused(stored: tuple[str, Path]) -> None:
    (stored[1] / stored[0] / "model.pkl").write_bytes(b"\x80\x04.")
    refused(*stored, "model.pkl.*pickled models are never read")


def test_a_manifest_that_is_no_json_is_refused(stored: tuple[str, Path]) -> None:
    (stored[1] / stored[0] / "manifest.json").write_bytes(b"\xff{")
    refused(*stored, "not readable JSON")


def test_another_feature_list_is_refused_and_named(stored: tuple[str, Path]) -> None:
    def rename(manifest: dict) -> None:
        manifest["features"][0]["name"] = "gut_feeling"

    rewrite(stored[1] / stored[0], rename)
    refused(*stored, "only in the model: gut_feeling; only in the catalogue: inbound_rise_surprise")


def test_another_direction_of_a_signal_is_refused(stored: tuple[str, Path]) -> None:
    def turn(manifest: dict) -> None:
        manifest["features"][0]["direction"] = -1

    rewrite(stored[1] / stored[0], turn)
    refused(*stored, "direction or transform differ")


def test_another_signals_contract_is_refused(
    stored: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("riskmodel.registry.model_folder.contract_digest", lambda: "f" * 64)
    refused(*stored, "signals contract")


def test_another_minor_release_of_scikit_learn_is_refused(stored: tuple[str, Path]) -> None:
    rewrite(stored[1] / stored[0], lambda m: m["libraries"].update({"scikit-learn": "1.3.2"}))
    refused(*stored, "scikit-learn 1.3.2")


def test_another_models_manifest_is_refused(stored: tuple[str, Path]) -> None:
    rewrite(stored[1] / stored[0], lambda m: m.update(model_id="transit-0000000000"))
    refused(*stored, "is of model 'transit-0000000000'")


def test_a_foreign_type_in_the_file_is_not_loaded(tmp_path: Path) -> None:
    """The trust list is pinned: a file that wants any other type loaded is refused before it is."""
    path = tmp_path / "model.skops"
    path.write_bytes(skops.io.dumps({"full": io.StringIO}))
    with pytest.raises(ModelRefused, match="not trusted"):
        load_heads(path)


def test_not_even_what_skops_trusts_by_itself_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "model.skops"
    path.write_bytes(skops.io.dumps({"full": LogisticRegression(), "power": np.add}))
    assert skops.io.get_untrusted_types(file=path) == []
    with pytest.raises(ModelRefused, match=r"not trusted .*LogisticRegression"):
        load_heads(path)


def test_other_users_of_skops_keep_its_own_list(heads: dict[str, AdditiveHead]) -> None:
    code = (
        "import sys\n"
        "from riskmodel.registry.skops_reading import skops_io\n"
        "ours = skops_io()\n"
        "assert not [name for name in sys.modules if name.startswith('skops.io')]\n"
        "assert not {'sklearn.gaussian_process', 'sklearn.cluster'} & set(sys.modules)\n"
        "import skops.io\n"
        "from sklearn.linear_model import LogisticRegression\n"
        "data = skops.io.dumps(LogisticRegression())\n"
        "print(skops.io.get_untrusted_types(data=data), ours.get_untrusted_types(data=data))\n"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.startswith("[] [") and "LogisticRegression" in shown
    data = dump_heads(heads)
    assert skops_io() is not skops.io
    plainly = skops.io.loads(data, trusted=["riskmodel.model.head.AdditiveHead"])
    assert dump_heads(plainly) == data


def test_a_kind_of_node_that_is_read_by_none_of_our_files_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.skops"
    path.write_bytes(skops.io.dumps({"full": DecisionTreeClassifier().fit([[0.0], [1.0]], [0, 1])}))
    assert "TreeNode" in path.read_bytes().decode("latin-1")
    with pytest.raises(ModelRefused, match=r"train (it|the model) again"):
        load_heads(path)


def test_a_trusted_type_that_is_no_head_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.skops"
    path.write_bytes(skops.io.dumps({"full": np.zeros(3)}))
    with pytest.raises(ModelRefused, match="does not hold heads"):
        load_heads(path)


def test_a_truncated_file_is_refused(tmp_path: Path, heads: dict[str, AdditiveHead]) -> None:
    path = tmp_path / "model.skops"
    path.write_bytes(dump_heads(heads)[:1000])
    with pytest.raises(ModelRefused, match="not a readable skops file"):
        load_heads(path)


def test_a_head_that_breaks_monotonicity_is_refused(
    stored: tuple[str, Path], heads: dict[str, AdditiveHead]
) -> None:
    """Even a folder whose digests agree must hold shapes that keep to their direction."""
    import copy

    broken = copy.deepcopy(heads)
    broken["full"].values_[0] = (
        -broken["full"].values_[0] - np.arange(len(broken["full"].values_[0]))[:, None]
    )
    model_id = save(broken, {"target": "transit"}, "card", {}, stored[1])
    refused(model_id, stored[1], "do not fit its manifest")


def test_the_file_carries_no_clock_and_no_address(heads: dict[str, AdditiveHead]) -> None:
    with zipfile.ZipFile(io.BytesIO(dump_heads(heads))) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist()[0] == "000000.npy"
