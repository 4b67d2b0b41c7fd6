"""Single rows with mistakes: asked about in the browser, by a setting for who cannot be asked."""

from typing import Any

import pytest

from reminders.domain.diary_import.questions import About, Answer, Answers, QuestionsOpen
from reminders.models import Appointment, Import, ImportRow
from tests.domain.diary_import.importing import (
    ANN,
    bring_in,
    csv_of,
    diary,
    refusal,
    summary,
    sydney,
)
from tests.domain.diary_import.rows.asked import asked, said

pytestmark = pytest.mark.django_db
BOB = "2,Bob Ray,0491 570 156,2026-03-04,11:00"
BAD = "3,Cy Poe,0491 570 157,2026-02-30,25:00"
LEAVE = said(About.ERRORS, "leave")


def ids() -> list[str]:
    return [row[0] for row in diary()]


def test_the_browser_asks_whether_to_leave_them() -> None:
    sydney()

    assert asked(csv_of(ANN, BOB, BAD), source="browser") == [
        (
            "2 rows are fine, 1 has a mistake. Import the 2 and leave these 1?",
            ["leave", "stop"],
        )
    ]
    with pytest.raises(QuestionsOpen) as open_:
        bring_in(csv_of(ANN, BOB, BAD), source="browser")
    assert [problem.row for problem in open_.value.problems] == [4, 4, 4]


def test_command_and_folder_stop_unless_something_else_is_said(settings: Any) -> None:
    sydney()
    content = csv_of(ANN, BAD)

    assert len(refusal(content)) == 2
    assert len(refusal(content, source="folder")) == 2
    settings.IMPORT_ERRORS = "leave"
    assert bring_in(content).counts.new == 1
    assert len(refusal(content, answers=said(About.ERRORS, "stop"))) == 2


def test_the_others_are_imported_and_the_faulty_ones_kept_with_their_reasons() -> None:
    sydney()

    outcome = bring_in(csv_of(ANN, BAD, BOB), answers=LEAVE)

    assert (summary(outcome), outcome.counts.errors, ids()) == ((2, 0, 0, 0), 1, ["1", "2"])
    row = ImportRow.objects.get(outcome="error")
    assert (row.number, row.column, row.cells[1]) == (3, "date", "Cy Poe")
    assert row.words == "“2026-02-30” is not a date: there is no such day in the calendar."
    assert Import.objects.get().counts["errors"] == 1


def test_a_file_of_nothing_but_mistakes_is_refused() -> None:
    sydney()

    bad = BAD.replace("2026-02-30", "2026-03-03")

    assert len(refusal(csv_of(bad, bad.replace("3,", "4,", 1)), answers=LEAVE)) == 2


def test_a_faulty_row_leaves_its_visit_as_it_was() -> None:
    sydney()
    bring_in(csv_of(ANN, BOB, "3,Cy Poe,0491 570 157,2026-03-04,12:00"))

    outcome = bring_in(csv_of(ANN, BAD), answers=LEAVE, gone="cancel", confirmed=True)

    assert summary(outcome) == (0, 0, 1, 1)
    assert [(row[0], row[4]) for row in diary()] == [
        ("1", "booked"),
        ("2", "cancelled"),
        ("3", "booked"),
    ]


def test_one_that_might_be_anybodys_lets_nothing_count_as_gone() -> None:
    sydney()
    others = [ANN.replace("1,", f"{n},", 1).replace("10:00", f"1{n}:00") for n in (4, 5, 6)]
    bring_in(csv_of(ANN, BOB, *others))

    outcome = bring_in(
        csv_of(ANN, *others, f",{BAD[2:]}"), answers=LEAVE, gone="cancel", confirmed=True
    )

    assert summary(outcome) == (0, 0, 4, 0)
    assert not Appointment.objects.filter(status="cancelled").exists()


def test_the_second_row_of_an_id_is_left_like_other_mistakes() -> None:
    sydney()

    content = csv_of(ANN, ANN.replace("10:00", "11:00"), BOB)
    own = Answers.of([Answer(About.COLUMN, "external_id", "id")])
    outcome = bring_in(content, answers=own.over(LEAVE))

    assert (summary(outcome), outcome.counts.errors) == ((2, 0, 0, 0), 1)
    assert ImportRow.objects.get(outcome="error").number == 3


def test_a_mistake_and_other_doubts_are_asked_about_together() -> None:
    sydney()

    words = [
        words.split("?")[0]
        for words, _ in asked(
            csv_of(f"{ANN},Arrived", f"{BAD},", header="id,name,phone,date,time,status"),
            source="browser",
        )
    ]

    assert words == [
        "A visit that is still to come can’t be “Arrived” already. What is it",
        "1 row is fine, 1 has a mistake. Import the 1 and leave these 1",
    ]
