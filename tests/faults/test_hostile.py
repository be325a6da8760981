"""Hostile input is refused with a sentence or shown harmlessly; it never runs and never escapes."""

import csv
import gzip
import html.parser
import io
import json
import os
import pickle
import shutil
import zipfile

import polars as pl
import pytest

from riskmodel.errors import InputUnreadable
from riskmodel.sources.limits import ReadingLimits
from riskmodel.sources.listings import read_listings

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
ESCAPES = "\x1b[2J\x1b]0;owned\x07\r\nriskmodel: all is well\u202e"


@pytest.fixture
def listings_only(site, tmp_path):
    """Arguments of a job on one listings file."""

    def arguments(file, *more):
        return site.arguments(tmp_path / "run", *more, trade="", listings=file)

    return arguments


def _harmless(printed: str) -> bool:
    return all(c.isprintable() or c == "\n" for c in printed)


def _refused(ended, *codes) -> None:
    code, out, err = ended
    assert code in codes, err
    assert "Traceback" not in err and "Unexpected" not in err and "panicked" not in err
    assert len(err.strip().splitlines()) == 1
    assert _harmless(out + err)


class _Tags(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))


def test_markup_in_articles_and_names_is_shown_as_text(run, site, tmp_path):
    lines = (site.inputs / "articles.jsonl").read_text().splitlines()
    bad = json.loads(lines[0]) | {"title": SCRIPT + " Chips pass through Tajikistan", "source": SCRIPT}
    bad |= {"text": SCRIPT + " " + bad["text"], "url": "javascript:alert(3)", "article_id": "a'\"><b>"}
    path = tmp_path / f"{SCRIPT.replace('/', '')}.jsonl"
    path.write_text("\n".join([json.dumps(bad), *lines[1:]]) + "\n")
    code, out, err = run(site.arguments(tmp_path / "run", articles=path))
    assert code == 0, err
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    tags = _Tags()
    tags.feed(page)
    assert "alert(1)" in page, "the sentence is not shown, so this test shows nothing"
    assert not [t for t, a in tags.seen if t == "img" or any(n.startswith("on") for n in a)]
    assert not [a for _, a in tags.seen if str(a.get("href", "")).strip().lower().startswith("javascript")]
    assert "<script>alert" not in page
    assert _harmless(out + err)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "＝"])
def test_formulas_in_cells_are_neutralised_in_every_csv(start, run, site, tmp_path):
    formula = f"{start}HYPERLINK(1)"
    table = pl.read_csv(site.inputs / "listings.csv", infer_schema=False)
    table = table.with_columns(pl.lit(formula).alias("list"))
    bad = pl.concat([table, table.head(1).with_columns(country=pl.lit(formula), source=pl.lit(formula))])
    bad.write_csv(tmp_path / "listings.csv")
    code, _, err = run(site.arguments(tmp_path / "run", trade="", listings=tmp_path / "listings.csv"))
    assert code == 0, err
    found = 0
    for path in (tmp_path / "run").rglob("*.csv"):
        for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")):
            for cell in row:
                found += "HYPERLINK" in cell
                assert not (cell[:1] in "=+-@\t\r＝＋－＠" and "HYPERLINK" in cell), (path.name, cell)
    assert found, "no CSV holds the cell, so this test shows nothing"


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd", "/etc/passwd", "..", "a\0b", "~root", "$(id)", "CON"]
)
def test_names_are_never_used_as_paths(name, run, site, tmp_path):
    table = pl.read_csv(site.inputs / "listings.csv", infer_schema=False)
    table = table.with_columns(country=pl.lit(name), source=pl.lit(name), list=pl.lit(name))
    pl.concat([pl.read_csv(site.inputs / "listings.csv", infer_schema=False), table]).write_csv(
        tmp_path / "listings.csv"
    )
    code, out, err = run(
        site.arguments(tmp_path / "deep" / "run", trade="", listings=tmp_path / "listings.csv")
    )
    assert code in (0, 3, 5), err
    assert _harmless(out + err)
    assert {path.name for path in tmp_path.iterdir()} == {"deep", "listings.csv"}
    names = {"run", "run-refused", "ledger.jsonl", ".run.lock", ".run-refused.lock"}
    assert {path.name for path in (tmp_path / "deep").iterdir()} <= names


@pytest.mark.parametrize("model", ["../models", "/etc", "transit-0123456789/../x", "CHAMPION", ESCAPES])
def test_a_model_id_is_never_a_path(model, run, site, tmp_path):
    _refused(run(site.arguments(tmp_path / "run", "--model", model, trade="")), 4)


def test_a_gzip_bomb_is_refused_before_it_fills_the_disk(run, listings_only, tmp_path):
    header = b"country,listed_on,jurisdiction,list,n_entities,goods_diversion,source\n"
    with gzip.open(tmp_path / "bomb.csv.gz", "wb", compresslevel=9) as file:
        file.write(header)
        for _ in range(300):
            file.write(b"\n" * (1 << 20))
    assert (tmp_path / "bomb.csv.gz").stat().st_size < 1 << 20
    ended = run(listings_only(tmp_path / "bomb.csv.gz"))
    _refused(ended, 5)
    assert "unpacks to more than" in ended[2]


