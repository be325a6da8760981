"""What a reader sees of a page: no icon has a title, no menu is the article, no words are glued."""

import pytest

from features.articles.text.html import read_page, visible_line


@pytest.mark.parametrize(
    ("html", "seen"),
    [
        ("<title>Page</title><svg><title>icon</title></svg><p>a</p>", "Page a"),
        ("<table><tr><td>Turkey</td><td>Russia</td></tr><caption>c</caption></table>", "Turkey Russia c"),
        ("<div role=navigation>Menu <div>in</div> more</div><p>text</p>", "text"),
        ("<nav>never closed<main>article</main>", "article"),
        ("<form><p>whole page in a form</p></form>", "whole page in a form"),
        ("<p>a</p><form>search</form>", "a"),
        ("Turkey<svg/>Russia<script>x</script>Georgia", "Turkey Russia Georgia"),
        ("<p hidden>no</p><p aria-hidden=true>no</p><p style='display: none'>no</p>yes", "yes"),
        ("one<br>two<hr>three<figure>four</figure>five", "one two three four five"),
        ("<select><option>AF</option></select><button>Share</button>text", "text"),
        ("T&uuml;rkiye &amp; <b>C&ocirc;te</b>&nbsp;d&#8217;Ivoire", "Türkiye & Côte d’Ivoire"),
    ],
)
def test_what_a_reader_sees(html: str, seen: str) -> None:
    assert visible_line(html) == seen


def test_title_is_that_of_the_page_alone() -> None:
    assert read_page("<svg><title>icon</title></svg><title>Page</title>").title == "Page"
