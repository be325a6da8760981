"""The documentation page shows what the engine says now, not what it said once."""

import pytest

from tools.roles.page import (
    PAGE,
    bystanders_section,
    examples_section,
    measures_section,
    second_reader_section,
)
from tools.roles.sentences import training_set
from tools.sections import section


def test_the_examples_on_the_page_are_read_as_the_page_says() -> None:
    assert section(PAGE.read_text(encoding="utf-8"), "examples") == examples_section()


def test_the_measures_on_the_page_are_those_of_the_shipped_model() -> None:
    assert section(PAGE.read_text(encoding="utf-8"), "measures") == measures_section()


def test_the_measures_of_articles_as_a_whole_are_those_of_the_shipped_model() -> None:
    assert section(PAGE.read_text(encoding="utf-8"), "bystanders") == bystanders_section()


@pytest.mark.long
def test_the_measures_of_the_second_reader_are_those_of_the_shipped_one() -> None:
    assert section(PAGE.read_text(encoding="utf-8"), "second reader") == second_reader_section()


def test_the_figures_on_the_page_are_of_the_sentences_that_are_committed() -> None:
    """The figures need five fits, so their size alone is checked: new sentences make an old page fail."""
    data = training_set()
    positive = sum(example.positive for example in data.examples)
    line = f"{len(data.texts)} training sentences, {len(data.examples)} rows, {positive} of diversion"
    assert line in section(PAGE.read_text(encoding="utf-8"), "out of fold")
