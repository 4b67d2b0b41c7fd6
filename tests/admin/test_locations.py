"""Who may see some locations only sees nothing of the others in the administration either."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from reminders.models import (
    CallAttempt,
    Card,
    DayFigure,
    DeliveryReport,
    Event,
    Import,
    ImportMapping,
    ImportRow,
    Location,
    ReminderRule,
    Reply,
    Suppression,
    Wording,
)
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db

SITE_WIDE = {
    "auth.User",
    "auth.Group",
    "django_celery_beat.IntervalSchedule",
    "django_celery_beat.PeriodicTask",
    "reminders.CannedReply",
    "reminders.Job",
    "reminders.Practitioner",
    "reminders.ProviderState",
    "reminders.Ring",
    "reminders.Service",
}
"""What belongs to no location."""
OF_A_PLACE = sorted(
    (model for model in admin.site._registry if model._meta.label not in SITE_WIDE),
    key=lambda model: model._meta.label,
)


def fill(place: Location, user) -> None:
    """One row in every table that knows locations."""
    contact = make.make_contact()
    appointment = make.make_appointment(location=place, contact=contact)
    rule = make.make_confirmation_rule(location=place)
    reminder = make.make_handed_over(appointment, rule)
    Wording.objects.create(rule=rule, purpose="confirmation", language="en", text="{location}: {date} {time}")
    Event.objects.create(appointment=appointment, at=NOON, source="staff", kind="confirmed")
    CallAttempt.objects.create(appointment=appointment, at=NOON, outcome="called")
    DeliveryReport.objects.create(
        provider_id=f"R{place.pk}", message=reminder.message, status="delivered", stored_at=NOON
    )
    reply = Reply.objects.create(
        provider_id=f"Y{place.pk}", contact=contact, phone=contact.phone, received_at=NOON, stored_at=NOON
    )
    Card.objects.create(kind="unclear", reply=reply, contact=contact, location=place, opened_at=NOON)
    Suppression.objects.create(phone=contact.phone, reason="staff", since=NOON)
    ImportRow.objects.create(
        of=Import.objects.create(filename=f"{place}.csv", created_at=NOON, created_by=user),
        number=2,
        outcome="new",
    )
    ImportMapping.objects.create(name=f"Diary {place}", location=place)
    DayFigure.objects.create(day=NOON.date(), location=place, appointments=1, reckoned_at=NOON)


@pytest.fixture
def signed_in():
    """The administration as a manager of one of two locations sees it; the locations and the user."""
    mine, other = make.make_location(), make.make_location()
    user = make.make_user(group="administrator", locations=(mine,))
    fill(mine, user)
    fill(other, make.make_user(group="manager"))
    client = Client()
    client.force_login(user)
    return client, mine, other


def address(model, page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("model", OF_A_PLACE, ids=lambda model: model._meta.label)
def test_a_list_and_its_records_keep_to_ones_own_locations(model, signed_in):
    client, *_ = signed_in
    everything = set(model._default_manager.values_list("pk", flat=True))

    shown = {row.pk for row in client.get(address(model, "changelist")).context["cl"].result_list}
    statuses = {pk in shown: client.get(address(model, "change", pk)).status_code for pk in everything}

    assert (len(everything), len(shown), statuses) == (2, 1, {True: 200, False: 302})


def test_a_manager_of_one_location_changes_no_rule_that_holds_everywhere(signed_in):
    client, mine, other = signed_in
    everywhere = make.make_confirmation_rule()
    own = ReminderRule.objects.get(location=mine)

    answers = {
        rule: client.post(address(ReminderRule, "change", rule.pk), {}).status_code
        for rule in (everywhere, own)
    }
    form = client.get(address(ReminderRule, "add")).context["adminform"].form

    assert answers == {everywhere: 403, own: 200}
    assert list(form.fields["location"].queryset) == [mine]
    assert (form.fields["location"].required, other.pk != mine.pk) == (True, True)


def test_a_new_location_takes_somebody_who_sees_them_all(signed_in):
    client, *_ = signed_in

    assert client.get(address(Location, "add")).status_code == 403
