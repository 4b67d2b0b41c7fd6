"""Finding a section by the words that somebody at a desk would type."""

import pytest

from reminders.handbook.find import MOST, find

FIRST = [
    ("wrong number", "receptionist"),
    ("opt out", "receptionist"),
    ("cancel a visit", "receptionist"),
    ("cancelling visits", "receptionist"),
    ("CALL LIST", "receptionist"),
    ("banner", "receptionist"),
    ("children age", "people"),
    ("public holidays", "closed-days"),
    ("IMPORT_FOLDER", "configuration"),
    ("SECRET_KEY backup", "backup"),
    ("exit codes", "integrator"),
    ("running late", "whole-day"),
    ("PgBouncer", "installing"),
    ("schönes", ""),
    ("xyzzy", ""),
    ("", ""),
    ("  ", ""),
    ("?!", ""),
    (".*", ""),
    ("(", ""),
    ("\\", ""),
    ("\0", ""),
    ("a" * 100, ""),
]


@pytest.mark.parametrize(("query", "chapter"), FIRST)
def test_words_lead_to_their_chapter(query: str, chapter: str) -> None:
    found = [one.section.chapter.name for one in find(query)]

    assert (chapter in found[:4]) if chapter else (found == [])


def test_what_was_looked_for_is_marked_and_nothing_is_lost() -> None:
    found = find("opting out")[0]

    marked = [piece.lower() for piece in found.pieces[1::2]]
    assert marked
    assert all(piece.startswith(("opt", "out")) for piece in marked)
    assert "".join(found.pieces).strip("… ") in found.section.text


def test_accents_and_case_do_not_matter() -> None:
    assert [one.section for one in find("MÜLLER")] == [one.section for one in find("muller")]
    assert find("Müller")


def test_a_common_word_gives_some_and_not_all() -> None:
    assert len(find("text")) == MOST
