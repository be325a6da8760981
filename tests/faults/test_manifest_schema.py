"""Every manifest fits docs/manifest.schema.json, and the schema notices what a manifest must not be."""

import copy
import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

pytestmark = pytest.mark.xdist_group("manifests")  # three runs, made once
SCHEMA = Path(__file__).parents[2] / "docs" / "manifest.schema.json"
KINDS = {
    "all inputs": {"articles": "articles.jsonl", "goods": "goods.csv"},
    "trade alone": {"listings": None},
    "listings alone": {"trade": None},
}


@pytest.fixture(scope="module")
def schema():
    found = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(found)
    return found


@pytest.fixture(scope="module")
def manifests(site, tmp_path_factory):
    folder, made = tmp_path_factory.mktemp("manifests"), {}
    for number, (name, files) in enumerate(KINDS.items()):
        out = folder / f"run{number}"
        given = {kind: str(site.inputs / file) if file else "" for kind, file in files.items()}
        command = [sys.executable, "-m", "riskmodel.cli", *site.arguments(out, "--quiet", **given)]
        subprocess.run(command, env=site.environment(), check=True)
        made[name] = json.loads((out / "manifest.json").read_text())
    return made


def test_every_manifest_fits_the_schema(manifests, schema):
    for manifest in manifests.values():
        jsonschema.validate(manifest, schema)
        undescribed = set(manifest) - set(schema["properties"])
        assert not undescribed, f"describe {undescribed} in the schema"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("run_id",), "latest"),
        (("as_of",), "June"),
        (("files",), {}),
        (("rows", "trade_flows", "read"), -1),
        (("model", "id"), "../../etc"),
        (("inputs", 0, "kind"), "guess"),
    ],
)
def test_the_schema_notices_a_wrong_manifest(place, value, manifests, schema):
    broken = copy.deepcopy(manifests["all inputs"])
    inner = broken
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, schema)
