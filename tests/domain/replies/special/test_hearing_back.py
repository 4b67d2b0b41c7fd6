"""What the patient hears back is true, and is never more than one text in ten minutes."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest

from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.appointments import change_appointment, set_status
from reminders.domain.sending.claiming.queued import claim_queued
from reminders.models import Appointment, Contact, Message
from tests import factories as make
from tests.domain.replies.talking import heard, say
from tests.domain.replies.texting import answer_to, answers, cards, status, texted, visit
from tests.factories import NOON

pytestmark = pytest.mark.django_db
KNOWN = pytest.mark.parametrize("knows_text", [True, False], ids=["with metadata", "by the number"])
TEN = timedelta(minutes=10)


def began(minutes: int, *, lasts: int | None = 60) -> tuple[str, Appointment]:
    """Ann's number and her visit, which began so many minutes before NOON."""
    starts = NOON - timedelta(minutes=minutes)
    one = visit(day=starts.date(), at=starts.time(), duration=lasts)
    return texted(one, scheduled_at=NOON - timedelta(hours=4)).phone, one


class TestTheVisit:
    @KNOWN
    def test_a_yes_while_it_is_on_hears_that_we_are_waiting_and_staff_see_it(
        self, knows_text: bool
    ) -> None:
        phone, one = began(2)

        found = say("Y", phone=phone, knows_text=knows_text)

        assert answer_to(found).startswith("Ann, we are expecting you now")
        assert (found.outcome, cards(), status(one)) == ("under_way", ["late"], "booked")
        assert found.answered_by.get().expires_at == one.starts_at + timedelta(hours=1)

    @KNOWN
    def test_a_no_while_it_is_on_is_for_staff(self, knows_text: bool) -> None:
        phone, one = began(2)

        found = say("N", phone=phone, knows_text=knows_text)

        assert answer_to(found).startswith("Thanks, we have passed your message")
        assert (cards(), status(one)) == (["late"], "booked")

    @KNOWN
    @pytest.mark.parametrize(("minutes", "lasts"), [(61, 60), (31, None)])
    def test_after_it_the_visit_is_over(
        self, minutes: int, lasts: int | None, knows_text: bool
    ) -> None:
        phone, _ = began(minutes, lasts=lasts)

        found = say("Y", phone=phone, knows_text=knows_text)

        assert "is already over" in answer_to(found)

    @KNOWN
    def test_a_cancelled_visit_was_cancelled(self, knows_text: bool) -> None:
        one = visit()
        phone = texted(one).phone
        set_status([one.pk], Appointment.Status.CANCELLED, by=SYSTEM, now=NOON)

        found = say("Y", phone=phone, knows_text=knows_text)

        assert "was cancelled" in answer_to(found)
        assert (cards(), status(one)) == (["unclear"], "cancelled")


