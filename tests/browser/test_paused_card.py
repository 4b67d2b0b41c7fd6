"""A card about paused texts: what it offers, and how it looks."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from reminders.models import InboxItem, Suppression
from tests.browser.scenes import work
from tests.browser.test_worklists import LOOKS
from tests.views.worklists.work import make_card


def paused_card() -> InboxItem:
    """A patient with a coming visit wants no more texts."""
    work.ordinary()
    one = InboxItem.objects.filter(appointment__isnull=False).order_by("pk").first().appointment
    assert one
    Suppression.objects.create(phone=one.contact.phone, reason="paused", since=timezone.now())
    return make_card(one, "please stop texting me", kind="opt_out")


@pytest.mark.parametrize("look", LOOKS)
def test_a_paused_card_is_accessible_and_fits(open_page, accessible, look):
    card = paused_card()

    page = open_page(f"/inbox/{card.pk}/", **LOOKS[look])

    expect(page.get_by_role("button", name="No more texts")).to_be_visible()
    assert accessible(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_keep_texting_settles_the_card(open_page):
    card = paused_card()
    page = open_page(f"/inbox/{card.pk}/")

    page.get_by_role("button", name="Keep texting").click()

    expect(page.get_by_text("This number gets texts again.")).to_be_visible()
    assert InboxItem.objects.get(pk=card.pk).outcome == "texts_go_on"
