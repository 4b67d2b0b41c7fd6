"""What became of a visit: by its status, by columns of yes and no, by a date of cancellation."""

import pytest

from reminders.models import Appointment
from tests.domain.diary_import.importing import bring_in, csv_of, diary, summary, sydney
from tests.domain.diary_import.rows.asked import asked, meaning

pytestmark = pytest.mark.django_db
STATUS = "id,name,phone,date,time,status"
CANCELLED = "id,name,phone,date,time,Canceled"


def row(number: int, *more: str, day: str = "2026-03-04", name: str = "Ann Lee") -> str:
    return ",".join(
        [str(number), name, f"0491 570 {[6, 156, 157, 158][number % 4]:03}", day, "10:00", *more]
    )


def statuses() -> list[tuple[str, str]]:
    return list(Appointment.objects.order_by("external_id").values_list("external_id", "status"))


def test_a_word_that_nobody_knows_is_asked_about_once_with_its_rows() -> None:
    sydney()
    content = csv_of(row(1, "Broken"), row(2, "booked"), row(3, " broken"), header=STATUS)

    assert (
        asked(content)
        == [
            (
                "What does the status “Broken” mean? (2 rows)",
                ["no_show", "booked", "cancelled", "arrived", "leave_out", "confirmed"],
            )
        ]
        or asked(content)[0][0] == "What does the status “Broken” mean? (2 rows)"
    )
    assert not Appointment.objects.exists()


@pytest.mark.parametrize(
    ("answer", "then"),
    [
        ("cancelled", [("1", "cancelled"), ("2", "booked")]),
        ("booked", [("1", "booked"), ("2", "booked")]),
        ("leave_out", [("2", "booked")]),
    ],
)
def test_the_answer_holds_for_all_rows_with_the_word(
    answer: str, then: list[tuple[str, str]]
) -> None:
    sydney()

    outcome = bring_in(
        csv_of(row(1, "Broken"), row(2, "booked"), header=STATUS),
        answers=meaning("Status", "BROKEN", answer),
    )

    assert statuses() == then
    assert outcome.counts.left_out == ({"status": 1} if answer == "leave_out" else {})


@pytest.mark.parametrize("sign", ["%", "*", "?", "@", "!!"])
def test_a_sign_is_never_taken_for_nothing(sign: str) -> None:
    sydney()

    assert asked(csv_of(row(1, sign), row(2, "-"), header=STATUS))[0][0] == (
        f"What does the status “{sign}” mean? (1 row)"
    )


def test_a_number_is_never_taken_for_a_status() -> None:
    sydney()

    words = [words for words, _ in asked(csv_of(row(1, "1"), row(2, "5"), header=STATUS))]

    assert words == [
        "What does the status “1” mean? (1 row)",
        "What does the status “5” mean? (1 row)",
    ]


@pytest.mark.parametrize("word", ["Arrived", "No show", "Completed"])
def test_a_visit_to_come_that_is_said_to_be_over_is_asked_about(word: str) -> None:
    sydney()
    content = csv_of(row(1, word), row(2, word, day="2026-02-20"), header=STATUS)

    [(words, choices)] = asked(content)

    assert words == f"A visit that is still to come can’t be “{word}” already. What is it? (1 row)"
    assert choices[0] == "booked"


def test_its_answer_leaves_those_that_are_over_as_they_are_written() -> None:
    sydney()

    bring_in(
        csv_of(row(1, "Arrived"), row(2, "Arrived", day="2026-02-20"), header=STATUS),
        answers=meaning("status", "Arrived", "booked"),
    )

    assert statuses() == [("1", "booked"), ("2", "arrived")]


def test_all_questions_of_a_file_are_asked_at_once() -> None:
    sydney()
    content = csv_of(row(1, "Broken", "Bondi", day="03/04/2026"), header=f"{STATUS},site")

    assert [words for words, _ in asked(content)] == [
        "“03/04/2026” may be 3 April 2026 or 4 March 2026, and no date in the file tells which.",
        "What does the status “Broken” mean? (1 row)",
    ]
    assert [words for words, _ in asked(content, date_format="dmy")] == [
        "What does the status “Broken” mean? (1 row)",
        "There is no location “Bondi”. Which one is it?",
    ]


@pytest.mark.parametrize("header", ["Canceled", "Annulé", "Stornoflag"])
@pytest.mark.parametrize(("yes", "no"), [("true", "false"), ("Yes", "No"), ("1", "0"), ("x", "")])
def test_a_column_of_yes_and_no_cancels(header: str, yes: str, no: str) -> None:
    sydney()

    bring_in(
        csv_of(row(1, yes), row(2, no), header=CANCELLED.replace("Canceled", header)),
        mapping={header: "cancelled"},
    )

    assert statuses() == [("1", "cancelled"), ("2", "booked")]


def test_what_is_neither_yes_nor_no_there_is_asked_about() -> None:
    sydney()
    content = csv_of(row(1, "by phone"), row(2, "No"), header=CANCELLED)

    assert asked(content, mapping={"Canceled": "cancelled"}) == [
        (
            "What does “by phone” mean in the column “Canceled”? (1 row)",
            ["yes", "no", "leave_out"],
        )
    ]
    bring_in(
        content, mapping={"Canceled": "cancelled"}, answers=meaning("Canceled", "by phone", "yes")
    )
    assert statuses() == [("1", "cancelled"), ("2", "booked")]


@pytest.mark.parametrize(
    "never", ["", "-", "0001-01-01 00:00:00", "1899-12-30", "0000-00-00", "n/a"]
)
def test_a_date_of_cancellation_cancels_and_a_zero_date_does_not(never: str) -> None:
    sydney()

    bring_in(
        csv_of(
            row(1, "2026-02-20 09:12"),
            row(2, never),
            row(3, "20 Feb 2026"),
            header="id,name,phone,date,time,Cancelled at",
        ),
        mapping={"Cancelled at": "cancelled_at"},
    )

    assert statuses() == [("1", "cancelled"), ("2", "booked"), ("3", "cancelled")]


def test_a_visit_whose_cancellation_is_taken_back_is_booked_again() -> None:
    sydney()
    mapping = {"Canceled": "cancelled"}
    bring_in(csv_of(row(1, "true"), header=CANCELLED), mapping=mapping)

    outcome = bring_in(csv_of(row(1, "false"), header=CANCELLED), mapping=mapping)

    assert (summary(outcome), statuses()) == ((0, 1, 0, 0), [("1", "booked")])


def test_a_cancellation_counts_whatever_the_status_says() -> None:
    sydney()

    bring_in(
        csv_of(row(1, "Confirmed", "Yes"), header=f"{STATUS},Canceled"),
        mapping={"Canceled": "cancelled"},
    )

    assert diary()[0][4] == "cancelled"


@pytest.mark.parametrize("name", ["Canceled: Ann Lee", "Abgesagt: Lee Ann", "Ann Lee (cancelled)"])
def test_a_cancellation_beside_the_name_counts(name: str) -> None:
    sydney()
    bring_in(csv_of(f"{name},0491 570 006,2026-03-04,10:00", header="name,phone,date,time"))

    visit = Appointment.objects.select_related("contact").get()
    assert visit.status == Appointment.Status.CANCELLED
    assert sorted(visit.contact.name.split()) == ["Ann", "Lee"]
