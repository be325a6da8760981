"""The documentation page shows what the engine says now, not what it said once."""

import pytest

from features.articles.page import PAGE, page


@pytest.mark.slow
def test_the_committed_page_is_what_the_engine_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
