"""Articles read in parts are the articles read at once: rows, names, counts."""

import gzip
import json
from pathlib import Path

import polars as pl
import pytest

from riskmodel.errors import InputUnreadable
from riskmodel.sources.files.find import find
from riskmodel.sources.limits import ReadingLimits
from riskmodel.sources.news.articles import article_parts, read_articles
from riskmodel.sources.news.warc import warc_parts

LINES = [
    {"id": i, "date": f"2023-01-{1 + i % 28:02d}", "title": f"t{i}", "text": f'line one\nand "two", {i}'}
    for i in range(25)
]


def text_of(kind: str, rows: list[dict]) -> bytes:
    if kind == "csv":
        return pl.DataFrame(rows).write_csv().encode()
    if kind == "json":
        return json.dumps(rows).encode()
    lines = [json.dumps(row) for row in rows]
    lines[3] = "[1, 2]"
    lines[20] = json.dumps({**rows[20], "language": "en", "extra": [1]})  # keys that come late
    return "\n".join(lines).encode()


SMALL = ReadingLimits(whole_bytes=10, table_rows=4, warc_records=2)


@pytest.mark.parametrize("kind", ["csv", "json", "jsonl", "parquet", "csv.gz", "jsonl.gz"])
def test_parts_hold_what_the_whole_holds(tmp_path: Path, kind: str) -> None:
    for name in ("a", "b"):  # the same ids in both, with other texts
        rows = [{**line, "text": f"{line['text']} {name}"} for line in LINES]
        path = tmp_path / f"{name}.{kind}"
        if kind == "parquet":
            pl.DataFrame(rows).write_parquet(path)
        else:
            data = text_of(kind.removesuffix(".gz"), rows)
            path.write_bytes(gzip.compress(data) if kind.endswith("gz") else data)
    whole = read_articles([tmp_path])
    parts = article_parts([tmp_path], limits=SMALL)
    frames = list(parts)
    assert pl.concat(frames).equals(whole.frame)
    assert frames[0]["article_id"][0] == f"0@a.{kind}"
    assert max(frame.height for frame in frames) <= (25 if kind == "json" else 8)
    assert (parts.files, parts.dropped, parts.rows_read) == (whole.files, whole.dropped, whole.rows_read)
    assert parts.ignored_columns == whole.ignored_columns
    assert pl.concat(list(parts)).equals(whole.frame), "a second time through"


def test_many_text_files_are_read_together(tmp_path: Path) -> None:
    for i in range(11):
        (tmp_path / f"{i:02d}.txt").write_text(f"Title {i}\n\nBody {i}.")
    whole = read_articles([tmp_path])
    frames = list(article_parts([tmp_path], limits=SMALL))
    assert [frame.height for frame in frames] == [4, 4, 3]
    assert pl.concat(frames).equals(whole.frame)


def test_a_large_archive_comes_in_parts(tmp_path: Path) -> None:
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>Goods went on.</p>"
    head = "WARC/1.0\r\nWARC-Type: {}\r\nWARC-Date: 2023-05-26T08:00:00Z\r\nContent-Length: {}\r\n\r\n"
    records = [
        head.format("response" if i % 2 else "request", len(page)).encode() + page + b"\r\n\r\n"
        for i in range(9)
    ]
    (tmp_path / "a.warc").write_bytes(b"".join(records))
    whole = read_articles([tmp_path])
    source = find([tmp_path / "a.warc"], (), SMALL).sources[0]
    parts = list(warc_parts(source))
    assert len(parts) == 5
    assert sum(part.rows for part in parts) == whole.rows_read == 9
    assert [part.frame["source_row"].to_list() for part in parts] == [[2], [4], [6], [8], []]


def test_a_cell_too_many_is_named_by_its_row_in_a_late_part(
    tmp_path: Path,
) -> None:
    lines = ["id,date,title,text", *(f"{i},2023-01-02,t,x" for i in range(12)), "12,2023-01-02,t,x,y"]
    (tmp_path / "a.csv").write_text("\n".join(lines))
    with pytest.raises(InputUnreadable, match=r"a\.csv has more fields .* in data row 13"):
        list(article_parts([tmp_path], limits=SMALL))


def test_a_damaged_table_is_refused_in_parts_too(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame(LINES).write_parquet(path)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(InputUnreadable, match=r"a\.parquet is a truncated or corrupt Parquet file"):
        list(article_parts([tmp_path], limits=SMALL))


def test_two_files_that_name_their_text_otherwise_are_both_read(tmp_path: Path) -> None:
    for name in ("text", "body"):
        row = {"id": name, "date": "2023-01-02", "title": "t", name: f"the {name}"}
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(row) + "\n")
    assert read_articles([tmp_path]).frame["text"].to_list() == ["the body", "the text"]
