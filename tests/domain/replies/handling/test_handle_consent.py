"""Replies that stop texts or allow them again, and those that a machine seems to write."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from reminders.domain.planning.plan import plan_appointments
from reminders.models import Message, Reminder, Suppression
from tests import factories as make
from tests.domain.replies.texting import (
    answer_to,
    answers,
    cards,
    receive,
    reply,
    status,
    texted,
    visit,
)
from tests.factories import NOON

pytestmark = pytest.mark.django_db


class TestConsent:
    def test_stop_opts_the_number_out_and_takes_back_its_texts(self) -> None:
        make.make_reminder_rule()
        appointment = visit()
        message = texted(appointment)
        plan_appointments([appointment.pk], now=NOON)

        found = answers("STOP", to=message)

        held = Suppression.objects.get()
        assert (held.phone, held.reason, held.words, held.reply) == (
            message.phone,
            "patient",
            "STOP",
            found,
        )
        assert (found.outcome, answer_to(found), cards(), status(appointment)) == (
            "stopped",
            "",
            [],
            "booked",
        )
        planned = Reminder.objects.get(rule__kind="reminder")
        assert (planned.state, planned.reason) == ("skipped", "opted_out")

    def test_cancel_opts_out_and_asks_a_person_without_cancelling(self) -> None:
        appointment = visit()

        answers("CANCEL", to=texted(appointment))

        assert (status(appointment), cards()) == ("booked", ["may_cancel"])
        assert Suppression.objects.filter(lifted_at=None).count() == 1

    def test_start_lifts_the_opt_out_and_plans_again(self) -> None:
        make.make_reminder_rule()
        appointment = visit()
        message = texted(appointment)
        plan_appointments([appointment.pk], now=NOON)
        answers("STOP", to=message)

        found = answers("START", to=message, now=NOON + timedelta(hours=1))

        assert Suppression.objects.filter(lifted_at=None).count() == 0
        assert answer_to(found).startswith(
            "You will get appointment texts from Harbour Dental again."
        )
        assert Reminder.objects.get(rule__kind="reminder").state == "planned"

    def test_a_pushed_notice_and_the_polled_reply_are_one_opt_out(self) -> None:
        message = texted(visit())

        receive(reply("CANCEL", to=message, notice=True))
        polled = answers("CANCEL", to=message)

        assert polled.outcome == "duplicate"
        assert (Suppression.objects.count(), cards()) == (1, ["may_cancel"])

    @pytest.mark.parametrize("pushed_first", [True, False])
    def test_a_reply_pushed_without_its_id_and_the_polled_one_are_answered_once(
        self, pushed_first: bool
    ) -> None:
        message = texted(visit())
        polled = reply("Y", to=message)
        pushed = replace(polled, reply_id=f"pushed-{'0' * 32}")

        outcomes = [
            receive(one).outcome for one in ((pushed, polled) if pushed_first else (polled, pushed))
        ]

        assert outcomes == ["confirmed", "duplicate"]
        assert Message.objects.filter(kind="answer").count() == 1

    def test_the_same_yes_to_two_texts_is_no_twin_whichever_way_it_came(self) -> None:
        number, place = make.phone(), make.make_location()
        first, second = (
            texted(visit(location=place, contact=make.make_contact(phone=number))) for _ in range(2)
        )
        pushed = replace(reply("Y", to=first), reply_id=f"pushed-{'1' * 32}")

        outcomes = [receive(pushed).outcome, answers("Y", to=second).outcome]

        assert outcomes == ["confirmed", "confirmed"]

    def test_a_stop_from_an_unknown_number_counts(self) -> None:
        number = make.phone()

        answers("Stop", phone=number)

        assert list(Suppression.objects.values_list("phone", flat=True)) == [number]

    def test_a_wish_in_other_words_pauses_the_number_and_asks_staff(self) -> None:
        answers("please stop texting me", to=texted(visit()))

        held = Suppression.objects.get()
        assert (held.reason, held.lifted_at, cards()) == ("paused", None, ["opt_out"])

    def test_an_opted_out_number_gets_no_answer(self) -> None:
        message = texted(visit())
        answers("STOP", to=message)

        found = answers("Y", to=message, now=NOON + timedelta(minutes=1))

        assert (found.outcome, answer_to(found)) == ("confirmed", "")


class TestMachines:
    def test_the_third_same_text_within_the_hour_is_met_with_silence_and_a_card(self) -> None:
        message = texted(visit())
        heard = [
            answers("I am driving", to=message, now=NOON + timedelta(minutes=minute))
            for minute in range(5)
        ]

        assert [bool(answer_to(one)) for one in heard] == [True, False, False, False, False]
        assert cards() == ["unclear", "unclear", "loop"]

    def test_the_same_yes_to_three_reminders_is_no_loop(self) -> None:
        contact = make.make_contact()
        visits = [
            visit(contact=contact, day=date(2026, 3, day), location=make.make_location())
            for day in (4, 5, 6)
        ]

        heard = [answers("Y", to=texted(one)) for one in visits]

        assert [status(one) for one in visits] == ["confirmed"] * 3
        assert [bool(answer_to(one)) for one in heard] == [True] * 3

    def test_a_machine_that_varies_its_words_is_answered_five_times_an_hour_at_most(self) -> None:
        message = texted(visit())
        texts = ["Y", "N", "yes", "no", "ok", "nope", "yep"]

        heard = [
            answers(text, to=message, now=NOON + timedelta(minutes=minute))
            for minute, text in enumerate(texts)
        ]

        assert sum(bool(answer_to(one)) for one in heard) == 5
        assert cards().count("loop") == 1
