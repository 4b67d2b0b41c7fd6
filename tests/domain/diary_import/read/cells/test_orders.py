"""Whether a file puts the day, the month or the year first: told by the file, or asked about."""

from datetime import date

import pytest

from reminders.domain.diary_import.questions import About, Answer, QuestionsOpen
from reminders.domain.diary_import.read.cells.dates import DateReader, DatesOpen

TODAY = date(2026, 11, 29)


def order_of_file(*texts: str, country: str = "", today: date | None = TODAY) -> str:
    """The order that a file of these dates is read by, or "?" and the likeliest where it is
    asked.
    """
    reader = DateReader(country=country, today=today)
    for row, text in enumerate(texts, 2):
        reader.observe(text, row=row)
    try:
        reader.decide(column="Date")
    except DatesOpen as unclear:
        return f"? {unclear.questions[0].likeliest.answer.meaning}"
    return f"{reader.order}{' (assumed)' if reader.assumed else ''}"


@pytest.mark.parametrize(
    ("country", "texts", "order"),
    [
        ("GB", "03/04/2027 | 25/04/2027", "dmy"),
        ("US", "03/04/2027 | 04/25/2027", "mdy"),
        ("", "03/04/2027 | 04/25/2027", "mdy"),
        ("", "03/04/2027 | 25/04/2027", "dmy"),
        ("GB", "03/04/2027 | 05/06/2027", "? dmy"),
        ("US", "03/04/2027 | 05/06/2027", "? mdy"),
        ("", "03/04/2027", "? dmy"),
        # One odd cell decides nothing against the habit of the country, a file of them does.
        ("GB", "03/04/2027 | 05/04/2027 | 04/15/2027", "? mdy"),
        ("", "03/04/2027 | 05/04/2027 | 06/04/2027 | 04/15/2027", "? mdy"),
        ("US", "03/04/2027 | 25/04/2027", "? dmy"),
        ("GB", "03/04/2027 | 04/15/2027 | 04/16/2027 | 04/17/2027", "mdy"),
        ("CA", "03/04/2027 | 04/25/2027", "mdy"),
        # Those that tell contradict each other.
        ("GB", "15/04/2027 | 16/04/2027 | 04/15/2027", "? dmy"),
        ("US", "15/04/2027 | 04/16/2027 | 04/15/2027", "? mdy"),
        # What tells otherwise: dots, weekdays, a time beside it.
        ("DE", "03.04.2027", "dmy"),
        ("US", "03.04.2027", "? mdy"),
        ("GB", "Sat 03/04/2027", "dmy"),
        ("US", "Sat 03/04/2027 | Sun 04/04/2027 | Mon 05/04/2027", "dmy"),
        ("US", "04/25/2027 10:00 AM | 03/04/2027 9:00 AM", "mdy"),
        # Years of two digits lie near today, and may stand in front.
        ("DE", "04.03.27 | 05.03.27", "dmy"),
        ("GB", "04/03/27", "? dmy"),
        ("GB", "25/03/27 | 04/03/27", "dmy"),
        ("US", "3/25/27 | 3/4/27", "mdy"),
        ("GB", "27-03-04 | 27-03-25", "? ymd"),
        ("JP", "27-03-04 | 27-03-25", "ymd"),
        ("GB", "27-03-04 | 27-03-05 | 27-03-06 | 27-03-25", "ymd"),
        # Nothing depends on the order.
        ("GB", "2027-03-04 | 5 March 2027", "dmy (assumed)"),
        ("GB", "03/03/2027", "dmy (assumed)"),
        ("GB", "rubbish | 99/99/2027 | ", "dmy (assumed)"),
    ],
)
def test_the_order_is_told_by_the_file_or_asked_about(country: str, texts: str, order: str) -> None:
    assert order_of_file(*texts.split(" | "), country=country) == order


def test_without_a_day_to_go_by_a_year_of_two_digits_may_stand_on_either_side() -> None:
    assert order_of_file("27-03-04", today=None) == "? dmy"
    assert order_of_file("27-03-04", country="KR", today=None) == "? ymd"


def test_the_question_shows_what_each_answer_makes_of_an_example() -> None:
    reader = DateReader(country="GB", today=TODAY)
    for row, text in enumerate(("03/04/2027", "05/04/2027", "04/15/2027"), 2):
        reader.observe(text, row=row)

    with pytest.raises(QuestionsOpen) as open_:
        reader.decide(column="Date")

    question = open_.value.questions[0]
    assert (question.about, question.row, question.column) == (About.DATES, 2, "Date")
    assert question.words == (
        "“03/04/2027” may be 3 April 2027 or 4 March 2027. “04/15/2027” in row 4 can only be "
        "month first "
        "(12/31/2026). Which holds for the file?"
    )
    assert [(choice.answer, choice.example) for choice in question.choices] == [
        (Answer(About.DATES, "mdy"), "03/04/2027 is 4 March 2027"),
        (Answer(About.DATES, "dmy"), "03/04/2027 is 3 April 2027"),
    ]


def test_an_answer_settles_it_unasked() -> None:
    reader = DateReader("mdy", country="GB")
    assert reader.decided
    reader.decide(column="Date")
    assert reader.date("03/04/2027") == date(2027, 3, 4)
