"""Articles in Russian and Turkish: names in every form, what is read as diversion and what never is."""

import json
from datetime import UTC, datetime
from importlib import resources

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.tables import ARTICLES
from features.articles.foreign.features import sentence_of
from features.articles.foreign.model import MODEL_FILE, foreign_models, scores
from features.articles.foreign.words import LANGUAGES, foreign_sentences, lower, words_of
from features.articles.mentions import find_mentions, read_part
from features.articles.roles.model import LinearModel
from features.articles.schema import COLUMNS
from tools.roles.foreign import by_class, examples, training_digest

NAMES = [
    ("Из Грузии, Киргизии и Армении везут чипы.", "ru", ["GEO", "KGZ", "ARM"]),
    ("Груз для станции доставил грузовик, грузины ни при чём.", "ru", ["GEO"]),
    ("Груз доставили, грузовики разгружены.", "ru", []),
    ("Чад от пожаров накрыл город.", "ru", []),
    ("Чад и Нигер отозвали послов.", "ru", ["TCD", "NER"]),
    ("Фильм о Майкле Джордане; визит в Иорданию.", "ru", ["JOR"]),
    ("На Большой Грузинской улице и у станции «Китай-город».", "ru", []),
    ("Турецко-китайский форум в Абу-Даби и Нью-Дели", "ru", ["TUR", "CHN", "ARE", "IND"]),
    ("Южнокорейские и северокорейские чиновники, Южная Корея", "ru", ["KOR", "PRK"]),
    ("российские заводы, РФ, Москва", "ru", ["RUS"]),
    ("Саудовской Аравией и Объединёнными Арабскими Эмиратами", "ru", ["SAU", "ARE"]),
    ("Gürcistan'dan, Kırgızistan'ın ve Ermenistan’a giden tırlar", "tr", ["GEO", "KGZ", "ARM"]),
    ("Mısır fiyatları arttı, buğday ve mısır ekildi.", "tr", []),
    ("Mısır'ın ve Ürdün'ün elçileri Kuveyt'te buluştu.", "tr", ["EGY", "JOR", "KWT"]),
    ("Fas’ta ve Çad'da", "tr", ["MAR", "TCD"]),
    ("Hindistan cevizi ve hindi eti", "tr", []),
    ("Hindistan ve Çin anlaştı.", "tr", ["IND", "CHN"]),
    ("Kuveyt Türk şube açtı.", "tr", []),
    ("Mali tablolar ve çini atölyesi", "tr", []),
    ("Çinliler, Ruslar, Özbeklerin ve İSRAİL'İN heyetleri", "tr", ["CHN", "RUS", "UZB", "ISR"]),
    ("Güney Kore'den ve Hong Kong'daki firmalar", "tr", ["KOR", "HKG"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "language", "expected"), NAMES)
def test_countries_are_found_in_every_form_and_nothing_like_them(
    text: str, language: str, expected: list[str]
) -> None:
    assert sentence_of(text, language).countries == expected


def articles(*texts: tuple[str, str | None]) -> pl.DataFrame:
    day = datetime(2024, 1, 1, tzinfo=UTC)
    rows = [(f"a{i}", day, "paper", language, None, text, None) for i, (text, language) in enumerate(texts)]
    return pl.DataFrame(rows, schema=ARTICLES, orient="row")


def flagged(text: str, language: str) -> dict[str, int]:
    read = find_mentions(articles((text, language))).filter("is_diversion")
    return dict(read.select("country", "polarity").iter_rows())


# Written apart from the training sentences; each is read as its writer means it.
MEANT = [
    ("Логист из Алма-Аты признался, что отправляет в Россию американские микросхемы.", "ru", {"KAZ": 1}),
    ("Правительство Киргизии отрицает, что станки уходят в Россию.", "ru", {"KGZ": 0}),
    ("Ереван запретил вывозить процессоры в Россию.", "ru", {"ARM": -1}),
    ("Bişkek'teki aracılar Rus silah fabrikalarına rulman gönderiyor.", "tr", {"KGZ": 1}),
    ("Sırbistan, Rusya'ya dron satıldığı iddialarını yalanladı.", "tr", {"SRB": 0}),
    ("Kazakistan, çiplerin Rusya'ya ihracatını yasakladı.", "tr", {"KAZ": -1}),
]


@pytest.mark.parametrize(("text", "language", "expected"), MEANT)
def test_routes_denials_and_measures_are_read(text: str, language: str, expected: dict[str, int]) -> None:
    assert flagged(text, language) == expected


HARMLESS = [
    ("Индия закупила у России рекордный объём нефти.", "ru"),
    ("Переговоры России и Украины прошли в Стамбуле.", "ru"),
    ("США ввели санкции против фирм из Гонконга за поставку дронов Ирану.", "ru"),
    ("Российская фанера идёт в Германию через Казахстан.", "ru"),
    ("США исключили из санкционного списка турецкую фирму, которая поставляла России чипы.", "ru"),
    ("В Киргизии за год выросли поставки микросхем и станков.", "ru"),
    ("Türkiye, Rusya'dan doğal gaz alımını artırdı.", "tr"),
    ("Rusya ile Ukrayna heyetleri İstanbul'da görüştü.", "tr"),
    ("Gümrük ekipleri Gürcistan'dan gelen tırda kaçak çay buldu.", "tr"),
    ("ABD, Rusya'ya çip satan iki Türk firmasını yaptırım listesinden çıkardı.", "tr"),
    ("Kırgızistan'a çip ve makine satışı arttı.", "tr"),
]


@pytest.mark.parametrize(("text", "language"), HARMLESS)
def test_other_matters_accuse_no_country(text: str, language: str) -> None:
    assert flagged(text, language) == {}


def test_an_earlier_sentence_may_name_russia() -> None:
    later = "Через Казахстан везут подшипники и микросхемы в обход санкций."
    assert flagged(later, "ru") == {}
    assert flagged(f"Россия ищет чипы для ракет. {later}", "ru") == {"KAZ": 1}


def test_what_implies_russia_in_a_russian_text_is_enough() -> None:
    assert flagged("Параллельный импорт микросхем идёт через Киргизию.", "ru") == {"KGZ": 1}


def test_one_table_of_several_languages_reads_english_as_before() -> None:
    english = "Kyrgyz firms ship chips to Russia. Turkey denies it."
    alone = find_mentions(articles((english, None)))
    texts = [
        (english, None),
        ("Из Киргизии в Россию везут чипы.", None),
        ("Türkiye, Rusya'ya çip satıyor.", None),
    ]
    together = find_mentions(articles(*texts))
    assert together.filter(article_id="a0").equals(alone)
    assert together.schema == pl.Schema(COLUMNS)
    assert together["article_id"].unique().sort().to_list() == ["a0", "a1", "a2"]


def test_languages_are_known_by_name_and_by_code() -> None:
    texts = [("Из Киргизии в Россию везут чипы.", name) for name in ("ru", "rus", "Russian", "ru-RU")]
    read = read_part(articles(*texts, ("Türkiye, Rusya'ya çip satıyor.", "Turkish"), ("x", "kk")))
    assert (read.n_articles_read, dict(read.not_read_by_language)) == (5, {"kk": 1})


def test_abbreviations_end_no_sentence_and_quotes_begin_one() -> None:
    def parted(text: str, language: str) -> list[str]:
        return pl.select(foreign_sentences(pl.lit(text), language)).item().to_list()

    russian = "В 2024 г. Астана ввезла чипы на 3 млн. «Это ложь», — сказал А. Б. Иванов. «Да». – Нет."
    assert parted(russian, "ru") == [
        "В 2024 г. Астана ввезла чипы на 3 млн. «Это ложь», — сказал А. Б. Иванов.", "«Да».", "– Нет."
    ]  # fmt: skip
    assert parted("Prof. Dr. Ali 15. maddeyi okudu. Sonra gitti.", "tr") == [
        "Prof. Dr. Ali 15. maddeyi okudu.", "Sonra gitti."
    ]  # fmt: skip


@given(st.text(max_size=60), st.sampled_from(LANGUAGES))
def test_any_text_is_read_and_keeps_its_length(text: str, language: str) -> None:
    assert len(lower(text, language)) == len(text)
    spans = [(word.start, word.end) for word in words_of(text, language)]
    assert spans == sorted(spans)
    sentence_of(text, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_400_sentences_half_of_them_of_diversion(language: str) -> None:
    """Every labelled country is found in its sentence, or `examples` fails."""
    rows = examples(language)
    positive = {row.sentence for row in rows if row.positive}
    assert max(row.sentence for row in rows) >= 400
    assert 0.4 < len(positive) / (max(row.sentence for row in rows) + 1) < 0.6


def test_the_stored_models_were_trained_on_the_committed_sentences() -> None:
    stored = json.loads(
        (resources.files("features.articles.foreign") / MODEL_FILE).read_text(encoding="utf-8")
    )
    assert stored["training_sha256"] == training_digest()
    assert set(foreign_models()) == set(LANGUAGES)


def test_scores_do_not_depend_on_the_order_of_features() -> None:
    model = LinearModel(("a", "b"), (0.5,), {"x": (0.1,), "y": (0.2,), "z": (0.3,)})
    assert scores(model, ["x", "y", "z"]) == scores(model, ["z", "x", "y"])
    assert scores(model, []) == [0.5]
    assert scores(model, ["x", "unknown"]) == pytest.approx([0.5 + 3.0 * 0.1])


def test_what_is_lent_to_another_language_names_no_word() -> None:
    assert by_class(["c:GOODS", "c:чип", "b:çip_RUSSIA", "R1:COUNTRY"]) == {"c:GOODS", "R1:COUNTRY"}