@pytest.mark.parametrize("name", ["listings.zip", "listings.csv", "listings.xlsx"])
def test_a_zip_is_never_unpacked(name, run, listings_only, tmp_path):
    with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../escaped.csv", "x" * (64 << 20))
    _refused(run(listings_only(tmp_path / name)), 5)
    assert {path.name for path in tmp_path.iterdir()} <= {name, ".run.lock"}


@pytest.mark.parametrize("depth", [1_000, 200_000])
@pytest.mark.parametrize("shape", ["list", "object", "in a cell"])
def test_json_nested_too_deep_is_refused(shape, depth, run, listings_only, tmp_path):
    sound = '{"country":"TJK","listed_on":"2024-01-02","jurisdiction":"US","list":'
    nested = {
        "list": "[" * depth + "]" * depth,
        "object": '{"a":' * depth + "1" + "}" * depth,
        "in a cell": sound + "[" * depth + "]" * depth + ',"n_entities":1,"source":"simulated"}',
    }[shape]
    (tmp_path / "deep.json").write_text(nested + "\n")
    code, out, err = ended = run(listings_only(tmp_path / "deep.json"))
    assert code in (0, 3, 5), err
    if code:
        _refused(ended, 3, 5)
    assert _harmless(out + err)


def _footer_with(path, change):
    """Rewrite the footer of a Parquet file by `change`."""
    data = bytearray(path.read_bytes())
    change(data)
    path.write_bytes(bytes(data))


ABSURD = {
    "footer longer than the file": lambda data: data.__setitem__(
        slice(-8, -4), (2**31 - 1).to_bytes(4, "little")
    ),
    "footer of no length": lambda data: data.__setitem__(slice(-8, -4), bytes(4)),
    "negative footer": lambda data: data.__setitem__(slice(-8, -4), b"\xff\xff\xff\xff"),
    "footer of noise": lambda data: data.__setitem__(slice(-200, -8), bytes(range(192))),
    "pages of noise": lambda data: data.__setitem__(slice(4, 400), b"\xa5" * 396),
    "magic only": lambda data: data.__setitem__(slice(4, -4), b""),
}


@pytest.mark.parametrize("case", ABSURD)
def test_absurd_parquet_metadata_is_refused(case, run, site, tmp_path):
    path = tmp_path / "trade.parquet"
    shutil.copy(site.inputs / "trade.parquet", path)
    _footer_with(path, ABSURD[case])
    _refused(run(site.arguments(tmp_path / "run", trade=path)), 5)


def test_a_parquet_file_that_promises_a_huge_table_is_refused(tmp_path):
    """One value in a dictionary stands for millions of rows, so that neither file nor footer looks large."""
    rows = pl.LazyFrame({"country": ["TJK"]}).select(pl.col("country").repeat_by(5_000_000).explode())
    rows.with_columns(pl.lit("x" * 60).alias("source")).sink_parquet(tmp_path / "big.parquet")
    assert (tmp_path / "big.parquet").stat().st_size < 1 << 20
    with pytest.raises(InputUnreadable, match="unpacks to more than"):
        read_listings([tmp_path / "big.parquet"], limits=ReadingLimits(unpacked_bytes=64 << 20))


def test_a_link_that_leads_out_of_the_data_folder_is_refused(run, listings_only, site, tmp_path):
    (tmp_path / "data").mkdir()
    shutil.copy(site.inputs / "listings.csv", tmp_path / "data" / "listings.csv")
    (tmp_path / "data" / "more.csv").symlink_to("/etc/passwd")
    ended = run(listings_only(tmp_path / "data"))
    _refused(ended, 5)
    assert "more.csv" in ended[2] and "root:" not in ended[2]


