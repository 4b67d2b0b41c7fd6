"""What is too short or too long to be sure of: a lone letter, a slip of the finger, a long text."""

import pytest

from reminders.domain.replies.reading.interpret import Intent, read_answer
from reminders.domain.wording.questions import Asks, Question


@pytest.mark.parametrize("text", ["Y", "y", "Y."])
def test_a_letter_that_is_a_word_in_spanish_is_for_a_person(text: str) -> None:
    assert read_answer(text, languages=["es", "en"]).intent is Intent.UNCLEAR
    assert read_answer(text, languages=["en"]).intent is Intent.YES


def test_one_letter_pauses_where_its_word_opts_out() -> None:
    assert read_answer("T", languages=["zh-Hans", "en"]).intent is Intent.PAUSE
    assert read_answer("退订", languages=["zh-Hans", "en"]).intent is Intent.STOP


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Genua", "de"),
        ("Genre", "de"),
        ("via", "pt"),
        ("taka", "pl"),
        ("vine", "fr"),
        ("NPO", "en"),
    ],
)
def test_a_short_word_is_no_slip_of_another(text: str, language: str) -> None:
    assert read_answer(text, languages=[language, "en"]).intent is Intent.UNCLEAR


def test_a_long_word_with_two_letters_swapped_is_read() -> None:
    assert read_answer("beleaz", languages=["pt"]).intent is Intent.YES


@pytest.mark.parametrize("text", ["yes " * 65, "yes " + "a" * 400])
def test_a_long_text_is_for_a_person(text: str) -> None:
    answer = read_answer(text, languages=["en"])

    assert (answer.intent, answer.also) == (Intent.UNCLEAR, {"long"})


def test_a_wish_for_no_more_texts_is_found_at_the_end_of_a_long_text() -> None:
    text = "I have so much to tell you about my week. " * 12 + "Please stop texting me"

    assert read_answer(text, languages=["en"]).intent is Intent.PAUSE


def test_blanks_make_no_text_long() -> None:
    assert read_answer("Yes" + "\n" * 600, languages=["en"]).intent is Intent.YES


@pytest.mark.parametrize("text", ["لا أعتذر عن الحضور", "لا نعتذر عن الحضور", "لا يتعذر الحضور"])
def test_a_no_before_a_word_that_excuses_in_arabic_may_deny_it(text: str) -> None:
    assert read_answer(text, languages=["ar", "en"]).intent is Intent.UNCLEAR


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("neither", "en"),
        ("keiner von beiden", "de"),
        ("ninguno de los dos", "es"),
        ("aucun des deux", "fr"),
        ("nessuno dei due", "it"),
        ("geen van beiden", "nl"),
    ],
)
def test_none_is_a_no_to_a_list_but_may_be_good_news_to_which_cant_you(
    text: str, language: str
) -> None:
    asked = [
        read_answer(text, languages=[language], question=Question(asks, listed=2))
        for asks in (Asks.NUMBERED, Asks.WHICH)
    ]

    assert [answer.intent for answer in asked] == [Intent.NO, Intent.UNCLEAR]
