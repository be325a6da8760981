"""CSV cells cannot run as formulas in a spreadsheet, and figures stay figures."""

from datetime import date
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.publication.safe_csv import neutralise_csv, write_csv


def test_formulas_get_an_apostrophe_and_the_rest_stays() -> None:
    attacks = ["=cmd()", "+1", "-1+2", "@SUM(A1)", "\t=x", "\r=x", "\n=x", "＝x"]
    harmless = ["Kyrgyzstan", "a=b", "", None, "'quoted"]
    out = neutralise_csv(pl.DataFrame({"text": attacks + harmless}))["text"].to_list()
    assert out == ["'" + text for text in attacks] + harmless


def test_numbers_and_dates_are_untouched() -> None:
    frame = pl.DataFrame({"usd": [-5, None], "share": [-0.5, 1.0], "day": [date(2024, 1, 1), None]})
    assert neutralise_csv(frame).equals(frame)


@settings(deadline=None)  # the first call loads polars expressions; a busy machine is no failure
@given(st.lists(st.text(), min_size=1))
def test_no_text_cell_begins_a_formula(texts: list[str]) -> None:
    out = neutralise_csv(pl.DataFrame({"text": texts}))["text"].to_list()
    assert not [text for text in out if text[:1] in set("=+-@\t\r\n")]
    assert [
        text.removeprefix("'") if text != kept else kept for text, kept in zip(out, texts, strict=True)
    ] == texts


def test_written_file_is_plain_and_the_same_each_time(tmp_path: Path) -> None:
    frame = pl.DataFrame({"name": ["=x", 'quote " and, comma', None], "usd": [-1, 2, None]})
    write_csv(frame, tmp_path / "one.csv")
    write_csv(frame, tmp_path / "two.csv")
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    assert (tmp_path / "one.csv").read_text(encoding="utf-8").splitlines()[1:] == [
        "'=x,-1",
        '"quote "" and, comma",2',
        ",",
    ]