def test_devices_and_pipes_are_not_read(run, listings_only, tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    for path in (tmp_path / "pipe.csv", "/dev/zero"):
        _refused(run(listings_only(path)), 5)


NAMES = [f"a{ESCAPES}.csv", "a\nb.csv", "=1+1.csv", "-rf.csv", "a\x00b.csv"[:1] + "\x7f.csv", "[red]x.csv"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("sound", [True, False])
def test_file_names_never_reach_the_terminal_raw(sound, name, run, listings_only, site, tmp_path):
    path = tmp_path / name
    good = (site.inputs / "listings.csv").read_text()
    path.write_text(good + "QZZ,2024-01-01,US,SDN,1,true,simulated\n" if sound else "alpha,beta\n1,2\n")
    code, out, err = run(["--verbose", *listings_only(path)])
    assert code == (0 if sound else 5), err
    assert _harmless(out + err), (out, err)
    if not sound:
        assert sum(line.startswith("riskmodel:") for line in err.splitlines()) == 1
        return
    for file in (tmp_path / "run").rglob("*.csv"):
        with file.open(newline="", encoding="utf-8") as lines:
            assert not [
                c for row in csv.reader(lines) for c in row if c[:1] in ("=", "+", "@") and "csv" in c
            ]


def test_a_file_name_that_is_no_text_is_one_sentence_or_a_sound_run(run, listings_only, site, tmp_path):
    path = os.fsencode(tmp_path) + b"/\xff\xfe.csv"
    with open(path, "wb") as file:  # noqa: PTH123 - pathlib cannot say it
        file.write((site.inputs / "listings.csv").read_bytes())
    code, out, err = run(listings_only(os.fsdecode(path)))
    assert code in (0, 5), err
    assert "Unexpected" not in err and "Traceback" not in err
    assert _harmless(out + err)


@pytest.mark.parametrize("cell", [SCRIPT, ESCAPES, "[bold red]x[/]", "x" * 100_000, "\ud83d\ude00 \u0000"])
def test_hostile_cells_in_refused_rows_do_not_reach_the_terminal(cell, run, listings_only, site, tmp_path):
    row = {"country": cell, "listed_on": cell, "jurisdiction": cell, "list": cell}
    row |= {"n_entities": cell, "goods_diversion": cell, "source": cell}
    sound = pl.read_csv(site.inputs / "listings.csv", infer_schema=False).to_dicts()
    text = "\n".join(json.dumps(item) for item in [*sound, row])
    (tmp_path / "listings.jsonl").write_text(text + "\n")
    code, out, err = run(listings_only(tmp_path / "listings.jsonl"))
    assert code in (0, 3, 5), err
    assert _harmless(out + err)
    checked = run(["validate", "listings", tmp_path / "listings.jsonl"])
    assert _harmless(checked[1] + checked[2]), checked[1]


@pytest.fixture
def stored(site, tmp_path, monkeypatch):
    """A copy of the models folder that may be spoilt; yields the champion's folder."""
    folder = tmp_path / "models"
    shutil.copytree(site.folder / "models", folder)
    monkeypatch.setenv("RISKMODEL_MODELS_DIR", str(folder))
    return folder / (folder / "CHAMPION").read_text().strip()


class _Trap:
    """Leaves a mark when it is unpickled."""

    def __reduce__(self):
        return (os.system, ("touch pwned",))


def test_a_pickle_in_a_model_folder_is_refused_and_not_run(
    run, listings_only, stored, site, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (stored / "model.pkl").write_bytes(pickle.dumps(_Trap()))
    ended = run(listings_only(site.inputs / "listings.csv"))
    _refused(ended, 4)
    assert "model.pkl" in ended[2]
    (stored / "model.pkl").rename(stored / "model.skops")
    _refused(run(listings_only(site.inputs / "listings.csv")), 4)
    assert not (tmp_path / "pwned").exists()


def _sign(stored):
    """Make the manifest fit the files again, as an attacker who may write the folder would."""
    from riskmodel.publication.digests import digest_file

    manifest = json.loads((stored / "manifest.json").read_text())
    digest = digest_file(stored / "model.skops")
    manifest["digests"]["model.skops"] = digest
    manifest["model_id"] = f"transit-{digest[:10]}"
    (stored / "manifest.json").write_text(json.dumps(manifest))
    stored.rename(stored.parent / manifest["model_id"])
    (stored.parent / "CHAMPION").write_text(manifest["model_id"])


@pytest.mark.parametrize("name", ["model.skops", "card.md", "backtest.json"])
def test_a_changed_file_in_a_model_folder_is_refused(name, run, listings_only, stored, site):
    with (stored / name).open("ab") as file:
        file.write(b" ")
    ended = run(listings_only(site.inputs / "listings.csv"))
    _refused(ended, 4)
    assert name in ended[2]


def test_an_extra_trusted_type_is_refused_even_with_a_fitting_digest(
    run, listings_only, stored, site, tmp_path
):
    with zipfile.ZipFile(stored / "model.skops") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(members["schema.json"])
    evil = {
        "__class__": "system",
        "__module__": "os",
        "__loader__": "FunctionNode",
        "__id__": 999_999,
        "content": {"module_path": "os", "function": "system"},
    }
    schema["content"]["trap"] = evil
    members["schema.json"] = json.dumps(schema).encode()
    with zipfile.ZipFile(stored / "model.skops", "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    _sign(stored)
    ended = run(listings_only(site.inputs / "listings.csv"))
    _refused(ended, 4)
    assert not (tmp_path / "run").exists()


def test_a_model_folder_with_a_hostile_name_is_shown_harmlessly(run, listings_only, stored, site):
    (stored / ESCAPES.replace("/", "")).write_text("x")
    _refused(run(listings_only(site.inputs / "listings.csv")), 4)


def test_a_deep_or_broken_model_manifest_is_refused(run, listings_only, stored, site):
    for text in ("[" * 100_000, "{", "[]", '{"format":' + "9" * 5000 + "}", "\x00"):
        (stored / "manifest.json").write_text(text)
        _refused(run(listings_only(site.inputs / "listings.csv")), 4)
