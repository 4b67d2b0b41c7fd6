"""Texts from right to left with names and numbers of the other direction in them."""

import pytest

from reminders.domain.wording import Values, compile_wording, render_family
from reminders.domain.wording.direction import first_direction

MARK, ISOLATE, END = "\u200f", "\u2068", "\u2069"
ANN = Values(first_name="Ann", time="10:00", phone="020 7946 0123", location="عيادة الميناء")
LAYLA = Values(first_name="ليلى", time="10:30", phone="020 7946 0123", location="عيادة الميناء")


def shown(text: str) -> str:
    """With the marks to be seen."""
    return text.replace(MARK, "<r>").replace(ISOLATE, "<").replace(END, ">")


@pytest.mark.parametrize(
    ("wording", "values", "text"),
    [
        ("{first_name}، موعدك {time}.", ANN, "<r><Ann>، موعدك 10:00."),
        ("{first_name}، موعدك {time}.", LAYLA, "ليلى، موعدك 10:30."),
        ("مرحبا {first_name}، {location}", ANN, "مرحبا <Ann>، عيادة الميناء"),
        ("يرجى الاتصال على {phone}.", ANN, "يرجى الاتصال على <020 7946 0123>."),
        ("Hi {first_name}, {location}", LAYLA, "Hi ليلى, عيادة الميناء"),
        ("Hi {first_name}, call {phone}", ANN, "Hi Ann, call 020 7946 0123"),
    ],
)
def test_only_what_runs_the_other_way_stands_between_marks(
    wording: str, values: Values, text: str
) -> None:
    assert shown(compile_wording(wording).render(values)) == text


def test_a_text_that_begins_with_a_latin_name_is_still_told_from_the_right() -> None:
    text = compile_wording("{first_name}، تم تغيير موعدك").render(ANN)

    assert first_direction(text) == "R"


def test_a_family_is_listed_with_arabic_commas_and_each_name_by_itself() -> None:
    text = render_family(compile_wording("مواعيد: {appointments}."), [ANN, LAYLA])

    assert shown(text) == "مواعيد: 1) <Ann> 10:00، 2) ليلى 10:30."


def test_marks_in_a_name_do_not_reach_a_text() -> None:
    sly = Values(first_name=f"A{END}{MARK}nn", time="10:00")

    assert shown(compile_wording("مرحبا {first_name}").render(sly)) == "مرحبا <A nn>"
    assert shown(render_family(compile_wording("ص {appointments}"), [sly])) == "ص 1) <A nn> 10:00"
