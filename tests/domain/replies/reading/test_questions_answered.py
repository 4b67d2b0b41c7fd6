"""A reply means something only in the light of what was asked: when, about whom, and whether at
all.
"""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import pytest

from reminders.domain.replies.reading.interpret import Intent, Interpretation, read_answer
from reminders.domain.wording.questions import Asks, Question, offers_digits

CASES = Path(__file__).parents[2] / "cases"
TUESDAY = datetime(2027, 3, 2, 10, 30)
DAY_BEFORE = datetime(2027, 3, 1, 9, 0)
ASKED = Question(starts=(TUESDAY,), said_at=DAY_BEFORE)


def table(name: str) -> list[dict[str, str]]:
    with (CASES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read(
    text: str, question: Question, language: str = "en", names: tuple[str, ...] = ("Ann",)
) -> Interpretation:
    return read_answer(text, languages=[language, "en"], names=names, question=question)


@pytest.mark.parametrize(
    "row", table("clear_answers"), ids=lambda row: f"{row['language']}:{row['text'][:30]}"
)
def test_what_is_restated_must_be_the_visits(row: dict[str, str]) -> None:
    answer = read(row["text"], ASKED, row["language"])

    assert (answer.intent.value, " ".join(sorted(answer.also))) == (row["intent"], row["also"])


@pytest.mark.parametrize(
    "row", table("pauses"), ids=lambda row: f"{row['language']}:{row['text'][:30]}"
)
def test_no_more_texts_in_any_words_pauses(row: dict[str, str]) -> None:
    assert read(row["text"], ASKED, row["language"]).intent == Intent.PAUSE
    assert (
        read(f"Hello. {row['text']}!", Question(Asks.STAFF), row["language"]).intent == Intent.PAUSE
    )


def test_no_more_texts_is_heard_in_a_long_text() -> None:
    assert (
        read("I have told you so often " * 40 + "please stop texting me", ASKED).intent
        == Intent.PAUSE
    )


@pytest.mark.parametrize(
    "word",
    [
        "STOP",
        "STOPALL",
        "UNSUBSCRIBE",
        "CANCEL",
        "END",
        "QUIT",
        "REVOKE",
        "OPTOUT",
        "OPT OUT",
        "opt-out",
    ],
)
@pytest.mark.parametrize(
    "language", ["en", "es", "fr", "de", "it", "pt", "nl", "pl", "vi", "zh-Hans", "ar"]
)
def test_the_carriers_words_opt_out_in_every_language(word: str, language: str) -> None:
    assert read(word, ASKED, language).intent == Intent.STOP


@pytest.mark.parametrize(
    ("word", "language"),
    [
        *(("Abmelden", "de"), ("Afmelden", "nl"), ("CANCEL", "en"), ("wypisz mnie", "pl")),
        *(
            ("désinscription", "fr"),
            ("disiscrivimi", "it"),
            ("取消订阅", "zh-Hans"),
            ("إلغاء الاشتراك", "ar"),
        ),
    ],
)
def test_a_sign_off_that_may_mean_the_visit_does_both(word: str, language: str) -> None:
    answer = read(word, ASKED, language)

    assert (answer.intent, answer.also) == (Intent.STOP, {"may_cancel"})


@pytest.mark.parametrize(
    "text",
    [
        "I did not get your message",
        "I never received a text",
        "stop by later",
        "at the end of the day text me",
        "can you text me the address",
        "Do not cancel it, text me first",
    ],
)
def test_what_only_speaks_of_texts_pauses_nothing(text: str) -> None:
    assert read(text, ASKED).intent == Intent.UNCLEAR


@pytest.mark.parametrize("digits", [True, False, None])
def test_one_and_two_answer_only_where_they_were_offered(digits: bool | None) -> None:
    question = Question(digits=digits)

    assert read("1", question).intent == (Intent.YES if digits else Intent.UNCLEAR)
    assert read("2", question).intent == (Intent.NO if digits else Intent.UNCLEAR)
    assert read("Y 2", question).intent == Intent.UNCLEAR
    assert read("1", question, "vi").intent == (Intent.UNCLEAR if digits is False else Intent.YES)


@pytest.mark.parametrize(
    ("wording", "offers"),
    [
        ("Reply 1 to confirm or 2 if you can't come", True),
        ("1=yes, 2=no", True),
        ("回复1确认，回复2取消", True),
        ("أرسل 1 للتأكيد أو 2 للرفض", True),
        ("At {time}: 1) Ann 10:00, 2) Ben 10:30. Reply Y", False),
        ("Reply Y or N by 1/2 at 2:10", False),
        ("Call 020 7946 0012", False),
        ("", False),
    ],
)
def test_a_text_tells_whether_it_offers_numbers(wording: str, offers: bool) -> None:
    assert offers_digits(wording) is offers


def test_the_digits_of_the_visit_itself_offer_nothing() -> None:
    first = datetime(2027, 3, 2, 13, 0)

    assert not offers_digits("Tue 2 March at 1 pm. Reply Y or N", starts=[first])
    assert offers_digits("Tue 2 March at 1 pm. Reply 1 for yes, 2 for no", starts=[first])


@pytest.mark.parametrize("asks", [Asks.NOTICE, Asks.AUTOMATIC])
@pytest.mark.parametrize(
    "text", ["Ok", "ok thanks", "👍", "Thank you!", "Got it", "Liked “Thanks Ann, see you”"]
)
def test_courtesy_where_nothing_was_asked_does_nothing(asks: Asks, text: str) -> None:
    answer = read(text, Question(asks))

    assert (answer.intent, answer.also) == (Intent.COURTESY, {"polite"})


def test_an_ok_answers_an_open_question() -> None:
    assert read("Ok", ASKED).intent == Intent.YES
    assert read("Thanks", ASKED).intent == Intent.COURTESY


@pytest.mark.parametrize("seen", ["👍", "👌👌", "👍 thanks", "Liked “Hi Ann, your appointment”"])
def test_a_thumbs_up_alone_may_only_mean_seen(seen: str) -> None:
    assert (read(seen, ASKED).intent, read(seen, ASKED).also) == (Intent.UNCLEAR, frozenset())
    assert read(seen, Question(Asks.NOTICE)).intent == Intent.COURTESY


@pytest.mark.parametrize(
    ("word", "language"),
    [("ANULAR", "es"), ("annuler", "fr"), ("取消", "zh-Hans"), ("hủy", "vi"), ("إلغاء", "ar")],
)
def test_a_bare_cancel_may_mean_the_texts(word: str, language: str) -> None:
    assert (read(word, ASKED, language).intent, read(word, ASKED, language).also) == (
        Intent.UNCLEAR,
        {"may_cancel"},
    )
    assert read(f"{word} 2.3. 10:30", ASKED, language).intent == Intent.NO
    assert read(f"{word} 4.3.", ASKED, language).intent == Intent.UNCLEAR


@pytest.mark.parametrize(
    "text", ["Yes", "No", "Ok", "👍", "I can't come", "Liked “Shall we cancel it”", "reschedule"]
)
def test_what_staff_asked_staff_read(text: str) -> None:
    assert read(text, Question(Asks.STAFF)).intent == Intent.UNCLEAR


def test_a_reply_tells_whether_it_means_something_by_itself() -> None:
    assert read("I can't come", Question(Asks.NOTICE)).states
    assert read("ich komme", Question(Asks.NOTICE), "de").states
    assert not read("No", Question(Asks.NOTICE)).states
    assert not read("Yes thanks", ASKED).states


@pytest.mark.parametrize(
    ("text", "picks"), [("2", (2,)), ("Ben please", ("Ben",)), ("1 and 2", (1, 2)), ("both", ())]
)
def test_the_question_which_one_takes_a_number_or_a_name(
    text: str, picks: tuple[int | str, ...]
) -> None:
    answer = read(text, Question(Asks.WHICH, listed=2), names=("Ann", "Ben"))

    assert (answer.intent, answer.picks, "picked" in answer.also) == (Intent.UNCLEAR, picks, True)
    assert ("all" in answer.also) is (not picks)


def test_a_time_is_that_of_the_one_that_was_picked() -> None:
    later = TUESDAY.replace(hour=11, minute=0)
    family = Question(Asks.NUMBERED, listed=2, starts=(TUESDAY, later), said_at=DAY_BEFORE)

    assert read("Y 2 at 11:00", family).picks == (2,)
    assert read("Y 2 at 10:30", family).also == {"another_time"}
    assert read("Yes Tuesday", family).intent == Intent.YES
    assert read("Yes 10:30", family).intent == Intent.UNCLEAR


def test_the_clinic_and_who_works_there_may_be_named() -> None:
    question = Question(people=("Harbour Dental", "Dr Lee"))

    assert read("Hi Harbour Dental, yes thanks Dr Lee", question).intent == Intent.YES
    assert read("Hi Hill Dental, yes", question).intent == Intent.UNCLEAR


def test_a_reaction_tells_what_it_quotes() -> None:
    assert read("Liked “Hi Ann, your appointment”", ASKED).quotes == "Hi Ann, your appointment"
