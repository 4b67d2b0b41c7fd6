"""Changing wordings: what may be saved, what texts at the provider become, and what a preview
shows.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
from django.core.cache import cache
from django.db import transaction

from reminders.domain.common.access import scope_of
from reminders.domain.common.audit import SYSTEM
from reminders.domain.common.wording_catalogue import WordingCatalogue
from reminders.domain.planning.handed_over import BUSY
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.planning.rule_book import BusyError
from reminders.domain.sending import send
from reminders.domain.sending.claiming.due import claim_due
from reminders.domain.sending.send import send_due
from reminders.domain.sending.withdraw_at_provider import withdraw_stale
from reminders.domain.setup.wording_preview import preview_wording
from reminders.domain.setup.wordings import (
    SavedWording,
    WordingKey,
    WordingRefusedError,
    concerned,
    reset_wording,
    save_wording,
    standing,
    switch_answer,
)
from reminders.domain.wording import WordingError
from reminders.models import Appointment, AuditEntry, Location, Message, Wording
from reminders.provider import MessagesApi
from reminders.sandbox import Sandbox
from tests import factories as make
from tests.domain.beside import Beside, beside
from tests.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)

CONFIRMATION = WordingKey("confirmation", "en")
NEW = "Dear {first_name}, {location} on {date} at {time}. Reply Y or N."


def at_noon() -> datetime:
    return NOON


def handed_over(api: MessagesApi, **contact: object) -> None:
    """A confirmation that the provider holds until one o'clock."""
    make.make_confirmation_rule()
    appointment = make.make_appointment(
        day=date(2026, 3, 3), at=time(13), contact=make.make_contact(**contact)
    )
    plan_appointments([appointment.pk], now=NOON)
    send_due(api, clock=at_noon)


def test_the_products_own_text_applies_until_staff_write_theirs():
    before = standing(CONFIRMATION)
    save_wording(CONFIRMATION, NEW, by=SYSTEM, now=NOON)

    after = standing(CONFIRMATION)
    assert (before.own, before.text.startswith("Hi {first_name}")) == (False, True)
    assert (after.own, after.text) == (True, NEW)
    assert [event.details["purpose"] for event in AuditEntry.objects.all()] == ["confirmation"]


def test_a_rule_uses_the_words_for_all_rules_until_it_has_its_own():
    rule = make.make_confirmation_rule()
    own = WordingKey("confirmation", "en", rule_id=rule.pk)
    save_wording(CONFIRMATION, NEW, by=SYSTEM, now=NOON)
    before = standing(own).text

    save_wording(own, NEW + " Thank you.", by=SYSTEM, now=NOON)
    reset_wording(own, by=SYSTEM, now=NOON)

    assert (before, standing(own).text, standing(own).own) == (NEW, NEW, False)


def test_a_text_with_an_error_is_not_saved():
    with pytest.raises(WordingRefusedError, match="CANCEL must not be offered"):
        save_wording(CONFIRMATION, NEW + " Or reply CANCEL.", by=SYSTEM, now=NOON)

    assert not Wording.objects.exists()


def test_texts_at_the_provider_keep_their_old_words(sandbox: Sandbox, api: MessagesApi):
    handed_over(api)

    saved = save_wording(CONFIRMATION, NEW, by=SYSTEM, now=NOON)

    assert saved.replaced == 0
    assert withdraw_stale(api, clock=at_noon) == 0


def test_texts_at_the_provider_are_replaced_when_asked(sandbox: Sandbox, api: MessagesApi):
    handed_over(api)

    saved = save_wording(CONFIRMATION, NEW, by=SYSTEM, now=NOON, replace=True)
    withdraw_stale(api, clock=at_noon)
    send_due(api, clock=at_noon)

    old, new = sandbox.ledger()
    assert saved.replaced == 1
    assert sandbox.status_of(old["message_id"]) == "cancelled"
    assert new["content"].startswith("Dear Ann, Site")
    assert new["scheduled"] == old["scheduled"]


