"""The command's answers: where a name, a value and a meaning part, and what is no answer."""

import pytest

from reminders.domain.diary_import.asking.options import given_answers
from reminders.domain.diary_import.problems import ImportRefused
from reminders.domain.diary_import.questions import About, Answer

HEADER = ["Name", "Mobile (H)", "Status", "a=b", "When: from", "R", "R:S", ""]


def read(*, column: str = "", meaning: str = "") -> Answer:
    given = given_answers(columns=[column] if column else [], meanings=[meaning] if meaning else [])
    [answer] = given.for_header(HEADER)
    return answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Mobile (H)=phone", Answer(About.COLUMN, "phone", "Mobile (H)")),
        ("mobile  (h) = phone ", Answer(About.COLUMN, "phone", "Mobile (H)")),
        ("a=b=notes", Answer(About.COLUMN, "notes", "a=b")),
        ("Status=", Answer(About.COLUMN, "", "Status")),
        ("Status=aside", Answer(About.COLUMN, "", "Status")),
        ("Name=booked_by", Answer(About.COLUMN, "booked_by", "Name")),
    ],
)
def test_a_column_and_its_field_part_at_the_last_sign(text: str, answer: Answer) -> None:
    assert read(column=text) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Status:Broken=cancelled", Answer(About.MEANING, "cancelled", "Status", "Broken")),
        ("status: a=b =cancelled", Answer(About.MEANING, "cancelled", "Status", "a=b")),
        ("Status:9:30=booked", Answer(About.MEANING, "booked", "Status", "9:30")),
        ("When: from:x=booked", Answer(About.MEANING, "booked", "When: from", "x")),
        ("Status:=booked", Answer(About.MEANING, "booked", "Status", "")),
        ("R:T=booked", Answer(About.MEANING, "booked", "R", "T")),
        ("column 8:RIP=deceased", Answer(About.MEANING, "deceased", "column 8", "RIP")),
    ],
)
def test_a_value_begins_after_the_name_of_a_column_of_the_file(text: str, answer: Answer) -> None:
    assert read(meaning=text) == answer


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"columns": ["Mobile"]}, "--column takes"),
        ({"columns": ["Fon=phone"]}, "names a column “Fon”, which the file does not have"),
        ({"columns": ["Name=handy"]}, "“handy” in --column is nothing that a column can mean"),
        ({"columns": ["Name=name", "name=notes"]}, "Two options give “Name” two meanings"),
        ({"meanings": ["Status=cancelled"]}, "--meaning takes"),
        ({"meanings": ["Broken:Status=cancelled"]}, "names a column “Broken”"),
        ({"meanings": ["Status:Broken="]}, "says nothing after the last"),
        ({"meanings": ["R:S:x=booked"]}, "may be about the column “R” or “R:S”"),
        ({"meanings": ["Status:a=booked", "Status:A=arrived"]}, "Two options give “Status:A”"),
        ({"time_zone": "Mars/Base"}, "There is no time zone “Mars/Base”"),
        ({"time_zone": "../etc/passwd"}, "There is no time zone"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(given: dict, words: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        given_answers(**given).for_header(HEADER)
    assert words in str(refused.value)


def test_what_concerns_the_whole_file_comes_after_the_columns() -> None:
    given = given_answers(
        columns=["Name=name"],
        time_zone="Europe/Berlin",
        sheet="March",
        encoding=" utf-8+cp1252 ",
        errors="leave",
        agree=["past", " "],
    )

    assert given.for_header(HEADER) == [
        Answer(About.COLUMN, "name", "Name"),
        Answer(About.TIME_ZONE, "Europe/Berlin"),
        Answer(About.SHEET, "March"),
        Answer(About.ENCODING, "utf-8+cp1252"),
        Answer(About.ERRORS, "leave"),
        Answer(About.CHECK, "past"),
    ]
