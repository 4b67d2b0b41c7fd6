"""Wordings are checked before they are saved."""

from __future__ import annotations

import pytest

from reminders.domain.wording import check_wording

GOOD = "{first_name}, {location}: {date} {time}. "


def levels(
    text: str, *, language: str = "en", purpose: str = "reminder", channel: str = "sms"
) -> list[str]:
    return [
        f"{problem.level}: {problem.words}"
        for problem in check_wording(text, language=language, purpose=purpose, channel=channel)
    ]


@pytest.mark.parametrize(
    ("language", "invitation"),
    [
        ("en", "Reply CANCEL to cancel"),
        ("en", "reply yes to confirm or cancel to cancel"),
        ("en", "Reply YES to confirm, QUIT to decline"),
        ("en", "Reply 'end' to decline"),
        ("en", "Text back with the word cancel"),
        ("en", "CANCEL = you can't come"),
        ("de", "Antworten Sie mit CANCEL"),
        ("de", "antworten Sie cancel"),
        ("es", "Responda S o cancel"),
        ("fr", "Répondez CANCEL pour annuler"),
        ("vi", "Trả lời cancel để hủy"),
        ("zh-Hans", "取消请回复CANCEL"),
        ("ar", "أرسل CANCEL"),
        ("ar", "للإلغاء بالرد CANCEL"),
    ],
)
def test_a_word_that_carriers_take_for_an_opt_out_is_never_offered(
    language: str, invitation: str
) -> None:
    problems = levels(GOOD + invitation, language=language)

    assert [problem.partition(" must not be offered")[1] for problem in problems] == [
        " must not be offered"
    ]


@pytest.mark.parametrize(
    ("language", "invitation"),
    [
        ("en", "Reply STOP to cancel"),
        ("en", "Reply Y to confirm or STOP if you can't come"),
        ("de", "antworten Sie STOP"),
        ("es", "Responda STOP si no puede venir"),
        ("fr", "Répondez STOP si vous ne venez pas"),
    ],
)
def test_stop_is_offered_for_nothing_else_than_to_opt_out(language: str, invitation: str) -> None:
    problems = levels(GOOD + invitation, language=language)

    assert [problem.startswith("error: STOP ends all texts") for problem in problems] == [True]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Reply Y to confirm or N if you can't come."),
        ("en", "Reply STOP to opt out."),
        ("en", "STOP to opt out"),
        (
            "en",
            "To cancel, call us. Please don't stop taking your tablets before the end of the week.",
        ),
        ("en", "Reply to this text to cancel."),
        ("en", "CALL US TO CANCEL"),
        ("es", "Responda STOP para darse de baja."),
        ("fr", "Répondez STOP pour vous désabonner."),
        ("de", "Zum Abmelden antworten Sie STOP."),
        ("zh-Hans", "回复STOP退订。"),
    ],
)
def test_honest_words_pass(language: str, words: str) -> None:
    assert levels(GOOD + words, language=language) == []


def test_a_wording_must_say_who_is_writing() -> None:
    text = "{first_name}, your appointment is on {date} at {time}."

    assert levels(text) == [
        "error: The wording must say who is writing: add {location}, the name of the location."
    ]
    assert levels(text, purpose="confirmed") == []


def test_a_location_written_out_says_who_is_writing() -> None:
    text = "Harbour Dental: {first_name}, {date} at {time}."

    assert (
        check_wording(text, language="en", purpose="reminder", location_names=["Harbour Dental"])
        == []
    )


@pytest.mark.parametrize(
    ("text", "purpose", "problems"),
    [
        ("", "reminder", ["error: The wording is empty: write what the patient should read."]),
        (
            GOOD + "{service}",
            "reminder",
            ["warning: {service} names the reason of the visit, for anyone who sees the phone."],
        ),
        (
            "{first_name}, {location} {date}",
            "reminder",
            ["warning: The wording does not say when: add {time}."],
        ),
        (
            "{location} {date}",
            "family_reminder",
            ["error: A wording for several appointments needs {appointments}, the list of them."],
        ),
        (
            GOOD + "{appointments}",
            "reminder",
            ["error: {appointments} belongs to wordings for several appointments only."],
        ),
    ],
)
def test_what_is_wrong_is_said(text: str, purpose: str, problems: list[str]) -> None:
    assert levels(text, purpose=purpose) == problems


def test_faults_come_before_advice() -> None:
    problems = check_wording("{date} {service} Reply CANCEL", language="en", purpose="reminder")

    assert [problem.level for problem in problems] == [
        "error",
        "error",
        "warning",
        "warning",
        "warning",
    ]


def test_a_placeholder_that_is_unknown_is_an_error() -> None:
    assert levels("{location} {doctor}")[0].startswith("error: {doctor} is not a placeholder.")


def test_a_wording_that_is_too_long_is_an_error() -> None:
    assert levels(GOOD + "x" * 5000)[0].startswith("error: The wording has 5,041")


def test_a_call_asks_for_no_text() -> None:
    assert levels(GOOD + "Reply Y to confirm.", channel="voice") == [
        "warning: A voice call cannot be answered by text: ask to call {phone} instead."
    ]


@pytest.mark.parametrize(
    ("purpose", "channel", "no_link", "says"),
    [
        ("confirmation", "sms", "", ""),
        ("family_reminder", "sms", "", ""),
        ("cancelled", "sms", "", ""),
        ("reminder", "voice", "", "A voice call can't hold {link}"),
        ("confirmed", "sms", "", "{link} belongs to texts that rules send"),
        ("recall", "sms", "", "{link} belongs to texts that rules send"),
        ("missed", "sms", "", "{link} belongs to texts that rules send"),
        ("reminder", "sms", "PUBLIC_URL has to be set", "PUBLIC_URL has to be set"),
    ],
)
def test_a_link_is_for_texts_about_visits_to_come(purpose, channel, no_link, says) -> None:
    text = "{first_name}, {location}: {date} {time}, {appointments} {link}"
    if not purpose.startswith("family_"):
        text = text.replace(", {appointments}", "")
    problems = check_wording(text, language="en", purpose=purpose, channel=channel, no_link=no_link)

    errors = [one.words for one in problems if one.level == "error"]
    assert [error.startswith(says) for error in errors] == ([True] if says else [])
