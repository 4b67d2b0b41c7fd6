"""Two presses at the very same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from reminders.models import Appointment, InboxItem, Reply
from tests.views.patient.page import texted, visit_soon


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("buttons", "replies"), [(("no", "no", "no"), 1), (("yes", "no", "yes"), 1)]
)
def test_of_presses_on_one_page_at_once_one_counts(buttons, replies):
    phone = texted(visit_soon())
    shown = phone.shown()

    def press(button: str) -> int:
        try:
            return phone.press(button, shown=shown).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(buttons)) as pool:
        codes = list(pool.map(press, buttons))

    # Whoever came second finds the visit changed, or their own press done already.
    assert set(codes) <= {303, 409}
    assert codes.count(303) >= 1
    assert Reply.objects.count() == replies
    assert Appointment.objects.get().status in ("confirmed", "declined")
    assert InboxItem.objects.count() <= 1
