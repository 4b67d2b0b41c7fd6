"""What a card may do: confirm and decline coming visits only; decide about texts while a number is
paused.
"""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from reminders.models import Appointment, Message, Suppression
from tests.views.reading import as_read
from tests.views.worklists.test_inbox import HTMX, decide, state
from tests.views.worklists.work import booked, make_card, open_place, tomorrow

pytestmark = pytest.mark.django_db
COMING = ("booked", "confirmed", "declined")
OVER = [(status, True) for status in Appointment.Status] + [
    (status, False) for status in Appointment.Status if status not in COMING
]


def visit(status: str, *, over: bool) -> Appointment:
    """A visit tomorrow, or one that began yesterday."""
    place = open_place()
    day = tomorrow(place) - timedelta(days=2) if over else tomorrow(place)
    return booked(place, day=day, status=status)


def words(response) -> str:
    return str(json.loads(response.headers["HX-Trigger"])["toast"]["text"])


@pytest.mark.parametrize("action", ["confirm", "decline"])
@pytest.mark.parametrize(("status", "over"), OVER)
def test_a_card_does_not_act_on_a_visit_that_is_over_or_cancelled(sign_in, status, over, action):
    one = visit(status, over=over)
    card = make_card(one)

    response = decide(sign_in(), card, action, appointment=one)

    assert "Nothing was changed" in words(response)
    assert (Appointment.objects.get().status, state(card)) == (status, ("", False, 1))
    assert Message.objects.count() == 0


@pytest.mark.parametrize(("status", "over"), OVER)
def test_a_visit_that_is_over_or_cancelled_has_no_buttons(sign_in, status, over):
    card = make_card(visit(status, over=over))

    page = sign_in().get(f"/inbox/{card.pk}/").content.decode()

    assert ('value="confirm"' in page, 'value="decline"' in page, 'value="neither"' in page) == (
        False,
        False,
        True,
    )


@pytest.mark.parametrize("status", COMING)
def test_a_coming_visit_has_buttons_that_act(sign_in, status):
    one = visit(status, over=False)
    card, client = make_card(one), sign_in()
    page = client.get(f"/inbox/{card.pk}/").content.decode()

    decide(client, card, "confirm", appointment=one)

    assert 'value="confirm"' in page
    assert (Appointment.objects.get().status, state(card)) == ("confirmed", ("confirm", True, 2))


def test_of_several_visits_only_the_coming_one_has_buttons(sign_in):
    place = open_place()
    over = booked(place, day=tomorrow(place) - timedelta(days=2))
    booked(place, contact=over.contact)
    card = make_card(over)

    page = sign_in().get(f"/inbox/{card.pk}/")

    assert [each.acts for each in page.context["candidates"]] == [False, True]
    assert page.content.decode().count("do-confirmed") == 1


class TestPaused:
    def paused(self, reason: str = "paused"):
        one = booked(open_place())
        Suppression.objects.create(phone=one.contact.phone, reason=reason, since=timezone.now())
        return make_card(one, "please stop texting me", kind="opt_out")

    def choose(self, client, card, to, revision=1):
        return client.post(
            f"/inbox/{card.pk}/texts/", {"to": to, "revision": revision}, headers=HTMX
        )

    def test_the_card_says_that_texts_are_paused_and_lets_staff_decide(self, sign_in):
        page = as_read(sign_in().get(f"/inbox/{self.paused().pk}/"))

        assert "Texts to this number are paused" in page
        assert ("No more texts" in page, "Keep texting" in page, "Send and close" in page) == (
            True,
            True,
            False,
        )

    @pytest.mark.parametrize(
        ("to", "outcome", "reasons"),
        [("stop", "texts_stopped", ["staff"]), ("go_on", "texts_go_on", [])],
    )
    def test_one_click_decides_and_settles(self, sign_in, to, outcome, reasons):
        card, client = self.paused(), sign_in()

        response = self.choose(client, card, to)

        in_force = Suppression.objects.filter(lifted_at=None).values_list("reason", flat=True)
        assert (response.headers["HX-Redirect"], list(in_force)) == ("/inbox/", reasons)
        assert state(card) == (outcome, True, 2)
        assert client.get(f"/inbox/{card.pk}/").status_code == 200

    @pytest.mark.parametrize("action", ["done", "decide"])
    def test_it_cannot_be_put_aside_undecided(self, sign_in, action):
        card = self.paused()

        given = {"revision": 1, "action": "neither"}
        response = sign_in().post(f"/inbox/{card.pk}/{action}/", given, headers=HTMX)

        assert words(response).startswith("Texts to this number are paused.")
        assert state(card) == ("", False, 1)

    @pytest.mark.parametrize("to", ["", "both", "STOP", "\x00", "9" * 5000])
    def test_a_choice_that_there_is_not_changes_nothing(self, sign_in, to):
        card = self.paused()

        response = self.choose(sign_in(), card, to)

        assert words(response).startswith("Choose")
        assert state(card) == ("", False, 1)

    def test_who_comes_second_is_told_and_an_opt_out_stays(self, sign_in):
        card = self.paused("patient")

        response = self.choose(sign_in(), card, "go_on")

        assert "not paused any more" in words(response)
        assert Suppression.objects.get().lifted_at is None

    def test_another_card_of_the_number_only_says_so(self, sign_in):
        paused, client = self.paused(), sign_in()
        other = make_card(paused.appointment, "Is there a lift?")

        page = client.get(f"/inbox/{other.pk}/").content.decode()
        response = self.choose(client, other, "stop")

        assert ("paused until somebody decides" in page, "Keep texting" in page) == (True, False)
        assert ("Nothing" in words(response), state(other)) == (False, ("", False, 1))

    def test_a_card_of_another_location_is_nobodys_here(self, sign_in):
        card = self.paused()

        assert self.choose(sign_in("receptionist", open_place()), card, "stop").status_code == 404
