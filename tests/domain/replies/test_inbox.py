"""The inbox: what waits for a person, and that two people never collide unseen."""

from datetime import date, timedelta

import pytest

from reminders.domain.common.audit import Actor
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.replies import inbox
from reminders.domain.replies.candidates import candidates
from reminders.domain.replies.inbox import CardTouched
from reminders.models import InboxItem, Message
from tests import factories as make
from tests.domain.replies.texting import answer_to, answers, status, texted
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def by(user: object) -> Actor:
    return Actor.staff(user.pk)  # type: ignore[attr-defined]  # any user


def waiting(text: str = "Hm, I think so") -> InboxItem:
    """A card for a reply about one appointment that nobody but a person can read."""
    answers(
        text, to=texted(make.make_appointment(location=make.make_location(name="Harbour Dental")))
    )
    return InboxItem.objects.get()


def test_confirming_from_a_card_confirms_answers_and_is_done() -> None:
    contact = make.make_contact()
    visit, other = (
        make.make_appointment(contact=contact, day=date(2026, 3, day)) for day in (4, 5)
    )
    texted(visit), texted(other)
    reply = answers("Y", phone=contact.phone)
    card, user = InboxItem.objects.get(), make.make_user("ben")
    Message.objects.filter(answers=reply).delete()

    settled = inbox.settle(
        card, "confirm", appointment_id=visit.pk, revision=card.revision, by=by(user), now=NOON
    )

    card.refresh_from_db()
    reply.refresh_from_db()
    assert [(event.appointment_id, event.kind, event.user_id) for event in settled.events] == [
        (visit.pk, "confirmed", user.pk)
    ]
    assert (status(visit), status(other)) == ("confirmed", "booked")
    assert (card.done_by, card.outcome, card.appointment) == (user, "confirm", visit)
    assert (reply.matched_by, list(reply.appointments.all())) == ("staff", [visit])
    assert answer_to(reply).startswith("Thanks Ann, see you Wed 4 March at 10:00")


def test_a_patient_who_was_told_that_somebody_reads_it_is_told_what_was_decided() -> None:
    card = waiting()

    settled = inbox.settle(
        card,
        "decline",
        appointment_id=card.appointment_id,
        revision=card.revision,
        by=by(make.make_user()),
        now=NOON,
    )

    sent = Message.objects.filter(kind="answer").order_by("created_at", "pk")
    assert [one.text for one in sent if one.text == settled.text] == [settled.text]
    assert (sent.count(), settled.why_not) == (2, "")


def test_a_patient_who_was_told_so_already_gets_no_second_text() -> None:
    answers("N", to=texted(make.make_appointment(location=make.make_location())))
    card = InboxItem.objects.get(kind="declined")

    settled = inbox.settle(
        card,
        "decline",
        appointment_id=card.appointment_id,
        revision=card.revision,
        by=by(make.make_user()),
        now=NOON,
    )

    assert (settled.text, settled.why_not) == ("", "the patient was told so already")
    assert Message.objects.filter(kind="answer").count() == 1


@pytest.mark.parametrize("answer", [True, False])
def test_a_decision_is_told_unless_staff_do_not_want_it(answer: bool) -> None:
    card = waiting()
    before = Message.objects.count()

    inbox.settle(
        card,
        "confirm",
        appointment_id=card.appointment_id,
        revision=card.revision,
        by=by(make.make_user()),
        now=NOON,
        answer=answer,
    )

    assert Message.objects.count() - before == int(answer)


def test_the_second_person_is_told_who_was_faster_and_what_they_did() -> None:
    card = waiting()
    ben, eve = make.make_user("ben", first_name="Ben", last_name="Ode"), make.make_user("eve")
    inbox.settle(card, "neither", appointment_id=None, revision=1, by=by(ben), now=NOON)

    with pytest.raises(CardTouched) as caught:
        inbox.settle(
            card, "confirm", appointment_id=card.appointment_id, revision=1, by=by(eve), now=NOON
        )

    assert str(caught.value) == "Ben Ode closed this meanwhile: nothing changed."
    assert InboxItem.objects.get().done_by == ben


def test_taking_a_card_shows_to_whoever_has_an_older_page() -> None:
    card = waiting()
    ben, eve = make.make_user("ben"), make.make_user("eve")
    taken = inbox.assign(card, ben.pk, revision=1, by=by(ben), now=NOON)

    with pytest.raises(CardTouched, match="ben has taken this meanwhile"):
        inbox.done(card, revision=1, by=by(eve), now=NOON)

    assert inbox.done(card, revision=taken.revision, by=by(ben), now=NOON).done_by == ben


