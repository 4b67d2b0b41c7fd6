"""A reply is read in the light of the text that it answers: our answer, a notice, staff, or a
question.
"""

from datetime import date, time, timedelta
from itertools import product

import pytest

from reminders.domain.common.audit import SYSTEM, Actor
from reminders.domain.diary.appointments import change_appointment, set_status
from reminders.domain.replies import inbox
from reminders.domain.replies.decide import decide
from reminders.domain.replies.outcomes import Asked, RepliedAppointment, ReplyOutcome
from reminders.domain.replies.reading.interpret import Intent, Interpretation
from reminders.domain.replies.reading.quoting import quotes_another
from reminders.domain.wording.questions import Asks
from reminders.models import Appointment, InboxItem, Message, Suppression
from tests import factories as make
from tests.domain.replies.talking import by_staff, heard, say
from tests.domain.replies.texting import answer_to, answers, cards, status, texted, visit
from tests.factories import NOON

pytestmark = pytest.mark.django_db
KNOWN = pytest.mark.parametrize("knows_text", [True, False], ids=["with metadata", "by the number"])


def asked(**values: object) -> tuple[str, Appointment]:
    """Ann's number, where she was asked whether she comes."""
    appointment = visit(**values)
    return texted(appointment).phone, appointment


def reminded() -> tuple[str, Appointment]:
    """Ann's number, where she was told of her visit by a text that asks nothing."""
    appointment = visit()
    return texted(appointment, asks="notice").phone, appointment


@KNOWN
@pytest.mark.parametrize(
    "courtesy", ["Ok", "ok thanks", "👍", "Thank you", "Liked “Thanks Ann, we have”"]
)
@pytest.mark.parametrize(
    ("first", "stays"), [("N", "declined"), ("Y", "confirmed"), ("I need to change it", "booked")]
)
def test_a_courtesy_to_our_own_answer_changes_nothing_and_costs_no_text(
    first, stays, courtesy, knows_text
):
    phone, appointment = asked()
    say(first, phone=phone, knows_text=knows_text)
    texts = len(heard(phone))

    say(courtesy, phone=phone, minute=1, knows_text=knows_text)

    assert (status(appointment), len(heard(phone))) == (stays, texts)


@KNOWN
def test_a_no_after_a_yes_and_a_courtesy_declines_nothing_by_itself(knows_text) -> None:
    phone, appointment = asked()

    for minute, text in enumerate(("Y", "Thanks", "No")):
        say(text, phone=phone, minute=minute, knows_text=knows_text)

    assert (status(appointment), cards()) == ("confirmed", ["unclear"])


@KNOWN
@pytest.mark.parametrize(
    ("first", "then", "stays", "waits"),
    [
        ("Y", "Y", "confirmed", []),
        ("Y", "N", "confirmed", ["unclear"]),
        ("N", "N", "declined", ["declined"]),
        ("N", "Y", "declined", ["declined", "unclear"]),
        ("where do I park", "Y", "booked", ["unclear", "unclear"]),
        ("Can we reschedule", "Y", "booked", ["reschedule", "unclear"]),
        ("HELP", "Y", "confirmed", []),
        ("HELP", "N", "declined", ["declined"]),
        ("Y", "Can we reschedule", "confirmed", ["reschedule"]),
    ],
)
def test_a_bare_yes_or_no_to_our_answer_acts_only_where_the_question_is_still_open(
    first, then, stays, waits, knows_text
) -> None:
    phone, appointment = asked()
    say(first, phone=phone, knows_text=knows_text)

    say(then, phone=phone, minute=20, knows_text=knows_text)

    assert (status(appointment), cards()) == (stays, waits)


def test_what_says_by_itself_what_it_means_acts_whatever_it_answers() -> None:
    one = RepliedAppointment(1, "confirmed", NOON + timedelta(days=2), "UTC", 4)
    cannot = Interpretation(Intent.NO, certain=True, matched="i can't come", states=True)

    found = decide(cannot, [one], asked=Asked(Asks.AUTOMATIC), said_at=NOON, now=NOON)

    assert (found.outcome, found.statuses) == (ReplyOutcome.DECLINED, {1: "declined"})


