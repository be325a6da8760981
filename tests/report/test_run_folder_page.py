"""The documentation of the run folder is that of the code."""

from tools.run_folder_page import PAGE, page


def test_the_page_of_the_run_folder_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tools.run_folder_page --write"
