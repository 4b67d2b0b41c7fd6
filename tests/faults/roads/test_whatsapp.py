"""A worker killed at each point of WhatsApp first and SMS next; seeded runs."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import httpx
import pytest
from django.conf import settings
from django.db import connection

from reminders.domain.common.turns import for_ever
from reminders.domain.roads.road import work_off
from reminders.domain.roads.whatsapp import access
from reminders.domain.roads.whatsapp.client import conversation_api
from reminders.domain.roads.whatsapp.road import WhatsAppRoad
from reminders.models import InboxItem, Message, Reminder, WhatsAppText
from reminders.provider import MessagesApi
from reminders.provider.conversation import ConversationApi, Hosts
from reminders.sandbox import Sandbox
from tests.domain.roads.practice import WHATSAPP, Practice
from tests.domain.roads.practice import WHATSAPP_WAIT as WAIT
from tests.faults.support.audit import CLAIM
from tests.faults.support.crashing import Deadly, die, die_at_gate, fork, killed
from tests.faults.support.world import seeds

ODD = ("+447700900996", "+447700900997", "+447700900998")
"""Has no WhatsApp; is switched off; of whom nothing is ever heard."""
HELD = timedelta(minutes=3)
"""Longer than any claim: what the dead worker left is everybody's by then."""


@pytest.fixture
def practice(
    audited: None, sandbox: Sandbox, api: MessagesApi, whatsapp_on: ConversationApi
) -> Practice:
    """A clinic that writes by WhatsApp first, on a database that other processes see."""
    return Practice(sandbox, api, WHATSAPP)


def ring_with(
    practice: Practice, transport: httpx.BaseTransport, clock: Callable[[], datetime]
) -> None:
    """WhatsApp's ring in a worker of its own, with the news that were pushed so far."""
    app = settings.WHATSAPP
    with ConversationApi(
        hosts=Hosts.all_at(practice.sandbox.url),
        project=app.project,
        app=app.app,
        key=app.key,
        secret=app.secret,
        timeout=5,
        transport=transport,
    ) as api:
        work_off(WhatsAppRoad(api), clock=clock, go_on=for_ever)


def before_claim_commit(practice: Practice, number: int) -> bool:
    """The texts for WhatsApp are being written."""
    return die_at_gate(practice, CLAIM)


def after_claim_commit(practice: Practice, number: int) -> bool:
    """Claimed, and one of the calls was never made."""
    deadly = Deadly(before=1 + number % _waiting(practice))
    return killed(fork(partial(ring_with, practice, deadly, practice.clock)))


def during_the_call(practice: Practice, number: int) -> bool:
    """Read and ignored, or taken and not yet answered."""
    _waiting(practice)
    kind = "hang_after_accepting" if number % 2 else "hang"
    practice.sandbox.order_fault(kind, endpoint="whatsapp_send", seconds=2, times=1)
    deadly = Deadly(during=1, delay=0.005 + number % 10 * 0.004)
    gone = killed(fork(partial(ring_with, practice, deadly, practice.clock)))
    practice.sandbox.clear_faults()
    return gone


def after_the_answer(practice: Practice, number: int) -> bool:
    """Taken by the provider, who said so; nothing is recorded."""
    deadly = Deadly(after=1 + number % _waiting(practice))
    return killed(fork(partial(ring_with, practice, deadly, practice.clock)))


def after_record(practice: Practice, number: int) -> bool:
    """Recorded; nothing else of the round is done, such as giving over what was refused."""
    practice.send()

    def clock() -> datetime:
        if Message.objects.filter(road="whatsapp", state="enroute").exists():
            die()
        return practice.now

    child = fork(lambda: [ring_with(practice, httpx.HTTPTransport(), clock), die()])
    return killed(child)


def giving_over(practice: Practice, number: int) -> bool:
    """The wait is over, and the SMS is being written."""
    practice.send()
    practice.by_roads()
    practice.pass_time(WAIT + timedelta(minutes=1))
    practice.pushes()
    if not WhatsAppText.objects.exclude(message__state="delivered").filter(settled_at=None):
        return killed(fork(die))  # everybody was reached: there is nothing to give over
    work = partial(ring_with, practice, httpx.HTTPTransport(), practice.clock)
    return die_at_gate(practice, CLAIM, work)


POINTS: dict[str, Callable[[Practice, int], bool]] = {
    "before claim commit": before_claim_commit,
    "after claim commit": after_claim_commit,
    "during the call": during_the_call,
    "after the answer": after_the_answer,
    "after record": after_record,
    "giving over": giving_over,
}


def _waiting(practice: Practice) -> int:
    """Have texts claimed for WhatsApp, and a token; how many calls that will be."""
    practice.send()
    access.token(conversation_api(), now=practice.now)
    return Message.objects.filter(road="whatsapp", state="queued").count()


def forget(practice: Practice) -> None:
    """Nobody booked, nothing texted, for the next seed; rules and site stay."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            TRUNCATE reminders_appointment, reminders_contact, reminders_message,
                reminders_reminder, reminders_reply, reminders_deliveryreport,
                reminders_auditentry, reminders_inboxitem, reminders_suppression,
                reminders_whatsapptemplate, reminders_whatsappaccess, fault_carried, fault_version
                CASCADE
            """
        )
    practice.sandbox.reset()
    practice.sandbox.change_settings(pace=0)
    practice.sandbox.set_clock(practice.now)
    practice.register()


@pytest.mark.parametrize("point", list(POINTS))
def test_a_killed_worker_reaches_everybody_by_one_road(practice: Practice, point: str) -> None:
    crashes, roads = 0, Counter[str]()
    for seed in seeds(small=3, full=200):
        chance = random.Random(seed)
        numbers = chance.sample(ODD, seed % 4)
        for number in [*numbers, *[""] * chance.randint(not numbers, 6)]:
            practice.visit(number)
        practice.pass_time(timedelta(minutes=61))

        crashes += POINTS[point](practice, seed)
        # Others take over; the wait goes by; and so does the rest of the day.
        for span in (HELD, WAIT, WAIT, timedelta(minutes=1), timedelta(hours=4)):
            practice.pass_time(span)
            practice.ring()

        told = [one for one in practice.reached() if "Reply Y" in one.words]
        phones = Counter(one.phone for one in told)
        assert set(phones.values()) == {1}, f"seed {seed}: {told}"
        assert len(phones) == Reminder.objects.count(), f"seed {seed}: {told}"
        assert set(Reminder.objects.values_list("state", flat=True)) == {"sent"}, f"seed {seed}"
        assert not InboxItem.objects.exists(), f"seed {seed}"
        assert not Message.objects.exclude(state__in=Message.FINAL).exists(), f"seed {seed}"
        roads.update(one.road for one in told)
        forget(practice)

    assert crashes == len(seeds(small=3, full=200))
    # Which texts the dead worker had handed over is chance; those of odd numbers went by SMS.
    assert roads["sms"]
