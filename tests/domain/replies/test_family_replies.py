"""Families that answer one after the other: each child as it was said, and a bare no asks which."""

from datetime import date, time, timedelta

import pytest

from reminders.models import Appointment, InboxItem, Message
from tests import factories as make
from tests.domain.replies.talking import heard, say
from tests.domain.replies.texting import answer_to, cards, status, texted, texted_together, visit
from tests.factories import NOON

pytestmark = pytest.mark.django_db
KNOWN = pytest.mark.parametrize("knows_text", [True, False], ids=["with metadata", "by the number"])


def family(*names: str) -> tuple[str, list[Appointment], Message]:
    """Children of one phone, from ten o'clock on, told of in one list."""
    place, phone = make.make_location(name="Harbour Dental", phone="020 7946 0000"), make.phone()
    visits = [
        visit(
            location=place,
            contact=make.make_contact(first_name=name, phone=phone),
            at=time(hour, 0),
        )
        for hour, name in enumerate(names or ("Ann", "Ben"), start=10)
    ]
    return phone, visits, texted_together(*visits)


def statuses(visits: list[Appointment]) -> list[str]:
    return [status(one) for one in visits]


@KNOWN
@pytest.mark.parametrize(
    ("said", "become"),
    [
        (("N 2", "Y 1"), ["confirmed", "declined"]),
        (("Y 1", "N 2"), ["confirmed", "declined"]),
        (("N 2", "N 1"), ["declined", "declined"]),
        (("Y 2", "Y 1"), ["confirmed", "confirmed"]),
        (("No Ben", "Yes Ann"), ["confirmed", "declined"]),
        (("N 2", "Yes Ann"), ["confirmed", "declined"]),
        (("Y 1", "N 1"), ["declined", "booked"]),
        (("Y", "N 2"), ["confirmed", "declined"]),
        (("N 2", "Y 3"), ["booked", "declined"]),
        (("N 2", "Y 0"), ["booked", "declined"]),
        (("N 2", "Y 1 2"), ["confirmed", "confirmed"]),
    ],
)
def test_a_familys_second_answer_is_about_the_child_it_names(said, become, knows_text) -> None:
    phone, visits, _ = family()

    for minute, text in enumerate(said):
        say(text, phone=phone, minute=minute, knows_text=knows_text)

    assert statuses(visits) == become


def test_three_children_answered_for_one_by_one_are_each_as_said() -> None:
    phone, visits, _ = family("Ann", "Ben", "Cleo")

    for minute, text in enumerate(("N 3", "Y 1", "N 2")):
        say(text, phone=phone, minute=minute)

    assert statuses(visits) == ["confirmed", "declined", "declined"]


@KNOWN
def test_a_bare_no_to_a_family_asks_which_and_opens_a_card(knows_text) -> None:
    phone, visits, _ = family()

    found = say("N", phone=phone, knows_text=knows_text)

    assert (statuses(visits), found.outcome, cards()) == (
        ["booked"] * 2,
        "asked_which",
        ["unclear"],
    )
    assert answer_to(found) == (
        "Which appointment can't you come to? Wed 4 March: 1) Ann 10:00, 2) Ben 11:00. "
        "Reply N and its number, for example N 2."
    )
    assert Message.objects.get(answers=found).asks == "which"


@KNOWN
@pytest.mark.parametrize("then", ["2", "N 2", "Ben", "no Ben", "2 please", "No, 2"])
def test_what_follows_the_question_which_declines_that_one_and_settles_the_card(
    then, knows_text
) -> None:
    phone, visits, _ = family()
    say("N", phone=phone, knows_text=knows_text)

    say(then, phone=phone, minute=1, knows_text=knows_text)

    assert (statuses(visits), cards()) == (["booked", "declined"], ["declined"])
    assert InboxItem.objects.get(kind="unclear").outcome == "answered"


def test_a_yes_with_a_number_after_the_question_which_confirms_that_one() -> None:
    phone, visits, _ = family()
    say("N", phone=phone)

    say("Y 1", phone=phone, minute=1)

    assert statuses(visits) == ["confirmed", "booked"]


@pytest.mark.parametrize("then", ["N", "no", "7", "Carl", "the little one", "Y", "0"])
def test_what_is_no_answer_to_the_question_which_changes_nothing_and_is_not_asked_again(
    then,
) -> None:
    phone, visits, _ = family()
    say("N", phone=phone)

    say(then, phone=phone, minute=1)

    assert (statuses(visits), cards()) == (["booked"] * 2, ["unclear", "unclear"])
    assert sum(text.startswith("Which appointment") for text in heard(phone)) == 1


