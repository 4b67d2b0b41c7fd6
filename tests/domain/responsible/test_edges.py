"""Who is texted in somebody's place, as a table: what holds, and to whom each text would go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from reminders.domain.common.access import scope_of
from reminders.domain.common.audit import SYSTEM
from reminders.domain.common.etags import etag
from reminders.domain.diary.contacts import change_contact
from reminders.domain.diary.merge import merge_contacts
from reminders.domain.diary.split import split_contacts
from reminders.domain.diary.staff_actions import StaffActionError, correction_text, send_text
from reminders.domain.diary.wrong_numbers import mark_wrong
from reminders.domain.pages.data_quality import Flaw, FlawSearch, count_flaws, flawed
from reminders.domain.person_data.collect import everything
from reminders.domain.person_data.erase import forget_person
from reminders.domain.person_data.holdings import holdings_of
from reminders.domain.responsible.age import save_rule
from reminders.domain.responsible.choose import ResponsibleError, choose, end
from reminders.models import Appointment, Contact, Message, Reminder, Suppression
from tests import factories as make
from tests.domain.responsible.family import BORN, CHILD, MOTHER, OTHER, SOON, Family

pytestmark = pytest.mark.django_db


def plain(family: Family) -> None:
    pass


def chosen(family: Family) -> None:
    family.choose()


def ended(family: Family) -> None:
    family.choose()
    end(family.child.pk, by=SYSTEM, now=make.NOON)


def of_age_that_day(family: Family) -> None:
    family.choose(years=16)


def of_age_next_day(family: Family) -> None:
    Contact.objects.filter(pk=family.child.pk).update(birth_date=BORN + timedelta(days=1))
    family.choose(years=16)


def born_unknown(family: Family) -> None:
    Contact.objects.filter(pk=family.child.pk).update(birth_date=None)
    family.choose(years=16)


def rule_raised(family: Family) -> None:
    save_rule(16, by=SYSTEM, now=make.NOON)
    family.choose(years=16)
    save_rule(18, by=SYSTEM, now=make.NOON)


def rule_off(family: Family) -> None:
    rule_raised(family)
    save_rule(None, by=SYSTEM, now=make.NOON)


def birth_date_corrected(family: Family) -> None:
    family.choose(years=16)
    changes = {"birth_date": date(2015, 1, 1)}
    change_contact(family.child, changes, by=SYSTEM, now=make.NOON)


def mother_moves(family: Family) -> None:
    family.choose()
    changes = {"phone": OTHER, "phone_as_given": OTHER}
    change_contact(family.mother, changes, by=SYSTEM, now=make.NOON)


def child_moves(family: Family) -> None:
    family.choose()
    changes = {"phone": OTHER, "phone_as_given": OTHER}
    change_contact(family.child, changes, by=SYSTEM, now=make.NOON)


def mother_merged_away(family: Family) -> None:
    family.choose()
    kept = make.make_contact(first_name="Anna", phone=OTHER)
    seen = {kept.pk: etag(kept), family.mother.pk: etag(family.mother)}
    merge_contacts(kept.pk, family.mother.pk, seen=seen, by=SYSTEM, now=make.NOON)


def mother_merged_and_split(family: Family) -> None:
    mother_merged_away(family)
    [merge] = Contact.objects.get(phone=OTHER).merges.all()
    split_contacts(merge.pk, by=SYSTEM, now=make.NOON)


def child_merged_away(family: Family) -> None:
    family.choose()
    kept = make.make_contact(first_name="Mia", phone=OTHER)
    child = Contact.objects.get(pk=family.child.pk)
    seen = {kept.pk: etag(kept), child.pk: etag(child)}
    merge_contacts(kept.pk, child.pk, seen=seen, by=SYSTEM, now=make.NOON)


def child_merged_into_mother(family: Family) -> None:
    family.choose()
    child = Contact.objects.get(pk=family.child.pk)
    seen = {family.mother.pk: etag(family.mother), child.pk: etag(child)}
    merge_contacts(family.mother.pk, child.pk, seen=seen, by=SYSTEM, now=make.NOON)


def mother_forgotten(family: Family) -> None:
    family.choose()
    forget_person(family.mother.pk, by=SYSTEM, now=make.NOON)


WHOM: list[tuple[Callable[[Family], None], str]] = [
    (plain, CHILD),
    (chosen, MOTHER),
    (ended, CHILD),
    (of_age_that_day, CHILD),
    (of_age_next_day, MOTHER),
    (born_unknown, MOTHER),
    (rule_raised, MOTHER),
    (rule_off, MOTHER),
    (birth_date_corrected, MOTHER),
    (mother_moves, OTHER),
    (child_moves, MOTHER),
    (mother_merged_away, OTHER),
    (mother_merged_and_split, MOTHER),
    (child_merged_away, MOTHER),
    (child_merged_into_mother, MOTHER),
    (mother_forgotten, CHILD),
]


@pytest.mark.parametrize(("change", "phone"), WHOM, ids=[one.__name__ for one, _ in WHOM])
def test_whose_number_the_text_is_planned_for(change: Callable[[Family], None], phone: str) -> None:
    family = Family()
    family.plan()

    change(family)

    reminder = Reminder.objects.filter(appointment=family.visit).latest("version")
    assert (reminder.state, reminder.phone) == ("planned", phone)
    # As the pages say it: the same rule, of a row.
    visit = Appointment.objects.get(pk=family.visit.pk)
    assert visit.contact.texted_on(visit.local_date).phone == phone


def number_gone(family: Family) -> None:
    Contact.objects.filter(pk=family.mother.pk).update(phone="")


def stopped(family: Family) -> None:
    Suppression.objects.create(phone=MOTHER, reason="reply", since=make.NOON)


def child_stopped(family: Family) -> None:
    Suppression.objects.create(phone=CHILD, reason="reply", since=make.NOON)


def called_wrong(family: Family) -> None:
    mark_wrong([family.mother.pk], by=SYSTEM, now=make.NOON)


def child_gets_none(family: Family) -> None:
    Contact.objects.filter(pk=family.child.pk).update(channel="none")


def mother_gets_none(family: Family) -> None:
    Contact.objects.filter(pk=family.mother.pk).update(channel="none")


WHY: list[tuple[Callable[[Family], None], str]] = [
    (number_gone, "no_phone"),
    (stopped, "opted_out"),
    (child_stopped, ""),
    (called_wrong, "wrong_number"),
    (child_gets_none, "no_channel"),
    (mother_gets_none, "no_channel"),
]


@pytest.mark.parametrize(("change", "reason"), WHY, ids=[one.__name__ for one, _ in WHY])
def test_why_nothing_goes_and_never_to_the_child_instead(
    change: Callable[[Family], None], reason: str
) -> None:
    family = Family()
    family.choose()
    change(family)

    reminder = family.plan()

    assert (reminder.reason, reminder.phone != CHILD) == (reason, True)


def test_the_text_is_in_the_words_and_language_of_who_reads_it() -> None:
    family = Family(language="fr")
    family.choose()

    message = family.sent()

    assert message.text.startswith("Hallo Anna, der Termin für Mia bei ")
    assert (message.contact, message.phone) == (family.child, MOTHER)
    assert correction_text(Appointment.objects.get(pk=family.visit.pk)).startswith(
        "Korrektur: Anna (Mia), "
    )


def test_what_staff_write_goes_there_as_well() -> None:
    family = Family()
    family.choose()
    child = Contact.objects.get(pk=family.child.pk)

    about = send_text(child, "Bring her card.", by=SYSTEM, now=make.NOON)
    stopped(family)

    assert (about.phone, about.contact) == (MOTHER, child)
    with pytest.raises(StaffActionError, match="opted out"):
        send_text(child, "Bring her card.", by=SYSTEM, now=make.NOON)


def itself(family: Family) -> tuple[int, int]:
    return family.child.pk, family.child.pk


def a_ward(family: Family) -> tuple[int, int]:
    family.choose()
    return make.make_contact().pk, family.child.pk


def one_with_wards(family: Family) -> tuple[int, int]:
    family.choose()
    return family.mother.pk, make.make_contact().pk


def somebody_gone(family: Family) -> tuple[int, int]:
    return family.child.pk, 10**9


def somebody_forgotten(family: Family) -> tuple[int, int]:
    return family.child.pk, make.make_contact(forgotten_at=make.NOON, phone="").pk


@pytest.mark.parametrize(
    "pair", [itself, a_ward, one_with_wards, somebody_gone, somebody_forgotten]
)
def test_who_can_not_be_chosen(pair: Callable[[Family], tuple[int, int]]) -> None:
    ward, person = pair(Family())

    with pytest.raises(ResponsibleError):
        choose(ward, person, years=None, by=SYSTEM, now=make.NOON)


@pytest.mark.parametrize(
    ("child", "rule", "flaws"),
    [
        ({"birth_date": date(2015, 1, 1)}, 16, {Flaw.MINOR: 1}),
        ({"birth_date": date(2015, 1, 1)}, None, {}),
        ({"birth_date": date(2000, 1, 1)}, 16, {}),
        ({"birth_date": None}, 16, {}),
        ({"birth_date": date(2015, 1, 1), "phone": MOTHER}, 16, {Flaw.SHARED: 1}),
        ({"birth_date": date(2015, 1, 1), "phone": ""}, 16, {Flaw.MISSING: 1}),
    ],
)
def test_a_child_alone_is_shown_and_not_guessed(
    child: dict[str, Any], rule: int | None, flaws: dict[Flaw, int]
) -> None:
    family = Family(**child)
    save_rule(rule, by=SYSTEM, now=make.NOON)

    look = FlawSearch(None, coming=True, now=make.NOON)

    found = {flaw: count for flaw, count in count_flaws(look).items() if count}
    # The mother has no visit ahead; a number is shared by both.
    assert found == flaws
    assert Contact.objects.get(pk=family.child.pk).responsible is None


def test_of_age_without_a_number_is_shown() -> None:
    family = Family(phone="", birth_date=date(2009, 1, 1))
    family.choose(years=16)

    [row] = flawed(Flaw.OF_AGE, FlawSearch(None, coming=True, now=make.NOON))

    assert row.id == family.child.pk
    assert family.plan().reason == "no_phone"


def test_a_person_at_another_location_leaks_nothing() -> None:
    family = Family()
    family.choose()
    make.make_appointment(contact=family.mother)
    scope = scope_of(make.make_user(locations=(family.visit.location,)))

    assert list(scope.contacts()) == [family.child]


def test_what_is_held_about_both_is_given_out_and_forgotten() -> None:
    family = Family()
    family.choose()
    message = family.sent()
    Message.objects.filter(pk=message.pk).update(state="delivered")

    mother = everything(Contact.objects.get(pk=family.mother.pk))
    assert mother["responsible"] == [{"texted_in_place_of": "Mia Lee"}]
    assert [one["id"] for one in mother["texts"]] == [str(message.pk)]
    [child] = everything(Contact.objects.get(pk=family.child.pk))["responsible"]
    assert child["texted_in_their_place"] == "Anna Lee"
    forget_person(family.mother.pk, by=SYSTEM, now=SOON)
    assert (Message.objects.get(pk=message.pk).phone, holdings_of(family.child).shared) == ("", ())
