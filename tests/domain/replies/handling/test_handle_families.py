"""Replies of families, and the order in which replies are taken."""

from datetime import UTC, datetime, time, timedelta

import pytest

from reminders.domain.replies.receive import apply_waiting_replies, store_replies
from reminders.models import Appointment, Message, Reply
from tests import factories as make
from tests.domain.replies.texting import (
    answer_to,
    answers,
    cards,
    receive,
    reply,
    status,
    texted,
    texted_together,
    visit,
)
from tests.factories import NOON

pytestmark = pytest.mark.django_db


class TestFamily:
    def together(self) -> tuple[Appointment, Appointment, Message]:
        place = make.make_location(name="Harbour Dental")
        number = make.phone()
        ann = visit(location=place, contact=make.make_contact(first_name="Ann", phone=number))
        ben = visit(
            location=place,
            contact=make.make_contact(first_name="Ben", phone=number),
            at=time(10, 30),
        )
        return ann, ben, texted_together(ann, ben)

    def test_yes_applies_to_all_and_the_answer_lists_them(self) -> None:
        ann, ben, message = self.together()

        found = answers("Y", to=message)

        assert (status(ann), status(ben)) == ("confirmed", "confirmed")
        assert answer_to(found) == (
            "Thanks, confirmed for Wed 4 March at Harbour Dental: 1) Ann 10:00, 2) Ben 10:30. "
            "See you then."
        )

    def test_a_number_picks_one(self) -> None:
        ann, ben, message = self.together()

        found = answers("Y 2", to=message)

        assert (status(ann), status(ben)) == ("booked", "confirmed")
        assert answer_to(found) == "Thanks Ben, see you Wed 4 March at 10:30 at Harbour Dental."

    def test_a_name_picks_one(self) -> None:
        ann, ben, message = self.together()

        answers("Yes Ben", to=message)

        assert (status(ann), status(ben)) == ("booked", "confirmed")

    @pytest.mark.parametrize("text", ["N", "Y 3", "Y Carl", "one of us"])
    def test_anything_else_is_for_a_person(self, text: str) -> None:
        ann, ben, message = self.together()

        answers(text, to=message)

        assert (status(ann), status(ben), cards()) == ("booked", "booked", ["unclear"])


class TestOrder:
    def test_replies_of_one_number_are_acted_on_in_the_order_of_writing(self) -> None:
        appointment = visit()
        message = texted(appointment)
        later, earlier = (
            reply("N", to=message, at=NOON),
            reply("Y", to=message, at=NOON - timedelta(minutes=2)),
        )

        store_replies([later, earlier], source=Reply.Source.POLL, now=NOON)
        done = apply_waiting_replies(now=NOON)

        assert (done, status(appointment), cards()) == (2, "declined", ["contradiction"])

    def test_a_reply_is_acted_on_once_however_often_it_is_stored(self) -> None:
        payload = reply("Y", to=texted(visit()))
        for _ in range(3):
            receive(payload)

        assert Message.objects.filter(kind="answer").count() == 1

    def test_one_reply_that_fails_holds_no_other_up(self) -> None:
        far_east = make.make_location(zone="Pacific/Auckland")
        bad, good = visit(location=far_east), visit(location=make.make_location())
        payloads = [reply("Y", to=texted(bad)), reply("Y", to=texted(good))]
        # On Auckland's clock this moment lies beyond the last day there is: it can't be told.
        Appointment.objects.filter(pk=bad.pk).update(
            starts_at=datetime(9999, 12, 31, 23, tzinfo=UTC)
        )
        store_replies(payloads, source=Reply.Source.POLL, now=NOON)

        apply_waiting_replies(now=NOON)

        assert (status(bad), status(good)) == ("booked", "confirmed")
        failed = Reply.objects.get(provider_id=payloads[0].reply_id)
        assert (failed.outcome, failed.problem) == (
            "unreadable",
            "Could not be acted on (OverflowError)",
        )
        assert cards() == ["unreadable"]
        assert apply_waiting_replies(now=NOON) == 0
