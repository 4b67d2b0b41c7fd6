"""Segments: counted greedily, checked against a second implementation."""

from __future__ import annotations

import smsutil
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.domain.wording.segments import BASIC, EXTENDED, Size, measure, plain

GSM = st.text(alphabet=BASIC + EXTENDED, min_size=1, max_size=700)
MIXED = st.text(alphabet=st.sampled_from("aé€{}ç你😀\ue000\U00010000 "), min_size=1, max_size=300)
ANY = st.text(
    alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x1b"), min_size=1
)


def second_opinion(text: str) -> tuple[str, int]:
    split = smsutil.split(text)
    return ("GSM-7" if split.encoding == "gsm0338" else "UCS-2", len(split.parts))


@settings(deadline=None)
@given(GSM | MIXED | ANY)
def test_segments_agree_with_another_implementation(text: str) -> None:
    size = measure(text)

    assert (size.encoding, size.segments) == second_opinion(text)


@settings(deadline=None)
@given(GSM | MIXED)
def test_what_is_left_in_a_segment_can_be_filled_and_no_more(text: str) -> None:
    size = measure(text)
    filler = "a"

    assert measure(text + filler * size.left_in_segment).segments in {
        size.segments,
        size.segments + 1,
    }
    if size.segments > 1:
        assert measure(text + filler * size.left_in_segment).segments == size.segments
        assert measure(text + filler * (size.left_in_segment + 1)).segments == size.segments + 1


def test_a_full_single_segment() -> None:
    assert measure("a" * 160) == Size("GSM-7", 160, 160, 1, 0, ())


def test_a_segment_too_many_takes_headers_from_both() -> None:
    assert measure("a" * 161) == Size("GSM-7", 161, 161, 2, 145, ())


def test_an_escape_pair_never_straddles_two_segments() -> None:
    assert measure("a" * 152 + "€" + "a" * 152) == Size("GSM-7", 305, 306, 3, 152, ())


def test_a_surrogate_pair_never_straddles_two_segments() -> None:
    assert measure("你" * 66 + "😀" + "你" * 66) == Size("UCS-2", 133, 134, 3, 66, ("你", "😀"))


def test_offenders_are_named_in_order_once_each() -> None:
    assert measure("“Ann” – ça va “Ben”").offenders == ("“", "”", "–", "ç")


def test_an_empty_text_has_no_segment() -> None:
    assert measure("") == Size("GSM-7", 0, 0, 0, 160, ())


def test_plain_replaces_typography_and_keeps_what_the_alphabet_has() -> None:
    assert (
        plain("“Ann’s” visit – 10:00… à l’hôpital €5\u00a0«ok»")
        == '"Ann\'s" visit - 10:00... à l\'hôpital €5 "ok"'
    )


def test_plain_takes_accents_only_when_asked() -> None:
    assert plain("García, Łódź, é, 你") == "García, Łódź, é, 你"
    assert plain("García, Łódź, é, 你", letters=True) == "Garcia, Lodz, é, 你"


def test_plain_composes_letters_the_alphabet_has() -> None:
    assert plain("cafe\u0301") == "café"


@settings(deadline=None)
@given(ANY)
def test_plain_is_settled_after_one_pass(text: str) -> None:
    assert plain(plain(text)) == plain(text)
