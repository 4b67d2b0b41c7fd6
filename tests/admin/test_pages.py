"""Every list and every record of the administration opens, for whom it should, at a steady
price.
"""

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from reminders.models import (
    AuditEntry,
    CallAttempt,
    CannedReply,
    DeliveryReport,
    Import,
    ImportMapping,
    ImportRow,
    InboxItem,
    Job,
    ProviderState,
    Reply,
    Suppression,
    TaskRun,
    Wording,
)
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db

LISTS = sorted(admin.site._registry, key=lambda model: model._meta.label)
MOST_QUERIES = 25


def signed_in(role: str = "administrator", **values) -> Client:
    client = Client()
    client.force_login(make.make_user(group=role, **values))
    return client


def fill(number: int) -> None:
    """One row, or one more, in every table."""
    place, user = make.make_location(), make.make_user(group="receptionist")
    contact = make.make_contact()
    appointment = make.make_appointment(
        location=place,
        contact=contact,
        practitioner=make.make_practitioner(),
        service=make.make_service(),
        external_id=f"A{number}",
    )
    rule = make.make_confirmation_rule(location=place)
    reminder = make.make_handed_over(appointment, rule)
    Wording.objects.create(
        rule=rule, purpose="confirmation", language="en", text="{location}: {date} {time}"
    )
    AuditEntry.objects.create(
        appointment=appointment, contact=contact, at=NOON, source="staff", user=user, kind="x"
    )
    CallAttempt.objects.create(appointment=appointment, at=NOON, by=user, outcome="called")
    DeliveryReport.objects.create(
        provider_id=f"R{number}", message=reminder.message, status="delivered", stored_at=NOON
    )
    reply = Reply.objects.create(
        provider_id=f"Y{number}",
        contact=contact,
        phone=contact.phone,
        received_at=NOON,
        stored_at=NOON,
    )
    InboxItem.objects.create(
        kind="unclear", reply=reply, contact=contact, location=place, opened_at=NOON, done_by=user
    )
    CannedReply.objects.create(title=f"Line {number}", text="Thank you")
    Suppression.objects.create(phone=contact.phone, reason="staff", since=NOON, by=user)
    file = Import.objects.create(filename="diary.csv", created_at=NOON, created_by=user)
    ImportRow.objects.create(of=file, number=2, outcome="new")
    ImportMapping.objects.create(name=f"Diary {number}", location=place)
    TaskRun.objects.create(name=f"ring{number}", started_at=NOON)
    Job.objects.create(kind="replan", created_at=NOON, created_by=user)
    make_schedule(number)


def make_schedule(number: int) -> None:
    interval = IntervalSchedule.objects.create(every=number + 1000, period="seconds")
    PeriodicTask.objects.create(
        name=f"Ring {number}", task="reminders.tasks.send", interval=interval
    )


@pytest.fixture
def filled() -> None:
    fill(1)
    ProviderState.objects.create(pk=1)


def address(model: type[Model], page: str = "changelist", *args: object) -> str:
    from django.urls import reverse

    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
    return reverse(name, args=args)


@pytest.mark.parametrize("model", LISTS, ids=lambda model: model._meta.label)
def test_every_list_and_record_opens(model, filled):
    client = signed_in()
    row = model._default_manager.order_by("pk").last()

    statuses = [
        client.get(address(model)).status_code,
        client.get(address(model), {"q": "x"}).status_code,
    ]
    if row is not None:
        statuses.append(client.get(address(model, "change", row.pk)).status_code)

    assert set(statuses) == {200}


@pytest.mark.deep
@pytest.mark.parametrize("model", LISTS, ids=lambda model: model._meta.label)
def test_a_list_costs_the_same_for_one_row_and_for_many(model, filled):
    client = signed_in()
    client.get(address(model))

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            client.get(address(model))
        return len(caught)

    few = queries()
    for number in range(2, 14):
        fill(number)
    many = queries()

    assert (many, many <= MOST_QUERIES) == (few, True)


@pytest.mark.parametrize(
    ("role", "status"), [("", 403), ("receptionist", 403), ("manager", 200), ("administrator", 200)]
)
def test_the_administration_is_for_managers_and_administrators(role, status):
    assert signed_in(role).get("/admin/", follow=True).status_code == status


def test_a_stranger_signs_in_on_the_one_page_for_it():
    response = Client().get("/admin/", follow=True)

    assert response.redirect_chain[-1][0] == "/sign-in/?next=%2Fadmin%2F"


def test_a_manager_sees_no_users():
    client = signed_in("manager")

    statuses = [
        client.get(f"/admin/{name}/").status_code
        for name in ("auth/user", "reminders/reminderrule")
    ]

    assert statuses == [403, 200]


LOOKED_AT = [
    "appointment",
    "contact",
    "message",
    "reminder",
    "deliveryreport",
    "reply",
    "auditentry",
    "inboxitem",
]


@pytest.mark.parametrize(
    "name", [*LOOKED_AT, "suppression", "import", "importrow", "taskrun", "job"]
)
def test_what_is_only_looked_at_cannot_be_changed(name, filled):
    model = next(model for model in LISTS if model._meta.model_name == name)
    client = signed_in()
    row = model._default_manager.order_by("pk").last()

    statuses = [
        client.get(address(model, "add")).status_code,
        client.post(address(model, "change", row.pk), {}).status_code,
        client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code,
    ]

    assert statuses == [403, 403, 403]


def test_an_appointment_leads_to_its_own_page(filled):
    appointment = make.make_appointment()
    model = type(appointment)

    page = signed_in().get(address(model, "change", appointment.pk)).content.decode()

    assert f'href="/appointments/{appointment.pk}/"' in page


def test_an_administrator_cannot_touch_the_owner():
    owner = make.make_user("owner", is_superuser=True)

    response = signed_in().post(address(type(owner), "change", owner.pk), {"username": "gone"})

    owner.refresh_from_db()
    assert (response.status_code, owner.username) == (403, "owner")


def test_a_person_is_found_by_the_beginning_of_the_name(filled):
    contact = make.make_contact(first_name="Zoë", last_name="Okafor")

    page = signed_in().get(address(type(contact)), {"q": "okaf"})

    assert [row.pk for row in page.context["cl"].result_list] == [contact.pk]


def test_the_sidebar_leads_back_to_the_day_sheet():
    page = signed_in("manager").get("/admin/").content.decode()

    assert "Back to the day sheet" in page
    assert "Users" not in page


def test_a_large_table_is_counted_by_estimate(filled, django_assert_num_queries: Callable):
    from reminders.admin.base import MANY, CheapPaginator
    from reminders.models import Contact

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pg_class SET reltuples = %s WHERE relname = 'reminders_contact'", [MANY * 10]
        )

    assert CheapPaginator(Contact.objects.order_by("pk"), 50).count == MANY * 10
    assert CheapPaginator(Contact.objects.filter(pk__gt=0).order_by("pk"), 50).count == 1


def test_ring_times_are_shown(filled):
    TaskRun.objects.create(name="send", succeeded_at=timezone.now())

    page = signed_in().get(address(TaskRun)).content.decode()

    assert "UTC" in page
