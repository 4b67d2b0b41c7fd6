"""The rule pages: the list, the form in plain words, the preview, saving and switching."""

from datetime import date, time, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from reminders.domain.planning.plan import plan_appointments
from reminders.models import Appointment, AuditEntry, Job, Reminder, ReminderRule
from tests.factories import (
    make_appointment,
    make_confirmation_rule,
    make_contact,
    make_handed_over,
    make_location,
    make_message,
    make_reminder_rule,
    make_user,
)
from tests.views.reading import as_read

pytestmark = pytest.mark.django_db(transaction=True)

DAY_BEFORE = {
    "name": "Ask them",
    "kind": "confirmation",
    "counts": "days",
    "days_before": "1",
    "time_of_day": "own",
    "quiet": "later",
    "late": "at_once",
    "min_notice_minutes": "180",
    "cutoff_minutes": "120",
}
TWO_DAYS_AT_FIVE = DAY_BEFORE | {
    "days_before": "2",
    "time_of_day": "fixed",
    "at_time": "17:00",
    "weekdays_only": "on",
}


@pytest.fixture(autouse=True)
def no_rules_yet() -> None:
    ReminderRule.objects.all().delete()


def signed_in(role: str = "manager", **values) -> Client:
    client = Client()
    client.force_login(make_user(group=role, **values))
    return client


def coming(days: int = 10, **values) -> Appointment:
    """An appointment at ten in the morning, so many days ahead."""
    return make_appointment(day=timezone.now().date() + timedelta(days=days), at=time(10), **values)


def test_the_list_says_each_rule_in_a_sentence():
    make_confirmation_rule()
    make_reminder_rule(location=make_location(name="Harbour"), active=False)

    page = as_read(signed_in().get("/set-up/rules/"))

    assert "The day before at the appointment&#x27;s own time, for every appointment." in page
    assert "An hour before the start, for every appointment at Harbour." in page
    assert "Instead of the general rules of the same kind." in page


def test_without_rules_the_list_says_what_to_do():
    page = as_read(signed_in().get("/set-up/rules/"))

    assert "No rules, so no texts" in page


def test_a_new_rule_plans_the_coming_appointments_and_says_how_many():
    appointment = coming()

    page = signed_in().post("/set-up/rules/new/", DAY_BEFORE, follow=True)

    assert "Saved. 1 text planned again." in as_read(page)
    assert list(Reminder.objects.values_list("appointment_id", "state")) == [
        (appointment.pk, "planned")
    ]
    assert list(
        AuditEntry.objects.filter(kind="rule_added").values_list("details__name", flat=True)
    ) == ["Ask them"]


def test_a_reminder_is_given_in_hours():
    values = DAY_BEFORE | {"kind": "reminder", "counts": "elapsed", "amount": "2", "unit": "hours"}

    signed_in().post("/set-up/rules/new/", values)

    rule = ReminderRule.objects.get()
    assert (rule.minutes_before, rule.days_before, rule.at_time) == (120, None, None)


def test_what_is_missing_is_said_at_its_field():
    response = signed_in().post(
        "/set-up/rules/new/", DAY_BEFORE | {"counts": "elapsed", "amount": ""}
    )

    assert response.status_code == 422
    assert response.context["form"].errors == {"amount": ["Say how long before, such as 1 hour."]}
    assert not ReminderRule.objects.exists()


def test_the_preview_shows_the_change_and_saves_nothing():
    rule = make_confirmation_rule()
    appointment = coming(contact=make_contact(first_name="Zoë", last_name="Okafor"))
    plan_appointments([appointment.pk], now=timezone.now())

    page = signed_in().post("/set-up/rules/preview/", TWO_DAYS_AT_FIVE | {"rule": rule.pk})

    html = as_read(page)
    assert "Two days before at 17:00, on working days only, for every appointment." in html
    assert "<strong>1</strong> planned text gets another time" in html
    assert "Zoë Okafor" in html
    assert ReminderRule.objects.get().days_before == 1


def test_the_preview_of_a_faulty_form_says_what_is_missing():
    page = signed_in().post("/set-up/rules/preview/", DAY_BEFORE | {"days_before": ""})

    assert "Days before: Say how many days before, such as 1." in as_read(page)


