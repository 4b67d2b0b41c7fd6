"""What goes wrong around a link in practice: mistyped, forwarded, pressed out of order, forced."""

from __future__ import annotations

import time
from datetime import date, timedelta

import pytest
from django.utils import timezone
from icalendar import Calendar
from pytest_django import Settings

from config.log.discretion import discreet
from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.appointments import change_appointment
from reminders.domain.diary.merge import merge_contacts
from reminders.domain.links.addresses import new_token
from reminders.domain.person_data.collect import everything
from reminders.domain.person_data.erase import forget_person
from reminders.models import Appointment, Contact, Message, Reply, Suppression, VisitLink
from tests import factories as make
from tests.views.patient.page import Phone, text_of, texted, visit_soon

pytestmark = pytest.mark.django_db
Status = Appointment.Status
EVIL = "<script>alert(1)</script>&\"'"
MULTIPART = "multipart/form-data; boundary=x"
FORM = "application/x-www-form-urlencoded; charset=utf-7"


def family(**values: object) -> Phone:
    """Ann and Ben, with one text about both their visits."""
    number = make.phone()
    born = {"Ann": date(1980, 12, 24), "Ben": date(2010, 1, 2)}
    people = [make.make_contact(first_name=n, phone=number, birth_date=b) for n, b in born.items()]
    place = make.make_location(name="Harbour Dental")
    return texted(*(visit_soon(contact=one, location=place, **values) for one in people))


def test_what_programs_and_fingers_add_to_an_address_is_taken_off():
    phone = texted(visit_soon())

    for tail in ("/", ".", ",", ")", "]", "%20", "%3E", "%E2%80%A6", "//"):
        answer = phone.client.get(phone.path + tail)
        assert (answer.status_code, answer["Location"]) == (302, phone.path), tail
        assert answer["Referrer-Policy"] == "no-referrer"
    assert phone.client.get(f"/v/%20{phone.token}").status_code == 302
    assert phone.client.get(f"{phone.path}?fbclid=x").status_code == 200


def test_another_secret_is_none():
    phone = texted(visit_soon())
    token = phone.token

    wrong = [token.swapcase(), token[:-1], f"{token}a", f"{new_token()}/", f"a/{token}"]
    for one in wrong:
        assert phone.client.get(f"/v/{one}").status_code == 404, one
    assert phone.client.post(f"{phone.path}/", {"do": "no"}).status_code == 404
    # A letter may be written as browsers write others.
    assert phone.client.get(f"/v/%{ord(token[0]):02x}{token[1:]}").status_code == 200


@pytest.mark.parametrize("path", ["", "/seen.gif", "/1.ics"])
def test_other_methods_do_nothing(path: str):
    phone = texted(visit_soon())

    for method in ("put", "patch", "delete", "options"):
        answer = getattr(phone.client, method)(phone.path + path)
        assert answer.status_code == 405
        assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert phone.link.opened_at is None


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"do=no&visit=1&shown=" + b"x" * 6_000_000, FORM),
        (b"&".join(b"a%d=1" % number for number in range(2000)), FORM),
        (b"do=prove&proof=%ff%00%ed%a0%80", FORM),
        (b"do=no&visit=%b2&shown=%ed%a0%80", FORM),
        (b"\x00\xff\xfe", MULTIPART),
        (b"--x\r\nContent-Disposition: form-data; name=do\r\n\r\nno", MULTIPART),
        (b"{}", "application/json"),
    ],
    ids=["huge", "fields", "proof", "number", "noise", "cut off", "json"],
)
def test_a_body_that_no_browser_sends_does_nothing_and_is_no_look(body: bytes, kind: str):
    phone = texted(visit_soon())

    answer = phone.client.post(phone.path, body, content_type=kind)

    assert 400 <= answer.status_code < 500
    assert answer["Cache-Control"] == "no-store"
    assert not Reply.objects.exists()
    assert phone.link.opened_at is None


def test_a_host_that_is_not_ours_is_refused(settings: Settings):
    settings.ALLOWED_HOSTS = ["reminders.example"]
    phone = texted(visit_soon())

    assert phone.client.get(phone.path, HTTP_HOST="evil.example").status_code == 400


def test_numbers_that_are_no_date_are_refused_in_words():
    phone = texted(visit_soon())
    nines = "9" * 30

    # Each costs no try, since it can be no date.
    for written in (f"1.1.{nines}", f"{nines} 1 1", f"1 {nines} 1", "0.0.0000", "99999999", "²²"):
        assert phone.press("prove", proof=written).status_code == 422, written
    assert phone.link.wrong_tries == 0


