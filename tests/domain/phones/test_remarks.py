"""Words around a number, in brackets or not: only those that are known to change nothing are passed
over.
"""

import pytest

from reminders.domain.phones.parsing import PhoneNumber, PhoneProblem, read_phone

NUMBER = "07700 900283"


@pytest.mark.parametrize("words", ["(mob)", "(after 6pm)", "[mum]", "(h)", "mobile", "sms no:"])
def test_harmless_words_change_nothing(words: str) -> None:
    text = f"{words} {NUMBER}" if words.endswith(":") else f"{NUMBER} {words}"

    found = read_phone(text, "GB")

    assert isinstance(found, PhoneNumber)
    assert found.e164 == "+447700900283"


@pytest.mark.parametrize(
    "words",
    [
        "(do not text)", "[DO NOT TEXT]", "(no sms)", "no texts", "(deceased)", "(old)", "(Sarah)",
        "(landline only)", "whatsapp only", "(kći)", "(wrong number)", "sms: no",
    ],
)  # fmt: skip
def test_any_other_word_keeps_texts_back(words: str) -> None:
    assert read_phone(f"{NUMBER} {words}", "GB") is PhoneProblem.LETTERS


def test_a_relatives_number_is_told_as_such() -> None:
    assert read_phone(f"{NUMBER} (daughter)", "GB") is PhoneProblem.SOMEBODY_ELSES
