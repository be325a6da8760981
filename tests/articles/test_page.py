"""The documentation page shows what the engine says now, not what it said once."""

from features.articles.training.page import PAGE, examples_section
from features.articles.training.sentences import training_set


def test_the_examples_on_the_page_are_read_as_the_page_says() -> None:
    assert examples_section() in PAGE.read_text(encoding="utf-8")


def test_the_figures_on_the_page_are_of_the_sentences_that_are_committed() -> None:
    """The figures need five fits, so their size alone is checked: new sentences make an old page fail."""
    data = training_set()
    positive = sum(example.positive for example in data.examples)
    line = f"{len(data.texts)} training sentences, {len(data.examples)} rows, {positive} of diversion"
    assert line in PAGE.read_text(encoding="utf-8")
