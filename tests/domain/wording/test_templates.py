"""Wordings: placeholders filled safely, blanks tidied, errors that a manager understands."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.domain.wording import (
    PLACEHOLDERS,
    Values,
    WordingError,
    compile_loosely,
    compile_wording,
    render_family,
)

ANN = Values(
    first_name="Ann",
    name="Ann Lee",
    date="Tue 3 March",
    time="10:00",
    location="Harbour Dental",
    practitioner="Dr Wu",
    phone="0491 570 006",
)


def rendered_or_explained(text: str) -> str:
    try:
        return compile_wording(text).render(ANN)
    except WordingError as error:
        return str(error)


def render(text: str, **changes: str) -> str:
    values = {name: getattr(ANN, name) for name in PLACEHOLDERS} | changes
    return compile_wording(text).render(Values(**values))


@pytest.mark.parametrize(
    ("wording", "expected"),
    [
        ("Hi {first_name}, {date} at {time}", "Hi Ann, Tue 3 March at 10:00"),
        ("no placeholder, 100%", "no placeholder, 100%"),
        ("{ first_name }", "Ann"),
        ("{{first_name}} {first_name}", "{first_name} Ann"),
        ("Visit[ with {practitioner}] today", "Visit with Dr Wu today"),
        ("Visit[ for {service}] today", "Visit today"),
        ("A [ with {practitioner}]", "A with Dr Wu"),
        ("[{location}: ]hello", "Harbour Dental: hello"),
        ("[Harbour] hello {first_name}", "[Harbour] hello Ann"),
        ("[[{location}]] hello", "[Harbour Dental] hello"),
        ("[{practitioner} and {service}] gone", "gone"),
    ],
)
def test_a_wording_is_filled_in(wording: str, expected: str) -> None:
    assert render(wording) == expected


@pytest.mark.parametrize(
    ("wording", "expected"),
    [
        ("Hi {service}, see you", "Hi, see you"),
        ("{service}, see you", "see you"),
        ("See {service} you", "See you"),
        ("See you {service}.", "See you."),
        ("See you {service}", "See you"),
        ("Bonjour {service} : à bientot !", "Bonjour : à bientot !"),
        ("One\n{service}, two", "One\ntwo"),
    ],
)
def test_a_blank_value_leaves_no_gap(wording: str, expected: str) -> None:
    assert render(wording) == expected


@pytest.mark.parametrize(
    "value", ["Ann\nLee", "Ann\r\n Lee", " Ann\tLee ", "Ann\x00Lee", "Ann\u202eLee", "Ann\u00a0Lee"]
)
def test_a_value_stays_on_one_line(value: str) -> None:
    assert render("Hi {first_name}!", first_name=value) == "Hi Ann Lee!"


@pytest.mark.parametrize("value", ["{time}", "%s", "{first_name.__class__}", "[x]", "\\1"])
def test_a_value_is_never_read_as_a_wording(value: str) -> None:
    assert render("Hi {first_name}", first_name=value) == f"Hi {value}"


@pytest.mark.parametrize(
    ("wording", "words"),
    [
        ("Hi {nmae}", "{nmae} is not a placeholder. Did you mean {name}?"),
        ("Hi {First Name}", "{First Name} is not a placeholder. Did you mean {first_name}?"),
        ("{first_name.__class__}", "{first_name.__class__} is not a placeholder."),
        ("{0}", "{0} is not a placeholder."),
        ("{name!r}", "{name!r} is not a placeholder."),
        ("Hi {name", "A “{” is never closed by “}”."),
        ("Hi name}", "A “}” has no “{” before it."),
        ("Hi [there", "A “[” is never closed by “]”."),
        ("Hi there]", "A “]” has no “[” before it."),
        ("[a [b] c]", "Square brackets cannot stand inside square brackets."),
    ],
)
def test_a_faulty_wording_is_explained(wording: str, words: str) -> None:
    with pytest.raises(WordingError) as raised:
        compile_wording(wording)

    assert str(raised.value).startswith(words)


def test_an_unknown_placeholder_lists_the_known_ones() -> None:
    with pytest.raises(WordingError, match=r"These are: \{first_name\}, \{name\}, \{date\}"):
        compile_wording("{doctor}")


def test_a_text_longer_than_the_provider_takes_is_refused() -> None:
    with pytest.raises(WordingError, match="5,001 characters; 5,000 is the limit"):
        render("{instructions}", instructions="x" * 5001)


def test_an_empty_text_is_refused() -> None:
    with pytest.raises(WordingError, match="the text is empty"):
        render("{service}")


def test_a_template_names_its_placeholders_once_each() -> None:
    assert compile_wording("{time} {date}[ {phone}] {time}").placeholders == (
        "time",
        "date",
        "phone",
    )


def test_a_family_text_lists_who_and_when() -> None:
    ben = Values(first_name="Ben", date="Tue 3 March", time="10:30", location="Harbour Dental")
    wording = compile_wording("{location}, {date}: {appointments}[, {first_name}]")

    assert (
        render_family(wording, [ANN, ben])
        == "Harbour Dental, Tue 3 March: 1) Ann 10:00, 2) Ben 10:30"
    )


def test_a_family_text_tells_namesakes_apart() -> None:
    other = Values(first_name="Ann", name="Ann Wu", time="10:30")

    assert (
        render_family(compile_wording("{appointments}"), [ANN, other])
        == "1) Ann Lee 10:00, 2) Ann Wu 10:30"
    )


def test_a_family_text_needs_an_appointment() -> None:
    with pytest.raises(WordingError):
        render_family(compile_wording("{appointments}"), [])


@settings(deadline=None)
@given(st.text(max_size=80) | st.text(alphabet="{}[]ab %_", max_size=30))
def test_any_wording_compiles_or_is_explained(text: str) -> None:
    assert rendered_or_explained(text) != ""


@settings(deadline=None)
@given(st.text(max_size=60))
def test_a_rendered_value_holds_no_control_character(value: str) -> None:
    text = compile_wording("{location}: {first_name}.").render(
        Values(location="Harbour", first_name=value)
    )

    assert not any(ord(character) < 32 or character in "\u2028\u2029\u202e" for character in text)


@pytest.mark.bench
def test_a_hundred_thousand_texts_a_second() -> None:
    template = compile_wording(
        "Hi {first_name}, {location}[ with {practitioner}] {date} at {time}. Reply Y or N."
    )
    started = time.perf_counter()
    for _ in range(100_000):
        template.render(ANN)

    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Hi {first_name}, {fi", "Hi Ann, {fi"),
        ("Hi {first_name}, {firstname}", "Hi Ann, {firstname}"),
        ("Hi {first_name}}", "Hi Ann}"),
        ("Hi {first_name}[ on {phone}", "Hi Ann[ on 555"),
        ("Hi [{first_name} [on {phone}]]", "Hi [Ann [on 555]]"),
        ("{", "{"),
    ],
)
def test_what_is_half_typed_is_shown_as_it_stands(typed: str, shown: str) -> None:
    assert compile_loosely(typed).render(Values(first_name="Ann", phone="555")) == shown


@given(st.text(alphabet="{}[]a_ \nfirst_name\x00", max_size=40))
def test_nothing_that_is_typed_keeps_from_being_looked_at(typed: str) -> None:
    compile_loosely(typed)
