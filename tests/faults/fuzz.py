"""Coverage-guided fuzzing of readers and contracts: every file ends as a sound batch or in a sentence.

    make fuzz SECONDS=600

Atheris mutates whole files (the first byte tells which reader, the second the ending of the name) and keeps
those that reach new lines of this project. What is read is checked: counts add up, every row is accepted or
refused under a rule, and a table checked part by part gets the verdicts of the whole. great-expectations is
replaced by its bounds and sets, since it takes half a second a table; its own verdicts are tested elsewhere.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import shutil
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import atheris
from material import gkg

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent / "data_contracts")]

with atheris.instrument_imports(include=["riskmodel", "data_contracts"]):
    import polars as pl
    from test_parts import quick

    from data_contracts.checking import judged_values as verdicts
    from data_contracts.checking.check import validate
    from data_contracts.checking.large.check import validate_parts
    from data_contracts.contract import Context
    from data_contracts.registry import CONTRACTS
    from riskmodel.errors import RiskmodelError
    from riskmodel.publication.safe_csv import write_quarantine_csv
    from riskmodel.sources.batch import Batch
    from riskmodel.sources.files.find import find
    from riskmodel.sources.formats import in_memory
    from riskmodel.sources.goods import read_goods
    from riskmodel.sources.limits import ReadingLimits
    from riskmodel.sources.listings import read_listings
    from riskmodel.sources.news.articles import article_parts
    from riskmodel.sources.news.gkg import GkgParts
    from riskmodel.sources.trade.read import trade_parts
    from tools.contracts.examples import sound

ENDINGS = (".csv", ".jsonl", ".parquet", ".csv.gz", ".json", ".txt", ".warc", ".gkg.csv", ".xml", ".html")
SMALL = ReadingLimits(trade_rows=3, whole_bytes=200, table_rows=3)
READERS: tuple[Callable[[Path], Batch], ...] = (
    lambda path: in_memory(trade_parts([path], hs_edition="HS2022", limits=SMALL)),
    lambda path: in_memory(article_parts([path], published_at=date(2024, 1, 1), limits=SMALL)),
    lambda path: read_listings([path]),
    read_goods,
    lambda path: in_memory(GkgParts(find([path], ENDINGS).sources)),
)
CONTEXT = Context(as_of=date(2024, 6, 30), today=date(2024, 6, 30))
LARGE = ("trade_flows", "articles", "gkg", "listings")
WARC = (
    "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://example.org/a\r\n"
    "WARC-Date: 2024-01-15T10:30:00Z\r\nContent-Type: application/http\r\n"
    "Content-Length: {}\r\n\r\n{}\r\n\r\n"
)
PAGE = (
    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><title>T</title><body><p>Chips passed through "
    "Kyrgyzstan to Russia, customs officers said on Monday.</p></body></html>"
)


def check(data: bytes, folder: Path) -> None:
    """Read one file and check what came of it; an error that is no sentence, or a wrong count, is raised."""
    if len(data) < 2:
        return
    read = READERS[data[0] % len(READERS)]
    path = folder / f"fuzzed{ENDINGS[data[1] % len(ENDINGS)]}"
    path.write_bytes(data[2:])
    try:
        batch = read(path)
    except RiskmodelError as error:
        sentence = str(error)
        if not sentence or "\n" in sentence or "\x1b" in sentence:
            raise AssertionError(f"no sentence: {sentence!r}") from error
        return
    _equal(batch.rows_read, batch.frame.height + sum(batch.dropped.values()), "rows read")
    contract = CONTRACTS[batch.kind]
    whole = validate(contract, batch.frame, CONTEXT)
    _equal(batch.frame.height, whole.accepted.height + whole.quarantined.height, "rows checked")
    refusing = [f"broke_{r.name}" for r in contract.row_rules if r.effect == "refuses the rows"]
    if whole.quarantined.height:
        _equal(whole.quarantined.select(pl.any_horizontal(refusing)).to_series().all(), True, "a rule each")
    write_quarantine_csv(whole.quarantined.lazy(), folder / "refused.csv")
    if batch.kind in LARGE and batch.frame.height > 1:
        spill = folder / "spill"
        shutil.rmtree(spill, ignore_errors=True)
        spill.mkdir()
        size = -(-batch.frame.height // 3)
        parts = validate_parts(contract, batch.frame.iter_slices(size), CONTEXT, spill)
        _equal(parts.report.to_dict(), whole.report.to_dict(), "report of parts")
        _equal(parts.accepted.collect().equals(whole.accepted), True, "accepted rows of parts")
        _equal(parts.quarantined.collect().equals(whole.quarantined), True, "refused rows of parts")


def _equal(found: object, wanted: object, what: str) -> None:
    if found != wanted:
        raise AssertionError(f"{what}: {found!r} is not {wanted!r}")


def write_seeds(folder: Path) -> None:
    """Sound files of every kind and ending, to start from."""
    kinds = ("trade_flows", "articles", "listings", "goods")
    for number, kind in enumerate(kinds):
        table = sound(kind).drop("source_file", "source_row").head(4)
        text = table.write_csv().encode()
        lines = "\n".join(json.dumps(row, default=str) for row in table.iter_rows(named=True)).encode()
        parquet = folder / "table"
        table.write_parquet(parquet)
        contents = [
            text,
            lines,
            parquet.read_bytes(),
            gzip.compress(text, mtime=0),
            b"[" + lines.replace(b"\n", b","),
        ]
        parquet.unlink()
        for ending, content in enumerate(contents):
            closing = b"]" if ENDINGS[ending] == ".json" else b""
            (folder / f"{kind}-{ending}").write_bytes(bytes([number, ending]) + content + closing)
    (folder / "text").write_bytes(bytes([1, 5]) + b"Title\n\nChips passed through Kyrgyzstan to Russia.\n")
    (folder / "warc").write_bytes(bytes([1, 6]) + WARC.format(len(PAGE), PAGE).encode())
    (folder / "gkg").write_bytes(bytes([4, 7]) + gkg().encode())
    for number, content in enumerate(FEEDS):
        (folder / f"feed-{number}").write_bytes(bytes([1, 8]) + content)
    (folder / "page").write_bytes(bytes([1, 9]) + PAGE.partition("\r\n\r\n")[2].encode())
    for number, item in enumerate(CRAWLED):
        (folder / f"crawled-{number}").write_bytes(bytes([1, 4]) + json.dumps(item).encode())
    for path in sorted((HERE.parent / "sources" / "lists").iterdir()):
        ending = ENDINGS.index(path.suffix)
        (folder / f"list-{path.stem}").write_bytes(bytes([2, ending]) + path.read_bytes())
    for name, columns in FOREIGN.items():
        (folder / name).write_bytes(bytes([0, 0]) + columns.encode())


# Feeds, and what crawlers and search engines write.
FEEDS = (
    b'<rss version="2.0"><channel><title>c</title><link>https://example.org</link><item><guid>1</guid><link>/1'
    b"</link><title>T &amp; U</title><pubDate>Sun, 01 May 2022 10:00 EST</pubDate><description>&lt;p&gt;Chips"
    b"&amp;nbsp;reach Russia&lt;/p&gt;</description></item></channel></rss>",
    b'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://example.org/"><entry xml:lang="en">'
    b'<id>1</id><title type="html">T</title><link href="1.html"/><updated>2022-05-01T10:00:00Z</updated>'
    b'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Chips</p></div></content></entry></feed>',
    b'<doc title="T" date="2022-05-01" source="https://example.org/1"><main><p>Chips</p></main></doc>',
)
CRAWLED: tuple[object, ...] = (
    {"title": "T", "maintext": "Chips", "date_publish": "2022-05-01 10:00:00", "text": None},
    {"hits": {"hits": [{"_id": "1", "_source": {"title": ["T"], "text": ["a", "b"], "date": "01/05/2022"}}]}},
    {"columns": ["title", "text", "date"], "data": [["T", "Chips", "1 mai 2022"], ["U", "x", "13/05/2022"]]},
    {"title": {"0": "T", "1": "U"}, "text": {"0": "a", "1": "b"}, "date": {"0": 1651399200, "1": "NaT"}},
    {
        "entries": [
            {"id": "1", "content": [{"value": "<p>x</p>"}], "published_parsed": [2022, 5, 1, 10, 0, 0]}
        ]
    },
)

# Headers of the formats of statistical offices, with a row each.
FOREIGN = {
    "baci": "t,i,j,k,v,q\n2021,276,417,854231,1.5,0.2\n",
    "comext": "REPORTER,PARTNER,PRODUCT_NC,FLOW,PERIOD,VALUE_EUR,QUANTITY_KG\n"
    "DE,KG,85423190,2,202301,100,5\n",
    "sdmx": "freq,reporter,partner,product,flow,indicators,TIME_PERIOD,OBS_VALUE\n"
    "M,DE,KG,85423190,2,VALUE_IN_EUROS,2023-01,100\n",
    "easy": "REPORTER,PARTNER,PRODUCT,FLOW,PERIOD,VALUE_IN_EUR\n"
    "DE-Germany,KG-Kyrgyzstan,85423190-Chips,EXPORT,Jan. 2022,5\n",
    "cn8": "reporter_iso3,partner_iso3,code,month,value_eur,net_kg\nDEU,KGZ,85423190,202301,100,5\n",
    "comtrade": "period,reporterCode,partnerCode,flowCode,cmdCode,primaryValue,netWgt,classificationCode,"
    "customsCode,motCode,partner2Code,isAggregate\n202301,276,417,X,854231,100,5,H6,C00,0,0,true\n",
}


def write_words(path: Path) -> None:
    """Words of the formats, so that the mutations can put one where it matters."""
    names = {name for contract in CONTRACTS.values() for name in contract.columns}
    names |= {name for text in FOREIGN.values() for name in text.splitlines()[0].split(",")}
    values = {"KGZ", "RUS", "WLD", "854231", "HS2022", "2023-01-01", "2023-01", "null", "NaN", "1e309", "-0"}
    marks = [
        "\\x00",
        "\\xef\\xbb\\xbf",
        "\\x0d",
        "\\x0a",
        "\\x22",
        "\\x1f\\x8b\\x08",
        "PK\\x03\\x04",
        "PAR1",
        "\\xff\\xfe",
    ]
    words = [*sorted(names | values), *marks]
    path.write_text("".join(f'"{word}"\n' for word in words))


def main() -> None:
    """Fuzz for the time that is given; exit code 77 and the file where something went wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int, default=20240630)
    parser.add_argument("--keep", type=Path, default=Path("build/fuzz"), help="corpus and files that fail")
    chosen = parser.parse_args()
    corpus = chosen.keep / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    write_seeds(corpus)
    write_words(chosen.keep / "words")
    logging.disable(logging.CRITICAL)
    verdicts.breaking_rows = quick
    work = chosen.keep / "work"  # the fuzzer ends its process without cleaning up
    work.mkdir(exist_ok=True)
    words = [sys.argv[0], str(corpus), f"-max_total_time={chosen.seconds}", f"-seed={chosen.seed}"]
    words += [f"-artifact_prefix={chosen.keep}/", "-timeout=60", "-rss_limit_mb=6000", "-max_len=6000"]
    atheris.Setup(
        [*words, "-len_control=0", "-print_final_stats=1", f"-dict={chosen.keep / 'words'}"],
        lambda data: check(data, work),
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
