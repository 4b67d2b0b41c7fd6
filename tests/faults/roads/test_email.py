"""A worker killed at each point of e-mail first and SMS next; seeded runs."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import connection
from pytest_django import Settings

from config.roads import PatientsMail
from reminders.domain.common.turns import for_ever
from reminders.domain.roads.email.road import EmailRoad
from reminders.domain.roads.road import work_off
from reminders.models import Contact, EmailText, InboxItem, Message, Reminder
from reminders.provider import MessagesApi
from reminders.sandbox import Sandbox
from tests.domain.roads.mails import open_page
from tests.domain.roads.mailserver import MailServer
from tests.domain.roads.practice import EMAIL, Practice
from tests.domain.roads.practice import EMAIL_WAIT as WAIT
from tests.faults.support.audit import CLAIM
from tests.faults.support.crashing import die, die_at_gate, fork, killed
from tests.faults.support.world import seeds

DEADLY = "tests.faults.support.deadly_mail.EmailBackend"
ODD = ("nobody", "spam", "lost")
"""Does not exist; is refused; was taken, and nobody hears of it."""
HELD = timedelta(minutes=10)
"""Longer than any claim: what the dead worker left is everybody's by then."""


@pytest.fixture
def practice(
    audited: None, sandbox: Sandbox, api: MessagesApi, mail_server: MailServer
) -> Practice:
    """A clinic that writes by e-mail first, on a database that other processes see."""
    return Practice(sandbox, api, EMAIL, server=mail_server)


def ring(clock: Callable[[], datetime]) -> None:
    """E-mail's ring in a worker of its own."""
    work_off(EmailRoad(), clock=clock, go_on=for_ever)


def with_deadly(practice: Practice, settings: Settings, **when: int) -> bool:
    """A worker that dies before or after one of the mails that wait."""
    practice.send()
    there = settings.PATIENTS_MAIL
    settings.PATIENTS_MAIL = PatientsMail(DEADLY, {**there.options, **when})
    gone = killed(fork(partial(ring, practice.clock)))
    settings.PATIENTS_MAIL = there
    return gone


def before_claim_commit(practice: Practice, settings: Settings, number: int) -> bool:
    """The mails are being written."""
    return die_at_gate(practice, CLAIM)


def after_claim_commit(practice: Practice, settings: Settings, number: int) -> bool:
    """Claimed, and one of them was never handed over."""
    return with_deadly(practice, settings, before=1)


def after_the_answer(practice: Practice, settings: Settings, number: int) -> bool:
    """Taken by the mail server, who said so; nothing is recorded."""
    return with_deadly(practice, settings, after=1)


def after_record(practice: Practice, settings: Settings, number: int) -> bool:
    """Recorded; nothing else of the round is done, such as giving over what was refused."""
    practice.send()

    def clock() -> datetime:
        if Message.objects.filter(road="email", attempt__gt=0).exclude(state="submitting").exists():
            die()
        return practice.now

    return killed(fork(lambda: [ring(clock), die()]))


def giving_over(practice: Practice, settings: Settings, number: int) -> bool:
    """The wait is over, and the SMS is being written."""
    practice.send()
    practice.by_roads()
    practice.pass_time(WAIT + timedelta(minutes=1))
    if not EmailText.objects.filter(settled_at=None):
        return killed(fork(die))  # all were refused: there is nothing to give over
    return die_at_gate(practice, CLAIM, partial(ring, practice.clock))


POINTS: dict[str, Callable[[Practice, Settings, int], bool]] = {
    "before claim commit": before_claim_commit,
    "after claim commit": after_claim_commit,
    "after the answer": after_the_answer,
    "after record": after_record,
    "giving over": giving_over,
}


def forget(practice: Practice) -> None:
    """Nobody booked, nothing texted, for the next seed; rules and site stay."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            TRUNCATE reminders_appointment, reminders_contact, reminders_message,
                reminders_reminder, reminders_reply, reminders_deliveryreport,
                reminders_auditentry, reminders_inboxitem, reminders_emailnews,
                fault_carried, fault_version
                CASCADE
            """
        )
    practice.server.reset()
    practice.sandbox.reset()
    practice.sandbox.change_settings(pace=0)
    practice.sandbox.set_clock(practice.now)


@pytest.mark.parametrize("point", list(POINTS))
def test_a_killed_worker_mails_nobody_twice_and_forgets_nobody(
    practice: Practice, settings: Settings, point: str
) -> None:
    crashes, seen = 0, Counter[str]()
    for seed in seeds(small=3, full=200):
        chance = random.Random(seed)
        odd = chance.sample(ODD, seed % 4)
        for name in [*odd, *["ann"] * chance.randint(1, 5)]:
            practice.visit(name=name)
        practice.pass_time(timedelta(minutes=61))

        crashes += POINTS[point](practice, settings, seed)
        # Others take over, and every other mail is opened; the wait goes by; and so does the day.
        practice.pass_time(HELD)
        practice.ring()
        opened = set()
        if point != "giving over":
            arrived = list(zip(practice.server.to, practice.mails, strict=True))[::2]
            for to, mail in arrived:
                open_page(mail)
                opened.add(to)
        for span in (timedelta(minutes=1), WAIT, WAIT, timedelta(hours=4)):
            practice.pass_time(span)
            practice.ring()

        mails = Counter(practice.server.to)
        assert set(mails.values()) <= {1}, f"seed {seed}: {mails}"
        people = dict(Contact.objects.values_list("email", "phone"))
        texted = Counter(
            one.submitted["destination_number"]
            for one in practice.sandbox.account.order
            if one.status == "delivered"
        )
        for address, phone in people.items():
            wanted = 0 if address in opened else 1
            assert texted[phone] == wanted, f"seed {seed}: {address}"
        assert set(Reminder.objects.values_list("state", flat=True)) == {"sent"}, f"seed {seed}"
        assert not InboxItem.objects.exists(), f"seed {seed}"
        assert not Message.objects.exclude(state__in=Message.FINAL).exists(), f"seed {seed}"
        seen.update(mails=len(mails), texts=texted.total())
        forget(practice)

    assert crashes == len(seeds(small=3, full=200))
    assert seen["texts"]
