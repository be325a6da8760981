"""The second reader: pieces of words, the network by a slow obvious way, what it may change."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.tables import ARTICLES
from features.articles.mentions import find_mentions, read_part
from features.articles.roles.model import NOT_COUNTED, ROLES, ROUTE
from features.articles.roles.second import weights
from features.articles.roles.second.network import Floats, Layer, Network
from features.articles.roles.second.passages import (
    LONGEST_BEFORE,
    LONGEST_SENTENCE,
    LONGEST_TITLE,
    PLACEHOLDERS,
    PassageMaker,
)
from features.articles.roles.second.reader import (
    ASKED_FROM,
    DIGITS,
    POLARITIES,
    SHARE,
    second_reader,
    with_second_opinions,
)
from features.articles.roles.second.wordpiece import UNKNOWN, WordPieces

CHECKOUT = Path(__file__).resolve().parents[3]
PIECES = [
    UNKNOWN,
    "[CLS]",
    "[SEP]",
    *PLACEHOLDERS.values(),
    "kyr",
    "##gyz",
    "##gy",
    "##z",
    "firm",
    "##s",
    "-",
    "a",
]
SMALL = WordPieces({piece: number for number, piece in enumerate(PIECES)})


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Kyrgyz firms", ["kyr", "##gyz", "firm", "##s"]),  # the longest piece from the left
        ("kyrgy", ["kyr", "##gy"]),
        ("firm-a", ["firm", "-", "a"]),  # signs stand by themselves
        ("FÍRM", ["firm"]),  # no case, no accents
        ("firmq", [UNKNOWN]),  # a word with an unknown part is unknown as a whole
        ("a" * 101, [UNKNOWN]),
        ("", []),
        ("[unused1]", [UNKNOWN, UNKNOWN, UNKNOWN]),  # a text cannot write a placeholder
    ],
)
def test_words_become_the_longest_pieces(text: str, pieces: list[str]) -> None:
    assert [PIECES[number] for number in SMALL.numbers(text)] == pieces


def test_common_english_is_cut_as_the_base_model_cuts_it() -> None:
    """Numbers of the published vocabulary (bert-base-uncased)."""
    _, words = weights.stored()
    assert words.numbers("The quick brown fox, in Ürümqi.") == [
        1996, 4248, 2829, 4419, 1010, 1999, 24471, 2819, 14702, 1012,
    ]  # fmt: skip


def test_a_passage_is_seen_from_one_country() -> None:
    maker = PassageMaker(SMALL)
    passage = maker.passage("Kyrgyz firms sell to Turkey and Russia.", "KGZ", None, ("Bishkek is far.",), "")
    pieces = [PIECES[number] for number in passage.numbers]
    first, second = pieces.index("[SEP]"), len(pieces) - 1
    assert pieces[0] == "[CLS]" and pieces[second] == "[SEP]"
    assert "[unused1]" in pieces[:first]
    own = pieces[first + 1 : second]
    assert own.count("[unused1]") == 1 and own.count("[unused2]") == 1 and "russia" in own
    assert "kyr" not in pieces  # no name reaches the network
    assert passage.second.sum() == second - first
    assert [PIECES[n] for n in passage.numbers[passage.target]] == ["[unused1]", "[unused1]"]


def test_there_stands_for_the_country_it_means() -> None:
    passage = PassageMaker(SMALL).passage("Chips vanish there.", "KGZ", "KGZ", (), "")
    assert (passage.target & passage.second).sum() == 1


@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 200))
def test_long_texts_are_cut(sentence: int, before: int, title: int) -> None:
    def words(n: int) -> str:
        return " ".join(["a"] * n)

    passage = PassageMaker(SMALL).passage(words(sentence), "KGZ", None, (words(before),), words(title))
    said = min(before, LONGEST_BEFORE)
    if title:
        said = min(title, LONGEST_TITLE) + min(before, LONGEST_BEFORE - LONGEST_TITLE)
    assert len(passage.numbers) == said + min(sentence, LONGEST_SENTENCE) + 3
    assert len(passage.numbers) <= 160  # the places that the stored network knows


def small_network(draw: np.random.Generator, n_layers: int = 2, heads: int = 2, width: int = 8) -> Network:
    def pair(rows: int, columns: int) -> tuple[Floats, Floats]:
        return draw.normal(size=(rows, columns)).astype(np.float32), draw.normal(size=columns).astype(
            np.float32
        )

    def norm() -> tuple[Floats, Floats]:
        return draw.normal(size=width).astype(np.float32), draw.normal(size=width).astype(np.float32)

    def layer() -> Layer:
        same = [pair(width, width) for _ in range(4)]
        return Layer(*same, norm(), pair(width, 4 * width), pair(4 * width, width), norm())

    def table(rows: int) -> Floats:
        return draw.normal(size=(rows, width)).astype(np.float32)

    return Network(
        table(20),
        table(30),
        table(2),
        norm(),
        tuple(layer() for _ in range(n_layers)),
        pair(2 * width, 9),
        heads,
    )


def by_hand(network: Network, numbers: list[int], second: list[bool], target: list[bool]) -> list[float]:
    """The network word by word and head by head, in plain Python numbers."""

    def times(vector: list[float], pair: tuple[Floats, Floats]) -> list[float]:
        matrix, offset = pair[0].tolist(), pair[1].tolist()
        return [
            sum(v * row[j] for v, row in zip(vector, matrix, strict=True)) + offset[j]
            for j in range(len(offset))
        ]

    def normed(vector: list[float], pair: tuple[Floats, Floats]) -> list[float]:
        middle = sum(vector) / len(vector)
        spread = math.sqrt(sum((v - middle) ** 2 for v in vector) / len(vector) + 1e-12)
        return [
            (v - middle) / spread * s + o for v, s, o in zip(vector, *(p.tolist() for p in pair), strict=True)
        ]

    def added(*vectors: list[float]) -> list[float]:
        return [sum(values) for values in zip(*vectors, strict=True)]

    def gelu(v: float) -> float:
        return 0.5 * v * (1 + math.tanh(math.sqrt(2 / math.pi) * (v + 0.044715 * v**3)))

    state = [
        normed(
            added(
                network.pieces[n].tolist(),
                network.places[at].tolist(),
                network.texts[int(second[at])].tolist(),
            ),
            network.norm,
        )
        for at, n in enumerate(numbers)
    ]
    for layer in network.layers:
        queries, keys, values = ([times(v, w) for v in state] for w in (layer.query, layer.key, layer.value))
        size = len(state[0]) // network.heads
        mixed = []
        for query in queries:
            row: list[float] = []
            for head in range(network.heads):
                part = slice(head * size, (head + 1) * size)
                alike = [
                    sum(a * b for a, b in zip(query[part], key[part], strict=True)) / math.sqrt(size)
                    for key in keys
                ]
                share = [math.exp(a - max(alike)) for a in alike]
                row += [
                    sum(s * v[part][i] for s, v in zip(share, values, strict=True)) / sum(share)
                    for i in range(size)
                ]
            mixed.append(row)
        state = [normed(added(v, times(m, layer.out)), layer.norm) for v, m in zip(state, mixed, strict=True)]
        state = [
            normed(added(v, times([gelu(x) for x in times(v, layer.wide)], layer.narrow)), layer.last_norm)
            for v in state
        ]

    def mean(where: list[bool]) -> list[float]:
        chosen = [v for v, kept in zip(state, where, strict=True) if kept]
        return [sum(column) / len(chosen) for column in zip(*chosen, strict=True)]

    aimed = [t and s for t, s in zip(target, second, strict=True)]
    return times(mean(aimed if any(aimed) else second) + mean(second), network.answers)


@given(st.integers(0, 10_000), st.lists(st.integers(0, 19), min_size=2, max_size=7), st.integers(0, 3))
def test_the_network_is_the_slow_way(seed: int, numbers: list[int], named: int) -> None:
    network = small_network(np.random.default_rng(seed))
    second = [at > 0 for at in range(len(numbers))]
    target = [at < named for at in range(len(numbers))]
    found = network.answer(np.array(numbers), np.array(second), np.array(target))
    assert found.tolist() == pytest.approx(by_hand(network, numbers, second, target), rel=2e-3, abs=2e-3)


def test_packing_keeps_a_matrix_to_half_a_step() -> None:
    matrix = np.random.default_rng(1).normal(size=(6, 40)).astype(np.float32)
    matrix[3] = 0
    numbers, scale = weights.packed(matrix)
    assert numbers.dtype == np.int8
    assert (np.abs(weights.unpacked(numbers, scale) - matrix) <= scale[:, None] / 2 + 1e-7).all()


def test_another_file_than_the_shipped_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / weights.FILE).write_bytes(b"PK other weights")
    (tmp_path / weights.DIGEST_FILE).write_text("0" * 64)
    monkeypatch.setattr("features.articles.roles.second.weights.resources.files", lambda _: tmp_path)
    with pytest.raises(ValueError, match="install the package again"):
        weights.stored.__wrapped__()


READ = ("row", "country", "role", "p_diversion", "is_diversion", "polarity", "why")


def read_frame(*rows: tuple[int, str, str, float, bool, int, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=list(READ), orient="row").with_columns(
        pl.col("row").cast(pl.UInt32), pl.col("polarity").cast(pl.Int8)
    )


SENTENCES = pl.DataFrame(
    {
        "row": [0, 1, 2, 3],
        "article": [0, 0, 0, 0],
        "text": [
            "Chips for Russia",
            "Kyrgyz firms sent sanctioned chips on to Russia, customs data show.",
            "Diplomats from Mongolia attended the talks as observers.",
            "Turkey removed the firm from its list.",
        ],
    },
    schema={"row": pl.UInt32, "article": pl.UInt32, "text": pl.String},
)
WANTED = SENTENCES.select("row", carried=pl.lit(None, pl.String))


def test_rows_below_the_bar_and_rows_held_by_a_rule_are_not_asked_about() -> None:
    read = read_frame(
        (2, "MNG", "other_mention", ASKED_FROM - 0.001, False, 0, ""),
        (3, "TUR", "other_mention", NOT_COUNTED, False, 0, ""),
    )
    assert with_second_opinions(read, WANTED, SENTENCES).equals(read)


def test_both_readers_are_averaged_as_log_odds() -> None:
    read = read_frame((1, "KGZ", ROUTE, 0.8, True, -1, "chips"), (2, "MNG", ROUTE, 0.6, True, 1, "full"))
    after = with_second_opinions(read, WANTED, SENTENCES)
    assert after.schema == read.schema
    reader = second_reader()
    for before, row in zip(read.iter_rows(named=True), after.iter_rows(named=True), strict=True):
        at = before["row"]
        texts = SENTENCES["text"].to_list()
        opinion = reader.opinion(texts[at], before["country"], None, tuple(texts[max(0, at - 2) : at]), "")
        odds = (1 - SHARE) * math.log(
            before["p_diversion"] / (1 - before["p_diversion"])
        ) + SHARE * opinion.odds
        assert row["p_diversion"] == pytest.approx(1 / (1 + math.exp(-odds)), abs=1e-4)
        assert row["is_diversion"] == (row["p_diversion"] >= 0.5)
        assert row["polarity"] == (opinion.polarity if row["is_diversion"] else 0)
        assert opinion.odds == round(opinion.odds, DIGITS)
        assert opinion.polarity in POLARITIES and opinion.role in ROLES
    kgz, mng = after.iter_rows(named=True)
    assert kgz["is_diversion"] and kgz["polarity"] == 1  # the first reader had said easing
    assert not mng["is_diversion"] and mng["why"] == "" and mng["role"] != ROUTE


TEXT = (
    "Kyrgyz firms sent sanctioned chips on to Russia, customs data show.\n"
    "The chips reached Bishkek by air and left for a Russian plant the same week.\n"
    "A forwarder in Tbilisi who has been in the business for thirty years remains calm.\n"
    "Traders in Mongolia see it the same way.\n"
    "The plant employs nine hundred people."
)


def articles(n: int) -> pl.DataFrame:
    day = datetime(2024, 5, 1, tzinfo=UTC)
    rows = [(f"a{i}", day, "paper.example", None, "Chips", f"Report {i}.\n{TEXT}", None) for i in range(n)]
    return pl.DataFrame(rows, schema=ARTICLES, orient="row")


def test_it_is_used_only_when_asked_for() -> None:
    table = articles(1)
    without = find_mentions(table)
    assert without.equals(find_mentions(table, second_reader=False))
    asked = find_mentions(table, second_reader=True)
    assert asked.drop("role", "p_diversion", "is_diversion", "polarity", "why").equals(
        without.drop("role", "p_diversion", "is_diversion", "polarity", "why")
    )
    assert not asked.equals(without)
    bystander = pl.col("country") == "MNG"  # it is only asked for its view
    before, after = (table.filter(bystander)["p_diversion"].item() for table in (without, asked))
    assert after < before - 0.1


def test_how_articles_are_parted_changes_no_row() -> None:
    table = articles(3)
    whole = find_mentions(table, second_reader=True)
    assert find_mentions(table, second_reader=True, at_once=1).equals(whole)


def test_russian_articles_are_left_to_their_own_reader() -> None:
    day = datetime(2024, 5, 1, tzinfo=UTC)
    text = (
        "Киргизские фирмы поставили в Россию подсанкционные микросхемы. Таможня молчит. Груз ушёл в Москву."
    )
    table = pl.DataFrame(
        [("r", day, "gazeta.example", None, None, text, "ru")], schema=ARTICLES, orient="row"
    )
    assert read_part(table, 0, True).rows.equals(read_part(table, 0, False).rows)


BY_KERNEL = """
from tests.features.articles.test_second_reader import articles, find_mentions
rows = find_mentions(articles(2), second_reader=True)
print(rows.select("country", "p_diversion", "polarity", "role").rows())
"""


@pytest.mark.long
def test_threads_and_kernels_of_linear_algebra_change_no_row() -> None:
    printed = {
        subprocess.run(
            [sys.executable, "-c", BY_KERNEL],
            env={
                **os.environ,
                "PYTHONPATH": str(CHECKOUT),
                "OMP_NUM_THREADS": threads,
                "OPENBLAS_CORETYPE": kernel,
            },
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads, kernel in (("1", "Haswell"), ("2", "Haswell"), ("1", "Sandybridge"), ("2", "Prescott"))
    }
    assert len(printed) == 1 and "KGZ" in printed.pop()
