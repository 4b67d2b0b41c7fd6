"""Why a number gets no text, in words for staff."""

import pytest

from reminders.domain.phones.parsing import PhoneNumber, can_receive_sms, read_phone
from reminders.domain.phones.reasons import why_no_text


@pytest.mark.parametrize(
    ("raw", "country", "words"),
    [
        ("020 7946 0123", "GB", "This is a landline"),
        ("02 5550 1234", "AU", "This is a landline"),
        ("09011 234567", "GB", "This is a premium-rate number"),
        ("0800 123 4567", "GB", "This is a freephone number"),
        ("1800 975 710", "AU", "This is a freephone number"),
        ("1300 975 707", "AU", "This is a shared-cost number"),
        ("07600 123456", "GB", "This is a pager"),
        ("07011 234567", "GB", "This is a redirecting number"),
        ("0491 570 006", "AU", ""),
        ("(212) 555-0123", "US", ""),
    ],
)
def test_a_number_that_is_not_texted_says_why(raw: str, country: str, words: str) -> None:
    number = read_phone(raw, country)
    assert isinstance(number, PhoneNumber)

    why = why_no_text(number.e164)

    assert why.startswith(words)
    assert (why == "") is can_receive_sms(number)


def test_what_is_no_number_is_not_texted_either() -> None:
    assert why_no_text("12345") == why_no_text("+0") != ""


def test_a_fictional_number_is_texted_though_the_library_knows_it_not() -> None:
    assert why_no_text("+447700900123") == ""
