"""The page behind a link: what it shows, what its buttons do, and what it keeps to itself."""

from __future__ import annotations

import gzip
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from icalendar import Calendar

from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.appointments import change_appointment, set_status
from reminders.domain.visit_page.words import words_in
from reminders.domain.wording import LANGUAGES
from reminders.models import Appointment, AuditEntry, InboxItem, Reply, Suppression
from tests import factories as make
from tests.views.patient.page import LATER, shown_in, text_of, texted, visit_soon

pytestmark = pytest.mark.django_db
CSS = Path(__file__).parents[3] / "reminders/static/reminders/patient.css"
MOST_BYTES = 14 * 1024
Status = Appointment.Status


def cards() -> list[str]:
    """What waits in the inbox."""
    return list(InboxItem.objects.filter(done_at=None).values_list("kind", flat=True))


def test_the_page_names_place_day_and_time_and_nobody():
    service = make.make_service(name="Root canal", instructions="Please bring your card.")
    doctor = make.make_practitioner(name="Dr Patel")
    phone = texted(visit_soon(service=service, practitioner=doctor))

    words = phone.words()

    assert all(part in words for part in ("Harbour Dental", "10:00", "Please bring your card."))
    assert not any(part in words for part in ("Ann", "Lee", "Root canal", "Patel"))


@pytest.mark.parametrize(
    ("button", "status", "waits", "says"),
    [
        ("yes", "confirmed", [], "You are coming."),
        ("no", "declined", ["declined"], "You can't come."),
        ("other", "booked", ["reschedule"], "You asked for another time."),
    ],
)
def test_a_button_does_what_a_reply_does(button, status, waits, says):
    phone = texted(visit_soon())

    answer = phone.press(button)

    assert (answer.status_code, answer["Location"]) == (303, phone.path)
    assert Appointment.objects.get().status == status
    assert cards() == waits
    assert says in phone.words()
    reply = Reply.objects.get()
    assert (reply.source, reply.phone, reply.message) == (
        "link",
        phone.message.phone,
        phone.message,
    )
    assert list(reply.appointments.all()) == phone.visits


def test_an_answer_may_be_changed_while_the_visit_is_ahead():
    phone = texted(visit_soon())

    for button in ("yes", "no", "yes"):
        phone.press(button)

    assert Appointment.objects.get().status == Status.CONFIRMED
    kinds = AuditEntry.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["confirmed", "declined", "confirmed"]


def test_a_second_click_on_the_same_page_does_nothing_more():
    phone = texted(visit_soon())
    shown = phone.shown()

    answers = [phone.press("no", shown=shown) for _ in range(3)]

    assert [one.status_code for one in answers] == [303] * 3
    assert (Reply.objects.count(), cards()) == (1, ["declined"])


def test_a_moved_visit_shows_its_new_time_and_an_answer_to_the_old_one_does_nothing():
    phone = texted(visit_soon())
    [visit] = phone.visits
    shown = phone.shown()
    day = visit.local_date + timedelta(days=1)
    change_appointment(visit, {"local_date": day}, by=SYSTEM, now=timezone.now())

    answer = phone.press("yes", shown=shown)

    assert answer.status_code == 409
    assert "nothing was done" in text_of(answer)
    assert f"{day.day} " in text_of(answer)
    assert (Reply.objects.count(), Appointment.objects.get().status) == (0, Status.BOOKED)
    # The page that came back shows what holds, and counts.
    assert phone.press("yes", shown=shown_in(answer)).status_code == 303
    assert Appointment.objects.get().status == Status.CONFIRMED


