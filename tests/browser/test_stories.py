"""Stories of a morning from the first click to what the provider was told, in a real browser."""

from datetime import UTC, datetime, time, timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from reminders.domain.planning.plan import plan_appointments
from reminders.domain.replies.receive import receive_reports
from reminders.domain.sending.send import send_due
from reminders.domain.sending.withdraw_at_provider import withdraw_stale
from tests.browser.scenes.days import Diary
from tests.factories import make_contact


def ring(api) -> None:
    """What the clockwork would do now."""
    while withdraw_stale(api, clock=timezone.now):
        pass
    send_due(api, clock=timezone.now)


def open_day_and_night(sandbox, starts_at: datetime) -> Diary:
    """The diary of a day, of a site that asks at any hour; the sandbox's clock is ours."""
    sandbox.set_clock(timezone.now())
    diary = Diary(day=starts_at.date())
    diary.place.opens = diary.place.closes = time(0)
    diary.place.open_days = [1, 2, 3, 4, 5, 6, 7]
    diary.place.zone = "UTC"
    diary.place.save(update_fields=["opens", "closes", "open_days", "zone"])
    diary.reminder.delete()
    return diary


def test_a_moved_patients_old_text_is_withdrawn_and_a_new_one_sent(open_page, sandbox, api):
    starts_at = datetime.now(UTC) + timedelta(hours=40)
    diary = open_day_and_night(sandbox, starts_at)
    ann = diary.book(at=time(starts_at.hour, 5), name="Ann Lee")
    plan_appointments([ann.pk], now=timezone.now())
    send_due(api, clock=timezone.now)
    page: Page = open_page(f"/?date={diary.day}", role="receptionist")

    page.get_by_role("link", name="Ann Lee").click()
    expect(page.locator(".timeline")).to_contain_text("Text ready to go out")
    page.get_by_role("link", name="Change or move").click()
    page.get_by_label("Time").fill(f"{starts_at:%H}:35")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The text with the old details is being withdrawn.")).to_be_visible()
    ring(api)
    page.reload()

    old, new = sandbox.ledger()
    assert (sandbox.status_of(old["message_id"]), sandbox.status_of(new["message_id"])) == (
        "cancelled",
        "scheduled",
    )
    assert (f"{starts_at:%H}:05" in old["content"], f"{starts_at:%H}:35" in new["content"]) == (
        True,
        True,
    )
    story = page.locator(".timeline")
    expect(story.locator(".moment", has_text="Moved")).to_contain_text(
        f"{starts_at:%H}:05 → {starts_at:%H}:35"
    )
    expect(story.locator(".moment", has_text="Moved")).to_contain_text("Robin Reed")
    expect(story.locator(".is-struck")).to_contain_text(f"{starts_at:%H}:05")


def test_an_unreachable_number_is_corrected_and_the_text_resent(open_page, sandbox, api):
    # Due by now, and tomorrow also where the day is young: today's visits are not called.
    now = datetime.now(UTC)
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), tzinfo=UTC)
    starts_at = max(now + timedelta(hours=23, minutes=59), midnight)
    diary = open_day_and_night(sandbox, starts_at)
    wrong = make_contact(first_name="Ann", last_name="Lee", phone="+447700900990")
    ann = diary.book(at=starts_at.time().replace(second=0, microsecond=0), contact=wrong)
    plan_appointments([ann.pk], now=timezone.now())
    send_due(api, clock=timezone.now)
    receive_reports(api, now=timezone.now())
    page: Page = open_page("/calls/", role="receptionist")
    expect(page.locator(".call-hard")).to_contain_text("The last text did not arrive")

    page.get_by_label("Correct the number").fill("07700 900123")
    page.get_by_role("button", name="Save the number of Ann Lee").click()
    expect(page.get_by_text("The number of Ann Lee is corrected.")).to_be_visible()
    ring(api)
    receive_reports(api, now=timezone.now())
    page.goto(page.url.replace("/calls/", f"/contacts/{wrong.pk}/"))

    first, second = sandbox.ledger()
    assert (first["status"], second["status"]) == ("failed", "delivered")
    assert (second["destination"], second["content"]) == ("+447700900123", first["content"])
    expect(page.locator(".say-out").last).to_contain_text("Delivered")