@pytest.mark.parametrize("asks", [Asks.NOTICE, Asks.AUTOMATIC, Asks.WHICH])
@pytest.mark.parametrize("state", ["booked", "confirmed", "declined"])
def test_a_courtesy_where_nothing_was_asked_needs_nobody(asks: Asks, state: str) -> None:
    one = RepliedAppointment(1, state, NOON + timedelta(days=2), "UTC", 4)

    found = decide(
        Interpretation(Intent.COURTESY), [one], asked=Asked(asks), said_at=NOON, now=NOON
    )

    assert (found.outcome, found.statuses, found.cards, found.purpose) == (
        ReplyOutcome.THANKS,
        {},
        {},
        "",
    )


@KNOWN
def test_thanks_for_a_reminder_that_asks_nothing_needs_nobody(knows_text) -> None:
    phone, appointment = reminded()

    found = say("Thank you!", phone=phone, knows_text=knows_text)

    assert (found.outcome, answer_to(found), cards(), status(appointment)) == (
        "thanks",
        "",
        [],
        "booked",
    )


@KNOWN
def test_a_clear_no_to_a_reminder_counts(knows_text) -> None:
    phone, appointment = reminded()

    say("I can't come", phone=phone, knows_text=knows_text)

    assert status(appointment) == "declined"


def test_an_answer_that_tells_the_new_time_asks_anew() -> None:
    phone, appointment = asked()
    change_appointment(appointment, {"local_time": time(16, 30)}, by=SYSTEM, now=NOON)
    say("Y", phone=phone, minute=1)

    say("Y", phone=phone, minute=2)

    assert status(appointment) == "confirmed"


def test_a_bare_answer_while_another_visit_waits_is_for_a_person() -> None:
    phone, appointment = asked()
    other = visit(location=appointment.location, contact=appointment.contact, day=date(2026, 3, 5))
    texted(other)
    answers("Y", to=Message.objects.get(appointment=appointment, kind="reminder"))

    say("Y", phone=phone, minute=1)

    assert ([status(appointment), status(other)], cards()) == (["confirmed", "booked"], ["unclear"])


class TestStaff:
    @KNOWN
    @pytest.mark.parametrize("said", ["Yes", "N", "ok", "👍", "reschedule"])
    def test_what_answers_staff_is_for_staff(self, said: str, knows_text: bool) -> None:
        phone, appointment = asked()
        by_staff(phone, "Shall we cancel it?", minute=1)

        found = say(said, phone=phone, minute=2, knows_text=knows_text)

        assert (status(appointment), cards(), answer_to(found)) == ("booked", ["unclear"], "")

    def test_the_number_is_read_by_staff_until_they_settle_it(self) -> None:
        phone, appointment = asked()
        question = Message.objects.get(phone=phone)
        by_staff(phone, "Shall we cancel it?", minute=1)
        say("Yes", phone=phone, minute=2)
        answers("N", to=question, now=NOON + timedelta(minutes=3))
        during = status(appointment)
        for card in InboxItem.objects.filter(done_at=None):
            inbox.done(card, revision=1, by=Actor.staff(None), now=NOON + timedelta(minutes=4))

        answers("N", to=question, now=NOON + timedelta(minutes=5))

        assert (during, status(appointment)) == ("booked", "declined")

    @pytest.mark.parametrize(("hours", "becomes"), [(11, "booked"), (13, "confirmed")])
    def test_or_until_twelve_hours_have_passed(self, hours: int, becomes: str) -> None:
        phone, appointment = asked()
        question = Message.objects.get(phone=phone)
        by_staff(phone, "Shall we cancel it?", minute=1)
        say("Yes", phone=phone, minute=2)

        answers("Y", to=question, now=NOON + timedelta(hours=hours))

        assert status(appointment) == becomes

    def test_a_stop_counts_all_the_same(self) -> None:
        phone, _ = asked()
        by_staff(phone, "Shall we cancel it?", minute=1)
        say("Yes", phone=phone, minute=2)

        say("STOP", phone=phone, minute=3)

        assert list(Suppression.objects.values_list("phone", "reason")) == [(phone, "patient")]

    @KNOWN
    def test_a_question_after_an_unanswered_staff_text_acts_only_where_it_is_known_what_is_answered(
        self, knows_text: bool
    ) -> None:
        phone, appointment = asked()
        by_staff(phone, "Shall we cancel it?", minute=-180)

        say("Y", phone=phone, minute=1, knows_text=knows_text)

        assert status(appointment) == ("confirmed" if knows_text else "booked")

    def test_the_question_before_a_staff_text_is_read_by_staff_even_where_it_is_known(self) -> None:
        phone, appointment = asked()
        question = Message.objects.get(phone=phone)
        by_staff(phone, "Shall we cancel it?", minute=1)

        answers("Y", to=question, now=NOON + timedelta(minutes=2))

        assert (status(appointment), cards()) == ("booked", ["unclear"])


