"""A worker killed where one of several roads gives over to the next; seeded runs."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection

from reminders.domain.common.turns import for_ever
from reminders.domain.roads.road import work_off
from reminders.models import InboxItem, Message, Reminder, Road
from reminders.provider import MessagesApi
from reminders.provider.conversation import ConversationApi
from reminders.sandbox import Sandbox
from tests.domain.roads.mailserver import MailServer
from tests.domain.roads.practice import EMAIL, WHATSAPP, Practice
from tests.faults.support.audit import CLAIM
from tests.faults.support.crashing import die_at_gate
from tests.faults.support.world import seeds

SILENT = "+447700900998"
"""Of whom nothing is ever heard: each road has to give them over."""
ODD = ("+447700900996", "+447700900997")
"""Has no WhatsApp; is switched off."""
HELD = timedelta(minutes=10)
"""Longer than any claim: what the dead worker left is everybody's by then."""
WAITS = {road: timedelta(minutes=minutes + 1) for road, minutes in (EMAIL, WHATSAPP)}


def ring(practice: Practice, road: str) -> None:
    """A road's ring in a worker of its own."""
    work_off(practice.rings[Road(road)], clock=practice.clock, go_on=for_ever)


def forget(practice: Practice) -> None:
    """Nobody booked, nothing texted, for the next seed; rules and site stay."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            TRUNCATE reminders_appointment, reminders_contact, reminders_message,
                reminders_reminder, reminders_reply, reminders_deliveryreport,
                reminders_auditentry, reminders_inboxitem, reminders_emailnews,
                reminders_whatsapptemplate, reminders_whatsappaccess, fault_carried, fault_version
                CASCADE
            """
        )
    practice.server.reset()
    practice.sandbox.reset()
    practice.sandbox.change_settings(pace=0)
    practice.sandbox.set_clock(practice.now)
    practice.register()


@pytest.mark.parametrize("order", [(EMAIL, WHATSAPP), (WHATSAPP, EMAIL)])
@pytest.mark.parametrize("killed_at", [1, 2])
def test_a_worker_killed_between_two_roads_tells_nobody_twice_and_forgets_nobody(
    audited: None,
    sandbox: Sandbox,
    api: MessagesApi,
    mail_server: MailServer,
    whatsapp_on: ConversationApi,
    order: tuple[tuple[str, int], ...],
    killed_at: int,
) -> None:
    practice = Practice(sandbox, api, *order, server=mail_server)
    roads, crashes, seen = [road for road, _ in order], 0, Counter[str]()
    for seed in seeds(small=2, full=60):
        chance = random.Random(seed)
        numbers = [SILENT, *chance.sample(ODD, seed % 3), *[""] * chance.randint(0, 3)]
        for number in numbers:
            practice.visit(number)
        practice.until(minutes=61)
        for road in roads[: killed_at - 1]:
            practice.pass_time(WAITS[road])
            practice.ring()

        # The wait of this one is over, and what the next is to bring is being written.
        giving_over = roads[killed_at - 1]
        practice.pass_time(WAITS[giving_over])
        practice.pushes()
        crashes += die_at_gate(practice, CLAIM, partial(ring, practice, giving_over))
        for span in (HELD, *WAITS.values(), *WAITS.values(), timedelta(hours=2)):
            practice.pass_time(span)
            practice.ring()

        asked = [one for one in practice.reached() if "Reply Y" in one.words]
        told = Counter(one.phone for one in asked)
        assert set(told.values()) == {1}, f"seed {seed}: {asked}"
        assert len(told) == len(numbers), f"seed {seed}: {asked}"
        assert set(Counter(practice.server.to).values()) <= {1}, f"seed {seed}"
        by_whatsapp = Counter(one.number for one in sandbox.whatsapp.texts.values())
        assert set(by_whatsapp.values()) <= {1}, f"seed {seed}: {by_whatsapp}"
        assert set(Reminder.objects.values_list("state", flat=True)) == {"sent"}, f"seed {seed}"
        assert not InboxItem.objects.exists(), f"seed {seed}"
        assert not Message.objects.exclude(state__in=Message.FINAL).exists(), f"seed {seed}"
        seen.update(one.road for one in asked)
        seen["email"] += len(practice.mails)
        forget(practice)

    assert crashes == len(seeds(small=2, full=60))
    assert seen["sms"]
    assert seen["email"]
