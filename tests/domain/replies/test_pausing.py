"""A wish for no more texts, in any words: the number is paused at once, and a person decides."""

from datetime import timedelta

import pytest

from reminders.domain.common.audit import SYSTEM, Actor
from reminders.domain.consent.blocklist_sync import push_suppressions, sync_blocked_numbers
from reminders.domain.consent.suppressions import OptOut, is_opted_out, opt_out_all
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.replies import inbox
from reminders.domain.replies.decide import decide
from reminders.domain.replies.outcomes import Asked, ReplyOutcome
from reminders.domain.replies.pausing import Texts, decide_texts
from reminders.domain.replies.reading.interpret import Intent, Interpretation
from reminders.domain.wording.questions import Asks
from reminders.models import InboxItem, Message, Reminder, Suppression
from reminders.provider import MessagesApi
from reminders.sandbox import Sandbox
from tests import factories as make
from tests.domain.replies.talking import by_staff, say
from tests.domain.replies.texting import answer_to, answers, cards, status, texted, visit
from tests.factories import NOON

pytestmark = pytest.mark.django_db
STAFF = Actor.staff(None)
SAID = "please stop texting me"


def paused(said: str = SAID) -> tuple[str, InboxItem]:
    """A number whose patient was asked and wants no more texts; a reminder was planned for
    later.
    """
    make.make_reminder_rule()
    appointment = visit()
    message = texted(appointment)
    plan_appointments([appointment.pk], now=NOON)
    answers(said, to=message)
    return message.phone, InboxItem.objects.get(kind="opt_out")


def later_text() -> tuple[str, str]:
    found = Reminder.objects.get(rule__kind="reminder")
    return found.state, found.reason


@pytest.mark.parametrize(
    "said", [SAID, "stop texting me", "Stop messaging me please", "STOP please"]
)
def test_a_wish_in_free_words_pauses_the_number_at_once(said: str) -> None:
    phone, card = paused(said)

    held = Suppression.objects.get()
    assert card.reply
    assert (held.phone, held.reason, held.words, held.reply) == (phone, "paused", said, card.reply)
    assert (later_text(), cards()) == (("skipped", "opted_out"), ["opt_out"])
    assert (answer_to(card.reply), card.reply.outcome) == ("", "paused")


@pytest.mark.parametrize("asks", [*Asks, None])
@pytest.mark.parametrize("also", [frozenset(), frozenset({"may_cancel"})])
def test_a_pause_counts_whatever_it_answers_and_changes_no_appointment(asks, also) -> None:
    found = decide(
        Interpretation(Intent.PAUSE, also), [], asked=Asked(asks), said_at=NOON, now=NOON
    )

    assert (found.outcome, found.pause, found.stop, found.purpose) == (
        ReplyOutcome.PAUSED,
        True,
        False,
        "",
    )
    assert set(found.cards) == {
        InboxItem.Kind.OPT_OUT,
        *([InboxItem.Kind.MAY_CANCEL] if also else []),
    }


@pytest.mark.parametrize("said", [SAID, "STOP"])
def test_what_the_provider_holds_for_later_is_taken_back_whoever_wrote_it(said: str) -> None:
    appointment = visit()
    asked = texted(appointment)
    tomorrow = {"scheduled_at": NOON + timedelta(hours=20), "phone": asked.phone}
    rule = make.make_reminder_rule()
    held = make.make_message(appointment=appointment, contact=appointment.contact, **tomorrow)
    make.make_handed_over(appointment, rule, message=held)
    at_night = make.make_message(kind="staff", **tomorrow)

    answers(said, to=asked)

    marked = Message.objects.filter(cancel_requested_at=NOON)
    assert set(marked) == {held, at_night}


def test_a_paused_number_gets_no_automatic_answer_and_its_answers_still_count() -> None:
    phone, _ = paused()
    question = Message.objects.get(phone=phone)

    found = answers("Y", to=question, now=NOON + timedelta(minutes=1))

    assert (found.outcome, answer_to(found)) == ("confirmed", "")


def test_the_same_wish_again_opens_no_second_card() -> None:
    phone, _ = paused()

    for minute in range(1, 5):
        say(f"{SAID}{'!' * minute}", phone=phone, minute=minute)

    assert cards() == ["opt_out"]


def test_a_stop_ends_the_pause_as_an_opt_out_of_the_patient() -> None:
    phone, _ = paused()

    say("STOP", phone=phone, minute=1)

    held = Suppression.objects.get()
    assert (held.reason, held.words, held.synced_at, held.lifted_at) == (
        "patient",
        "STOP",
        None,
        None,
    )


