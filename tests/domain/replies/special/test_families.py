"""What a family picks from its list, in eleven languages, brought into the form of the grammar."""

import pytest

from reminders.domain.replies.reading.interpret import Intent, Interpretation, read_answer
from reminders.domain.replies.special.families import offers_all, read_family
from reminders.domain.wording.defaults import LANGUAGES, starter
from reminders.domain.wording.questions import Asks, Question

Read = list[tuple[str, tuple[int | str, ...]]]


def read(text: str, *, language: str = "en", asks: Asks = Asks.NUMBERED) -> Read:
    """Each answer that was found, with whom it picks."""

    def by_grammar(words: str) -> Interpretation:
        question = Question(asks=asks, listed=2)
        return read_answer(
            words, languages=[language, "en"], names=["Ann", "Ben"], listed=True, question=question
        )

    found = read_family(text, languages=[language], asks=asks, read=by_grammar)
    return [(str(one.intent), one.picks) for one in found]


@pytest.mark.parametrize(
    ("language", "everybody", "the_first", "apart"),
    [
        ("en", "both of us", "only the first", "Ann yes, Ben no"),
        ("es", "los dos", "solo el primero", "Ann sí, Ben no"),
        ("fr", "tous les deux", "seulement le premier", "Ann oui, Ben non"),
        ("de", "beide", "nur das erste", "Ann ja, Ben nein"),
        ("it", "entrambi", "solo il primo", "Ann sì, Ben no"),
        ("pt", "os dois", "só o primeiro", "Ann sim, Ben não"),
        ("nl", "allebei", "alleen de eerste", "Ann ja, Ben nee"),
        ("pl", "obie", "tylko pierwsza", "Ann tak, Ben nie"),
        ("vi", "cả hai", "chỉ thứ nhất", "Ann có, Ben không"),
        ("zh-Hans", "两个都", "只有第一个", "Ann 是, Ben 否"),
        ("ar", "الكل", "الاول فقط", "Ann نعم، Ben لا"),
    ],
)
def test_every_language_picks(language: str, everybody: str, the_first: str, apart: str) -> None:
    assert read(everybody, language=language) == [("yes", ())]
    assert read(the_first, language=language) == [("yes", (1,))]
    assert read(apart, language=language) == [("yes", ("ann",)), ("no", ("ben",))]


@pytest.mark.parametrize(
    "text",
    [
        *("the second", "2", "Ann", "not both", "not all of us", "No, only the first", "both?"),
        *("only the first at 9", "1 yes 2 no 3", "Ann yes Ann no", "only if it is quick", ""),
        *("both " * 20, "the first " * 200, "chị Ann"),
    ],
)
def test_what_does_not_say_who_comes_stays_unclear(text: str) -> None:
    assert read(text, language="vi" if text.startswith("ch") else "en") == []


def test_nobody_to_the_question_who_cannot_come_is_no_answer() -> None:
    assert (read("none", asks=Asks.WHICH), read("none")) == ([], [("no", ())])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_starter_texts_offer_one_yes_for_all(language: str) -> None:
    text = starter("family_confirmation", language)

    assert offers_all(text, [language])
    assert not offers_all(starter("confirmation", language), [language])


def test_only_answers_are_found() -> None:
    assert {Intent(intent) for intent, _ in read("1 yes, 2 no")} == {Intent.YES, Intent.NO}
