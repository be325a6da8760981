"""Stored lists to listings: made-up entries in the structure of OFAC's advanced file."""

from datetime import date

import pytest

from riskmodel.store.listing_rows import listings_of

HEAD = """<?xml version="1.0" encoding="utf-8"?>
<Sanctions xmlns="https://example.org/ADVANCED_XML"><ReferenceValueSets>
<CountryValues><Country ID="11" ISO2="KG">Kyrgyzstan</Country><Country ID="12" ISO2="RU">Russia</Country>
<Country ID="13" ISO2="AE">United Arab Emirates</Country><Country ID="14">undetermined</Country>
</CountryValues>
<PartySubTypeValues><PartySubType ID="1" PartyTypeID="4">Vessel</PartySubType>
<PartySubType ID="3" PartyTypeID="2">Unknown</PartySubType>
<PartySubType ID="4" PartyTypeID="1">Unknown</PartySubType></PartySubTypeValues>
<PartyTypeValues><PartyType ID="1">Individual</PartyType><PartyType ID="2">Entity</PartyType>
<PartyType ID="4">Transport</PartyType></PartyTypeValues></ReferenceValueSets>
<Locations><Location ID="1"><LocationCountry CountryID="11" CountryRelevanceID="1472"/></Location>
<Location ID="2"><LocationCountry CountryID="12" CountryRelevanceID="1472"/></Location>
<Location ID="3"><LocationCountry CountryID="13" CountryRelevanceID="1472"/></Location>
<Location ID="4"><LocationCountry CountryID="14" CountryRelevanceID="1472"/></Location></Locations>
"""


def party(number, kind, *locations):
    features = "".join(
        f'<Feature ID="{n}" FeatureTypeID="25"><FeatureVersion ID="{n}"><VersionLocation LocationID="{n}"/>'
        "</FeatureVersion></Feature>"
        for n in locations
    )
    return (
        f'<DistinctParty FixedRef="{number}"><Profile ID="{number}" PartySubTypeID="{kind}">'
        f'<Identity ID="{number}"/>{features}</Profile></DistinctParty>'
    )


def entry(number, *days, programme="RUSSIA-EO14024"):
    events = "".join(
        f'<EntryEvent ID="{n}"><Date><Year>{d.year}</Year><Month>{d.month}</Month>'
        f"<Day>{d.day}</Day></Date></EntryEvent>"
        for n, d in enumerate(days)
    )
    return (
        f'<SanctionsEntry ID="{number}" ProfileID="{number}" ListID="1550">{events}'
        f"<SanctionsMeasure><Comment>{programme}</Comment></SanctionsMeasure></SanctionsEntry>"
    )


@pytest.fixture
def listed(tmp_path):
    def write(parties, entries):
        path = tmp_path / "list.xml"
        path.write_text(
            f"{HEAD}<DistinctParties>{''.join(parties)}</DistinctParties>"
            f"<SanctionsEntries>{''.join(entries)}</SanctionsEntries></Sanctions>"
        )
        rows = listings_of([path], KNOWN)
        return [tuple(row) for row in rows.select("country", "listed_on", "n_entities").iter_rows()]

    return write


DAY, LATER, KNOWN = date(2024, 6, 12), date(2025, 1, 15), date(2025, 6, 1)


def test_a_firm_counts_where_it_is_and_from_the_day_it_was_entered(listed):
    assert listed([party(1, 3, 1), party(2, 3, 1)], [entry(1, DAY), entry(2, DAY)]) == [("KGZ", DAY, 2)]


def test_a_firm_counts_once_in_every_country_of_its_places(listed):
    assert listed([party(1, 3, 2, 3, 3), party(2, 3, 2)], [entry(1, DAY), entry(2, DAY)]) == [
        ("ARE", DAY, 1), ("RUS", DAY, 2),
    ]  # fmt: skip


def test_a_firm_on_two_lists_of_one_publisher_counts_once(tmp_path, listed):
    listed([party(1, 3, 1)], [entry(1, DAY)])
    (tmp_path / "other.xml").write_text((tmp_path / "list.xml").read_text() + "<!-- the other list -->")
    rows = listings_of([tmp_path / "list.xml", tmp_path / "other.xml"], KNOWN)
    assert rows["n_entities"].to_list() == [1]


def test_of_several_events_the_first_counts(listed):
    assert listed([party(1, 3, 1)], [entry(1, LATER, DAY)]) == [("KGZ", DAY, 1)]


@pytest.mark.parametrize("kind", [1, 4])
def test_people_and_ships_are_no_firms(listed, kind):
    assert listed([party(1, kind, 1)], [entry(1, DAY)]) == []


def test_other_programmes_and_firms_without_a_place_are_left_out(listed):
    parties = [party(1, 3, 1), party(3, 3, 4), party(4, 3)]
    assert listed(parties, [entry(1, DAY, programme="SDGT"), entry(3, DAY), entry(4, DAY)]) == []


def test_a_firm_without_a_day_was_listed_by_the_day_of_the_list(listed):
    assert listed([party(2, 3, 1)], [entry(2)]) == [("KGZ", KNOWN, 1)]
