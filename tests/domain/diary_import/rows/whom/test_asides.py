"""Words that matter in columns that nothing is read from: asked about, wherever they stand."""

from __future__ import annotations

import pytest

from reminders.domain.diary_import.questions import About, Answer, Answers
from reminders.models import Appointment, Contact
from tests.domain.diary_import.importing import (
    ANN,
    BOB,
    HEADER,
    bring_in,
    csv_of,
    open_questions,
    sydney,
)
from tests.domain.diary_import.rows.asked import asked, meaning

pytestmark = pytest.mark.django_db


def with_word(word: str, *, column: str = "Zorp", before: int = 3) -> bytes:
    """A file in which a word stands in one column, below so many rows in which that is blank."""
    rows = [
        f"{n + 10},Cy Orr,0491 570 110,2026-03-{4 + n % 2:02d},{8 + n % 9:02d}:{n % 60:02d},"
        for n in range(before)
    ]
    return csv_of(*rows, f'{ANN},"{word}"', header=f"{HEADER},{column}")


@pytest.mark.parametrize(
    ("word", "likely"),
    [
        ("Deceased", "deceased"),
        ("R.I.P.", "deceased"),
        ("†", "deceased"),
        ("verstorben", "deceased"),
        ("décédée 2026-01-12", "deceased"),
        ("zmarł", "deceased"),
        ("死亡", "deceased"),
        ("do not text", "no_texts"),
        ("NO SMS", "no_texts"),
        ("keine SMS", "no_texts"),
        ("ne pas texter", "no_texts"),
        ("Unsubscribed", "no_texts"),
        ("CANCELLED", "cancelled"),
        ("afgezegd", "cancelled"),
        ("Mother", "others_phone"),
        ("2 = hija", "others_phone"),
        ("mobile: wife’s", "others_phone"),
    ],
)
@pytest.mark.parametrize("before", [3, 230])
def test_a_lone_word_in_an_unknown_column_is_asked_about(
    word: str, likely: str, before: int
) -> None:
    sydney()

    [question] = [
        each for each in open_questions(with_word(word, before=before)) if each.column == "Zorp"
    ]

    assert question.likeliest.answer.meaning == likely
    assert question.about is About.MEANING


@pytest.mark.parametrize(
    ("note", "asks"),
    [
        ("Prefers mornings; DO NOT TEXT", "DO NOT TEXT"),
        ("Deceased.", "Deceased"),
        ("His wife is deceased and he moved", ""),
        ("ANNULLATO - Massaggio", "ANNULLATO"),
        ("pt cancelled 26/2", "pt cancelled 26/2"),
        ("hat telefonisch abgesagt", "hat telefonisch abgesagt"),
        ("Do not contact by phone or text", "do not contact"),
        ("Refused", ""),
        ("Mother comes along", ""),
        ("cancelled last time, sorry", ""),
    ],
)
def test_of_a_note_only_a_part_that_is_nothing_but_such_a_word_counts(note: str, asks: str) -> None:
    sydney()

    found = open_questions(with_word(note, column="Notes"))

    assert [each.likeliest.answer.value for each in found] == ([asks] if asks else [])


@pytest.mark.parametrize(
    ("column", "cell", "asked"),
    [
        ("Obs. tel", "2 = hija", True),
        ("Phone notes", "wife’s", True),
        ("Phone notes", "Mum", False),
        ("Phone notes", "after 5 pm", False),
        ("Phone notes", "prefers mobile", False),
        ("Notes", "daughter", False),
    ],
)
def test_whose_a_phone_is_may_stand_in_a_note_about_phones(
    column: str, cell: str, asked: bool
) -> None:
    sydney()

    found = open_questions(with_word(cell, column=column))

    assert [each.likeliest.answer.meaning for each in found] == ["others_phone"] * asked


def test_what_is_said_of_others_is_not_asked_about() -> None:
    sydney()

    assert open_questions(with_word("Deceased", column="Next of kin")) == []
    assert open_questions(with_word("Unsubscribed", column="Newsletter")) == []


@pytest.mark.parametrize("answer", ["deceased", "no_texts", "others_phone", "yes"])
def test_the_answer_keeps_texts_back_from_these_rows_alone(answer: str) -> None:
    sydney()

    bring_in(
        csv_of(f"{ANN},RIP", f"{BOB},", header=f"{HEADER},Zorp"),
        answers=meaning("Zorp", "rip", answer),
    )

    assert dict(Contact.objects.values_list("name", "channel")) == {
        "Ann Lee": "none",
        "Bob Ray": "sms",
    }


def test_a_word_may_mean_nothing_and_another_one_is_asked_about_still() -> None:
    sydney()
    nothing = meaning("Zorp", "RIP", "nothing")

    bring_in(csv_of(f"{ANN},RIP", header=f"{HEADER},Zorp"), answers=nothing)
    assert Contact.objects.get().channel == "sms"

    [(words, _)] = asked(with_word("no texts"), answers=nothing)
    assert words == "What does “no texts” say in the column “Zorp”? (1 row)"


def test_a_cancellation_beside_the_status_counts_when_somebody_says_so() -> None:
    sydney()
    content = csv_of(f"{ANN},booked,CANCELLED", header=f"{HEADER},status,Notes")

    bring_in(content, answers=meaning("Notes", "cancelled", "cancelled"))

    assert Appointment.objects.get().status == "cancelled"


def test_a_column_without_a_name_is_asked_about_by_its_number() -> None:
    sydney()
    content = csv_of(f"{ANN},Deceased", header=f"{HEADER},")

    [question] = open_questions(content)
    bring_in(content, answers=Answers.of([question.likeliest.answer]))

    assert question.likeliest.answer == Answer(About.MEANING, "deceased", "column 6", "Deceased")
    assert Contact.objects.get().channel == "none"


def test_a_note_that_begins_by_refusing_texts_is_asked_about_in_these_words() -> None:
    sydney()

    [question] = open_questions(with_word("Do not text or leave voicemail, see file"))

    assert (question.likeliest.answer.value, question.likeliest.answer.meaning) == (
        "do not text",
        "no_texts",
    )


def test_blocked_time_with_somebodys_phone_is_asked_about_and_left_out() -> None:
    sydney()
    content = csv_of(f"{ANN},Massage", f"{BOB},Time off", header=f"{HEADER},service")

    [question] = open_questions(content)
    assert question.likeliest.answer.meaning == "leave_out"
    bring_in(content, answers=Answers.of([question.likeliest.answer]))

    assert [each.contact.first_name for each in Appointment.objects.all()] == ["Ann"]
