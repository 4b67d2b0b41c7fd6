"""A manager changes when confirmations go out, and sees what that does before it is done."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from reminders.domain.planning.plan import plan_appointments
from reminders.domain.sending.send import send_due
from reminders.domain.sending.withdraw_at_provider import withdraw_stale
from reminders.models import Appointment, Location, Message, Reminder
from reminders.provider import MessagesApi
from reminders.sandbox import Sandbox
from tests.browser.scenes.days import quiet_clockwork
from tests.factories import make_appointment, make_confirmation_rule, make_contact, make_location


def a_site_where_it_is_ten() -> Location:
    """So that five in the afternoon lies ahead today, whenever this runs; shut in two days'
    time.
    """
    now = timezone.now()
    ahead = (10 - now.hour + 11) % 24 - 11
    place = make_location(
        name="Harbour Dental",
        zone=f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT",
        opens=time(0),
        closes=time(0),
    )
    shut = (today_at(place) + timedelta(days=2)).isoweekday()
    place.open_days = [day for day in range(1, 8) if day != shut]
    place.save(update_fields=["open_days"])
    return place


def today_at(place: Location) -> date:
    return timezone.now().astimezone(place.tz).date()


def at_wall(place: Location, days: int, hour: int) -> datetime:
    """An instant on the site's clock."""
    day = today_at(place) + timedelta(days=days)
    return datetime.combine(day, time(hour), place.tz).astimezone(UTC)


def booked(place: Location, days: int, hour: int, name: str) -> Appointment:
    first, _, last = name.partition(" ")
    day = today_at(place) + timedelta(days=days)
    contact = make_contact(first_name=first, last_name=last)
    return make_appointment(day=day, at=time(hour), location=place, contact=contact)


def test_a_manager_moves_confirmations_to_two_days_before_on_working_days(
    open_page: Callable[..., Page],
    accessible: Callable[[Page], list[str]],
    sandbox: Sandbox,
    api: MessagesApi,
) -> None:
    sandbox.set_clock(timezone.now())
    quiet_clockwork()
    make_confirmation_rule(name="Confirmation")
    place = a_site_where_it_is_ten()
    soon, later = booked(place, 2, 8, "Ann Lee"), booked(place, 4, 10, "Ben Costa")
    plan_appointments([soon.pk, later.pk], now=timezone.now())
    send_due(api, clock=timezone.now)
    [old] = sandbox.ledger()
    assert old["scheduled"] == f"{at_wall(place, 1, 8):%Y-%m-%dT%H:%M:%S}.000Z"

    page = open_page("/set-up/rules/")
    expect(page.locator(".rule-card")).to_contain_text(
        "The day before at the appointment's own time"
    )
    page.get_by_role("link", name="Change Confirmation").click()
    page.get_by_label("Days before", exact=True).fill("2")
    page.get_by_role("radio", name="Always at").check()
    page.locator("input[type=time]").fill("17:00")
    page.get_by_label("Only on working days").check()

    preview = page.locator("#preview")
    expect(preview).to_contain_text(
        "Two days before at 17:00, on working days only, for every appointment."
    )
    expect(preview).to_contain_text(
        "1 already with the provider is withdrawn and sent at the new time"
    )
    expect(preview).to_contain_text("1 planned text gets another time")
    # Two days before Ben's visit nobody is there: it goes the day before that.
    expect(preview.locator("tr", has_text="Ben Costa")).to_contain_text("17:00")
    page.evaluate("scrollTo(0, 0)")  # what lies half under the bar on top counts as too small
    assert accessible(page) == []
    assert Message.objects.get().cancel_requested_at is None

    page.get_by_role("button", name="Save").click()
    expect(page.locator(".toast-note")).to_contain_text(
        "1 that the provider already had is withdrawn"
    )
    expect(page.locator(".rule-card")).to_contain_text(
        "Two days before at 17:00, on working days only"
    )

    while withdraw_stale(api, clock=timezone.now):
        pass
    send_due(api, clock=timezone.now)

    first, second = sandbox.ledger()
    assert sandbox.status_of(first["message_id"]) == "cancelled"
    assert second["scheduled"] == f"{at_wall(place, 0, 17):%Y-%m-%dT%H:%M:%S}.000Z"
    assert dict(Reminder.objects.values_list("appointment_id", "due_at")) == {
        soon.pk: at_wall(place, 0, 17),
        later.pk: at_wall(place, 1, 17),
    }


def test_changed_words_replace_texts_at_the_provider_when_asked(
    open_page: Callable[..., Page], sandbox: Sandbox, api: MessagesApi
) -> None:
    sandbox.set_clock(timezone.now())
    quiet_clockwork()
    make_confirmation_rule(name="Confirmation")
    place = a_site_where_it_is_ten()
    plan_appointments([booked(place, 2, 8, "Ann Lee").pk], now=timezone.now())
    send_due(api, clock=timezone.now)

    page = open_page("/set-up/wordings/edit/?purpose=confirmation&language=en&channel=sms")
    box = page.get_by_label("The text", exact=True)
    box.fill("Dear ")
    page.get_by_role("button", name="First name", exact=True).click()
    box.press_sequentially(" – see you at {location} on {date} at {time}. Reply Y or N.")
    expect(page.locator("#preview")).to_contain_text("Dear Ann – see you at Harbour Dental on")
    expect(page.locator("#preview")).to_contain_text("UCS-2")
    expect(page.locator("#preview")).to_contain_text(
        "1 text with the provider would read otherwise"
    )
    page.get_by_role("button", name="Replace curly quotes and dashes").click()
    expect(page.locator("#preview")).to_contain_text("GSM-7")
    page.get_by_label("Also replace texts that the provider already has").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".toast-note").last).to_contain_text(
        "1 text that the provider had is being replaced"
    )

    while withdraw_stale(api, clock=timezone.now):
        pass
    send_due(api, clock=timezone.now)

    first, second = sandbox.ledger()
    assert sandbox.status_of(first["message_id"]) == "cancelled"
    assert second["content"].startswith("Dear Ann - see you at Harbour Dental on ")


def test_a_test_text_shows_what_becomes_of_it(
    open_page: Callable[..., Page], sandbox: Sandbox, api: MessagesApi
) -> None:
    quiet_clockwork()
    make_location(name="Harbour Dental")
    page = open_page("/set-up/connection/", role="administrator")

    page.get_by_role("button", name="Check the credentials now").click()
    expect(page.locator("#verdict")).to_contain_text(
        "The provider answers and takes our credentials."
    )
    page.get_by_label("Your own mobile number").fill("07700 900123")
    page.get_by_role("button", name="Send a test text").click()
    expect(page.locator("#test-state")).to_contain_text("Going out now")
    send_due(api, clock=timezone.now)

    expect(page.locator("#test-state")).to_contain_text("With the provider")
    assert [entry["destination"] for entry in sandbox.ledger()] == ["+447700900123"]
