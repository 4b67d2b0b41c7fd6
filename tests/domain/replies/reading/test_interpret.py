"""Replies: the table of cases, and what must hold for every text."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reminders.domain.replies.reading.grammar import ACTING, WALKED, phrases_of, read_table
from reminders.domain.replies.reading.graph import Graph, common
from reminders.domain.replies.reading.interpret import Intent, Interpretation, read_answer
from reminders.domain.wording import LANGUAGES

CASES = Path(__file__).parents[2] / "cases"


def table(name: str) -> list[dict[str, str]]:
    with (CASES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS = table("answers.csv")
NONE = table("answers_that_are_none.csv")

CLEAR = [
    row for row in ROWS if row["intent"] in ("yes", "no") and not row["also"] and not row["picks"]
]
NOTHING = {Intent.UNCLEAR, Intent.COURTESY, Intent.PAUSE}
"""Intents that change no appointment and no consent by themselves."""
DECIDING = {Intent.YES, Intent.NO, Intent.STOP, Intent.START, Intent.NO_MORE}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['languages']}:{row['text'][:30]}")
def test_a_reply_is_read_as_the_table_says(row: dict[str, str]) -> None:
    answer = read_answer(row["text"], languages=row["languages"].split(), names=["Ann", "Ann Lee"])

    found = (answer.intent.value, " ".join(sorted(answer.also)), " ".join(map(str, answer.picks)))
    assert found == (row["intent"], row["also"], row["picks"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_only_looks_like_an_answer_does_nothing(language: str) -> None:
    """In the languages of real life: the patient's, and English, which is read always."""
    texts = [row["text"] for row in NONE if row["language"] == language]
    read = {text: read_answer(text, languages=[language, "en"], names=["Ann"]) for text in texts}

    assert {text: answer for text, answer in read.items() if answer.intent not in NOTHING} == {}
    assert len(texts) >= 50


def test_the_table_covers_every_language_and_intent() -> None:
    covered = {(row["languages"], row["intent"]) for row in ROWS}
    wanted = {"yes", "no", "reschedule", "stop", "help", "no_more", "unclear", "courtesy", "pause"}

    assert {(language, intent) for language in LANGUAGES for intent in wanted} - covered == set()
    assert len(ROWS) >= 1000


@pytest.mark.parametrize("language", [*LANGUAGES, "signs"])
def test_no_phrase_means_two_things_in_one_language(language: str) -> None:
    graph = Graph()
    exact = {kind: phrases_of(read_table(language), graph, [kind])[0] for kind in WALKED}

    assert {
        (one, other): next(common(exact[one], exact[other]), None)
        for one, other in itertools.combinations(WALKED, 2)
        if next(common(exact[one], exact[other]), None)
    } == {}


def test_a_name_from_the_list_is_picked() -> None:
    names = ["Ann", "Ben", "Mary Lou"]

    assert read_answer("Y Ann", languages=["en"], names=names) == Interpretation(
        Intent.YES, picks=("Ann",), certain=True, matched="y"
    )
    assert read_answer("yes for ben and mary lou", languages=["en"], names=names).picks == (
        "ben",
        "mary lou",
    )
    assert read_answer("Ann no", languages=["en"], names=names).intent == Intent.NO


def test_a_name_that_is_not_in_the_list_is_unclear() -> None:
    assert read_answer("Y Carl", languages=["en"], names=["Ann", "Ben"]).intent == Intent.UNCLEAR


def test_a_number_alone_answers_no_list() -> None:
    assert read_answer("1", languages=["en"], listed=True) == Interpretation(Intent.UNCLEAR)
    assert read_answer("2 yes", languages=["en"], listed=True).picks == (2,)


def test_a_name_after_thanks_may_be_the_writers() -> None:
    family: dict[str, Any] = {"languages": ["en"], "names": ["Ann", "Ben"]}

    assert read_answer("Yes, thanks. Ann", listed=True, **family).intent == Intent.UNCLEAR
    assert read_answer("Yes, Ann", listed=True, **family).picks == ("Ann",)
    assert read_answer("Yes, thanks. Ann", **family).intent == Intent.YES


def test_a_patient_named_like_an_answer_still_answers() -> None:
    assert read_answer("Si", languages=["es"], names=["Si", "Ann"]) == Interpretation(
        Intent.YES, certain=True, matched="si"
    )


@settings(deadline=None)
@given(
    st.text(max_size=200) | st.text(alphabet="yesnoYN 12?.,!'👍👎\n", max_size=40),
    st.lists(st.sampled_from(list(LANGUAGES)), max_size=3),
)
def test_any_text_is_read(text: str, languages: list[str]) -> None:
    answer = read_answer(text, languages=languages)

    assert answer.certain <= (answer.intent != Intent.UNCLEAR)


@settings(deadline=None)
@given(st.sampled_from(CLEAR))
def test_a_question_never_decides(row: dict[str, str]) -> None:
    assume("\n" not in row["text"] and "“" not in row["text"])

    answer = read_answer(row["text"] + "?", languages=row["languages"].split())

    assert answer.intent not in DECIDING


@settings(deadline=None)
@given(st.sampled_from(CLEAR), st.sampled_from(CLEAR))
def test_two_opposite_answers_never_decide(one: dict[str, str], other: dict[str, str]) -> None:
    assume(one["intent"] != other["intent"] and not {"\n", "“"} & set(one["text"] + other["text"]))
    assume(not {"1", "2", "１", "２", "١", "٢"} & set(one["text"] + other["text"]))
    languages = [*one["languages"].split(), *other["languages"].split()]

    answer = read_answer(f"{one['text']}, {other['text']}", languages=languages)

    assert answer.intent in NOTHING


def test_where_two_languages_contradict_nothing_acts() -> None:
    assert read_answer("no", languages=["pl", "en"]).intent == Intent.UNCLEAR
    assert read_answer("k", languages=["vi", "en"]).intent == Intent.UNCLEAR
    assert read_answer("k", languages=["en"]).intent == Intent.YES


def test_every_kind_that_acts_is_stepped_over() -> None:
    assert set(WALKED) >= ACTING
