"""Wordings as WhatsApp wants them: places, both forms, buttons."""

from __future__ import annotations

import re

import pytest

from reminders.domain.wording import LANGUAGES, Values, compile_wording
from reminders.domain.wording.defaults import starter
from reminders.domain.wording.questions import Asks
from reminders.domain.wording.whatsapp import (
    CODES,
    LONGEST_BUTTON,
    buttons_for,
    form_for,
    forms_of,
)

ANN = Values(first_name="Ann", date="Tue 8 Dec", time="09:40", location="Harbour")
FROM_RULES = (
    *("confirmation", "reminder", "confirmation_for", "reminder_for"),
    *("booked", "moved", "cancelled", "missed", "after"),
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_wording_of_ours_has_a_form_that_whatsapp_takes(language: str) -> None:
    assert language in CODES
    for purpose in FROM_RULES:
        for form in forms_of(compile_wording(starter(purpose, language))):
            assert not form.problem
            places = re.findall(r"\{\{(\d+)\}\}", form.body)
            assert places == [str(at) for at in range(1, len(form.places) + 1)]
            assert not re.search(r"^\{\{|\}\}$|\}\}\s*\{\{", form.body)


@pytest.mark.parametrize("language", LANGUAGES)
def test_buttons_fit_and_differ_in_every_language(language: str) -> None:
    yes, no = buttons_for(Asks.YES_NO, language)
    assert (yes.answer, no.answer) == ("yes", "no")
    assert yes.words != no.words
    assert max(len(yes.words), len(no.words)) <= LONGEST_BUTTON


@pytest.mark.parametrize("asks", [one for one in Asks if one != Asks.YES_NO])
def test_only_a_yes_or_no_has_buttons(asks: Asks) -> None:
    assert buttons_for(asks, "en") == ()


@pytest.mark.parametrize(
    ("wording", "values", "body", "filled"),
    [
        ("See you {date}, {first_name}!", ANN, "See you {{1}}, {{2}}!", ("Tue 8 Dec", "Ann")),
        ("{first_name}, come", ANN, "📅 {{1}}, come", ("Ann",)),
        ("Come, {first_name}", ANN, "Come, {{1}}.", ("Ann",)),
        ("On {date} {time} then", ANN, "On {{1}} – {{2}} then", ("Tue 8 Dec", "09:40")),
        ("Hi[ {phone}] there", ANN, "Hi there", ()),
        ("Hi {first_name}[, call {phone}]!", ANN, "Hi {{1}}!", ("Ann",)),
        ("At {location}[ on {date}]!", ANN, "At {{1}} on {{2}}!", ("Harbour", "Tue 8 Dec")),
        ("{{literally}} on {date}!", ANN, "{literally} on {{1}}!", ("Tue 8 Dec",)),
        ("Hi {first_name}!", Values(first_name="A\n\tB"), "Hi {{1}}!", ("A B",)),
        ("Room {x:Room|one}, then", ANN, "Room {{1}}, then", ("one",)),
    ],
)
def test_a_text_takes_the_form_that_says_the_same(
    wording: str, values: Values, body: str, filled: tuple[str, ...]
) -> None:
    found = form_for(compile_wording(wording), values)
    assert found is not None
    assert (found[0].body, found[1]) == (body, filled)


@pytest.mark.parametrize(
    ("wording", "values"),
    [
        ("Hi {first_name}, come", Values()),
        ("Hi {first_name}, come", Values(first_name=" \u202e ")),
        ("At[ {location}][, call {phone}]!", ANN),
        ("Hi {first_name}, " + "x" * 1_100, ANN),
        ("See {link} for more", ANN),
    ],
)
def test_what_fits_no_form_goes_by_sms(wording: str, values: Values) -> None:
    assert form_for(compile_wording(wording), values) is None