def test_a_settled_card_can_be_put_back() -> None:
    card = waiting()
    user = make.make_user()
    done = inbox.done(card, revision=1, by=by(user), now=NOON)
    assert list(inbox.open_cards()) == []
    assert list(inbox.done_cards()) == [card]

    inbox.reopen(card, revision=done.revision, by=by(user), now=NOON)

    assert list(inbox.open_cards()) == [card]


def test_a_text_of_ones_own_answers_and_settles() -> None:
    card = waiting()
    user = make.make_user()

    message = inbox.reply_by_text(card, " See you! ", revision=1, by=by(user), now=NOON)

    assert (message.text, message.phone, message.kind, message.created_by) == (
        "See you!",
        card.phone,
        "staff",
        user,
    )
    assert (message.state, InboxItem.objects.get().outcome) == ("queued", "texted")


def test_a_text_that_can_not_go_is_refused_with_advice() -> None:
    card = waiting()
    user = make.make_user()
    with pytest.raises(ValueError, match="Write what the patient should read"):
        inbox.reply_by_text(card, " ", revision=1, by=by(user), now=NOON)

    answers("STOP", phone=card.phone)
    with pytest.raises(ValueError, match="opted out"):
        inbox.reply_by_text(card, "Hello", revision=1, by=by(user), now=NOON)

    assert InboxItem.objects.get().done_at is None


def test_to_confirm_needs_an_appointment() -> None:
    card = waiting()

    with pytest.raises(ValueError, match="Choose the appointment"):
        inbox.settle(
            card, "confirm", appointment_id=None, revision=1, by=Actor.staff(None), now=NOON
        )


def test_a_card_without_a_text_lists_nobody_elses_visits() -> None:
    contact, stranger = make.make_contact(), make.make_contact()
    make.make_confirmation_rule()
    theirs = make.make_appointment(contact=contact, day=date(2026, 3, 20))
    other = make.make_appointment(contact=stranger, day=date(2026, 3, 20))
    plan_appointments([theirs.pk, other.pk], now=NOON)  # texts that are still to go out
    answers("Which one do you mean", phone=contact.phone)
    card = InboxItem.objects.get()

    assert card.message_id is None
    assert [item.appointment for item in candidates(card, now=NOON)] == [theirs]


def test_candidates_are_what_the_number_was_told_of_in_a_month_latest_first() -> None:
    contact = make.make_contact()
    coming, told, old, over = (
        make.make_appointment(contact=contact, day=day)
        for day in (date(2026, 3, 20), date(2026, 3, 4), date(2026, 1, 10), date(2026, 2, 20))
    )
    texted(told)
    texted(over, scheduled_at=NOON - timedelta(days=11), created_at=NOON - timedelta(days=12))
    texted(old, scheduled_at=NOON - timedelta(days=52), created_at=NOON - timedelta(days=53))
    answers("Which one do you mean", phone=contact.phone)

    found = candidates(InboxItem.objects.get(), now=NOON)

    assert [item.appointment for item in found] == [told, coming, over]
    assert [item.told_at for item in found] == [
        NOON - timedelta(hours=2),
        None,
        NOON - timedelta(days=11),
    ]


def test_cards_are_shown_by_location_and_those_of_none_to_everybody() -> None:
    here, there = make.make_location(), make.make_location()
    for place in (here, there):
        answers("Hm", to=texted(make.make_appointment(location=place)))
    answers("Hm", phone=make.phone())

    assert inbox.open_cards([here.pk]).count() == 2
    assert inbox.count_open([here.pk]) == {"unclear": 1, "unmatched": 1}
    assert inbox.count_open() == {"unclear": 2, "unmatched": 1}


def test_the_list_costs_two_statements_for_one_card_and_for_many(
    django_assert_num_queries: object,
) -> None:
    for _ in range(5):
        answers("Hm", to=texted(make.make_appointment()))

    with django_assert_num_queries(2):  # type: ignore[operator]  # the plugin's context manager
        shown = [
            (card.reply.text, card.appointment.contact.name, card.location.name)
            for card in inbox.open_cards()
            if card.reply and card.appointment and card.location
        ]
    assert len(shown) == 5
