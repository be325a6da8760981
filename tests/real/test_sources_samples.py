"""Small real files of article and listing formats."""

from pathlib import Path

import pytest

from riskmodel.sources.listings import read_listings
from riskmodel.sources.news.articles import read_articles

pytestmark = pytest.mark.real


@pytest.mark.parametrize("name", ["example.warc", "example.warc.gz"])
def test_warc(real_data: Path, name: str) -> None:
    batch = read_articles([real_data / "format-samples" / "warc" / name])
    assert batch.frame["title"].to_list() == ["Example Domain"]
    assert batch.dropped == {"not_a_response": 4, "revisit_without_body": 1}


def test_feed_entries_name_their_feed_as_source(real_data: Path) -> None:
    frame = read_articles([real_data / "format-samples" / "rss-entries-json"]).frame
    assert set(frame["source"]) == {"feeds.bbci.co.uk", "rss.cnn.com"}
    assert set(frame["language"]) == {"en"}


def test_screening_list(real_data: Path) -> None:
    batch = read_listings([real_data / "format-samples" / "us-csl"])
    assert batch.rows_read == 116 == batch.frame.height + sum(batch.dropped.values())
    assert set(batch.frame["list"]) == {"US-CSL-EL"}


@pytest.mark.parametrize(("name", "rows"), [("targets.simple.csv", 5), ("entities.ftm.json", 150)])
def test_opensanctions_copies_of_persons_hold_no_entity(real_data: Path, name: str, rows: int) -> None:
    batch = read_listings([real_data / "format-samples" / "opensanctions" / name])
    assert batch.dropped == {"not_an_entity": rows}
