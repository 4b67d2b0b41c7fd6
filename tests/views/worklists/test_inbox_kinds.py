"""Every kind of card opens, whatever is known of it: a stranger's text has no location, a report no
reply.
"""

import pytest
from django.utils import timezone

from reminders.models import Appointment, InboxItem, Reply
from tests.factories import make_message, phone
from tests.views.worklists.work import booked, open_place

pytestmark = [pytest.mark.django_db, pytest.mark.deep]
HTMX = {"HX-Request": "true"}
KNOWN = ("location", "contact", "reply", "appointment", "message")
# Nothing of it, all of it, one thing alone, all but one thing.
CHOICES = [
    set(),
    set(KNOWN),
    *({name} for name in KNOWN),
    *(set(KNOWN) - {name} for name in KNOWN),
]


# A card of a diary's file knows the file alone, and only those see it who import everywhere.
ABOUT_PATIENTS = [kind for kind in InboxItem.Kind if kind != InboxItem.Kind.DIARY]


def cards_of(kind: str) -> list[InboxItem]:
    """A card for each choice of what is known of it."""
    visit = booked(open_place())
    return [card_with(kind, visit, chosen) for chosen in CHOICES]


def card_with(kind: str, visit: Appointment, chosen: set[str]) -> InboxItem:
    now, number = timezone.now(), visit.contact.phone if "contact" in chosen else phone()
    reply = Reply.objects.create(
        provider_id=f"r-{kind}-{'-'.join(sorted(chosen))}",
        phone=number,
        text="Who is this?",
        received_at=now,
        stored_at=now,
    )
    all_of_it = {
        "location": visit.location,
        "contact": visit.contact,
        "reply": reply,
        "appointment": visit,
        "message": make_message(phone=number),
    }
    known = {name: all_of_it[name] for name in chosen}
    return InboxItem.objects.create(kind=kind, phone=number, opened_at=now, **known)


@pytest.mark.parametrize("kind", ABOUT_PATIENTS)
def test_a_card_of_any_kind_opens_whatever_is_known_of_it(sign_in, kind):
    client, found = sign_in(), {}
    for card in cards_of(kind):
        for address in (f"/inbox/{card.pk}/", f"/inbox/{card.pk}/?view=done"):
            found[address] = client.get(address).status_code
        stale = client.get(f"/inbox/{card.pk}/?revision=0", headers=HTMX)
        found[f"{card.pk} touched"] = {286: 200}.get(stale.status_code, stale.status_code)

    assert set(found.values()) == {200}
    assert len(found) == 3 * len(CHOICES)


@pytest.mark.parametrize("kind", ABOUT_PATIENTS)
def test_the_list_opens_with_cards_of_any_kind_waiting_taken_or_settled(sign_in, kind):
    client, cards = sign_in("receptionist", first_name="Maria"), cards_of(kind)
    waiting = [
        client.get("/inbox/").status_code,
        client.get("/inbox/?token=x", headers=HTMX).status_code,
    ]
    for card in cards:
        client.post(f"/inbox/{card.pk}/take/", {"revision": 1, "to": "me"})
    taken = client.get("/inbox/?view=mine")
    for card in cards:
        client.post(f"/inbox/{card.pk}/done/", {"revision": 2})
    settled = client.get("/inbox/?view=done")

    assert (waiting, taken.status_code, settled.status_code) == ([200, 200], 200, 200)
    assert (len(taken.context["items"]), len(settled.context["items"])) == (len(cards), len(cards))


@pytest.mark.parametrize("number", ["", "INFO", "70001", "+447700900123"])
def test_a_strangers_card_that_is_the_first_opens_the_inbox_where_no_location_is_yet(
    sign_in, number
):
    card = InboxItem.objects.create(kind="unmatched", phone=number, opened_at=timezone.now())

    pages = [sign_in("administrator").get(address) for address in ("/inbox/", f"/inbox/{card.pk}/")]

    assert [page.status_code for page in pages] == [200, 200]


def test_a_strangers_number_is_written_as_people_of_the_country_do(sign_in):
    open_place(country="GB")
    InboxItem.objects.create(kind="unmatched", phone="+447700900123", opened_at=timezone.now())

    assert "07700 900123" in sign_in().get("/inbox/").content.decode()
