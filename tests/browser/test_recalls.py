"""A receptionist looks at a batch of invitations, sends it, and takes it back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from reminders.domain.recalls.find import find_due
from reminders.models import Message, Recall
from tests import factories as make


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_batch_is_looked_at_sent_and_taken_back(
    open_page: Callable[..., Page], accessible: Callable[..., list[str]], theme: str
) -> None:
    service, place = make.make_service(name="Check-up", recall_months=6), make.make_location()
    day = timezone.now().date() - timedelta(days=200)
    for name in ("Ann", "Ben"):
        person = make.make_contact(first_name=name, phone=make.phone() if name == "Ann" else "")
        make.make_appointment(contact=person, service=service, location=place, day=day)
    find_due(now=timezone.now())
    page = open_page("/recalls/", color_scheme=theme, viewport={"width": 390, "height": 800})

    assert accessible(page) == []
    page.get_by_role("link", name="Look at the next batch").click()
    expect(page.get_by_text("1 text, 1 part")).to_be_visible()
    expect(page.get_by_text("No usable phone number")).to_be_visible()
    assert accessible(page) == []
    page.get_by_role("button", name="Send these").click()
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("1 taken back.")).to_be_visible()

    assert (Message.objects.get().state, Recall.objects.filter(texts=0).count()) == ("cancelled", 2)
