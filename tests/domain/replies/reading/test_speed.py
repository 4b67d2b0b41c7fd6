"""Reading takes time in proportion to the text, whatever it holds: bounded by doubling, not by the
clock.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.domain.replies.reading.interpret import read_answer

LANGUAGES = ["zh-Hans", "vi", "en"]
DRAW = random.Random(7)
NOISE = "".join(DRAW.choice("abcdefghijklmnopqrstuvwxyz    ") for _ in range(5000))
SHAPES: dict[str, Callable[[int], str]] = {
    "answers": lambda size: "yes " * (size // 4),
    "one word": lambda size: "a" * size,
    "stretched": lambda size: "aab" * (size // 3),
    "emoji": lambda size: "😀" * size,
    "ligatures": lambda size: "ﷺ" * size,
    "words": lambda size: NOISE[:size],
    "signs before a name": lambda size: "yes " + "!" * (size - 8) + " Ann",
    "quotes": lambda size: "Liked “" + "” " * (size // 2),
    "accents upon accents": lambda size: "a" + "\u0301\u0316" * (size // 2),
    "digits": lambda size: "1" * size,
    "times": lambda size: "1:" * (size // 2),
    "wishes": lambda size: "stop the " * (size // 9),
    "Chinese": lambda size: "不要发" * (size // 3),
    "lines of a phone": lambda size: "Sent from my\n" * (size // 13),
    "initials": lambda size: "a." * (size // 2),
    "days without a day": lambda size: "on the at " * (size // 10),
    "lateness": lambda size: "i will be 10 min " * (size // 17),
    "blanks": lambda size: " " * size,
    "numbers": lambda size: "no. " * (size // 4),
}


def seconds(text: str) -> float:
    """The shortest of several readings, in processor time."""
    read_answer(text, languages=LANGUAGES, names=["Ann"])
    return min(_once(text) for _ in range(7))


def _once(text: str) -> float:
    begun = time.process_time()
    read_answer(text, languages=LANGUAGES, names=["Ann"])
    return time.process_time() - begun


@pytest.mark.parametrize("shape", SHAPES)
def test_twice_the_text_takes_at_most_about_twice_the_time(shape: str) -> None:
    short, long = (seconds(SHAPES[shape](size)) for size in (1200, 4800))

    # Four times the text: 4 if linear, 16 if quadratic. What is too quick to tell apart is quick
    # enough.
    assert long < max(8 * short, 0.002)


@pytest.mark.bench
@pytest.mark.parametrize("shape", SHAPES)
def test_1600_characters_are_read_within_a_millisecond(shape: str) -> None:
    assert seconds(SHAPES[shape](1600)) < 0.001


@pytest.mark.bench
@settings(max_examples=300, deadline=None)
@given(st.text(min_size=1, max_size=12), st.integers(0, 3))
def test_no_repeated_text_takes_long(piece: str, names: int) -> None:
    text = (piece * 1600)[:1600]
    begun = time.process_time()
    read_answer(text, languages=LANGUAGES, names=["Ann", piece, "Ben Lee"][:names])

    assert time.process_time() - begun < 0.25


@pytest.mark.bench
def test_only_the_beginning_of_a_very_long_text_is_read() -> None:
    assert seconds("x " * 50_000) < 0.1
