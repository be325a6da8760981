"""Small tables of every trade format that gives rows, for tests that hold in all of them."""

import random
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from data_contracts.checking.check import validate
from data_contracts.trade_flows.contract import CONTRACT
from riskmodel.sources.batch import Batch
from riskmodel.sources.trade.read import read_trade

COMTRADE = ("typeCode,freqCode,refMonth,period,reporterCode,flowCode,partnerCode,partner2Code,"
            "classificationCode,cmdCode,aggrLevel,customsCode,mosCode,motCode,netWgt,isNetWgtEstimated,"
            "primaryValue")  # fmt: skip
LEGACY = ("Classification,Year,Period,Aggregate Level,Trade Flow Code,Reporter Code,Partner Code,"
          "Mode of Transport Code,Commodity Code,Netweight (kg),Trade Value (US$)")  # fmt: skip
SDMX = "freq,reporter,partner,product,flow,indicators,TIME_PERIOD,OBS_VALUE"
BULK = "REPORTER,PARTNER,TRADE_TYPE,PRODUCT_NC,FLOW,STAT_PROCEDURE,SUPPL_UNIT,PERIOD,VALUE_EUR,QUANTITY_KG"
CENSUS = "CTY_CODE,E_COMMODITY,ALL_VAL_MO,SUMMARY_LVL,COMM_LVL,YEAR,MONTH"
WITS = ("Nomenclature,ReporterISO3,ProductCode,ReporterName,PartnerISO3,PartnerName,Year,TradeFlowName,"
        "TradeFlowCode,TradeValue in 1000 USD")  # fmt: skip
KEYS = "freq,reporter,partner,product,flow,indicators"
IMPORTS = "CTY_CODE,I_COMMODITY,GEN_VAL_MO,SUMMARY_LVL,COMM_LVL,YEAR,MONTH"
UK = "MonthId,FlowTypeId,SuppressionIndex,CommodityId,CountryId,CountryCodeAlpha,PortId,Value,NetMass"
TIDY = "year,reporter_iso,partner_iso,commodity_code,trade_value_usd_exp,trade_value_usd_imp"
NAMED = "year,exporter,importer,hs6_2017,value_kusd,quantity_t"
CODES = ("854231", "854232", "853221")
MONTHS = ("01", "02", "03")


def lines(name: str) -> tuple[str, list[str]]:
    """Header and all rows of a small table of a format; rows of one canonical row are among them."""
    draw = random.Random(name)
    value = lambda: draw.randrange(1, 10**6)  # noqa: E731 (short)
    cells = [(code, month, partner) for code in CODES for month in MONTHS for partner in (0, 1)]
    if name == "canonical.csv":
        rows = [f"DEU,{('KGZ', 'RUS')[p]},X,{c},HS2022,2022-{m}-01,{value()},5" for c, m, p in cells]
        return "reporter,partner,flow,hs6,hs_edition,period,value_usd,net_kg", rows
    if name == "cn8.csv":
        rows = [f"DEU,{('KGZ', 'RUS')[p]},2022-{m},{c}{e},{value()},5"
                for c, m, p in cells for e in (10, 90)]  # fmt: skip
        return "reporter_iso3,partner_iso3,month,code,value_eur,net_kg", rows
    if name == "easy.csv":
        rows = [f"Germany,{('Kyrgyzstan', 'Russian Federation (Russia)')[p]},{c}{e}-Goods,2-EXPORT,T-Total,"
                f"2022{m}-Month,{value()}" for c, m, p in cells for e in (10, 90)]  # fmt: skip
        return "REPORTER,PARTNER,PRODUCT,FLOW,STAT_PROCEDURE,PERIOD,VALUE_IN_EUR", rows
    if name == "sdmx.csv":
        rows = [f"M,DE,{('KG', 'RU')[p]},{c}{e},2,{i},2022-{m},{value()}"
                for c, m, p in cells for e in (10, 90)
                for i in ("VALUE_IN_EUROS", "QUANTITY_IN_100KG")]  # fmt: skip
        return SDMX, rows
    if name == "bulk.csv":
        rows = [f"DE,{('XU', 'XI')[p]},E,{c}{e},2,{s},NO_SU,2022{m},{value()},5"
                for c, m, p in cells for e in (10, 90) for s in (1, 2)]  # fmt: skip
        return BULK, rows
    if name == "comtrade.csv":
        rows = [f"C,M,{int(m)},2022{m},276,X,{(417, 643)[p]},0,H6,{c},6,C00,0,{mode},5,False,{value()}"
                for c, m, p in cells for mode in (1000, 2100, 3000)]  # fmt: skip
        return COMTRADE, rows
    if name == "legacy.csv":
        rows = [f"H5,2021,2021{m},6,2,276,{(417, 643)[p]},,{c},5,{value()}" for c, m, p in cells]
        return LEGACY, rows
    if name == "BACI_HS22_Y2022.csv":
        return "t,i,j,k,v,q", [
            f"{2019 + int(m)},276,{(417, 643)[p]},{c},{value()}.125,1" for c, m, p in cells
        ]
    if name == "india.csv":
        rows = [f"{('KGZ', 'RUS')[p]},2022-23,{c}{m},{value()}.25,5,KGS" for c, m, p in cells]
        return "partner_iso3,fy,hs8,value_usd_mn,quantity,unit", rows
    if name == "census.csv":
        return CENSUS, [f"{(4634, 4621)[p]},{c},{value()},DET,HS6,2022,{m}" for c, m, p in cells]
    if name in ("long.csv", "wide.tsv", "wide.csv"):
        return _comext_of_packages(name, value)
    if name == "imports.csv":
        return IMPORTS, [f"{(4634, 4621)[p]},{c},{value()},DET,HS6,2022,{m}" for c, m, p in cells]
    if name == "uk.csv":
        rows = [f"2022{m},4,0,{c}{e},{(83, 75)[p]},{('KG', 'RU')[p]},{port},{value()},5"
                for c, m, p in cells for e in (10, 90) for port in (1, 2)]  # fmt: skip
        return UK, rows
    if name == "tidy.csv":
        return TIDY, [f"{2018 + int(m)},deu,{('kgz', 'rus')[p]},{c},{value()},{value()}" for c, m, p in cells]
    if name == "named.csv":
        rows = [f"{2018 + int(m)},DEU,{('KGZ', 'RUS')[p]},{c},{value()}.125,1" for c, m, p in cells]
        return NAMED, rows
    if name == "tariff.csv":
        row = "C,M,{},2022{},276,X,{},{},H6,{},6,C00,0,{},5,False,{}".format
        rows = [row(int(m), m, (417, 643)[p], second, c + e, mode, value())
                for c, m, p in cells for e in ("00", "10") for second in (0, 36)
                for mode in (1000, 2100)]  # fmt: skip
        return COMTRADE, rows
    rows = [f"H6,DEU,{c},Germany,{('KGZ', 'RUS')[p]},X,20{m[1]}1,Export,6,{value()}.5" for c, m, p in cells]
    return WITS, rows


