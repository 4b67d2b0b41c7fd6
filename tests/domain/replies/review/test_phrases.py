"""Which texts may be taught: short, whole, known to say nothing else."""

import pytest

from reminders.domain.replies.review.phrases import (
    Taught,
    TaughtPhrases,
    phrase_of,
    teachable,
    times_named,
)


@pytest.mark.parametrize(
    ("text", "language", "phrase"),
    [
        ("Righty-ho, boss!", "en", "righty ho boss"),
        ("  SPLENDID   stuff ", "en", "splendid stuff"),
        ("Ça roule ma poule", "fr", "ca roule ma poule"),
        ("Sì capo", "it", "si capo"),
        ("dzięki, wpadnę", "pl", "dzieki wpadne"),
    ],
)
def test_a_short_text_is_kept_folded(text, language, phrase):
    assert phrase_of(text, language) == phrase


def test_where_accents_tell_words_apart_they_are_kept():
    assert phrase_of("chốt nha", "vi") == "chốt nha"
    assert phrase_of("chot nha", "vi") == "chot nha"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "...",
        "one two three four five six seven eight nine",
        "righty ho 2",
        "righty ho at two",
        "righty ho x2",
        "righty ho Tuesday",
        "righty ho tomorrow",
        "righty ho 3 March",
        "righty ho?",
        "righty ho but",
        "maybe righty ho",
        "righty ho " + "x" * 200,
    ],
)
def test_what_says_more_may_not_be_taught(text):
    assert phrase_of(text, "en") == ""


@pytest.mark.parametrize(
    "text",
    [
        "stop",
        "please stop texting me",
        "unsubscribe me",
        "leave me alone",
        "wrong number mate",
        "cancel",
        "yes",
        "no",
        "thanks",
        "help",
        "no more texts",
    ],
)
def test_what_the_grammar_reads_or_an_opt_out_is_never_taught(text):
    assert teachable(text, "en") == ""


def test_a_text_with_the_patients_name_is_never_taught():
    assert teachable("righty ho Sue here", "en", names=("Ann", "Lee")) == "righty ho sue here"
    assert teachable("righty ho Sue here", "en", names=("Sue", "Lee")) == ""


def test_only_the_whole_text_in_its_language_is_found():
    taught = TaughtPhrases({("en", "righty ho"): Taught(7, "yes")})

    assert taught.find("Righty ho!", "en-GB") == Taught(7, "yes")
    assert taught.find("Righty ho then", "en") is None
    assert taught.find("Righty", "en") is None
    assert taught.find("Righty ho!", "de") is None
    assert taught.find("Righty ho?", "en") is None
    assert TaughtPhrases().find("Righty ho!", "en") is None


def test_days_and_times_are_found_as_they_are_written():
    assert times_named("Is it Tuesday or on 4 March at 10:30, not tomorrow", "en") == [
        "Tuesday",
        "on 4 March",
        "at 10:30",
        "tomorrow",
    ]
