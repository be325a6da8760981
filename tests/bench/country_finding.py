"""Is the country there at all: precision and recall alongside other packages; run by hand.

`python tests/bench/country_finding.py SENTENCES.csv [--python OTHER_VENV/bin/python]`. SENTENCES has one
row for each sentence and country: sent_id, text, country_iso3, category (`homonym` rows name no country: who
finds one there errs). Russia and Ukraine are left out, since they have no rows. Names that the other packages
find are turned into codes by this project's gazetteer, which favours them.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from data_contracts.codes.countries import country_codes
from features.articles.places.gazetteer import find_places
from features.articles.places.in_tables import countries_in
from riskmodel.sources.trade.areas import area_codes
from tools.roles.evaluate import score

NEVER = {"RUS", "UKR"}
Key = tuple[str, str]


def ours(texts: dict[str, str]) -> set[Key]:
    """What the gazetteer finds."""
    frame = pl.DataFrame({"row": list(texts), "text": list(texts.values())})
    return {(row, iso3) for row, iso3 in countries_in(frame).select("row", "iso3").rows()}


def theirs(python: str, texts: dict[str, str]) -> dict[str, set[Key] | str]:
    """What each other package finds, as codes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "texts.json"
        path.write_text(json.dumps(list(texts.values())), encoding="utf-8")
        script = Path(__file__).with_name("compare_tools.py")
        done = subprocess.run([python, script, "find", path], check=True, capture_output=True, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    return {
        name: lists if isinstance(lists, str) else {
            (key, code) for key, names in zip(texts, lists, strict=True) for code in _codes(names)
        }
        for name, lists in found.items()
    }  # fmt: skip


def _codes(names: list[str]) -> set[str]:
    alpha2 = area_codes("iso2")
    codes = set()
    for name in names:
        if name.startswith("iso2:"):
            codes.add(alpha2.get(name.removeprefix("iso2:"), name))
        else:
            codes |= {place.iso3 for place in find_places(name) if place.iso3}
    return codes


def main() -> None:
    """Print a line for each way of finding countries."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sentences", type=Path)
    parser.add_argument("--python", help="interpreter of a venv with flashgeotext, geotext and spaCy")
    given = parser.parse_args()
    rows = pl.read_csv(given.sentences)
    texts = dict(rows.select("sent_id", "text").unique("sent_id", maintain_order=True).iter_rows())
    truth = set(rows.filter(pl.col("category") != "homonym").select("sent_id", "country_iso3").iter_rows())
    assert {code for _, code in truth} <= set(country_codes())
    found: dict[str, set[Key] | str] = {"this project": ours(texts)}
    found |= theirs(given.python, texts) if given.python else {}
    print(f"{len(texts)} sentences, {len(truth)} countries named")
    for name, keys in found.items():
        said = keys if isinstance(keys, str) else str(score({k for k in keys if k[1] not in NEVER}, truth))
        print(f"{name:24}{said}")
    if not given.python:
        print("Other packages: absent (--python names the interpreter of their venv)")


if __name__ == "__main__":
    main()