class TestQuotes:
    SENT = (
        "Hi Ann, your appointment at Harbour Dental is on Wed 4 March at 10:00. Reply Y to confirm."
    )

    @pytest.mark.parametrize(
        ("text", "another"),
        [
            (f"Liked “{SENT}”", False),
            (f"Liked “{SENT[:40]}…”", False),
            (f"Liked “{SENT[:40]}...” ", False),
            (f"Gefällt „{SENT.replace(' ', '  ')}“", False),
            (f"Loved «{SENT.upper()}»", False),
            ("Liked “Thanks Ann, see you Wed 4 March”", True),
            ("Liked “”", False),
            ("Liked “Ok”", False),
            ("Y", False),
            ("“", False),
            ("", False),
            ("Yes “" * 500, True),
            ("“" * 1600, False),
            ("He said “call me tomorrow at ten”", True),
            ("x" * 60 + "“Thanks Ann, see you Wed 4 March”", False),
        ],
    )
    def test_a_reaction_tells_which_text_it_is_about(self, text: str, another: bool) -> None:
        assert quotes_another(text, self.SENT) is another

    def test_a_reaction_to_another_text_does_not_answer_the_question(self) -> None:
        phone, appointment = asked()

        say("Liked “Thanks Ann, see you Mon 2 March at 9:00”", phone=phone)

        assert (status(appointment), cards()) == ("booked", ["unclear"])


TURNS = ("Y", "N", "Thanks", "HELP", "moved", "staff")


def _turn(turn: str, phone: str, appointment: Appointment, minute: int) -> None:
    if turn == "moved":
        appointment.refresh_from_db()
        at = NOON + timedelta(minutes=minute)
        change_appointment(appointment, {"local_time": time(10 + minute)}, by=SYSTEM, now=at)
    elif turn == "staff":
        by_staff(phone, "Shall we cancel it?", minute=minute)
    else:
        say(turn, phone=phone, minute=minute)


@pytest.mark.deep
@pytest.mark.parametrize("first", TURNS)
def test_no_conversation_ends_in_a_state_that_its_patient_did_not_say(first: str) -> None:
    place = make.make_location()
    for rest in product(TURNS, repeat=2):
        phone, appointment = asked(location=place)
        turns = (first, *rest)
        for minute, turn in enumerate(turns, start=1):
            _turn(turn, phone, appointment, minute)

        since_moved = (
            turns[len(turns) - turns[::-1].index("moved") :] if "moved" in turns else turns
        )
        said = {"booked": True, "confirmed": "Y" in since_moved, "declined": "N" in since_moved}
        assert said[status(appointment)], turns


def test_a_cancelled_visit_stays_cancelled_whatever_is_said() -> None:
    phone, appointment = asked()
    set_status([appointment.pk], Appointment.Status.CANCELLED, by=SYSTEM, now=NOON)

    for minute, text in enumerate(("Y", "ok", "N", "Y")):
        say(text, phone=phone, minute=minute)

    assert status(appointment) == "cancelled"


def test_a_stranger_who_answers_our_answer_stays_a_stranger() -> None:
    make.make_location(name="The Only One")
    phone = make.phone()
    say("where are you", phone=phone, knows_text=False)

    found = say("are you open", phone=phone, minute=1)

    assert (found.outcome, cards()) == ("unmatched", ["unmatched", "unmatched"])
