"""What people pack tables into: streams, archives, workbooks, folders, Delta, Parquet of others."""

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest

from riskmodel.errors import InputUnreadable
from riskmodel.sources.limits import ReadingLimits
from riskmodel.sources.trade.read import read_trade, trade_parts

HEADER = "reporter,partner,flow,hs6,hs_edition,period,value_usd\n"


def rows(*values: int) -> str:
    return HEADER + "".join(f"DEU,KGZ,X,85423{v % 10},HS2022,2022-05-01,{v}\n" for v in values)


def values(*paths: Path) -> list[int]:
    return sorted(read_trade(list(paths)).frame["value_usd"].to_list())


def zstd(content: bytes) -> bytes:
    out = pa.BufferOutputStream()
    with pa.CompressedOutputStream(out, "zstd") as file:
        file.write(content)
    return out.getvalue().to_pybytes()


PACKED = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": zstd}


@pytest.mark.parametrize("ending", PACKED)
@pytest.mark.parametrize("named", [True, False])
def test_packed_stream_is_known_by_its_bytes(tmp_path: Path, ending: str, named: bool) -> None:
    path = tmp_path / (f"t.csv.{ending}" if named else "t.csv")
    path.write_bytes(PACKED[ending](rows(1, 2).encode()))
    assert values(path) == [1, 2]
    assert values(tmp_path) == [1, 2]


@pytest.mark.parametrize("ending", PACKED)
def test_cut_or_growing_stream_is_refused(tmp_path: Path, ending: str) -> None:
    whole = PACKED[ending](rows(*range(1, 2000)).encode())
    path = tmp_path / f"t.csv.{ending}"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputUnreadable, match=rf"t\.csv\.{ending} is a truncated or corrupt"):
        read_trade([path])
    path.write_bytes(whole)
    with pytest.raises(InputUnreadable, match="unpacks to more than 1,000 bytes"):
        list(trade_parts([path], limits=ReadingLimits(unpacked_bytes=1000)))


def archive(path: Path, members: dict[str, bytes]) -> Path:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for name, content in members.items():
                file.writestr(name, content)
    elif path.suffix == ".7z":
        py7zr = pytest.importorskip("py7zr")
        with py7zr.SevenZipFile(path, "w") as file:
            for name, content in members.items():
                file.writestr(content, name)
    else:
        with tarfile.open(path, "w:" + path.suffix[1:].replace("tar", "")) as file:
            for name, content in members.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                file.addfile(info, io.BytesIO(content))
    return path


ARCHIVES = ["t.zip", "t.tar", "t.tar.gz", "t.tar.xz", "t.7z"]


@pytest.mark.parametrize("name", ARCHIVES)
def test_members_of_an_archive_are_read_and_the_rest_is_said(tmp_path: Path, name: str) -> None:
    members = {
        "a/may.csv": rows(1).encode(),
        "june.csv.gz": gzip.compress(rows(2).encode()),
        "Readme.txt": b"note",
        "picture.png": b"x",
        "__MACOSX/._may.csv": b"x",
    }
    path = archive(tmp_path / name, members)
    batch = read_trade([path])
    assert sorted(batch.frame["value_usd"].to_list()) == [1, 2]
    assert {f.name: f.reader for f in batch.files} == {
        f"{name}/a/may.csv": "canonical",
        f"{name}/june.csv.gz": "canonical",
        f"{name}/Readme.txt": "skipped: a note, not data",
        f"{name}/picture.png": "skipped: unknown ending",
        f"{name}/__MACOSX/._may.csv": "skipped: hidden",
    }
    assert values(tmp_path) == [1, 2]


@pytest.mark.parametrize("name", ARCHIVES)
def test_one_member_of_any_name_and_a_limit(tmp_path: Path, name: str) -> None:
    path = archive(tmp_path / name, {"table": rows(1, 2).encode()})
    assert values(path) == [1, 2]
    with pytest.raises(InputUnreadable, match=r"unpacks to more than 100 bytes"):
        list(trade_parts([path], limits=ReadingLimits(unpacked_bytes=100)))