@pytest.mark.parametrize(
    "written", ["٢٤/١٢/١٩٨٠", "۲۴.۱۲.۱۹۸۰", " 24 / 12 / 1980 ", "２４．１２．１９８０"]
)
def test_dates_in_the_digits_of_other_scripts(written: str):
    phone = texted(visit_soon(contact=make.make_contact(birth_date=date(1980, 12, 24))))

    assert "Ann" in text_of(phone.press("prove", proof=written))


def test_who_knows_one_of_a_family_does_not_guess_at_the_others_without_end():
    phone = family()
    for day in (1, 3, 4):
        phone.press("prove", proof=f"{day}.12.1980")
        phone.press("prove", proof="2.1.2010")

    right = phone.press("prove", proof="24.12.1980")

    assert (right.status_code, "Ann" in text_of(right)) == (422, False)


def test_back_and_another_wish_is_a_wish_of_its_own():
    phone = texted(visit_soon())
    shown = phone.shown()

    for wish in ("Friday", "Friday", "No, Monday"):
        assert phone.press("other", shown=shown, wish=wish).status_code == 303

    said = [text.partition(": ")[2] for text in Reply.objects.values_list("text", flat=True)]
    assert sorted(said) == ["Friday", "No, Monday"]


def test_back_to_an_older_page_is_no_second_click():
    phone = texted(visit_soon())
    shown = phone.shown()
    phone.press("yes", shown=shown)
    assert phone.press("yes", shown=shown).status_code == 303
    phone.press("no")

    answer = phone.press("yes", shown=shown)

    assert (answer.status_code, "nothing was done" in text_of(answer)) == (409, True)
    assert Appointment.objects.get().status == Status.DECLINED


def test_a_stop_from_an_older_page_does_not_seem_to_be_done():
    phone = texted(visit_soon())
    shown = phone.shown()
    for button in ("stop", "start"):
        phone.press(button, None, shown=shown)

    assert phone.press("stop", None, shown=shown).status_code == 409
    assert phone.press("stop", None).status_code == 303
    assert phone.press("yes").status_code == 303
    assert Suppression.objects.filter(lifted_at=None).count() == 1


def test_of_two_tabs_the_second_is_asked_again():
    phone = texted(visit_soon())
    first, second = phone.shown(), phone.shown()

    answers = [phone.press("yes", shown=first), phone.press("no", shown=second)]

    assert [one.status_code for one in answers] == [303, 409]
    assert Appointment.objects.get().status == Status.CONFIRMED


def test_a_free_time_that_is_taken_by_now_is_not_left_out_silently():
    place = make.make_location(name="Harbour Dental", sooner_offers="auto")
    visit = visit_soon(location=place)
    free = make.make_offer(visit_soon(location=place)).slot
    type(free).objects.filter(pk=free.pk).update(starts_at=timezone.now() + timedelta(days=3))
    phone = texted(visit)
    shown = phone.shown()
    type(free).objects.filter(pk=free.pk).update(state="taken")

    assert phone.press("other", shown=shown, free=free.pk).status_code == 409
    assert not Reply.objects.exists()


def test_a_page_of_yesterday_is_asked_again(monkeypatch: pytest.MonkeyPatch):
    phone = texted(visit_soon())
    shown = phone.shown()
    later = time.time() + 13 * 3600
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)

    assert phone.press("no", shown=shown).status_code == 409
    assert not Reply.objects.exists()


@pytest.mark.parametrize(("ago", "status"), [(timedelta(minutes=1), 409), (timedelta(1), 410)])
def test_a_visit_that_began_or_is_over_takes_no_answer(ago: timedelta, status: int):
    phone = texted(visit_soon())
    shown = phone.shown()
    Appointment.objects.update(starts_at=timezone.now() - ago)

    answers = [phone.press(button, shown=shown) for button in ("yes", "no", "other")]

    assert {one.status_code for one in answers} == {status}
    assert answers[0]["Cache-Control"] == "no-store"
    assert not Reply.objects.exists()


@pytest.mark.parametrize(
    ("status", "answered"), [("booked", 200), ("cancelled", 200), ("declined", 410)]
)
def test_a_visit_that_was_declined_is_never_said_to_have_begun(status: str, answered: int):
    phone = texted(visit_soon(status=status))
    Appointment.objects.update(starts_at=timezone.now() - timedelta(minutes=5))

    page = phone.open()

    assert page.status_code == answered
    assert ("has begun" in text_of(page)) == (status == "booked")


def test_the_second_number_and_who_is_texted_for_another_have_the_page():
    second = make.make_contact(second_phone=make.phone())
    to_second = texted(visit_soon(contact=second))
    Message.objects.update(phone=second.second_phone)
    child = make.make_contact(responsible=make.make_contact(), phone="")
    to_parent = texted(visit_soon(contact=child, location=make.make_location()))

    for phone in (to_second, to_parent):
        assert phone.press("no").status_code == 303
    assert {one.status for one in Appointment.objects.all()} == {Status.DECLINED}
    # Whoever speaks for nobody any more has no page of theirs.
    Contact.objects.filter(pk=child.pk).update(responsible=None)
    assert to_parent.open().status_code == 404


