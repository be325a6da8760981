"""Parcels give back what they were given, always as the same bytes, and hold no objects of Python."""

import io
import zipfile
from datetime import UTC, date, datetime

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from riskmodel.engines.ledger import Ledger, Receipt
from riskmodel.engines.parcel import pack, unpack
from riskmodel.engines.places import LEDGER, Folder

FRAME = pl.DataFrame(
    {
        "text": ["a", None, 'Ümlaut\n,"'],
        "many": [["x"], [], None],
        "day": [date(2024, 1, 31), None, date(1, 1, 1)],
        "moment": [datetime(2024, 1, 1, tzinfo=UTC), None, None],
        "share": [0.1, float("nan"), None],
        "one_of": pl.Series(["b", "a", None], dtype=pl.Enum(["b", "a"])),
    }
)
VALUES = {
    "frame": FRAME,
    "none": FRAME.clear(),
    "keys": np.arange(6, dtype=np.uint64).reshape(2, 3),
    "flags": np.array([True, False]),
    "said": {"en": 3, "de": None},
    "number": 12,
}


def test_a_parcel_gives_back_every_value_and_type():
    found = unpack(pack(VALUES))
    assert found.keys() == VALUES.keys()
    for name in ("frame", "none"):
        assert_frame_equal(found[name], VALUES[name])
    for name in ("keys", "flags"):
        np.testing.assert_array_equal(found[name], VALUES[name])
        assert found[name].dtype == VALUES[name].dtype
    assert found["said"] == VALUES["said"]
    assert (found["number"], type(found["number"])) == (12, int)


def test_the_same_values_give_the_same_bytes_in_any_order():
    assert pack(VALUES) == pack(dict(reversed(VALUES.items()))) == pack(unpack(pack(VALUES)))
    assert pack(VALUES) != pack({**VALUES, "number": 13})
    with zipfile.ZipFile(io.BytesIO(pack(VALUES))) as file:
        assert {one.date_time for one in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}  # no time of day


@pytest.mark.parametrize("value", [np.array([object()]), object(), {1, 2}])
def test_objects_are_refused(value):
    with pytest.raises((TypeError, ValueError)):
        pack({"value": value})


def test_a_ledger_survives_torn_and_strange_lines(tmp_path):
    place = Folder(tmp_path)
    ledger = Ledger(place)
    receipts = [Receipt("squaring", f"key-{number}", "00" * 32, number) for number in range(3)]
    for receipt in receipts[:2]:
        ledger.add(receipt)
    with (tmp_path / LEDGER).open("ab") as file:
        file.write(b'{"work": "squaring", "key": "ke\xff\n[]\n{"key": 3}\n' + b"[" * 100_000)
    Ledger(place).add(receipts[2])
    again = Ledger(place)
    assert [again.find(f"key-{number}") for number in range(3)] == receipts
    assert again.find("key-9") is None
