"""Who may see some locations only sees nothing of the others in the administration either."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from reminders.models import (
    AuditEntry,
    CallAttempt,
    CannedReply,
    DailyStatistics,
    DeliveryReport,
    Import,
    ImportMapping,
    ImportRow,
    InboxItem,
    Location,
    Message,
    Reminder,
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
    "reminders.TaskRun",
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
    Wording.objects.create(
        rule=rule, purpose="confirmation", language="en", text="{location}: {date} {time}"
    )
    AuditEntry.objects.create(appointment=appointment, at=NOON, source="staff", kind="confirmed")
    CallAttempt.objects.create(appointment=appointment, at=NOON, outcome="called")
    DeliveryReport.objects.create(
        provider_id=f"R{place.pk}", message=reminder.message, status="delivered", stored_at=NOON
    )
    reply = Reply.objects.create(
        provider_id=f"Y{place.pk}",
        contact=contact,
        phone=contact.phone,
        received_at=NOON,
        stored_at=NOON,
    )
    InboxItem.objects.create(
        kind="unclear", reply=reply, contact=contact, location=place, opened_at=NOON
    )
    Suppression.objects.create(phone=contact.phone, reason="staff", since=NOON)
    ImportRow.objects.create(
        of=Import.objects.create(filename=f"{place}.csv", created_at=NOON, created_by=user),
        number=2,
        outcome="new",
    )
    ImportMapping.objects.create(name=f"Diary {place}", location=place)
    DailyStatistics.objects.create(
        day=NOON.date(), location=place, appointments=1, computed_at=NOON
    )


@pytest.fixture
def signed_in():
    """The administration as a manager of one of two locations sees it; the locations and the
    user.
    """
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
    statuses = {
        pk in shown: client.get(address(model, "change", pk)).status_code for pk in everything
    }

    assert (len(everything), len(shown), statuses) == (2, 1, {True: 200, False: 404})


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


def site_wide() -> dict[str, object]:
    """One of everything that is set up for all locations."""
    interval = IntervalSchedule.objects.create(every=999, period="seconds")
    wording = Wording.objects.create(
        purpose="confirmation", language="en", text="{location}: {date} {time}"
    )
    return {
        "practitioner": make.make_practitioner(),
        "service": make.make_service(),
        "cannedreply": CannedReply.objects.create(title="Line", text="Thank you"),
        "importmapping": ImportMapping.objects.create(name="For all"),
        "reminderrule": make.make_confirmation_rule(),
        "wording": wording,
        "intervalschedule": interval,
        "periodictask": PeriodicTask.objects.create(
            name="Ring", task="reminders.tasks.send", interval=interval
        ),
        "group": Group.objects.create(name="role"),
    }


@pytest.mark.parametrize(
    "name",
    [
        *("practitioner", "service", "cannedreply", "importmapping", "reminderrule", "wording"),
        *("intervalschedule", "periodictask", "group"),
    ],
)
def test_what_holds_for_all_locations_is_only_looked_at_by_who_is_limited(name, signed_in):
    client, *_ = signed_in
    row: Any = site_wide()[name]
    model: Any = type(row)
    before = model._default_manager.filter(pk=row.pk).values().get()

    statuses = [
        client.get(address(model, "change", row.pk)).status_code,
        client.post(address(model, "change", row.pk), {"name": "Changed"}).status_code,
        client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code,
    ]
    client.post(
        address(model, "changelist"),
        {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"},
    )

    assert statuses == [200, 403, 403]
    assert model._default_manager.filter(pk=row.pk).values().get() == before


@pytest.mark.parametrize(
    "name", ["practitioner", "service", "cannedreply", "intervalschedule", "group"]
)
def test_what_holds_for_all_locations_is_not_added_by_who_is_limited(name, signed_in):
    client, *_ = signed_in

    assert client.get(address(type(site_wide()[name]), "add")).status_code == 403


def test_the_order_of_canned_lines_is_not_changed_from_the_list(signed_in):
    client, *_ = signed_in
    line = CannedReply.objects.create(title="Line", text="Thank you", position=1)
    form = {
        "form-TOTAL_FORMS": 1,
        "form-INITIAL_FORMS": 1,
        "form-0-id": line.pk,
        "form-0-position": 7,
    }

    client.post(address(CannedReply, "changelist"), form | {"_save": "Save"})

    line.refresh_from_db()
    assert line.position == 1


def test_who_sees_all_locations_changes_what_holds_for_all():
    client = Client()
    client.force_login(make.make_user(group="administrator"))
    one = make.make_practitioner()

    client.post(address(type(one), "change", one.pk), {"name": "Dr Else", "active": "on"})

    one.refresh_from_db()
    assert one.name == "Dr Else"


@pytest.mark.parametrize("model", [Message, Reminder, InboxItem, DailyStatistics, ReminderRule])
def test_filters_offer_no_other_location_and_no_rule_of_one(model, signed_in):
    client, _, other = signed_in
    ReminderRule.objects.filter(location=other).update(name="Their rule")

    page = client.get(address(model, "changelist")).content.decode()

    assert [str(other) in page, "Their rule" in page] == [False, False]