def test_the_calendars_file_follows_the_visit_under_the_same_id():
    phone = texted(visit_soon())
    [visit] = phone.visits

    def event():
        answer = phone.client.get(f"{phone.path}/1.ics")
        assert answer["Content-Type"] == "text/calendar; charset=utf-8"
        return Calendar.from_ical(answer.content).walk("VEVENT")[0]

    first = event()
    day = visit.local_date + timedelta(days=1)
    change_appointment(visit, {"local_date": day}, by=SYSTEM, now=timezone.now())
    moved = event()
    phone.press("no")
    off = event()

    assert first["UID"] == moved["UID"] == off["UID"]
    assert first["SEQUENCE"] < moved["SEQUENCE"] < off["SEQUENCE"]
    assert moved["DTSTART"].dt - first["DTSTART"].dt == timedelta(days=1)
    assert [one["STATUS"] for one in (first, moved, off)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert "Ann" not in str(first.to_ical())


def test_a_cancelled_visit_says_so_and_takes_no_answer():
    phone = texted(visit_soon())
    shown = phone.shown()
    set_status([phone.visits[0].pk], Status.CANCELLED, by=SYSTEM, now=timezone.now())

    assert "This appointment is cancelled." in phone.words()
    assert 'value="yes"' not in phone.open().content.decode()
    assert phone.press("yes", shown=shown).status_code == 409
    assert phone.press("yes").status_code == 409
    assert (Reply.objects.count(), Appointment.objects.get().status) == (0, Status.CANCELLED)


@pytest.mark.parametrize("ago", [timedelta(minutes=31), timedelta(days=90)])
def test_after_the_visit_the_page_is_gone_and_says_whom_to_call(ago):
    phone = texted(visit_soon())
    shown = phone.shown()
    Appointment.objects.update(starts_at=timezone.now() - ago)

    page = phone.open()

    assert page.status_code == 410
    assert "020 7946 0000" in text_of(page)
    assert phone.press("yes", shown=shown).status_code == 410
    assert phone.client.get(f"{phone.path}/1.ics").status_code == 404
    assert not Reply.objects.exists()


def test_while_the_visit_is_on_it_asks_to_call():
    phone = texted(visit_soon())
    Appointment.objects.update(starts_at=timezone.now() - timedelta(minutes=5))

    assert "has begun. Please call us." in phone.words()
    assert phone.press("no").status_code == 409


def test_a_number_that_is_no_longer_the_patients_opens_nothing():
    phone = texted(visit_soon())
    shown = phone.shown()
    contact = phone.visits[0].contact
    contact.phone = make.phone()
    contact.save(update_fields=["phone"])

    assert phone.open().status_code == 404
    assert phone.press("no", shown=shown).status_code == 404
    assert Appointment.objects.get().status == Status.BOOKED


def test_a_visit_that_became_another_persons_is_not_shown():
    phone = texted(visit_soon())
    shown = phone.shown()
    other = make.make_contact(first_name="Eve", phone=phone.message.phone)
    change_appointment(phone.visits[0], {"contact_id": other.pk}, by=SYSTEM, now=timezone.now())

    assert phone.open().status_code == 404
    assert phone.press("no", shown=shown).status_code == 404


def test_a_family_has_one_page_with_buttons_for_each():
    place = make.make_location(name="Harbour Dental")
    number = make.phone()
    ann, ben = (make.make_contact(first_name=name, phone=number) for name in ("Ann", "Ben"))
    visits = [visit_soon(contact=one, location=place) for one in (ann, ben)]
    phone = texted(*visits)

    assert phone.press("no", visit=2)["Location"] == f"{phone.path}#day-2"

    assert [one.status for one in Appointment.objects.order_by("pk")] == ["booked", "declined"]
    assert "Your appointments" in phone.words()
    assert phone.open().content.decode().count("<section") == 2


@pytest.mark.parametrize("visit", ["2", "0", "-1", "999", "x", ""])
def test_a_visit_that_is_not_on_the_page_is_not_touched(visit):
    stranger = visit_soon(location=make.make_location())
    phone = texted(visit_soon())

    assert phone.press("no", visit=visit).status_code == 409
    stranger.refresh_from_db()
    assert stranger.status == Status.BOOKED


@pytest.mark.parametrize("field", ["", "made up", "eyJsIjoiIn0:1abc:def"])
def test_a_form_that_no_page_of_ours_made_does_nothing(field):
    phone = texted(visit_soon())

    answer = phone.client.post(phone.path, {"do": "no", "visit": 1, "shown": field})

    assert answer.status_code == 409
    assert not Reply.objects.exists()


def test_the_form_of_one_link_does_nothing_on_another():
    first, second = texted(visit_soon()), texted(visit_soon(location=make.make_location()))

    assert second.press("no", shown=first.shown()).status_code == 409
    assert not Reply.objects.exists()


def test_another_time_opens_a_card_with_the_patients_words():
    phone = texted(visit_soon())

    phone.press("other", wish="Any Friday after four ")

    card = InboxItem.objects.get()
    assert (card.kind, card.appointment) == ("reschedule", phone.visits[0])
    assert card.reply.text == "Another time: Any Friday after four"


def test_where_the_clinic_offers_free_times_the_patient_may_point_at_one():
    place = make.make_location(name="Harbour Dental", sooner_offers="auto")
    visit = visit_soon(location=place)
    free = make.make_offer(visit_soon(location=place)).slot
    later = timezone.now() + LATER + timedelta(days=1)
    type(free).objects.filter(pk=free.pk).update(starts_at=later)
    phone = texted(visit)

    assert "Times that are free at the moment" in phone.words()
    phone.press("other", free=free.pk, wish="or later")

    assert InboxItem.objects.get().reply.text.startswith("Another time: ")
    assert InboxItem.objects.get().reply.text.endswith("; or later")
    free.refresh_from_db()
    assert (free.state, Appointment.objects.get(pk=visit.pk).status) == ("given_up", "booked")


def test_what_may_be_an_emergency_is_a_red_card_and_is_answered():
    phone = texted(visit_soon())

    phone.press("other", wish="I have chest pain and can't breathe")

    assert "emergency" in cards()
    assert Reply.objects.get().answered_by.get().purpose == "emergency"


def test_stop_is_the_same_as_by_text_and_can_be_taken_back():
    phone = texted(visit_soon())

    phone.press("stop", visit=None)

    [opt_out] = Suppression.objects.all()
    assert (opt_out.phone, opt_out.reason, opt_out.lifted_at) == (
        phone.message.phone,
        "patient",
        None,
    )
    assert "You get no more texts from us." in phone.words()
    assert Appointment.objects.get().status == Status.BOOKED
    phone.press("start", visit=None)
    assert not Suppression.objects.filter(lifted_at=None).exists()


def test_nothing_of_it_stays_in_browsers_caches_or_other_sites():
    phone = texted(visit_soon())

    page = phone.open()

    assert page["Referrer-Policy"] == "no-referrer"
    assert page["Cache-Control"] == "no-store"
    assert "noindex" in page["X-Robots-Tag"]
    assert "default-src 'none'" in page["Content-Security-Policy"]
    assert not page.cookies
    assert "<script" not in page.content.decode()
    assert "<title>Your appointment</title>" in page.content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_its_page_of_less_than_14_kilobytes(language):
    place, number = make.make_location(name="Harbour Dental", address="1 Quay Street"), make.phone()
    people = [make.make_contact(phone=number) for _ in range(8)]
    service = make.make_service(instructions="Please come ten minutes early. " * 9)
    visits = [visit_soon(contact=one, location=place, service=service) for one in people]

    page = texted(*visits, language=language).open()

    assert words_in(language)["yes"] in page.content.decode().replace("&#x27;", "'")
    assert f'<html lang="{language}"' in page.content.decode()
    assert ('dir="rtl"' in page.content.decode()) == (language == "ar")
    # Of a family of eight, with the style sheet: more than any page has.
    sent = len(gzip.compress(page.content)) + len(gzip.compress(CSS.read_bytes()))
    assert sent < MOST_BYTES


def test_the_words_of_every_language_fill_the_same_places():
    english = words_in("en")

    for language in LANGUAGES:
        words = words_in(language)
        assert words.keys() == english.keys()
        for name in english:
            assert ("{" in words[name]) == ("{" in english[name]), (language, name)