def test_a_run_goes_on_in_the_new_words(
    sandbox: Sandbox, api: MessagesApi, monkeypatch: pytest.MonkeyPatch
):
    """Staff change the words, and move the clock, while a run hands over one portion after the
    other.
    """
    monkeypatch.setattr(send, "CHUNK", 3)
    make.make_confirmation_rule()
    place = make.make_location(name="Harbour")
    visits = [
        make.make_appointment(day=date(2026, 3, 3), at=time(13), location=place) for _ in range(8)
    ]
    plan_appointments([visit.pk for visit in visits], now=NOON)

    def clock() -> datetime:
        if Message.objects.exists() and not Wording.objects.exists():
            save_wording(CONFIRMATION, NEW, by=SYSTEM, now=NOON, replace=True)
            Location.objects.update(name="Quay")
        return NOON

    send_due(api, clock=clock)
    withdraw_stale(api, clock=at_noon)
    send_due(api, clock=at_noon)

    went = Message.objects.exclude(state="cancelled").values_list("text", flat=True)
    assert sorted(text[:14] for text in went) == ["Dear Ann, Quay"] * 8


@pytest.mark.parametrize("state", ["queued", "submitting", "unknown", "accepted", "held"])
def test_texts_that_may_be_with_the_provider_are_concerned(
    state: str, sandbox: Sandbox, api: MessagesApi
):
    handed_over(api)
    message = Message.objects.get()
    Message.objects.update(
        state=state, claimed_until=NOON + timedelta(minutes=1), unknown_since=NOON
    )

    assert concerned(CONFIRMATION, NEW, now=NOON) == [message.pk]


def test_while_an_import_is_at_it_the_manager_is_asked_to_wait(sandbox: Sandbox, api: MessagesApi):
    handed_over(api)

    saving = Beside(lambda: outcome_of(save_wording, replace=True))
    with transaction.atomic():
        list(Appointment.objects.select_for_update(no_key=True))
        saving.start()
        saving.join(20)

    assert saving.result == BUSY
    assert not Wording.objects.exists()


def outcome_of(save: Callable[..., SavedWording], **rest: object) -> SavedWording | str:
    try:
        return save(CONFIRMATION, NEW, by=SYSTEM, now=NOON, **rest)
    except BusyError as busy:
        return str(busy)


def test_a_claim_under_way_is_waited_for():
    make.make_confirmation_rule()
    visit = make.make_appointment(day=date(2026, 3, 3), at=time(13))
    plan_appointments([visit.pk], now=NOON)

    with beside(
        lambda: save_wording(CONFIRMATION, NEW, by=SYSTEM, now=NOON, replace=True)
    ) as saving:
        claim_due(now=NOON, ahead=timedelta(days=1), limit=10, hold=timedelta(minutes=1))

    assert saving.result == SavedWording([], 1)
    assert Message.objects.values_list("state", "cancel_requested_at").get() == ("submitting", NOON)


@pytest.mark.parametrize(
    ("contact", "place", "count"),
    [
        ({}, CONFIRMATION, 1),
        ({"language": "fr"}, CONFIRMATION, 0),
        ({"language": "fr"}, WordingKey("confirmation", "fr"), 1),
        ({"language": "sv"}, CONFIRMATION, 1),
        ({}, WordingKey("reminder", "en"), 0),
        ({}, WordingKey("family_confirmation", "en"), 0),
        ({"phone_kind": "landline"}, CONFIRMATION, 0),
        ({"phone_kind": "landline"}, WordingKey("confirmation", "en", "voice"), 1),
        ({}, WordingKey("confirmed", "en"), 0),
    ],
    ids=str,
)
def test_only_texts_that_would_read_otherwise_are_concerned(contact, place, count, sandbox, api):
    handed_over(api, **contact)

    assert len(concerned(place, NEW, now=NOON)) == count


def test_the_same_words_concern_nothing(sandbox: Sandbox, api: MessagesApi):
    handed_over(api)

    assert concerned(CONFIRMATION, standing(CONFIRMATION).text, now=NOON) == []