def _comext_of_packages(name: str, value: Callable[[], int]) -> tuple[str, list[str]]:
    """Comext as R (long) and Python and the service (wide) keep it."""
    keys = [f"M,DE,{partner},{c}{e},2,{i}" for partner in ("KG", "RU") for c in CODES for e in (10, 90)
            for i in ("VALUE_IN_EUROS", "QUANTITY_IN_100KG")]  # fmt: skip
    if name == "long.csv":
        rows = [f"{key},2022-{m}-01,{value()}" for key in keys for m in MONTHS]
        return KEYS + ",TIME_PERIOD,values", rows
    sign = "\t" if name == "wide.tsv" else ","
    months = sign.join(f"2022-{m}" for m in MONTHS)
    rows = [sign.join([key, *(str(value()) for _ in MONTHS)]) for key in keys]
    return f"{KEYS}\\TIME_PERIOD{sign}{months}", rows


# File of each sample -> the reader that takes it, its column of values, and their currency.
SAMPLES = {
    "canonical.csv": ("canonical", "value_usd", "USD"),
    "cn8.csv": ("comext-cn8", "value_eur", "EUR"),
    "easy.csv": ("comext-easy", "VALUE_IN_EUR", "EUR"),
    "sdmx.csv": ("comext-sdmx", "OBS_VALUE", "EUR"),
    "bulk.csv": ("comext-bulk", "VALUE_EUR", "EUR"),
    "long.csv": ("comext-long", "values", "EUR"),
    "wide.tsv": ("comext-wide", "2022-01", "EUR"),
    "wide.csv": ("comext-wide", "2022-01", "EUR"),
    "comtrade.csv": ("comtrade", "primaryValue", "USD"),
    "tariff.csv": ("comtrade", "primaryValue", "USD"),
    "legacy.csv": ("comtrade-legacy", "Trade Value (US$)", "USD"),
    "BACI_HS22_Y2022.csv": ("baci", "v", "USD"),
    "named.csv": ("baci-named", "value_kusd", "USD"),
    "india.csv": ("india-export-bank", "value_usd_mn", "USD"),
    "census.csv": ("us-census", "ALL_VAL_MO", "USD"),
    "imports.csv": ("us-census", "GEN_VAL_MO", "USD"),
    "wits.csv": ("wits", "TradeValue in 1000 USD", "USD"),
    "uk.csv": ("uk-trade-info", "Value", "GBP"),
    "tidy.csv": ("tradestatistics", "trade_value_usd_exp", "USD"),
}
WIDE_ROWS = {"wide.tsv": len(MONTHS), "wide.csv": len(MONTHS), "tidy.csv": 2}  # cells that one row holds


def sign_of(header: str) -> str:
    """What divides the cells of a sample."""
    return "\t" if "\t" in header else ","


def with_value(name: str, header: str, row: str, text: str) -> str:
    """A row whose value is written so."""
    sign = sign_of(header)
    cells = row.split(sign)
    cells[header.split(sign).index(SAMPLES[name][1])] = text
    return sign.join(cells)


def read(*paths: Path) -> Batch:
    """Read files of one sample; those that do not say their edition are in HS2022."""
    return read_trade(list(paths), hs_edition="HS2022")


def accepted(batch: Batch) -> list[tuple[object, ...]]:
    """What the contract accepts of a batch, sorted, without where it came from."""
    rows = validate(CONTRACT, batch.frame).accepted.drop("source_file", "source_row")
    return rows.sort(rows.columns).rows()


def write(folder: Path, name: str, header: str, rows: list[str]) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


@cache
def whole(name: str) -> tuple[tuple[object, ...], ...]:
    """What the contract accepts of a whole sample, read once for all tests."""
    with TemporaryDirectory() as folder:
        return tuple(accepted(read(write(Path(folder), name, *lines(name)))))
