"""Signs of danger, in eleven languages: a red card at once, and the number to call."""

from datetime import timedelta

import pytest

from reminders.domain.operations.alerts import banners
from reminders.domain.replies.inbox import open_cards
from reminders.domain.replies.special.emergencies import may_be_emergency
from reminders.domain.wording.emergency_numbers import emergency_number
from reminders.models import Suppression
from tests import factories as make
from tests.domain.replies.talking import heard, say
from tests.domain.replies.texting import answer_to, cards, status, texted, visit
from tests.factories import NOON

SIGNS = [
    "I have chest pain and can't breathe",
    "CALL AN AMBULANCE",
    "me cuesta, no puedo respirar",
    "Tengo dolor en el pecho",
    "J'ai une douleur à la poitrine",
    "Ich habe Brustschmerzen, es ist ein Notfall!",
    "Mio marito non respira",
    "Estou com dor no peito",
    "Hij is bewusteloos",
    "Mam zawał, proszę o karetkę",
    "Tôi bị đau ngực",
    "我胸口痛，救命",
    "عندي الم في الصدر",
    "my chest has been hurting since last night",
    "I took far too many pills",
    "Meine Brust tut seit gestern weh",
    "me duele mucho el pecho",
    "mi fa male il petto",
    "dói o peito desde ontem",
    "mijn borst doet pijn",
    "boli mnie klatka piersiowa",
    "صدري يؤلمني",
    "胸很闷",
]
NO_SIGNS = [
    "Yes, see you then",
    "No, family emergency",
    "This is not an emergency but please call me",
    "No, emergency at work",
    "I had my coffee break",
    "Geen noodgeval hoor",
    "Kein Notfall, aber bitte rufen Sie an",
    "ce n'est pas une urgence",
    "",
    "我很好",
    "My chest freezer broke, and later my tooth began to be a pain",
    "Breast stroke at the pool",
]


@pytest.mark.parametrize("text", SIGNS)
def test_a_sign_of_danger_is_seen(text: str) -> None:
    assert may_be_emergency(text)


@pytest.mark.parametrize("text", NO_SIGNS)
def test_what_only_holds_such_a_word_is_none(text: str) -> None:
    assert not may_be_emergency(text)


@pytest.mark.parametrize(
    ("country", "number"),
    [
        *(("AU", "000"), ("NZ", "111"), ("GB", "999"), ("US", "911"), ("DE", "112")),
        *(("gb", "999"), ("CN", "120"), ("VN", "115"), ("ZZ", "112"), ("", "112")),
    ],
)
def test_the_number_to_call(country: str, number: str) -> None:
    assert emergency_number(country) == number


@pytest.mark.django_db
class TestActing:
    def test_the_patient_hears_whom_to_call_and_a_red_card_comes_first(self) -> None:
        place = make.make_location(name="Harbour Dental", phone="020 7946 0000", country="GB")
        other, one = visit(location=place), visit(location=place)
        say("where do I park", phone=texted(other).phone)

        found = say("I have chest pain", phone=texted(one).phone, minute=1)

        assert answer_to(found) == (
            "In an emergency, call 999 at once. We may not read this in time. "
            "Harbour Dental, 020 7946 0000"
        )
        assert [card.kind for card in open_cards()] == ["emergency", "unclear"]
        assert (found.outcome, status(one)) == ("emergency", "booked")

    def test_everybody_on_the_staff_is_told_until_it_is_settled(self) -> None:
        say("chest pain", phone=texted(visit()).phone)
        before = [banner.code for banner in banners(NOON)]

        for card in open_cards():
            card.done_at = NOON
            card.save(update_fields=["done_at"])

        assert "emergency" in before
        assert "emergency" not in [banner.code for banner in banners(NOON)]

    def test_it_does_not_wait_for_ten_minutes_to_pass(self) -> None:
        phone = texted(visit()).phone
        say("where do I park", phone=phone)

        found = say("chest pain", phone=phone, minute=1)

        message = found.answered_by.get()
        assert (message.send_after, message.purpose) == (NOON + timedelta(minutes=1), "emergency")

    def test_who_wants_no_texts_gets_none_but_staff_see_it(self) -> None:
        phone = texted(visit()).phone

        found = say("Stop texting me, I am in an ambulance", phone=phone)

        assert (heard(phone), "emergency" in cards()) == ([], True)
        assert (found.outcome, Suppression.objects.count()) == ("paused", 1)

    def test_a_machine_that_repeats_itself_is_answered_no_more(self) -> None:
        phone = texted(visit()).phone

        for minute in range(5):
            say("Away. For an ambulance call 999", phone=phone, minute=minute, knows_text=False)

        assert len(heard(phone)) == 2
