"""Real GDELT records: every line is read, codes are countries, both contracts hold."""

from pathlib import Path

import polars as pl
import pytest

from data_contracts.checking.check import validate
from data_contracts.registry import CONTRACTS
from features.articles.gkg import CEILING, gkg_mentions
from riskmodel.sources.files.find import find
from riskmodel.sources.formats import in_memory
from riskmodel.sources.news.gkg import GkgParts, is_gkg

pytestmark = pytest.mark.real


@pytest.mark.parametrize(
    ("name", "records", "silent"),
    [
        ("gdelt-gkg-sample/20230702153000.gkg.sample.csv", 50, 0),
        ("format-samples/gdelt-gkg21/20230702153000.gkg.csv.zip", 75, 15),
    ],
)
def test_real_records_are_read_whole(real_data: Path, name: str, records: int, silent: int) -> None:
    found = find([real_data / name], ())
    assert is_gkg(found.sources[0])
    batch = in_memory(GkgParts(found.sources))
    assert batch.frame["record_id"].n_unique() == records - silent
    assert dict(batch.dropped) == ({"names_no_country": silent} if silent else {})
    checked = validate(CONTRACTS["gkg"], batch.frame)
    assert (checked.quarantined.height, checked.report.critical_failures) == (0, ())
    mentions = gkg_mentions(checked.accepted)
    assert validate(CONTRACTS["mentions"], mentions).quarantined.height == 0
    assert mentions["p_diversion"].max() <= CEILING


def test_neither_articles_nor_other_gdelt_tables_pass_for_records(real_data: Path) -> None:
    samples = real_data / "format-samples"
    files = [
        p
        for folder in ("gdelt-events20", "gdelt-mentions", "articles-jsonl")
        for p in (samples / folder).iterdir()
    ]
    data = [path for path in files if path.suffix != ".md" and path.suffix != ".zip"]
    assert data
    assert [source.name for source in find(data, ()).sources if is_gkg(source)] == []


def test_russia_is_named_in_the_sample_as_its_note_says(real_data: Path) -> None:
    batch = in_memory(
        GkgParts(find([real_data / "gdelt-gkg-sample" / "20230702153000.gkg.sample.csv"], ()).sources)
    )
    named = batch.frame.filter(pl.col("country") == "RUS").height
    assert 30 <= named <= 40, "34 of the whole quarter-hour name Russia"