def test_a_text_at_the_provider_is_counted_and_withdrawn():
    rule = make_confirmation_rule()
    appointment = coming(days=2)
    due = appointment.starts_at - timedelta(days=1)
    message = make_message(
        scheduled_at=due, appointment=appointment, phone=appointment.contact.phone
    )
    handed = make_handed_over(appointment, rule, message=message)
    client = signed_in()

    preview = as_read(client.post("/set-up/rules/preview/", TWO_DAYS_AT_FIVE | {"rule": rule.pk}))
    page = as_read(client.post(f"/set-up/rules/{rule.pk}/", TWO_DAYS_AT_FIVE, follow=True))

    handed.refresh_from_db()
    assert (
        "<strong>1</strong> already with the provider is withdrawn and sent at the new time"
        in preview
    )
    assert "1 that the provider already had is withdrawn" in page
    assert handed.state == "withdrawing"


def test_a_rule_is_switched_off_and_its_texts_are_taken_back():
    rule = make_confirmation_rule()
    plan_appointments([coming().pk], now=timezone.now())

    page = signed_in().post(f"/set-up/rules/{rule.pk}/switch/", {"on": "no"}, follow=True)

    assert "1 taken back" in as_read(page)
    assert list(Reminder.objects.values_list("state", "reason")) == [("withdrawn", "rule_off")]


def test_somebody_elses_change_is_not_overwritten():
    rule = make_confirmation_rule()
    client = signed_in()
    seen = client.get(f"/set-up/rules/{rule.pk}/").context["seen"]
    ReminderRule.objects.update(days_before=3)

    response = client.post(f"/set-up/rules/{rule.pk}/", TWO_DAYS_AT_FIVE | {"seen": seen})

    assert response.status_code == 422
    assert "Somebody else changed this rule meanwhile" in as_read(response)
    assert ReminderRule.objects.get().days_before == 3


def test_rules_change_places():
    first, second = make_confirmation_rule(), make_reminder_rule(position=2)

    signed_in().post(f"/set-up/rules/{second.pk}/move/", {"up": "yes"})

    assert list(ReminderRule.objects.values_list("pk", "position")) == [
        (second.pk, 1),
        (first.pk, 2),
    ]


def test_only_a_rule_that_was_never_used_can_be_deleted():
    used, unused = make_confirmation_rule(active=False), make_reminder_rule(active=False)
    make_handed_over(coming(), used)
    client = signed_in()

    for rule in (used, unused):
        client.post(f"/set-up/rules/{rule.pk}/delete/")

    assert list(ReminderRule.objects.all()) == [used]


def test_a_large_change_shows_its_progress():
    make_confirmation_rule()
    job = Job.objects.create(kind="replan", total=5000, done=1250, created_at=timezone.now())
    client = signed_in()

    page = as_read(client.get(f"/set-up/rules/?job={job.pk}"))
    Job.objects.update(state="done", result={"written": 5000, "taken_back": 0, "to_withdraw": 7})
    end = as_read(client.get(f"/set-up/rules/job/{job.pk}/"))

    assert "1250 of 5000 appointments" in page
    assert f'hx-get="/set-up/rules/job/{job.pk}/"' in page
    assert "5,000 texts planned again, 7 that the provider already had are withdrawn." in end
    assert "hx-get" not in end


def test_a_manager_of_one_location_changes_only_its_rules():
    mine, other = make_location(name="Mine"), make_location(name="Other")
    everywhere, own = make_confirmation_rule(), make_confirmation_rule(location=mine)
    foreign = make_confirmation_rule(location=other)
    client = signed_in(locations=(mine,))

    answers = {
        rule.pk: client.get(f"/set-up/rules/{rule.pk}/").status_code
        for rule in (everywhere, own, foreign)
    }
    preview = client.post(
        "/set-up/rules/preview/", DAY_BEFORE | {"location": other.pk, "rule": own.pk}
    )

    assert answers == {everywhere.pk: 403, own.pk: 200, foreign.pk: 404}
    assert "Select a valid choice" in as_read(preview)


@pytest.mark.parametrize(
    ("role", "status"), [("receptionist", 403), ("manager", 200), ("administrator", 200)]
)
@pytest.mark.parametrize("address", ["", "rules/", "rules/new/", "wordings/"])
def test_set_up_needs_a_manager(role, status, address):
    assert signed_in(role).get(f"/set-up/{address}").status_code == status


def test_the_list_costs_the_same_for_one_rule_and_for_ten(django_assert_max_num_queries):
    place = make_location()
    client = signed_in()
    for _ in range(10):
        make_confirmation_rule(location=place)

    with django_assert_max_num_queries(20):
        client.get("/set-up/rules/")


def test_a_leap_day_is_no_trouble():
    make_confirmation_rule()
    make_appointment(day=date(2028, 2, 29))

    assert signed_in().post("/set-up/rules/preview/", DAY_BEFORE).status_code == 200
