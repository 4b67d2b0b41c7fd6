"""What a mail says of a wording: not how to answer by text, and no link."""

from __future__ import annotations

import pytest

from reminders.domain.wording import LANGUAGES, Values, compile_wording
from reminders.domain.wording.defaults import starter
from reminders.domain.wording.mailed import mailed

VALUES = Values(
    first_name="Ann",
    date="Tue 3 March",
    time="10:00",
    location="Harbour Clinic",
    phone="020 7946 0000",
    link="https://reminders.example/v/x",
)
CASES = [
    ("{first_name}, {date}. Reply Y to confirm or N if you can't come.", "Ann, Tue 3 March."),
    ("{first_name}, {date}. Please answer YES or NO!", "Ann, Tue 3 March."),
    ("Reply Y or N. {first_name}, we expect you.", "Ann, we expect you."),
    ("Reply Y or N.", ""),
    ("{first_name}, see {link}.", ""),
    ("{first_name}, come. More: {link}", "Ann, come."),
    ("Come.[ See {link}.] Bring a card.", "Come. Bring a card."),
    ("Come.[ {instructions}] Reply Y or N.", "Come."),
    ("Come![ Reply Y, or call {phone}.] Bye", "Come! Bye"),
    ("Come\nReply 1 or 2\nBye", "Come\nBye"),
    # Only what says which word to answer with is left out.
    ("We will text you before. Write to us any time.",) * 2,
    ("Bring 2 photos and form A.",) * 2,
    ("Dr. Who expects you at 10.30 a.m. in room B.",) * 2,
    ("100% sure: {{time}}", "100% sure: {time}"),
]


@pytest.mark.parametrize(("wording", "said"), CASES)
def test_a_wording_in_a_mail(wording: str, said: str) -> None:
    assert mailed(compile_wording(wording), VALUES, "en") == said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("instructions", ["", "Eat nothing."])
@pytest.mark.parametrize(
    ("purpose", "without"), [("confirmation", "reminder"), ("moved", "cancelled")]
)
def test_our_own_texts_lose_the_sentence_that_asks_and_no_other(
    language: str, instructions: str, purpose: str, without: str
) -> None:
    values = Values(
        first_name="Ann",
        date="3 March",
        time="10:00",
        location="Harbour Clinic",
        instructions=instructions,
    )

    def sentences(text: str) -> int:
        return sum(text.count(end) for end in (". ", ".", "。", "!", "؟")) - text.count(". ")

    asking = compile_wording(starter(purpose, language, "sms"))
    said, whole = mailed(asking, values, language), asking.render(values)
    assert whole.startswith(said.rstrip())
    assert 0 < sentences(said) == sentences(whole) - 1
    plain = compile_wording(starter(without, language, "sms"))
    assert mailed(plain, values, language) == plain.render(values)
