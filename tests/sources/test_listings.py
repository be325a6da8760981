"""Listings: canonical, the OFAC Russia programme, and designation events."""

from pathlib import Path

from riskmodel.sources.listings import read_listings


def read(folder: Path, text: str):
    path = folder / "listings.csv"
    path.write_text(text)
    batch = read_listings([path])
    assert batch.rows_read == batch.frame.height + sum(batch.dropped.values())
    return batch


def test_canonical_listings_are_typed_and_defaults_are_unknown(tmp_path: Path) -> None:
    batch = read(tmp_path, "country,listed_on,jurisdiction,list,n_entities\nKGZ,2023-07-20,US,SDN,4\n")
    row = batch.frame.row(0, named=True)
    assert (row["n_entities"], row["goods_diversion"], row["source"]) == (4, "unknown", "listings.csv")
    assert str(row["listed_on"]) == "2023-07-20"


def test_ofac_entities_are_counted_by_country_and_day(tmp_path: Path) -> None:
    batch = read(
        tmp_path,
        "ent_num,name,sdn_type,iso3,first_seen_russia_eo14024\n"
        "1,A,entity,TUR,2023-05-19\n"
        "1,A,entity,ARE,2023-05-19\n"
        "2,B,entity,TUR,2023-05-19\n"
        "3,C,individual,TUR,2023-05-19\n"
        "4,D,vessel,,2023-05-19\n"
        "5,E,entity,,2023-05-19\n",
    )
    assert batch.frame.select("country", "n_entities", "jurisdiction", "list", "goods_diversion").rows() == [
        ("TUR", 2, "US", "OFAC-SDN-RU14024", "unknown"),
        ("ARE", 1, "US", "OFAC-SDN-RU14024", "unknown"),
    ]
    assert batch.dropped == {"counted_with_same_country_and_day": 1, "no_country": 1, "not_an_entity": 2}


def test_designation_events_keep_what_is_about_russia(tmp_path: Path) -> None:
    batch = read(
        tmp_path,
        "list,event_date,iso3,n_entries,count_type,russia_related\n"
        "US-BIS-EL,2023-04-17,CHN,12,exact,yes\n"
        "EU-ANNEX-IV-EVENT,2023-06-23,ARM,,named_no_count,yes\n"
        "US-BIS-EL,2023-04-17,TUR,2,exact,mixed\n"
        "US-BIS-EL,2023-04-17,PAK,2,exact,no\n"
        "US-BIS-UVL,2023-04-17,PAK,2,exact,not_russia_specific\n"
        "EU-ANNEX-IV-EVENT,2023-06-23,KAZ,1,proposed,yes\n"
        "US-BIS-EL,2023-04-17,,2,exact,yes\n",
    )
    assert batch.frame.select("country", "jurisdiction", "n_entities", "goods_diversion").rows() == [
        ("CHN", "US", 12, "true"),
        ("ARM", "EU", 1, "true"),
        ("TUR", "US", 2, "unknown"),
    ]
    assert batch.dropped == {"no_country": 1, "not_russia_related": 2, "proposed_only": 1}
