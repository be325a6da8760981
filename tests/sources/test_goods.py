"""Goods lists in three ways of writing become one table."""

from pathlib import Path

import pytest

from riskmodel.sources.goods import read_goods


def read(folder: Path, text: str):
    path = folder / "list.csv"
    path.write_text(text)
    batch = read_goods(path)
    assert batch.rows_read == batch.frame.height + sum(batch.dropped.values())
    return batch


def test_plain_list_is_shortened_to_hs6_once_each(tmp_path: Path) -> None:
    batch = read(tmp_path, "code,product\n85423190,chips\n85423110,more chips\n870323,cars\n")
    assert batch.frame.select("hs6", "tier", "family", "source", "source_row").rows() == [
        ("854231", "single", "854231", "list.csv", 1),
        ("870323", "single", "870323", "list.csv", 3),
    ]
    assert batch.frame["valid_from"].null_count() == 2
    assert batch.dropped == {"same_hs6": 1}
    assert batch.ignored_columns == ("product",)


@pytest.mark.parametrize(
    ("code", "hs6"),
    [
        ("85.42.31", "854231"),
        ("8542 31 90", "854231"),
        ("8542.31.9000", "854231"),
        ("010121", "010121"),
        ("10121", "10121"),
        ("1012100", "1012100"),
        ("8542", "8542"),
        ("85X231", "85X231"),
    ],
)
def test_codes_lose_dots_and_blanks_but_lost_zeros_are_not_guessed(
    tmp_path: Path, code: str, hs6: str
) -> None:
    assert read(tmp_path, f'code,product\n"{code}",x\n').frame["hs6"].to_list() == [hs6]


def test_tiered_list_keeps_tiers_and_dates(tmp_path: Path) -> None:
    batch = read(tmp_path, "hs6,tier,valid_from,product\n854231,1,2023-09-19,chips\n854231,2,,chips\n")
    assert batch.frame.select("hs6", "tier", "family", "source").rows() == [
        ("854231", "1", "854231", "list.csv"),
        ("854231", "2", "854231", "list.csv"),
    ]
    assert str(batch.frame["valid_from"][0]) == "2023-09-19"


def test_canonical_list_is_taken_as_it_is(tmp_path: Path) -> None:
    text = "hs6,tier,family,valid_from,valid_to,source\n854231,1,8542,2023-09-19,2024-01-01,BIS\n"
    row = read(tmp_path, text).frame.row(0, named=True)
    assert (row["family"], str(row["valid_to"]), row["source"]) == ("8542", "2024-01-01", "BIS")


def test_names_of_products_come_from_the_list_itself(tmp_path):
    from riskmodel.sources.goods import read_product_names

    path = tmp_path / "list.csv"
    path.write_text("code,product\n85423110,Processors\n85423190,Other processors\n01012100,Horses\n")
    assert read_product_names(path) == {"010121": "Horses"}
    (tmp_path / "bare.csv").write_text("hs6,tier\n854231,1\n")
    assert read_product_names(tmp_path / "bare.csv") == {}
