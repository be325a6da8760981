"""Real figures in the columns of each format, and real files with headings made products, against pandas.

Real samples of these formats hold headings or totals alone, or none could be had; so real figures of the
Union, of BACI and of the samples are put into the form, and what was written is read by both sides.
"""

import gzip
import json
from pathlib import Path

import pandas as pd
import pytest
from sums import Sums, ours, same, theirs

from riskmodel.sources.trade.read import read_trade

pytestmark = pytest.mark.real
ISO2 = {
    "AUT": "AT", "BEL": "BE", "BGR": "BG", "CYP": "CY", "CZE": "CZ", "DEU": "DE", "DNK": "DK", "ESP": "ES",
    "EST": "EE", "FIN": "FI", "FRA": "FR", "GRC": "GR", "HRV": "HR", "HUN": "HU", "IRL": "IE", "ITA": "IT",
    "LTU": "LT", "LUX": "LU", "LVA": "LV", "MLT": "MT", "NLD": "NL", "POL": "PL", "PRT": "PT", "ROU": "RO",
    "SVK": "SK", "SVN": "SI", "SWE": "SE",
}  # fmt: skip
ISO3 = {short: long for long, short in ISO2.items()}
KEYS = ["freq", "reporter", "partner", "product", "flow", "indicators"]
RATES = Path(__file__).resolve().parents[2] / "features" / "reference" / "exchange_rates.csv"


@pytest.fixture(scope="module")
def union(real_data: Path) -> pd.DataFrame:
    """What the members exported to Kyrgyzstan and Armenia by CN8 and month, in euro, as Eurostat has it."""
    path = real_data / "eu27-sanctioned-cn8-monthly" / "eu27_exports_cn8_monthly_2020_2022.parquet"
    frame = pd.read_parquet(path)
    frame = frame.astype(dict.fromkeys(("reporter_iso3", "partner_iso3", "month", "code"), str))
    chosen = frame["partner_iso3"].isin(["KGZ", "ARM"]) & (frame["code"].str.len() == 8)
    return frame[chosen].assign(
        freq="M", reporter=lambda f: f["reporter_iso3"].map(ISO2),
        partner=lambda f: f["partner_iso3"].map({"KGZ": "KG", "ARM": "AM"}), product=lambda f: f["code"],
        flow="2", indicators="VALUE_IN_EUROS",
    )  # fmt: skip


def dollars(currency: str) -> dict[int, float]:
    table = pd.read_csv(RATES, dtype=str)
    table = table[table["currency"] == currency]
    return {
        int(day[:4]): float(rate)
        for day, rate in zip(table["valid_from"], table["usd_per_unit"], strict=True)
    }


def in_dollars(frame: pd.DataFrame, value: str, month: str, currency: str = "EUR") -> pd.DataFrame:
    year = frame[month].astype(str).str.replace(r"\D", "", regex=True).str[:4].astype(int)
    usd = frame[value].astype(float) * year.map(dollars(currency))
    return frame.assign(year=year, usd=usd, X="X", who=frame.get("reporter", pd.Series(dtype=str)).map(ISO3))


def by_member(frame: pd.DataFrame) -> Sums:
    return theirs(frame, "who", "X", "year", "usd")


def test_sdmx(union: pd.DataFrame, tmp_path: Path) -> None:
    """With a quantity under each value and the trailing comma of the service."""
    lines = union.assign(TIME_PERIOD=union["month"], OBS_VALUE=union["value_eur"])
    weight = lines.assign(indicators="QUANTITY_IN_100KG", OBS_VALUE=2.5)
    both = pd.concat([lines, weight])[[*KEYS, "TIME_PERIOD", "OBS_VALUE"]]
    path = tmp_path / "estat.csv.gz"
    text = both.to_csv(index=False).replace("\n", ",\n").replace("OBS_VALUE,", "OBS_VALUE", 1)
    path.write_bytes(gzip.compress(text.encode()))
    plain = pd.read_csv(path, dtype=str, index_col=False)
    plain = plain[plain["indicators"] == "VALUE_IN_EUROS"]
    batch = read_trade([path])
    same(ours(batch.frame), by_member(in_dollars(plain, "OBS_VALUE", "TIME_PERIOD")), len(plain))
    assert batch.frame["net_kg"].sum() == len(plain) * 250