@pytest.mark.parametrize("name", ["t.zip", "t.7z", "t.tar.gz"])
def test_broken_archive_is_refused_as_what_it_is(tmp_path: Path, name: str) -> None:
    path = archive(tmp_path / name, {"t.csv": rows(*range(1, 500)).encode()})
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(InputUnreadable, match=r"is a truncated or corrupt"):
        read_trade([path])


def test_baci_as_it_comes(tmp_path: Path) -> None:
    table = "t,i,j,k,v,q\n2021,276,417,20329,1.5,0.1\n"
    codes = "country_code,country_name\n276,Germany\n"
    path = archive(
        tmp_path / "BACI_HS17_V202401.zip",
        {
            "BACI_HS17_Y2021_V202401.csv": table.encode(),
            "country_codes_V202401.csv": codes.encode(),
            "Readme.txt": b"note",
        },
    )
    batch = read_trade([path])
    assert batch.frame.select("hs6", "hs_edition", "value_usd").rows() == [("020329", "HS2017", 1500)]
    assert batch.dropped == {"code_list_row": 1}


def test_partitioned_folder_gives_its_columns(tmp_path: Path) -> None:
    for value, period in ((1, "2022-05-01"), (2, "2022-06-01")):
        folder = tmp_path / "table" / "reporter=DEU" / f"period={period}"
        folder.mkdir(parents=True)
        columns = {"partner": "KGZ", "flow": "X", "hs6": "854231", "hs_edition": "HS2022", "value_usd": value}
        pq.write_table(pa.table({k: [v] for k, v in columns.items()}), folder / "part-0.parquet")
    (tmp_path / "table" / "_SUCCESS").write_text("")
    frame = read_trade([tmp_path / "table"]).frame.sort("value_usd")
    assert [str(day) for day in frame["period"]] == ["2022-05-01", "2022-06-01"]
    assert set(frame["reporter"]) == {"DEU"}


def canonical(**columns: object) -> pa.Table:
    base = {"reporter": "DEU", "partner": "KGZ", "flow": "X", "hs6": "854231", "hs_edition": "HS2022",
            "period": "2022-05-01", "value_usd": 1}  # fmt: skip
    arrays = {k: pa.array([v]) for k, v in base.items()}
    return pa.table(
        {**arrays, **{k: v if isinstance(v, pa.Array) else pa.array([v]) for k, v in columns.items()}}
    )


def test_delta_table_is_what_its_log_says(tmp_path: Path) -> None:
    for value in (1, 2, 3):
        pq.write_table(canonical(value_usd=value), tmp_path / f"part-{value}.parquet")
    log = tmp_path / "_delta_log"
    log.mkdir()
    commits = [
        [{"protocol": {}}, {"add": {"path": "part-1.parquet"}}, {"add": {"path": "part-2.parquet"}}],
        [{"remove": {"path": "part-1.parquet"}}],
    ]
    for number, actions in enumerate(commits):
        lines = "\n".join(json.dumps(action) for action in actions)
        (log / f"{number:020d}.json").write_text(lines)
    batch = read_trade([tmp_path])
    assert batch.frame["value_usd"].to_list() == [2]
    passed = {f.name: f.reader for f in batch.files if f.reader.startswith("skipped")}
    assert passed["part-1.parquet"] == "skipped: not in the present version of its Delta table"
    (log / f"{2:020d}.json").write_text(
        json.dumps({"add": {"path": "part-3.parquet", "deletionVector": {"x": 1}}})
    )
    with pytest.raises(InputUnreadable, match="deletion vectors"):
        read_trade([tmp_path])


MOMENT = datetime(2022, 5, 1, 10, tzinfo=timezone(timedelta(hours=5, minutes=30)))
COLUMNS = {
    "indian time": pa.array([MOMENT], pa.timestamp("us", "+05:30")),
    "decimal": pa.array([Decimal("12.30")]),
    "dictionary": pa.array(["a"]).dictionary_encode(),
    "large text": pa.array(["a"], pa.large_string()),
    "bytes": pa.array([b"\xff\x00"]),
    "half": pa.array([1.5], pa.float16()),
    "list": pa.array([[1, 2]]),
    "map": pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())),
    "duration": pa.array([timedelta(1)]),
    "nothing": pa.nulls(1),
}


