"""Formats are kept apart by their headers, documented by name, and hostile bytes never crash a reader."""

import gzip
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskmodel.errors import RiskmodelError
from riskmodel.sources import goods, listings
from riskmodel.sources.goods import read_goods
from riskmodel.sources.listings import read_listings
from riskmodel.sources.news.articles import read_articles
from riskmodel.sources.news.formats import article_formats
from riskmodel.sources.trade.read import FORMATS, read_trade

DOCUMENTATION = Path(__file__).resolve().parents[2] / "docs" / "formats.md"
KINDS = {
    "trade": FORMATS,
    "goods": goods.FORMATS,
    "listings": listings.FORMATS,
    "articles": article_formats(None),
}
# The first header words of a format's own description make a header that it must recognise before any other.
HEADERS = {
    "canonical": "reporter,partner,flow,hs6,hs_edition,period,value_usd,net_kg,known_at,source",
    "comext-cn8": "reporter_iso3,partner_iso3,month,code,value_eur",
    "comext-easy": "REPORTER,PARTNER,PRODUCT,FLOW,STAT_PROCEDURE,PERIOD,VALUE_IN_EUR",
    "comext-sdmx": "DATAFLOW,LAST UPDATE,freq,reporter,partner,product,flow,indicators,TIME_PERIOD,OBS_VALUE",
    "comext-bulk": "REPORTER,PARTNER,TRADE_TYPE,PRODUCT_NC,FLOW,STAT_PROCEDURE,PERIOD,VALUE_EUR,QUANTITY_KG",
    "comtrade": "typeCode,period,reporterCode,flowCode,partnerCode,classificationCode,cmdCode,primaryValue",
    "comtrade-legacy": "Period,Trade Flow Code,Reporter Code,Partner Code,Commodity Code,Trade Value (US$)",
    "baci": "t,i,j,k,v,q",
    "india-export-bank": "partner_iso3,fy,hs8,value_usd_mn,quantity,unit",
}


@pytest.mark.parametrize("name", HEADERS)
def test_each_trade_header_belongs_to_one_format_only(name: str) -> None:
    columns = frozenset(HEADERS[name].split(","))
    takers = [form.name for form in FORMATS if form.recognise(columns)]
    # The legacy reader would take every Comtrade header; it stands last on purpose.
    assert takers[0] == name
    assert set(takers) <= {name, "comtrade-legacy"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_is_documented(kind: str) -> None:
    text = DOCUMENTATION.read_text(encoding="utf-8")
    if kind != "goods":  # described in words
        names = [form.name for form in KINDS[kind] if not form.name.endswith("code-list")]
        assert [name for name in names if f"`{name}`" not in text] == []


@pytest.mark.parametrize("kind", KINDS)
def test_format_names_are_unique(kind: str) -> None:
    names = [form.name for form in KINDS[kind]]
    assert len(names) == len(set(names))


SEEDS = [
    header.encode() + b"\nDEU,KGZ,X,854231,HS2022,2022-05-01,1200,3,2022-07-15,own\n"
    for header in HEADERS.values()
]
SEEDS += [
    b'{"id": 1, "date": "2023-01-02", "text": "x"}\n' * 2,
    b'{"data": [{"period": 1}]}',
    b"WARC/1.0\r\n",
]


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(
    seed=st.sampled_from(SEEDS),
    cut=st.integers(0, 200),
    junk=st.binary(max_size=12)
    | st.sampled_from([b'"', b",,,", b"\n\n", b"NaN", b"1e999", b"\xff\xfe", b"[[["]),
    packed=st.booleans(),
    ending=st.sampled_from([".csv", ".json", ".parquet", ".txt", ".warc", ".xml"]),
)
def test_hostile_bytes_end_in_a_sentence_or_a_batch(
    tmp_path: Path, seed: bytes, cut: int, junk: bytes, packed: bool, ending: str
) -> None:
    content = seed[:cut] + junk + seed[cut:]
    path = tmp_path / f"file{ending}"
    path.write_bytes(gzip.compress(content) if packed else content)
    for read in (read_trade, read_articles, read_listings, lambda paths: read_goods(paths[0])):
        try:
            batch = read([path])
        except RiskmodelError as error:
            assert "\n" not in str(error)
        else:
            assert batch.rows_read == batch.frame.height + sum(batch.dropped.values())
            assert batch.frame.schema["source_row"] == pl.Int64
