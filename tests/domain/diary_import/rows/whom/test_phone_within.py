"""A phone among other words: found, asked about, and then read."""

from __future__ import annotations

import pytest

from reminders.domain.diary_import.questions import About, Answer, Answers
from reminders.models import Contact
from tests.domain.diary_import.importing import bring_in, csv_of, open_questions, sydney

pytestmark = pytest.mark.django_db
WHEN = "2026-03-04,10:00"


def texted() -> dict[str, str]:
    return dict(Contact.objects.values_list("name", "phone"))


@pytest.mark.parametrize("column", ["Description", "Location details", "Attendee"])
def test_the_column_in_which_a_number_stands_is_offered(column: str) -> None:
    sydney()
    content = csv_of(
        f"Ann Lee,{WHEN},Mobile 0491 570 006 knee",
        f"Bo Ray,{WHEN},no number given",
        header=f"Patient,date,time,{column}",
    )

    [question] = open_questions(content)
    assert question.words == "Where is the patient’s phone?"
    bring_in(content, answers=Answers.of([question.likeliest.answer]))

    assert texted() == {"Ann Lee": "+61491570006", "Bo Ray": ""}


def test_a_title_may_be_the_name_and_the_phone_in_one() -> None:
    sydney()
    content = csv_of(
        f"Ann Lee 0491 570 006,{WHEN}", f"Bo Ray 0491 570 156,{WHEN}", header="Subject,date,time"
    )

    [question] = open_questions(content)
    assert question.likeliest.answer == Answer(About.COLUMN, "name_and_phone", "Subject")
    bring_in(content, answers=Answers.of([question.likeliest.answer]))

    assert texted() == {"Ann Lee": "+61491570006", "Bo Ray": "+61491570156"}


def test_who_must_not_be_texted_is_asked_about_there_too() -> None:
    sydney()
    content = csv_of(
        f"Ann Lee,{WHEN},0491 570 006; DO NOT TEXT", header="Patient,date,time,Description"
    )
    answers = Answers.of([Answer(About.COLUMN, "phone", "Description")])

    [question] = open_questions(content, answers=answers)

    assert question.likeliest.answer == Answer(
        About.MEANING, "no_texts", "Description", "DO NOT TEXT"
    )


def test_of_labelled_numbers_the_mobile_is_taken_and_none_of_a_place() -> None:
    sydney()
    content = csv_of(
        f"Ann Lee,{WHEN},Tel: 0491 570 006 | Location: call us at 0491 570 156",
        f"Bo Ray,{WHEN},H: 0491 570 157 C: 0491 570 158",
        header="Patient,date,time,Description",
    )

    [question] = open_questions(content)
    bring_in(content, answers=Answers.of([question.likeliest.answer]))

    assert texted() == {"Ann Lee": "+61491570006", "Bo Ray": "+61491570158"}


def test_the_code_of_the_country_may_stand_in_a_column_of_its_own() -> None:
    sydney()
    content = csv_of(
        f"Ann Lee,{WHEN},+61,0491 570 006",
        f"Bo Ray,{WHEN},+44,7700 900123",
        f"Cy Orr,{WHEN},+44,447700900124",
        header="Patient,date,time,Code,Phone",
    )

    bring_in(content)

    assert texted() == {
        "Ann Lee": "+61491570006",
        "Bo Ray": "+447700900123",
        "Cy Orr": "+447700900124",
    }
