"""Which numbers of a file are strange, and which are an ordinary practice's."""

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest

from reminders.domain.diary_import.checks.doubts import doubts_about
from reminders.domain.diary_import.checks.numbers import (
    Check,
    FileNumbers,
    LastFile,
    PeopleNumbers,
    RowNumbers,
)

FIRST, LAST = date(2027, 3, 1), date(2027, 3, 12)
PLAIN = RowNumbers(
    rows=100, fresh=20, lengths=100, with_practitioner=100, first_day=FIRST, last_day=LAST
)
PEOPLE = PeopleNumbers(people=60, on_one_phone=4, numbers=60, with_number=60, names=60)
NIGHTLY = LastFile(
    rows=110, fewest=40, first_day=date(2027, 2, 28), last_day=date(2027, 3, 11), days_ago=1
)


def found(**values: Any) -> list[Check]:  # Any: fields of three dataclasses
    """The checks that an ordinary diary does not stand once these numbers are others."""
    rows = {name: values.pop(name) for name in _names(RowNumbers) if name in values}
    people = {name: values.pop(name) for name in _names(PeopleNumbers) if name in values}
    numbers = FileNumbers(replace(PLAIN, **rows), replace(PEOPLE, **people), expected=90)
    return list(doubts_about(replace(numbers, **values)))


def _names(kind: type) -> list[str]:
    return [field.name for field in fields(kind)]


def test_an_ordinary_nightly_diary_is_asked_nothing() -> None:
    assert found(last=NIGHTLY) == []


def test_a_file_whose_rows_are_all_left_out_is_asked_nothing() -> None:
    assert doubts_about(FileNumbers(RowNumbers())) == {}


STRANGE: dict[Check, tuple[dict[str, Any], dict[str, Any]]] = {
    Check.PAST: ({"past": 80}, {"past": 79}),
    Check.AHEAD: ({"ahead": 20}, {"ahead": 19}),
    Check.MIDNIGHT: ({"midnight": 5}, {"midnight": 4}),
    Check.NIGHT: ({"night": 5}, {"night": 4}),
    Check.CLOSED: ({"closed": 7}, {"closed": 6}),
    Check.ONE_START: ({"one_start": True}, {"one_start": True, "fresh": 0}),
    Check.LENGTHS: ({"long": 50}, {"long": 49, "short": 2}),
    Check.OVER: ({"over": 1}, {"over": 0}),
    Check.CANCELLED: ({"cancelled": 90}, {"cancelled": 89}),
    Check.MUCH_CANCELLED: ({"called_cancelled": 19}, {"called_cancelled": 18}),
    Check.ONE_PHONE: ({"on_one_phone": 12}, {"on_one_phone": 9}),
    Check.SEVERAL_PHONES: ({"changing_phones": 3}, {"changing_phones": 2}),
    Check.ONE_NUMBER: ({"shared_numbers": 3}, {"shared_numbers": 2}),
    Check.NAMES: ({"names_again": 18, "most_phones": 2}, {"names_again": 17, "most_phones": 4}),
    Check.PRACTITIONERS: ({"new_practitioners": 80}, {"new_practitioners": 79}),
    Check.NUMBERING: ({"renumbered": 5}, {"renumbered": 4}),
    Check.HALF: ({"last": replace(NIGHTLY, rows=200, fewest=101)}, {"last": NIGHTLY}),
    Check.OTHER_DAYS: (
        {"last": replace(NIGHTLY, first_day=date(2027, 4, 1), last_day=date(2027, 4, 2))},
        {"last": replace(NIGHTLY, first_day=date(2027, 3, 12), last_day=date(2027, 3, 25))},
    ),
}


@pytest.mark.parametrize("check", Check, ids=str)
def test_each_check_is_asked_from_its_bound_on(check: Check) -> None:
    strange, ordinary = STRANGE[check]
    if check is Check.OTHER_DAYS:
        strange, ordinary = strange | {"fresh": 50}, ordinary | {"fresh": 50}

    assert (found(**strange), found(**ordinary)) == ([check], [])


FEW = {"rows": 3, "fresh": 3, "lengths": 3, "with_practitioner": 3, "people": 3}


@pytest.mark.parametrize(
    ("numbers", "checks"),
    [
        ({"past": 3}, ["past"]),
        ({"past": 2}, []),
        ({"midnight": 1}, ["midnight"]),
        ({"night": 1}, ["night"]),
        ({"closed": 3}, ["closed_days"]),
        ({"closed": 2}, []),
        ({"far_ahead": 1}, ["ahead"]),
        ({"cancelled": 3}, ["all_cancelled"]),
        ({"cancelled": 2}, []),
        ({"one_start": True}, []),
        ({"short": 2}, []),
        ({"on_one_phone": 3}, []),
        ({"numbers": 2, "shared_numbers": 1}, ["one_number"]),
        ({"with_number": 3, "changing_phones": 1}, ["several_phones"]),
        ({"new_practitioners": 3}, []),
        ({"renumbered": 2}, ["new_numbering"]),
        ({"renumbered": 1}, []),
        ({"names": 1, "names_again": 1, "most_phones": 3}, []),
        ({"names": 1, "names_again": 1, "most_phones": 5}, ["few_names"]),
    ],
    ids=str,
)
def test_a_few_rows_have_bounds_of_their_own(numbers: dict[str, int], checks: list[str]) -> None:
    assert found(**(FEW | numbers)) == checks


def test_one_visit_far_ahead_is_asked_about_in_any_file() -> None:
    assert found(far_ahead=1) == [Check.AHEAD]


def test_a_file_as_small_as_one_of_the_last_is_complete() -> None:
    assert found(last=replace(NIGHTLY, rows=300, fewest=100)) == []


def test_rows_that_were_left_because_of_a_mistake_are_no_missing_ones() -> None:
    last = replace(NIGHTLY, rows=200, fewest=150)

    assert (found(last=last), found(last=last, left=1)) == ([Check.HALF], [])


def test_a_list_of_the_next_day_follows_the_one_of_the_day_before() -> None:
    night = LastFile(100, 90, first_day=FIRST, last_day=FIRST, days_ago=1)
    tomorrow = {"first_day": date(2027, 3, 2), "last_day": date(2027, 3, 2), "fresh": 100}
    next_year = {"first_day": date(2028, 3, 1), "last_day": date(2028, 3, 2), "fresh": 100}

    assert found(last=night, **tomorrow) == []
    assert found(last=night, **next_year) == [Check.OTHER_DAYS]


def test_what_is_known_of_other_days_is_not_asked_about_again() -> None:
    later = replace(NIGHTLY, first_day=date(2027, 4, 1), last_day=date(2027, 4, 2))

    assert found(last=later, fresh=49) == []


def test_the_words_have_the_numbers_and_the_days() -> None:
    numbers = FileNumbers(replace(PLAIN, past=100, first_day=date(2004, 3, 27)))
    one = FileNumbers(RowNumbers(rows=1, past=1, first_day=FIRST, last_day=FIRST))

    assert doubts_about(numbers)[Check.PAST] == (
        "All 100 visits lie in the past: from Sat 27 March 2004 to Fri 12 March 2027. Is that "
        "right?"
    )
    assert doubts_about(one)[Check.PAST] == (
        "The only visit lies in the past: on Mon 1 March 2027. Is that right?"
    )
