"""Copies of a list are never added up: dated copies are vintages, other copies count once."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.errors import InputUnreadable
from riskmodel.sources.listings import read_listings

ENTRY = (
    "<sdnEntry><uid>{0}</uid><sdnType>Entity</sdnType><programList><program>RUSSIA-EO14024</program>"
    "</programList><addressList><address><country>{1}</country></address></addressList></sdnEntry>"
)
EVENT = "list,event_date,iso3,n_entries,count_type,russia_related\nUS-BIS-EL,2023-04-17,CHN,12,exact,yes\n"
OFAC = "ent_num,sdn_type,iso3,first_seen_russia_eo14024\n1,entity,TUR,2023-05-19\n2,entity,TUR,2023-05-19\n"


def sdn(*parties: tuple[int, str], day: str = "") -> str:
    head = f"<publshInformation><Publish_Date>{day}</Publish_Date></publshInformation>"
    return f"<sdnList>{head}{''.join(ENTRY.format(*party) for party in parties)}</sdnList>"


def rows(paths: list[Path], **options) -> list[tuple]:
    batch = read_listings(paths, **options)
    assert batch.rows_read == batch.frame.height + sum(batch.dropped.values())
    frame = batch.frame.select("country", "listed_on", "n_entities").sort("country", "listed_on")
    return [(c, str(day), n) for c, day, n in frame.rows()]


def write(folder: Path, **texts: str) -> list[Path]:
    paths = []
    for name, text in texts.items():
        paths.append(folder / name.replace("__", "-").replace("_xml", ".xml").replace("_csv", ".csv"))
        paths[-1].write_text(text)
    return paths


def test_dated_copies_are_vintages_and_a_removal_is_no_listing(tmp_path: Path) -> None:
    paths = write(
        tmp_path,
        old_xml=sdn((1, "Turkey"), (2, "Turkey"), day="01/02/2023"),
        new_xml=sdn((1, "Turkey"), (3, "Turkey"), day="06/05/2023"),
    )
    expected = [("TUR", "2023-01-02", 2), ("TUR", "2023-06-05", 1)]
    assert rows(paths) == expected == rows(paths[::-1])
    assert read_listings(paths).dropped["dated_copy"] == 1


def test_copies_are_dated_by_their_names(tmp_path: Path) -> None:
    paths = write(
        tmp_path, sdn_2023__01__02_xml=sdn((1, "Turkey")), sdn_20230605_xml=sdn((1, "Turkey"), (3, "Turkey"))
    )
    assert rows(paths, published_at=date(2020, 1, 1)) == [("TUR", "2023-01-02", 1), ("TUR", "2023-06-05", 1)]


def test_a_list_without_any_day_asks_for_one(tmp_path: Path) -> None:
    paths = write(tmp_path, sdn_xml=sdn((1, "Turkey")))
    with pytest.raises(InputUnreadable, match="name that day with --published-at"):
        read_listings(paths)
    assert rows(paths, published_at=date(2024, 1, 1)) == [("TUR", "2024-01-01", 1)]


@pytest.mark.parametrize("text", [EVENT, OFAC, sdn((1, "Turkey"), (2, "Turkey"), day="01/02/2023")])
def test_a_file_given_twice_gives_the_same_table(tmp_path: Path, text: str) -> None:
    paths = write(tmp_path, a=text, b=text)
    once, twice = rows(paths[:1]), rows(paths)
    assert once == twice
    assert read_listings(paths).dropped["exact_duplicate"] > 0


@given(
    parties=st.lists(
        st.tuples(st.integers(1, 5), st.sampled_from(["Turkey", "China", "Armenia"])), min_size=1, max_size=8
    ),
    cut=st.integers(0, 8),
    overlap=st.integers(0, 8),
)
@settings(max_examples=40, deadline=None)
def test_overlapping_halves_give_the_whole(tmp_path_factory, parties, cut: int, overlap: int) -> None:
    folder = tmp_path_factory.mktemp("halves")
    day = "01/02/2023"
    whole, first, second = write(
        folder,
        whole_xml=sdn(*parties, day=day),
        first_xml=sdn(*parties[: cut + overlap], day=day),
        second_xml=sdn(*parties[cut:], day=day),
    )
    assert rows([first, second]) == rows([whole])