@pytest.mark.parametrize("kind", COLUMNS)
@pytest.mark.parametrize("ending", ["parquet", "feather"])
def test_unused_column_of_any_type_does_no_harm(
    tmp_path: Path, kind: str, ending: str, capfd: pytest.CaptureFixture[str]
) -> None:
    table = canonical(other=COLUMNS[kind], __index_level_0__=7)
    path = tmp_path / f"t.{ending}"
    if ending == "parquet":
        if kind == "duration":
            table = table.drop_columns(["other"])
        pq.write_table(table, path)
    else:
        feather.write_feather(table, path)
    batch = read_trade([path])
    assert batch.frame["value_usd"].to_list() == [1]
    assert "__index_level_0__" not in batch.ignored_columns
    assert "panic" not in capfd.readouterr().err


def test_columns_as_other_programs_type_them(tmp_path: Path) -> None:
    table = canonical(
        reporter=pa.array([b"DEU"]),
        partner=pa.array(["KGZ"], pa.large_string()),
        flow=pa.array(["X"]).dictionary_encode(),
        value_usd=pa.array([Decimal("1000.00")]),
        period=pa.array([datetime(2022, 5, 1)], pa.timestamp("ns")),
    )
    path = tmp_path / "t.parquet"
    pq.write_table(table, path, use_deprecated_int96_timestamps=True)
    row = read_trade([path]).frame.row(0, named=True)
    assert (row["reporter"], row["partner"], row["flow"], row["value_usd"]) == ("DEU", "KGZ", "X", 1000)
    assert str(row["period"]) == "2022-05-01"


def test_parquet_inside_archives_and_streams(tmp_path: Path) -> None:
    pq.write_table(canonical(value_usd=5), tmp_path / "t.parquet")
    content = (tmp_path / "t.parquet").read_bytes()
    (tmp_path / "t.parquet").unlink()
    (tmp_path / "t.parquet.gz").write_bytes(gzip.compress(content))
    archive(tmp_path / "t.zip", {"in.parquet": content})
    assert values(tmp_path) == [5, 5]


BOOK = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default '  # noqa: E501
    'Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName='  # noqa: E501
    '"/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'  # noqa: E501
    "</Types>",
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '  # noqa: E501
    'Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
}


def workbook(path: Path, sheets: dict[str, str]) -> Path:
    """A workbook of the sheets, each given as comma-separated text."""
    parts, names, links = dict(BOOK), "", ""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    for number, (name, text) in enumerate(sheets.items(), 1):
        body = ""
        for r, line in enumerate(text.splitlines(), 1):
            cells = [
                f'<c r="{chr(65 + c)}{r}"><v>{v}</v></c>'
                if v.isdigit() and not v.startswith("0")
                else f'<c r="{chr(65 + c)}{r}" t="inlineStr"><is><t>{v}</t></is></c>'
                for c, v in enumerate(line.split(","))
            ]
            body += f'<row r="{r}">{"".join(cells)}</row>'
        sheet = f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>'
        parts[f"xl/worksheets/sheet{number}.xml"] = sheet
        names += f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>'
        links += f'<Relationship Id="rId{number}" Type="{office}/worksheet" Target="worksheets/sheet{number}.xml"/>'  # noqa: E501
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{names}</sheets></workbook>'
    )
    parts["xl/_rels/workbook.xml.rels"] = (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}</Relationships>'
    )
    return archive(path.with_suffix(".zip"), {k: v.encode() for k, v in parts.items()}).rename(path)


def test_sheets_of_a_workbook_are_read_like_files(tmp_path: Path) -> None:
    pytest.importorskip("fastexcel")
    path = workbook(
        tmp_path / "t.xlsx", {"May": f"Trade\n{rows(1)}", "June": rows(2), "Note": "a note", "No": ""}
    )
    batch = read_trade([path])
    assert sorted(batch.frame["value_usd"].to_list()) == [1, 2]
    assert batch.dropped == {"line_above_header": 1}
    readers = {f.name: f.reader for f in batch.files}
    assert readers["t.xlsx/May"] == readers["t.xlsx/June"] == "canonical"
    assert readers["t.xlsx/No"] == "skipped: empty"
    assert readers["t.xlsx/Note"].startswith("skipped: set aside, ")


def test_broken_workbook_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "t.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(InputUnreadable, match=r"t\.xls is an old workbook \(\.xls\).*save the sheet as CSV"):
        read_trade([path])