def test_comext_of_r(union: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    long = union.assign(TIME_PERIOD=union["month"] + "-01", values=union["value_eur"].astype(float))
    long[[*KEYS, "TIME_PERIOD", "values"]].to_csv(path, index=False)
    plain = in_dollars(pd.read_csv(path, dtype=str), "values", "TIME_PERIOD")
    same(ours(read_trade([path]).frame), by_member(plain), len(plain))


@pytest.mark.parametrize("way", ["python", "service", "parquet"])
def test_comext_wide(union: pd.DataFrame, tmp_path: Path, way: str) -> None:
    wide = union.pivot_table(index=KEYS, columns="month", values="value_eur").reset_index()
    months = [name for name in wide.columns if name[:2] == "20"]
    if way == "service":
        path, sign = tmp_path / "wide.tsv", "\t"
        joined = wide[KEYS].agg(",".join, axis=1).rename(",".join(KEYS) + "\\TIME_PERIOD")
        cells = wide[months].map(lambda v: ": " if pd.isna(v) else f"{v:.0f} p")
        pd.concat([joined, cells], axis=1).to_csv(path, index=False, sep=sign)
        plain = pd.read_csv(path, sep=sign, dtype=str)
        plain["reporter"] = plain.iloc[:, 0].str.split(",").str[1]
    else:
        path = tmp_path / ("wide.parquet" if way == "parquet" else "wide.csv")
        named = wide.rename(columns={"indicators": "indicators\\TIME_PERIOD"})
        named.to_parquet(path) if way == "parquet" else named.to_csv(path, index=False)
        plain = pd.read_parquet(path) if way == "parquet" else pd.read_csv(path, dtype=str)
    long = plain.melt("reporter", months, "month", "value").dropna()
    value = long["value"].astype(str).str.extract(r"^([0-9.]+)")[0]
    long = in_dollars(long.assign(value=value).dropna(), "value", "month")
    assert len(long) == len(union)
    same(ours(read_trade([path]).frame), by_member(long), len(long))


def test_bulk_files(union: pd.DataFrame, tmp_path: Path) -> None:
    """Each figure in two parts by procedure, as the bulk download has them; the whole year next to them."""
    table = pd.DataFrame({
        "REPORTER": union["reporter"], "PARTNER": union["partner"], "TRADE_TYPE": "E",
        "PRODUCT_NC": union["product"], "FLOW": "2", "STAT_PROCEDURE": "1", "SUPPL_UNIT": "NO_SU",
        "PERIOD": union["month"].str.replace("-", ""), "VALUE_EUR": union["value_eur"] // 3, "QUANTITY_KG": 1,
    })  # fmt: skip
    rest = table.assign(STAT_PROCEDURE="3", VALUE_EUR=union["value_eur"] - union["value_eur"] // 3)
    year = table.head(500).assign(PERIOD=lambda f: f["PERIOD"].str[:4] + "52")
    path = tmp_path / "full_v2.dat"
    pd.concat([table, rest, year]).to_csv(path, index=False)
    plain = pd.read_csv(path, dtype=str)
    plain = plain[~plain["PERIOD"].str.endswith("52")].rename(columns={"REPORTER": "reporter"})
    plain = in_dollars(plain, "VALUE_EUR", "PERIOD")
    same(ours(read_trade([path]).frame), by_member(plain), len(plain))


def test_easy_comext(real_data: Path, tmp_path: Path) -> None:
    """The real extraction, its one product made a CN8 code: labels with history, rows of the Union."""
    source = real_data / "format-samples" / "comext-easy-csv" / "Relational_View_2024-11-16T06_42_55.340Z.csv"
    path = tmp_path / "Relational_View.csv"
    path.write_text(source.read_text().replace('"Armenia","Total"', '"Armenia","85423190-Chips, other"'))
    plain = pd.read_csv(path, dtype=str)
    members = plain[~plain["REPORTER"].str.startswith(("European Union", "Euro area"))]
    assert members["REPORTER"].is_unique
    frame = read_trade([path]).frame
    expected = (members["VALUE_IN_EUR"].astype(float) * dollars("EUR")[2021]).round().astype(int)
    assert sorted(frame["value_usd"].to_list()) == sorted(expected)
    assert frame["reporter"].n_unique() == len(members)


def test_sheets_of_the_data_browser(real_data: Path, tmp_path: Path) -> None:
    """The two real sheets of all goods, their product made a CN8 code, flags between the months."""
    import fastexcel

    source = next((real_data / "format-samples" / "comext-databrowser-xlsx").glob("*.xlsx"))
    expected: dict[tuple[str, int], float] = {}
    for name in ("Sheet 3", "Sheet 4"):
        sheet = fastexcel.read_excel(source).load_sheet(name, header_row=None, dtypes="string").to_polars()
        path = tmp_path / f"{name}.csv"
        sheet.write_csv(path, include_header=False)
        path.write_text(path.read_text().replace("[TOTAL]", "[85423190]"))
        table = pd.read_csv(path, header=None, dtype=str, skip_blank_lines=False)
        start = int((table[0] == "REPORTER (Labels)").to_numpy().argmax()) + 1
        flow = {"IMPORT": "M", "EXPORT": "X"}[table[table[0] == "FLOW"].iloc[0, 2]]
        cells = table.iloc[start:].dropna(subset=[0, 1])
        cells = cells[~cells[0].str.contains("Special|Euro|:")]
        for place, month in table[table[0] == "TIME"].iloc[0].items():
            if place > 1 and str(month)[:2] == "20":
                value = pd.to_numeric(cells[place], errors="coerce").sum() * dollars("EUR")[int(month[:4])]
                key = (flow, int(month[:4]))
                expected[key] = expected.get(key, 0) + value
    found: dict[tuple[str, int], float] = {}
    for (_, flow, year), value in ours(read_trade([tmp_path]).frame).items():
        found[flow, year] = found.get((flow, year), 0) + value
    assert found.keys() == expected.keys()
    assert len(found) >= 6
    for key, value in expected.items():
        assert found[key] == pytest.approx(value, rel=1e-7)


def test_download_of_comtrade(real_data: Path, tmp_path: Path) -> None:
    """The real download, its heading made a product: 48 fields, Windows-1252, areas that are no country."""
    source = next((real_data / "format-samples" / "comtrade-plus-csv").glob("*.csv"))
    text = source.read_bytes().replace(b'"8542",', b'"854231",').replace(b'circuits","4"', b'circuits","6"')
    path = tmp_path / "TradeData.csv"
    path.write_bytes(text)
    plain = pd.read_csv(path, dtype=str, encoding="cp1252", keep_default_na=False, usecols=range(47))
    plain.columns = source.read_text("cp1252").splitlines()[0].split(",")
    country = plain["partnerISO"].str.strip().str.fullmatch("[A-Z]{3}") | (plain["partnerCode"] == "490")
    plain = plain[country].assign(usd=lambda f: f["primaryValue"].astype(float))
    assert len(plain) > 200
    batch = read_trade([path])
    same(ours(batch.frame), theirs(plain, "reporterISO", "flowCode", "refYear", "usd"), len(plain))
    # The bulk files hold the same fields between tabs, tariff lines national codes in several modes.
    bulk = tmp_path / "COMTRADE-FINAL-CA764201412H4.gz"
    plain.drop(columns="usd").to_csv(bulk, sep="\t", index=False, compression="gzip")
    same(
        ours(read_trade([bulk]).frame), theirs(plain, "reporterISO", "flowCode", "refYear", "usd"), len(plain)
    )
    lines = [plain.assign(cmdCode=code, motCode=mode, primaryValue=plain["usd"] * share)
             for code, mode, share in (("85423100000", "1000", 0.5), ("85423100000", "2100", 0.25),
                                       ("85423100901", "1000", 0.25))]  # fmt: skip
    tariff = tmp_path / "tariffline.csv"
    pd.concat(lines).drop(columns="usd").to_csv(tariff, index=False)
    back = pd.read_csv(tariff, dtype=str, keep_default_na=False)
    back["usd"] = back["primaryValue"].astype(float)
    same(
        ours(read_trade([tariff]).frame), theirs(back, "reporterISO", "flowCode", "refYear", "usd"), len(back)
    )


def test_answer_of_the_comtrade_api(real_data: Path, tmp_path: Path) -> None:
    source = real_data / "format-samples" / "comtrade-api-json" / "final_annual_CHN_ARG_2010.json"
    answer = json.loads(source.read_text())
    for n, row in enumerate(answer["data"]):
        row.update(cmdCode=f"85423{n}", aggrLevel=6)
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(answer))
    plain = pd.DataFrame(answer["data"])
    plain = plain[plain["partnerCode"] != 0]
    same(
        ours(read_trade([path]).frame), theirs(plain, "reporterISO", "flowCode", "refYear", "primaryValue"), 4
    )


def test_machine_header_of_old_comtrade(real_data: Path, tmp_path: Path) -> None:
    """The real file of the closed site under the names that its API gave with head=M."""
    source = next((real_data / "format-samples" / "comtrade-legacy-csv").glob("*.csv"))
    names = {
        "Classification": "pfCode", "Year": "yr", "Period": "period", "Aggregate Level": "aggrLevel",
        "Trade Flow Code": "rgCode", "Reporter Code": "rtCode", "Reporter ISO": "rt3ISO",
        "Partner Code": "ptCode", "Partner ISO": "pt3ISO", "Commodity Code": "cmdCode",
        "Netweight (kg)": "NetWeight", "Trade Value (US$)": "TradeValue", "Flag": "estCode",
    }  # fmt: skip
    frame = pd.read_csv(source, dtype=str, keep_default_na=False).rename(columns=names)
    # Of the real rows, which are all of the world, every second is given to Malaysia.
    frame.loc[frame.index % 2 == 1, ["ptCode", "pt3ISO"]] = ["458", "MYS"]
    path = tmp_path / "old.csv"
    frame[list(names.values())].to_csv(path, index=False)
    plain = pd.read_csv(path, dtype=str)
    plain = plain[plain["ptCode"] != "0"].assign(usd=lambda f: f["TradeValue"].astype(int), X="X")
    found = read_trade([path])
    assert found.files[0].reader == "comtrade-legacy"
    same(ours(found.frame), theirs(plain, "rt3ISO", "X", "yr", "usd"), 1)


@pytest.mark.parametrize("nomenclature", [True, False])
def test_wits(real_data: Path, tmp_path: Path, nomenclature: bool) -> None:
    """The real query, its chapters made products; chapter 99 holds no products."""
    source = real_data / "format-samples" / "wits" / "Import_Export_by_Industry_SG.csv"
    frame = pd.read_csv(source, dtype=str)
    frame["ProductCode"] += "0110"
    frame["ProductCode"] = frame["ProductCode"].str.lstrip("0")  # as a spreadsheet saves them
    path = tmp_path / "wits.csv"
    (frame if nomenclature else frame.drop(columns="Nomenclature")).to_csv(path, index=False)
    plain = pd.read_csv(path, dtype=str)
    plain = plain[~plain["ProductCode"].str.startswith("99")]
    plain["flow"] = plain["TradeFlowCode"].map({"5": "M", "6": "X"})
    plain["usd"] = plain["TradeValue in 1000 USD"].astype(float) * 1000
    found = read_trade([path], hs_edition=None if nomenclature else "HS2022")
    same(ours(found.frame), theirs(plain, "ReporterISO3", "flow", "Year", "usd"), len(plain))


def test_tradestatistics_and_canonical(real_data: Path, tmp_path: Path) -> None:
    """Real figures of China and Russia, exports and imports on one row, and as a canonical table."""
    source = real_data / "baci-china-russia-hs6" / "baci_hs17_china_russia_2017_2023.csv.gz"
    frame = pd.read_csv(source, dtype=str)
    dollars = (frame["value_kusd"].astype(float) * 1000).round().astype("int64")
    tidy = pd.DataFrame({
        "year": frame["year"], "reporter_iso": frame["exporter"].str.lower(),
        "partner_iso": frame["importer"].str.lower(), "commodity_code": frame["hs6_2017"],
        "trade_value_usd_exp": dollars, "trade_value_usd_imp": dollars // 2,
    })  # fmt: skip
    path = tmp_path / "tidy.csv"
    tidy.to_csv(path, index=False)
    plain = pd.read_csv(path)
    names = {"trade_value_usd_exp": "X", "trade_value_usd_imp": "M"}
    plain = plain.melt(["year", "reporter_iso"], list(names), "flow", "usd").replace({"flow": names})
    plain["reporter_iso"] = plain["reporter_iso"].str.upper()
    found = read_trade([path], hs_edition="HS2017").frame
    same(ours(found), theirs(plain, "reporter_iso", "flow", "year", "usd"), 1)
    own = tmp_path / "canonical.csv"
    table = pd.DataFrame({
        "reporter": frame["exporter"], "partner": frame["importer"], "flow": "X", "hs6": frame["hs6_2017"],
        "hs_edition": "HS2017", "period": frame["year"] + "-01", "value_usd": dollars,
    })  # fmt: skip
    table.to_csv(own, index=False)
    same(
        ours(read_trade([own]).frame),
        theirs(table.assign(year=frame["year"]), "reporter", "flow", "year", "value_usd"),
        1,
    )


def test_uk_trade_info(union: pd.DataFrame, tmp_path: Path) -> None:
    """Real figures of France taken for pounds, each in two ports; one download holds a part again."""
    french = union[union["reporter_iso3"] == "FRA"]
    records = pd.DataFrame({
        "MonthId": french["month"].str.replace("-", "").astype(int), "FlowTypeId": 4, "SuppressionIndex": 0,
        "CommodityId": french["code"].astype(int), "CountryId": french["partner"].map({"KG": 83, "AM": 77}),
        "PortId": 1, "Value": french["value_eur"] // 2, "NetMass": 3,
    })  # fmt: skip
    second = records.assign(PortId=2, Value=french["value_eur"] - french["value_eur"] // 2)
    both = pd.concat([records, second]).to_dict("records")
    codes = {
        "value": [{"CountryId": 83, "CountryCodeAlpha": "KG"}, {"CountryId": 77, "CountryCodeAlpha": "AM"}]
    }
    (tmp_path / "Country.json").write_text(json.dumps(codes))
    (tmp_path / "OTS 1.json").write_text(json.dumps({"value": both}))
    (tmp_path / "OTS 2.json").write_text(json.dumps({"value": both[: len(both) // 3]}))
    plain = in_dollars(pd.DataFrame(both), "Value", "MonthId", "GBP").assign(who="GBR")
    batch = read_trade([tmp_path])
    same(ours(batch.frame), by_member(plain), len(plain))
    assert batch.dropped["exact_duplicate"] == len(both) // 3


def test_answer_of_the_census_with_exports(real_data: Path, tmp_path: Path) -> None:
    """The real answer as the API gives it, a list of lists; the same figures taken for exports."""
    source = real_data / "format-samples" / "us-census" / "hs6_imports_2018.csv"
    names = {"GEN_VAL_MO": "ALL_VAL_MO", "I_COMMODITY": "E_COMMODITY"}
    frame = pd.read_csv(source, dtype=str, keep_default_na=False).rename(columns=names)
    frame["time"] = frame["YEAR"] + "-" + frame["MONTH"]
    answer = frame.drop(columns=["YEAR", "MONTH"])
    path = tmp_path / "answer.json"
    path.write_text(json.dumps([list(answer.columns), *answer.to_numpy().tolist()]))
    plain = frame[~frame["CTY_CODE"].str.contains("^(?:-|0[0-9]{3}|[0-9]XXX)$")]
    plain = plain.assign(usd=plain["ALL_VAL_MO"].astype(int), who="USA", X="X")
    same(ours(read_trade([path]).frame), theirs(plain, "who", "X", "YEAR", "usd"), 1)