class TestOutOfHours:
    NIGHT = NOON + timedelta(hours=9)

    def asked(self, **values: object) -> Message:
        place = make.make_location(
            name="Harbour Dental", zone="Europe/London", country="GB", **values
        )
        return texted(visit(location=place, day=date(2026, 3, 5)))

    def test_who_writes_at_night_hears_when_it_is_read(self) -> None:
        found = answers("where do I park", to=self.asked(), now=self.NIGHT)

        assert answer_to(found) == (
            "Thanks. Harbour Dental is closed now. "
            "We will read your message when we open: Tue 3 March, 08:00."
        )

    def test_that_is_told_once_in_twelve_hours(self) -> None:
        message = self.asked()
        texts = ("where do I park", "and may my son come")
        for hour, text in enumerate(texts):
            answers(text, to=message, now=self.NIGHT + timedelta(hours=hour))

        answers("or my wife", to=message, now=self.NIGHT + timedelta(hours=25))

        told = [text for text in heard(message.phone) if "is closed now" in text]
        assert [text[-19:] for text in told] == ["Tue 3 March, 08:00.", "Wed 4 March, 08:00."]

    def test_also_where_a_day_was_told_that_somebody_reads_it(self) -> None:
        message = self.asked()
        answers("where do I park", to=message, now=NOON)

        found = answers("may my son come", to=message, now=self.NIGHT)

        assert "is closed now" in answer_to(found)

    def test_an_answer_that_nobody_must_read_is_answered_as_always(self) -> None:
        found = answers("Y", to=self.asked(), now=self.NIGHT)

        assert answer_to(found).startswith("Thanks Ann, see you")

    def test_a_location_that_never_closes_says_nothing_of_the_kind(self) -> None:
        message = self.asked(opens=time(0), closes=time(0), open_days=[1, 2, 3, 4, 5, 6, 7])

        found = answers("where do I park", to=message, now=self.NIGHT)

        assert answer_to(found).startswith("Thanks, we have passed your message")

    def test_replies_may_be_read_at_other_hours_than_texts_go(self) -> None:
        message = self.asked(
            reception_opens=time(9, 30), reception_closes=time(11), reception_days=[2, 4]
        )

        found = answers("where do I park", to=message, now=NOON)

        assert "is closed now" in answer_to(found)
        assert answer_to(found).endswith("when we open: Tue 3 March, 09:30.")

    def test_a_location_says_it_in_its_own_words(self) -> None:
        message = self.asked(closed_wording="{location}: we read texts again {date}, {time}.")

        found = answers("where do I park", to=message, now=self.NIGHT)

        assert answer_to(found) == "Harbour Dental: we read texts again Tue 3 March, 08:00."

    def test_who_reads_another_language_gets_the_usual_words_of_it(self) -> None:
        message = self.asked(closed_wording="We read texts again {date}, {time}.")
        Contact.objects.update(language="de")

        found = answers("wo kann ich parken", to=message, now=self.NIGHT)

        assert answer_to(found).startswith("Danke. Harbour Dental")

    def test_own_words_that_cannot_be_written_send_nothing(self) -> None:
        message = self.asked(closed_wording="Back at {nonsense}.")

        found = answers("where do I park", to=message, now=self.NIGHT)

        assert (list(found.answered_by.all()), cards()) == ([], ["unclear"])


class TestTenMinutes:
    def sent_at(self, phone: str) -> list[datetime]:
        there = Message.objects.filter(phone=phone, kind="answer").exclude(state="cancelled")
        return sorted(there.values_list("send_after", flat=True))

    def test_the_second_answer_waits(self) -> None:
        phone = texted(visit()).phone
        say("where do I park", phone=phone)

        say("I can't come", phone=phone, minute=3)

        assert self.sent_at(phone) == [NOON, NOON + TEN]

    def test_a_newer_answer_takes_the_place_of_one_that_waits(self) -> None:
        phone = texted(visit()).phone
        for minute, text in enumerate(("where do I park", "I can't come", "I can come after all")):
            say(text, phone=phone, minute=minute)

        say("I can't come", phone=phone, minute=5)

        assert self.sent_at(phone) == [NOON, NOON + TEN]

    def test_no_two_go_within_ten_minutes_whatever_is_written(self) -> None:
        phone = texted(visit()).phone
        texts = ("Y", "N", "I can't come", "where", "I can come", "another day please")
        for minute, text in enumerate(texts * 4):
            say(text, phone=phone, minute=minute)

        times = self.sent_at(phone)

        assert all(later - sooner >= TEN for sooner, later in pairwise(times))

    def test_what_waits_is_not_sent_once_it_no_longer_holds(self) -> None:
        one = visit()
        phone = texted(one).phone
        say("where do I park", phone=phone)
        say("I can't come", phone=phone, minute=1)
        one.refresh_from_db()
        moved = NOON + timedelta(minutes=2)
        change_appointment(one, {"local_time": time(16, 30)}, by=SYSTEM, now=moved)

        claim_queued(now=NOON + TEN, limit=10, hold=TEN)

        waited = Message.objects.get(phone=phone, kind="answer", send_after=NOON + TEN)
        assert waited.state == "cancelled"