def test_an_answer_is_switched_off_in_every_language_and_on_again():
    save_wording(WordingKey("confirmed", "en"), "Noted for {date}.", by=SYSTEM, now=NOON)

    switch_answer("confirmed", on=False, by=SYSTEM, now=NOON)
    off = [WordingCatalogue.load().words(None, "confirmed", (code,)) for code in ("en", "fr", "pl")]
    switch_answer("confirmed", on=True, by=SYSTEM, now=NOON)

    assert off == [None, None, None]
    assert standing(WordingKey("confirmed", "en")).text == "Noted for {date}."


def test_a_confirmation_cannot_be_switched_off_by_its_words():
    with pytest.raises(WordingError, match="switch the rule off instead"):
        switch_answer("confirmation", on=False, by=SYSTEM, now=NOON)


@pytest.fixture
def scope():
    cache.clear()
    return lambda: scope_of(make.make_user(group="manager"))


def test_a_preview_shows_the_next_appointment_and_the_longest(scope):
    make.make_appointment(location=make.make_location(name="Harbour Dental"))
    make.make_contact(first_name="Wilhelmina-Alexandrina Theodora", last_name="Featherstonehaugh")
    make.make_location(name="Royal Harbour Dental Surgery and Orthodontic Centre, North Wing")

    preview = preview_wording(CONFIRMATION, NEW, now=NOON, scope=scope())

    assert preview.example is not None
    assert preview.dearest is not None
    assert preview.example.text == "Dear Ann, Harbour Dental on Wed 4 March at 10:00. Reply Y or N."
    assert preview.dearest.text == (
        "Dear Wilhelmina-Alexandrina Theodora, Royal Harbour Dental Surgery and Orthodontic "
        "Centre, "
        "North Wing on Wed 4 March at 10:00. Reply Y or N."
    )
    assert (preview.spread, preview.sampled, preview.most_parts) == ([(1, 1)], 1, 1)


def test_a_name_of_another_script_makes_a_text_longer(scope):
    make.make_appointment(contact=make.make_contact(first_name="Łukasz"))
    make.make_appointment()

    preview = preview_wording(CONFIRMATION, NEW + " Please come early.", now=NOON, scope=scope())

    assert preview.spread == [(1, 1), (2, 1)]
    assert preview.dearest is not None
    assert (preview.dearest.text[:12], preview.most_parts) == ("Dear Łukasz,", 2)
    assert (preview.foreign_in_values, preview.offenders) == (("Ł",), ())


def test_a_contact_of_another_script_counts_before_anything_is_booked_for_them(scope):
    make.make_appointment()
    make.make_contact(first_name="Zoë")
    make.make_contact(first_name="Wilhelmina")

    preview = preview_wording(CONFIRMATION, NEW + " Please come early.", now=NOON, scope=scope())

    assert preview.dearest is not None
    assert (preview.dearest.text[:9], preview.dearest.size.encoding) == ("Dear Zoë,", "UCS-2")
    assert (preview.most_parts, preview.spread) == (2, [(1, 1)])


def test_a_preview_names_what_breaks_the_alphabet_and_offers_plain_letters(scope):
    preview = preview_wording(CONFIRMATION, NEW + " – “thanks”", now=NOON, scope=scope())

    assert preview.offenders == ("–", "“", "”")
    assert preview.plainer == NEW + ' - "thanks"'
    assert preview.made_up


def test_a_faulty_text_gets_its_problem_and_is_shown_as_it_stands(scope):
    preview = preview_wording(CONFIRMATION, "Hi {frst_name}", now=NOON, scope=scope())

    assert preview.example is not None
    assert preview.example.text == "Hi {frst_name}"
    assert [problem.level for problem in preview.problems] == ["error"]
    assert "Did you mean {first_name}?" in preview.problems[0].words


def test_a_family_text_is_shown_for_two(scope):
    make.make_appointment(location=make.make_location(name="Harbour"))
    place = WordingKey("family_confirmation", "en")

    preview = preview_wording(place, standing(place).text, now=NOON, scope=scope())

    assert preview.example is not None
    assert "1) Ann 10:00, 2) Sam 10:00" in preview.example.text
