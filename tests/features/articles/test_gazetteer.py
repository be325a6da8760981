"""Country finding: boundaries, homonyms, spellings; and the fast path against the slow one."""

import unicodedata

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.articles.places.gazetteer import country_spellings, find_places
from features.articles.places.in_tables import countries_in


def found(text: str) -> list[str]:
    return [place.iso3 for place in find_places(text) if place.iso3]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Oman is not in Roman ruins.", ["OMN"]),
        ("They ate turkey from fine china.", []),
        ("Turkey, Türkiye and TURKEY are one country.", ["TUR", "TUR", "TUR"]),
        ("Michael Jordan met the king of Jordan.", ["JOR"]),
        ("A sheriff in Fulton County, Georgia spoke.", []),
        ("Georgia’s customs stopped a lorry.", ["GEO"]),
        ("Papua New Guinea and Guinea-Bissau and Guinea", ["PNG", "GNB", "GIN"]),
        ("Niger and Nigeria and the Niger Delta", ["NER", "NGA", "NGA"]),
        ("Chad Smith left; Chad closed its border.", ["TCD"]),
        ("The UAE, U.A.E. and Emirati traders in Jebel Ali", ["ARE", "ARE", "ARE", "ARE"]),
        ("The U.S. Treasury and the US said to us", ["USA", "USA"]),
        ("North Korea, South Korea and South Sudan", ["PRK", "KOR", "SSD"]),
        ("According to the Washington Post", []),
        ("Hong Kong-based firms", ["HKG"]),
        ("Flown from Malé, in Male and by Male workers", ["MDV", "MDV"]),
        ("Korean firms, North Korean shells and the Korean War", ["KOR", "PRK"]),
        ("New Mexico, the Gulf of Oman and New England", ["USA"]),
        ("Tom Holland met the Prince of Wales at the Emirates Stadium.", []),
        ("TÜRKİYE, Turkiye and Türkiye'de", ["TUR", "TUR", "TUR"]),
        ("Xi and Lukashenko met in Kazan.", ["CHN", "BLR", "RUS"]),
    ],
)
def test_names_and_their_traps(text: str, codes: list[str]) -> None:
    assert found(text) == codes


def test_decomposed_unicode_is_read_like_composed() -> None:
    from features.articles.text.sentences import split_sentences

    text = unicodedata.normalize("NFD", "Türkiye sold chips to Russia.")
    assert found(split_sentences(text)[0]) == ["TUR", "RUS"]


def test_every_spelling_is_found_by_itself_unless_another_name_begins_it() -> None:
    lost = [
        name
        for name, iso3 in country_spellings().items()
        if iso3 not in {*found(f"{name} .")[:1], *found(f"in {name} .")[:1]}
    ]
    assert lost == []


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(sorted(country_spellings())),
            st.text(max_size=6),
            st.sampled_from([" ", "-", "'s ", ", ", "ia", "n", "’s ", "\n", "é"]),
        ),
        max_size=12,
    )
)
def test_the_fast_path_finds_nothing_the_slow_path_does_not(parts: list[str]) -> None:
    """The automaton may miss a name glued to a longer one; it must never add a country."""
    text = "".join(parts)
    frame = pl.DataFrame({"row": [0], "text": [text]}, schema={"row": pl.UInt32, "text": pl.String})
    assert set(countries_in(frame)["iso3"]) <= set(found(text))


def test_fast_and_slow_path_agree_on_plain_sentences() -> None:
    texts = [f"Traders in {name} sold chips, said a study." for name in country_spellings()]
    frame = pl.DataFrame(
        {"row": range(len(texts)), "text": texts}, schema={"row": pl.UInt32, "text": pl.String}
    )
    fast = countries_in(frame).group_by("row", maintain_order=True).agg("iso3")
    by_row = dict(fast.iter_rows())
    assert [by_row.get(i, []) for i in range(len(texts))] == [list(dict.fromkeys(found(t))) for t in texts]
