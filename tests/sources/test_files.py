"""Which files are read, in which order, and under which published name."""

import os
from pathlib import Path

import pytest

from riskmodel.errors import InputUnreadable
from riskmodel.sources.files.find import find, sha256_of
from riskmodel.sources.goods import read_goods

SUFFIXES = (".csv", ".csv.gz")


def make(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


def test_folder_is_read_in_sorted_order_and_reports_what_it_passed_over(tmp_path: Path) -> None:
    make(
        tmp_path, "b.csv", "a/z.csv", "README.csv", "PROVENANCE.md", ".hidden.csv", ".git/x.csv", "note.docx"
    )
    found = find([tmp_path], SUFFIXES)
    assert [s.name for s in found.sources] == ["z.csv", "b.csv"]
    assert {(f.name, f.reader) for f in found.skipped} == {
        ("README.csv", "skipped: a note, not data"),
        ("PROVENANCE.md", "skipped: a note, not data"),
        (".hidden.csv", "skipped: hidden"),
        ("x.csv", "skipped: hidden"),
        ("note.docx", "skipped: unknown ending"),
    }


def test_colliding_base_names_are_kept_apart_without_absolute_paths(tmp_path: Path) -> None:
    make(tmp_path, "2021/t.csv", "2022/t.csv", "2022/u.csv")
    names = [s.name for s in find([tmp_path], SUFFIXES).sources]
    assert names == ["2021/t.csv", "2022/t.csv", "u.csv"]


def test_link_out_of_the_folder_is_refused_and_link_inside_is_not(tmp_path: Path) -> None:
    make(tmp_path, "outside.csv", "in/a.csv")
    (tmp_path / "in" / "leak.csv").symlink_to(tmp_path / "outside.csv")
    with pytest.raises(InputUnreadable, match=r"leak\.csv .* leads out of the folder"):
        find([tmp_path / "in"], SUFFIXES)


def test_same_file_given_twice_is_refused(tmp_path: Path) -> None:
    make(tmp_path, "a.csv")
    with pytest.raises(InputUnreadable, match=r"a\.csv is given twice"):
        find([tmp_path / "a.csv", tmp_path], SUFFIXES)


def test_folder_without_data_is_refused(tmp_path: Path) -> None:
    make(tmp_path, "README.md")
    with pytest.raises(InputUnreadable, match="holds no readable file"):
        find([tmp_path], SUFFIXES)


def test_file_name_with_control_characters_stays_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputUnreadable) as error:
        find([tmp_path / "a\n\x1b[31mb.csv"], SUFFIXES)
    assert "\n" not in str(error.value)
    assert "\x1b" not in str(error.value)


def test_name_that_is_no_text_is_refused_in_printable_words(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.csv"))
    path.write_text("hs6,tier\n854231,1\n")
    with pytest.raises(InputUnreadable, match=r"caf\?\.csv has a name that is no UTF-8 text"):
        read_goods(path)


def test_control_characters_of_a_name_do_not_reach_tables(tmp_path: Path) -> None:
    path = tmp_path / "a\nb.csv"
    path.write_text("hs6,tier\n854231,1\n")
    assert read_goods(path).frame["source_file"].to_list() == ["a b.csv"]


def test_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    make(tmp_path, "abc")
    assert sha256_of(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
