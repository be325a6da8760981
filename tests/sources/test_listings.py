"""Listings: canonical, the OFAC Russia programme, and designation events."""

from pathlib import Path

import pytest

from riskmodel.errors import InputUnreadable
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


def test_screening_list_counts_each_party_once_in_every_country(tmp_path: Path) -> None:
    batch = read(
        tmp_path,
        "_id,source,type,programs,name,addresses,start_date\n"
        '1,Entity List (EL) - Bureau,,,A,"Moscow, 119049, RU; Yerevan, Armenia, AM; Gyumri, AM",2023-03-02\n'
        '2,Entity List (EL) - Bureau,,,B,"Yerevan, AM",2023-03-02\n'
        '3,Nationals (SDN) - Treasury Department,Entity,RUSSIA-EO14024,C,"Dubai, AE",2023-05-19\n'
        '4,Nationals (SDN) - Treasury Department,Entity,CUBA,D,"Havana, CU",2023-05-19\n'
        '5,Nationals (SDN) - Treasury Department,Individual,RUSSIA-EO14024,E,"Dubai, AE",2023-05-19\n'
        '6,Entity List (EL) - Bureau,,,F,"Dubai, AE",\n'
        "7,Entity List (EL) - Bureau,,,G,,2023-03-02\n"
        '8,Denied Persons List (DPL) - Bureau,,,H,"Phoenix, AZ",2023-03-02\n',
    )
    assert batch.frame.select("country", "list", "n_entities", "goods_diversion").rows() == [
        ("ARM", "US-CSL-EL", 2, "unknown"),
        ("RUS", "US-CSL-EL", 1, "unknown"),
        ("ARE", "US-CSL-SDN", 1, "unknown"),
    ]
    assert batch.dropped == {
        "counted_with_same_country_and_day": 1,
        "no_country": 1,
        "no_date": 1,
        "not_an_entity": 1,
        "not_russia_related": 2,
    }


def test_ofac_list_without_header_says_what_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "sdn.csv"
    path.write_text('36,"AERO",-0- ,"CUBA",-0- ,-0- \n')
    with pytest.raises(InputUnreadable, match="no header line; it looks like an OFAC list"):
        read_listings([path])