@pytest.mark.parametrize("first", ["Y 1", "N 2"])
def test_a_bare_no_after_one_of_them_was_answered_for_asks_which(first) -> None:
    phone, visits, _ = family()
    say(first, phone=phone)
    before = statuses(visits)

    found = say("No", phone=phone, minute=1)

    assert (statuses(visits), found.outcome) == (before, "asked_which")


def test_a_bare_yes_after_one_was_declined_turns_nobody_round() -> None:
    phone, visits, _ = family()
    say("N 2", phone=phone)

    say("Y", phone=phone, minute=1)

    assert (statuses(visits), cards()) == (["booked", "declined"], ["declined", "unclear"])


def test_the_answers_keep_the_numbers_of_the_list() -> None:
    phone, visits, _ = family("Ann", "Ben", "Cleo")

    found = say("Y 2 3", phone=phone)
    say("N 3", phone=phone, minute=1)

    assert "2) Ben 11:00, 3) Cleo 12:00" in answer_to(found)
    assert statuses(visits) == ["booked", "confirmed", "declined"]


def test_a_number_means_nothing_in_a_text_that_offered_none_while_a_list_holds() -> None:
    phone, visits, _ = family()
    other = visit(location=visits[0].location, contact=visits[0].contact, day=date(2026, 3, 6))
    texted(other, scheduled_at=NOON - timedelta(minutes=5))

    say("Y 1", phone=phone)

    assert (statuses([*visits, other]), cards()) == (["booked"] * 3, ["unclear"])


def test_the_numbers_are_those_of_the_list_that_came_last() -> None:
    phone, first, _ = family()
    place, people = first[0].location, [one.contact for one in first]
    second = [visit(location=place, contact=one, day=date(2026, 3, 5)) for one in people]
    texted_together(*second)
    Message.objects.filter(appointment=second[0]).update(scheduled_at=NOON - timedelta(minutes=1))
    say("N 2", phone=phone)

    say("Y 1", phone=phone, minute=1)

    assert (statuses(first), statuses(second)) == (["booked"] * 2, ["confirmed", "declined"])


def test_the_numbers_hold_no_more_once_all_have_begun() -> None:
    phone, visits, _ = family()
    say("N 2", phone=phone)

    say("Y 1", phone=phone, minute=3 * 24 * 60)

    assert statuses(visits) == ["booked", "declined"]


@KNOWN
@pytest.mark.parametrize(
    ("said", "become", "waits"),
    [
        ("both", ["confirmed", "confirmed"], []),
        ("all of us, thanks", ["confirmed", "confirmed"], []),
        ("none of us", ["declined", "declined"], ["declined"]),
        ("only the first", ["confirmed", "booked"], ["remark"]),
        ("Ann yes, Ben no", ["confirmed", "declined"], ["declined"]),
        ("1 no 2 yes", ["declined", "confirmed"], ["declined"]),
        ("No only the first", ["booked", "booked"], ["unclear"]),
        ("Ann yes, Carl no", ["booked", "booked"], ["unclear"]),
        ("the second", ["booked", "booked"], ["unclear"]),
        ("both?", ["booked", "booked"], ["unclear"]),
        ("only the first at 9", ["booked", "booked"], ["unclear"]),
    ],
)
def test_a_family_picks_from_its_list_in_its_own_words(said, become, waits, knows_text) -> None:
    phone, visits, _ = family()

    say(said, phone=phone, knows_text=knows_text)

    assert (statuses(visits), cards()) == (become, waits)


@pytest.mark.parametrize(
    ("then", "become"),
    [
        ("the second", ["booked", "declined"]),
        ("only the first", ["declined", "booked"]),
        ("neither", ["booked", "booked"]),
    ],
)
def test_words_for_a_place_in_the_list_answer_the_question_which(then, become) -> None:
    phone, visits, _ = family()
    say("N", phone=phone)

    say(then, phone=phone, minute=1)

    assert statuses(visits) == become


def test_a_bare_yes_is_for_all_only_where_the_text_offers_that() -> None:
    phone, visits, message = family()
    Message.objects.filter(pk=message.pk).update(text="1) Ann, 2) Ben. Reply Y 1 or Y 2.")

    say("Y", phone=phone)

    assert (statuses(visits), cards()) == (["booked"] * 2, ["unclear"])