def test_a_wish_after_a_stop_leaves_the_opt_out_as_it_is() -> None:
    message = texted(visit())
    answers("STOP", to=message)

    answers(SAID, to=message, now=NOON + timedelta(minutes=1))

    assert Suppression.objects.get().reason == "patient"
    assert cards() == []


def test_a_start_of_the_patient_ends_the_pause() -> None:
    phone, _ = paused()

    say("START", phone=phone, minute=1)

    assert (is_opted_out(phone), later_text()) == (False, ("planned", ""))


def test_staff_may_opt_the_number_out() -> None:
    phone, card = paused()

    decide_texts(card, Texts.STOP, revision=1, by=STAFF, now=NOON)

    held = Suppression.objects.get()
    card.refresh_from_db()
    assert (held.phone, held.reason, held.words, held.lifted_at) == (phone, "staff", SAID, None)
    assert (card.outcome, card.done_at, later_text()) == (
        "texts_stopped",
        NOON,
        ("skipped", "opted_out"),
    )


def test_staff_may_let_texts_go_on_and_they_are_planned_again() -> None:
    phone, card = paused()

    decide_texts(card, Texts.GO_ON, revision=1, by=STAFF, now=NOON)

    card.refresh_from_db()
    assert (is_opted_out(phone), later_text(), card.outcome) == (
        False,
        ("planned", ""),
        "texts_go_on",
    )


def test_an_opt_out_is_not_lifted_by_going_on() -> None:
    phone, card = paused()
    say("STOP", phone=phone, minute=1)

    with pytest.raises(ValueError, match="not paused any more"):
        decide_texts(card, Texts.GO_ON, revision=1, by=STAFF, now=NOON)

    assert is_opted_out(phone)


def test_the_card_cannot_be_put_aside_while_nobody_has_decided() -> None:
    _, card = paused()

    with pytest.raises(ValueError, match="paused"):
        inbox.done(card, revision=1, by=STAFF, now=NOON)
    with pytest.raises(ValueError, match="paused"):
        inbox.settle(card, "neither", appointment_id=None, revision=1, by=STAFF, now=NOON)
    with pytest.raises(ValueError, match="paused"):
        inbox.reply_by_text(card, "Hello", revision=1, by=STAFF, now=NOON)

    assert InboxItem.objects.get().done_at is None


@pytest.mark.parametrize("phone", ["INFO", "70001"])
def test_a_sender_that_is_no_number_is_for_a_person_and_pauses_nothing(phone: str) -> None:
    say(SAID, phone=phone, knows_text=False)

    assert (Suppression.objects.count(), len(cards())) == (0, 1)


def test_a_strangers_wish_pauses_the_strangers_number() -> None:
    phone = make.phone()

    say(SAID, phone=phone, knows_text=False)

    assert (list(Suppression.objects.values_list("phone", "reason")), cards()) == (
        [(phone, "paused")],
        ["opt_out"],
    )


def test_a_wish_to_staff_pauses_too() -> None:
    message = texted(visit())
    by_staff(message.phone, "Shall we cancel it?", minute=1)

    say(SAID, phone=message.phone, minute=2)

    assert (Suppression.objects.get().reason, cards()) == ("paused", ["opt_out"])


class TestProvider:
    def test_a_pause_is_not_told_to_the_provider_but_the_opt_out_is(
        self, sandbox: Sandbox, api: MessagesApi
    ) -> None:
        phone, card = paused()
        told = push_suppressions(api, now=NOON), sync_blocked_numbers(api, now=NOON).pushed
        blocked = list(api.blocked_numbers())
        decide_texts(card, Texts.STOP, revision=1, by=STAFF, now=NOON)

        push_suppressions(api, now=NOON)

        assert (told, blocked, list(api.blocked_numbers())) == ((0, 0), [], [phone])

    def test_a_number_freed_just_before_its_pause_is_freed_there_too(
        self, sandbox: Sandbox, api: MessagesApi
    ) -> None:
        phone = make.phone()
        answers("STOP", phone=phone)
        push_suppressions(api, now=NOON)
        answers("START", phone=phone, now=NOON + timedelta(minutes=1))
        opt_out_all([OptOut(phone, Suppression.Reason.PAUSED, SAID)], by=SYSTEM, now=NOON)

        push_suppressions(api, now=NOON)

        assert (list(api.blocked_numbers()), is_opted_out(phone)) == ([], True)


def test_a_visit_stays_as_it_is() -> None:
    appointment = visit()

    answers(SAID, to=texted(appointment))

    assert status(appointment) == "booked"