def test_after_a_merge_the_link_goes_on():
    number = make.phone()
    kept, other = make.make_contact(phone=number), make.make_contact(phone=number)
    phone = texted(visit_soon(contact=other))
    merge_contacts(kept.pk, other.pk, seen={}, by=SYSTEM, now=timezone.now())

    assert phone.press("yes").status_code == 303
    assert Appointment.objects.get().status == Status.CONFIRMED


def test_after_another_number_nothing_is_there_and_nothing_is_noted():
    phone = texted(visit_soon())
    shown = phone.shown()
    Contact.objects.update(phone=make.phone())

    paths = [phone.path, f"{phone.path}/1.ics", f"{phone.path}/seen.gif"]
    assert [phone.client.get(path).status_code for path in paths] == [404] * 3
    assert phone.press("no", shown=shown).status_code == 404
    assert phone.link.opened_at is None


def test_a_forgotten_persons_link_is_gone():
    phone = texted(visit_soon())
    shown = phone.shown()
    Message.objects.update(state="delivered")
    forget_person(phone.visits[0].contact_id, by=SYSTEM, now=timezone.now())

    assert phone.press("no", shown=shown).status_code == 404
    assert not VisitLink.objects.exists()


def test_words_of_staff_are_no_html():
    phone = texted(
        visit_soon(
            contact=make.make_contact(first_name=EVIL, birth_date=date(1980, 12, 24)),
            location=make.make_location(name=EVIL, address=EVIL),
            practitioner=make.make_practitioner(name=EVIL),
            service=make.make_service(name=EVIL, instructions=EVIL),
        )
    )

    page = phone.press("prove", proof="24.12.1980").content.decode()

    assert ("<script" in page, page.count("&lt;script") >= 6) == (False, True)


def test_whom_to_call_is_where_the_next_visit_is():
    phone = family()
    past, coming = phone.visits
    Appointment.objects.filter(pk=past.pk).update(starts_at=timezone.now() - timedelta(days=1))
    there = make.make_location(name="Station Clinic")
    Appointment.objects.filter(pk=coming.pk).update(location=there)

    assert "Harbour Dental" not in phone.words()


def test_a_move_across_the_change_of_clocks():
    phone = texted(visit_soon(location=make.make_location(zone="Europe/Berlin")))
    [visit] = phone.visits
    year = timezone.now().year + 1

    for day, ahead in ((date(year, 1, 15), 1), (date(year, 7, 15), 2)):
        visit.refresh_from_db()
        change_appointment(visit, {"local_date": day}, by=SYSTEM, now=timezone.now())
        file = Calendar.from_ical(phone.client.get(f"{phone.path}/1.ics").content)
        [event] = file.walk("VEVENT")
        assert event["DTSTART"].to_ical()[-1:] == b"Z"
        assert event["DTSTART"].dt.hour == 10 - ahead
        assert "10:00" in phone.words()


@pytest.mark.parametrize(
    "path",
    ["/v/{}", "//v/{}/1.ics", "/v//{}", "/v/ {}", "/v/x/{}", "/v/({}", "/v/%20{}", "/v/%2F{}",
     "/v/'{}'", "GET /v/{}?a=b", "/calendars/{}.ics", "/calendars//{}.ics", "/calendars/ {}.ics"],
)  # fmt: skip
def test_no_line_of_the_log_holds_a_secret_however_badly_it_was_pasted(path: str):
    for token in (new_token(), new_token() + new_token()):
        line = discreet(f"Not Found: {path.format(token)} (again)")
        assert token not in line
        assert line.startswith("Not Found: ")


def test_a_text_that_came_back_as_a_reply_shows_no_secret(sign_in):
    phone = texted(visit_soon())
    phone.press("no")
    address = f"https://r.example/v/{phone.token}"
    Reply.objects.update(text=f"What is {address} please")
    Message.objects.update(text=f"See {address}")
    [visit] = phone.visits
    visit.refresh_from_db()
    client = sign_in()
    paths = [
        f"/contacts/{visit.contact_id}/",
        f"/appointments/{visit.pk}/",
        "/inbox/",
        f"/?date={visit.local_date}",
        f"/inbox/{visit.cards.get().pk}/",
    ]

    for path in paths:
        page = client.get(path).content.decode()
        assert phone.token not in page, path
        assert "/v/… please" in page, path
    assert phone.token not in str(everything(visit.contact))
