"""The consolidated list of the UN Security Council, as XML."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from riskmodel.sources.listings.countries import alpha3
from riskmodel.sources.listings.days import known_day
from riskmodel.sources.listings.parties import NOT_AN_ENTITY, Parties, Party, first_reason, frame_of
from riskmodel.sources.listings.trees import Tree, text, texts

LIST, JURISDICTION, SOURCE = "UN-CONSOLIDATED", "UN", "un_consolidated"


def read_xml(tree: Tree) -> Parties:
    """Entities in every country of their addresses, as of LISTED_ON; goods_diversion is false.

    No regime of the Council is about Russia: the rows are kept, and no signal uses them.
    """
    published = known_day(tree.attributes.get("dateGenerated"))
    records = tree.records("INDIVIDUAL", "ENTITY")
    parties = [_party(record, row) for row, record in enumerate(records, start=1)]
    return Parties(frame_of(parties), SOURCE, published, goods_diversion="false")


def _party(record: Element, row: int) -> Party:
    places = [name for place in record.iter("ENTITY_ADDRESS") for name in texts(place, "COUNTRY")]
    return Party(
        text(record, "REFERENCE_NUMBER", "DATAID") or str(row),
        [alpha3(place) for place in places],
        text(record, "LISTED_ON"),
        first_reason((record.tag != "ENTITY", NOT_AN_ENTITY)),
        LIST,
        JURISDICTION,
        row,
        text(record, "FIRST_NAME"),
        text(record, "REFERENCE_NUMBER"),
    )
