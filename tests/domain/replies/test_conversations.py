"""Every conversation of up to six turns, and what it leaves: no visit ends in a state that its
patient did not say.

A machine of the two texts that matter, what was asked last and what holds now, drives the real
reading and deciding; what it reaches is compared with what the patient has said by then. A sample
runs against the database too.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import time, timedelta
from functools import cache

import pytest

from reminders.domain.common.asking import asked_by_purpose
from reminders.domain.common.audit import SYSTEM
from reminders.domain.common.wording_catalogue import WordingCatalogue
from reminders.domain.diary.appointments import change_appointment, set_status
from reminders.domain.replies.auto_reply import AnswerContext
from reminders.domain.replies.decide import decide
from reminders.domain.replies.match import ReplyMatch
from reminders.domain.replies.matching.texts import Incoming
from reminders.domain.replies.matching.told import Told
from reminders.domain.replies.outcomes import Asked, RepliedAppointment, ReplyOutcome
from reminders.domain.replies.read_in_context import read_reply
from reminders.domain.replies.reading.interpret import Interpretation
from reminders.domain.wording.questions import Asks
from reminders.models import Appointment, Suppression
from tests import factories as make
from tests.domain.replies.talking import by_staff, say
from tests.domain.replies.texting import status, texted, visit
from tests.factories import NOON

SAID = {"yes": "Yes", "no": "No", "ok": "Ok", "number": "2", "stop": "STOP"}
TURNS = (*SAID, "staff", "moved", "cancelled")
PATIENT = "+447700900123"
STARTS = NOON + timedelta(days=2)


@dataclass(frozen=True)
class Standing:
    """Where a conversation is: the visit, and the text that reached the number last."""

    status: str = "booked"
    moved: bool = False
    asks: Asks = Asks.YES_NO
    stopped: bool = False


@dataclass(frozen=True)
class Heard:
    """What the patient may have meant: their words since the time that holds was fixed.

    The first word after a move is about the old time, and what is said once staff have written is
    for staff. "Ok" is a yes only where nothing was answered before: then it is about our answer.
    """

    words: tuple[str, ...] = ()
    moved: bool = False
    staff: bool = False
    cancelled: bool = False

    def after(self, turn: str) -> Heard:
        """What is known after one more turn."""
        if turn == "moved":
            return replace(self, words=(), moved=True)
        if turn in ("yes", "no", "ok") and not self.staff:
            return replace(self, words=(*self.words, turn))
        return replace(
            self,
            staff=self.staff or turn == "staff",
            cancelled=self.cancelled or turn == "cancelled",
        )

    @property
    def allows(self) -> set[str]:
        """The states that this conversation may end in."""
        if self.cancelled:
            return {"cancelled"}
        yes = any("yes" in told or told[:1] == ("ok",) for told in self._told())
        no = any("no" in told for told in self._told())
        return {"booked", *(["confirmed"] if yes else []), *(["declined"] if no else [])}

    def _told(self) -> list[tuple[str, ...]]:
        """Their words about the time that holds. An "ok" to our answer tells nothing, so after a
        move the second word may be the first that is about the old time.
        """
        if not self.moved:
            return [self.words]
        first = next((at for at, word in enumerate(self.words) if word != "ok"), 0)
        return [self.words[1:], self.words[first + 1 :]]


@cache
def _read(turn: str, asks: Asks, state: str) -> Interpretation:
    told = Told(
        appointment_id=1, starts_at=STARTS, location_id=1, since=NOON, contact_id=1, theirs=True,
        first_name="Ann", name="Ann Lee", language="en", status=state, begins_at=STARTS,
        place_id=1, practitioner="",
    )  # fmt: skip
    match = ReplyMatch(message_kind="reminder", stored_asks=asks, language="en", told=[told])
    written = Incoming(1, "poll", None, "", PATIENT, SAID[turn], NOON)
    return read_reply(written, match, AnswerContext(WordingCatalogue({}), {})).answer


@cache
def follow(standing: Standing, turn: str) -> Standing:
    """The standing after one turn, by the product's own reading and deciding."""
    if turn == "staff":
        return replace(standing, asks=Asks.STAFF)
    if turn == "moved":
        gone = standing.status == "cancelled"
        return standing if gone else replace(standing, status="booked", moved=True)
    if turn == "cancelled":
        return replace(standing, status="cancelled")
    one = RepliedAppointment(1, standing.status, STARTS, "UTC", 4, moved=standing.moved)
    answer = _read(turn, standing.asks, standing.status)
    found = decide(answer, [one], asked=Asked(standing.asks), said_at=NOON, now=NOON)
    after = replace(standing, status=str(found.statuses.get(1, standing.status)))
    if found.stop or standing.stopped:
        return replace(after, stopped=True)
    if not found.purpose:
        return after
    told = found.outcome is ReplyOutcome.MOVED  # then our answer tells the new time, and asks
    return replace(after, asks=asked_by_purpose(found.purpose), moved=after.moved and not told)


def walk(standing: Standing, heard: Heard, turns: tuple[str, ...]) -> int:
    """Follow every conversation from here to its sixth turn; how many there are."""
    assert standing.status in heard.allows, turns
    if len(turns) == 6:
        return 1
    return 1 + sum(
        walk(follow(standing, turn), heard.after(turn), (*turns, turn)) for turn in TURNS
    )


def test_no_conversation_of_six_turns_ends_in_a_state_that_nobody_said() -> None:
    assert walk(Standing(), Heard(), ()) == sum(8**length for length in range(7))


@pytest.mark.parametrize("asks", [Asks.NOTICE, Asks.AUTOMATIC, Asks.STAFF])
def test_nor_does_one_that_no_question_began(asks: Asks) -> None:
    walk(Standing(asks=asks), Heard(), ("staff", "staff"))


@pytest.mark.parametrize("asks", [*Asks])
@pytest.mark.parametrize("state", ["booked", "confirmed", "declined", "cancelled"])
def test_a_number_alone_and_a_stop_change_no_visit(state: str, asks: Asks) -> None:
    standing = Standing(status=state, asks=asks)

    assert {follow(standing, turn).status for turn in ("number", "stop")} == {state}


def sampled(count: int) -> list[tuple[str, ...]]:
    """So many conversations of six turns, the same each time."""
    chance = random.Random(12)
    return [tuple(chance.choices(TURNS, k=6)) for _ in range(count)]


def _turn(turn: str, phone: str, appointment: Appointment, minute: int) -> None:
    at = NOON + timedelta(minutes=minute)
    appointment.refresh_from_db()
    if turn == "staff":
        by_staff(phone, "Shall we cancel it?", minute=minute)
    elif turn == "moved" and appointment.status != "cancelled":
        change_appointment(appointment, {"local_time": time(11 + minute // 20)}, by=SYSTEM, now=at)
    elif turn == "cancelled":
        set_status([appointment.pk], Appointment.Status.CANCELLED, by=SYSTEM, now=at)
    elif turn in SAID:
        say(SAID[turn], phone=phone, minute=minute, knows_text=bool(minute % 3))


@pytest.mark.deep
@pytest.mark.django_db
def test_a_sample_of_them_ends_the_same_way_in_the_database() -> None:
    place = make.make_location()
    for turns in sampled(40):
        appointment = visit(location=place)
        phone, heard = texted(appointment).phone, Heard()
        for number, turn in enumerate(turns, start=1):
            _turn(turn, phone, appointment, number * 20)
            heard = heard.after(turn)

        assert status(appointment) in heard.allows, turns
        stopped = Suppression.objects.filter(phone=phone, lifted_at=None).exists()
        assert stopped is ("stop" in turns), turns
