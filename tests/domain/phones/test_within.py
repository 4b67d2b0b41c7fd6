"""The one number in a longer text, and none where nobody could tell which it is."""

import pytest

from reminders.domain.phones.parsing import PhoneNumber, PhoneProblem
from reminders.domain.phones.within import phone_within, without_phone

MOBILE = "+447700900123"


@pytest.mark.parametrize(
    "text",
    [
        "Mobile: 07700 900123\nReason: knee",
        "Phone call to 07700900123",
        "07700 900123, 07700 900123",
        "tel. +44 (0) 7700 900123; room 3, 45 min",
        "03/04/2027 10:30 - 07700 900123",
        "surgery 020 7946 0188; patient 07700 900123",
        "https://zoom.example/j/07700900999 call 07700 900123",
        "Mobile: 07700 900123\nHusband 07700 900999",
        "Mobile: 07700 900123\nFax: 07700 900999",
    ],
)
def test_the_number_is_found(text: str) -> None:
    found = phone_within(text, "GB")

    assert isinstance(found, PhoneNumber)
    assert found.e164 == MOBILE


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Knee, 3rd visit, 45 min", PhoneProblem.MISSING),
        ("https://zoom.example/j/07700900999", PhoneProblem.MISSING),
        ("07700 900123\n07700 900124", PhoneProblem.SEVERAL),
        ("wife 07700 900123", PhoneProblem.SOMEBODY_ELSES),
        ("DO NOT TEXT 07700 900123", PhoneProblem.SOMEBODY_ELSES),
        ("no sms: 07700 900123", PhoneProblem.SOMEBODY_ELSES),
    ],
)
def test_no_number_is_guessed(text: str, problem: PhoneProblem) -> None:
    assert phone_within(text, "GB") is problem


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ann Lee 07700 900123", "Ann Lee"),
        ("Ann Lee, tel. 07700 900123", "Ann Lee"),
        ("07700 900123 – Ann Lee", "Ann Lee"),
        ("Lee, Ann (07700 900123)", "Lee, Ann"),
        ("Ann Lee", "Ann Lee"),
    ],
)
def test_the_name_is_what_is_left(text: str, name: str) -> None:
    assert without_phone(text) == name
