"""Names in the set-up that texts say: those that the provider holds go out again with the new
one.
"""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest
from django.db import transaction

from reminders.domain.common.audit import SYSTEM
from reminders.domain.planning.handed_over import BUSY
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.planning.rule_book import BusyError
from reminders.domain.sending.send import send_due
from reminders.domain.sending.withdraw_at_provider import withdraw_stale
from reminders.domain.setup.locations import save_location
from reminders.domain.setup.names import save_practitioner, save_service
from reminders.models import Appointment, Location, Message, Practitioner, Service, Wording
from reminders.provider import MessagesApi
from reminders.sandbox import Sandbox
from tests import factories as make
from tests.domain.beside import Beside
from tests.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)
NAMING = (
    "{first_name}, {date} {time}: {service}, {practitioner}, {location} {phone}. "
    "{instructions} Y or N?"
)


def at_noon() -> datetime:
    return NOON


def handed_over(api: MessagesApi, *, text: str = NAMING, **contact: Any) -> Appointment:
    """Ann's visit tomorrow at one, whose confirmation waits at the provider, beside one at another
    place.
    """
    Wording.objects.create(purpose="confirmation", language="en", text=text)
    make.make_confirmation_rule()
    elsewhere = make.make_appointment(day=date(2026, 3, 3), at=time(14))
    visit = make.make_appointment(
        day=date(2026, 3, 3),
        at=time(13),
        location=make.make_location(name="Harbour", phone="020 7946 0001"),
        contact=make.make_contact(**contact),
        practitioner=make.make_practitioner(name="Dr Old"),
        service=Service.objects.create(name="Check-up", instructions="Please come fasting."),
    )
    plan_appointments([elsewhere.pk, visit.pk], now=NOON)
    send_due(api, clock=at_noon)
    return visit


def move_house() -> int:
    place = Location.objects.get(name="Harbour")
    place.name = "Quay"
    return save_location(place, by=SYSTEM, now=NOON).replaced


def change_phone() -> int:
    place = Location.objects.get(name="Harbour")
    place.phone = "020 7946 0002"
    return save_location(place, by=SYSTEM, now=NOON).replaced


def marry() -> int:
    person = Practitioner.objects.get(name="Dr Old")
    person.name = "Dr New"
    return save_practitioner(person, now=NOON)


def rename_service() -> int:
    service = Service.objects.get()
    service.name = "Cleaning"
    return save_service(service, now=NOON)


def instruct() -> int:
    service = Service.objects.get()
    service.instructions = "Bring your card."
    return save_service(service, now=NOON)


CHANGES: dict[Callable[[], int], tuple[str, str]] = {
    move_house: ("Harbour", "Quay"),
    change_phone: ("0001", "0002"),
    marry: ("Dr Old", "Dr New"),
    rename_service: ("Check-up", "Cleaning"),
    instruct: ("Please come fasting.", "Bring your card."),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_held_text_goes_out_again_with_the_new_name(
    change: Callable[[], int], sandbox: Sandbox, api: MessagesApi
) -> None:
    visit = handed_over(api)
    before = Message.objects.get(reminders__appointment=visit).text

    assert change() == 1
    withdraw_stale(api, clock=at_noon)
    send_due(api, clock=at_noon)

    sent = [(each["content"], each["status"]) for each in sandbox.ledger()]
    assert [each for each in sent if "13:00" in each[0]] == [
        (before, "cancelled"),
        (before.replace(*CHANGES[change]), "scheduled"),
    ]
    assert len(sent) == 3, "the text of the other place stays"
    assert Appointment.objects.get(pk=visit.pk).version == 1


@pytest.mark.parametrize("change", [change_phone, marry, rename_service, instruct])
def test_a_text_that_does_not_say_it_stays(
    change: Callable[[], int], sandbox: Sandbox, api: MessagesApi
) -> None:
    handed_over(api, text="{first_name}, {date} {time} at {location}. Y or N?")

    assert change() == 0
    assert set(Message.objects.values_list("state", "cancel_requested_at")) == {("accepted", None)}


@pytest.mark.parametrize(("language", "replaced"), [("", 1), ("fr", 0)])
def test_another_language_of_the_place_is_for_those_without_one(
    language: str, replaced: int, sandbox: Sandbox, api: MessagesApi
) -> None:
    handed_over(api, language=language)
    place = Location.objects.get(name="Harbour")
    place.language = "de"

    assert save_location(place, by=SYSTEM, now=NOON).replaced == replaced


def test_a_new_practitioner_is_written() -> None:
    assert save_practitioner(Practitioner(name="Dr New"), now=NOON) == 0
    assert Practitioner.objects.get().name == "Dr New"


def test_while_an_import_is_at_it_nothing_is_renamed(sandbox: Sandbox, api: MessagesApi) -> None:
    handed_over(api)

    renaming = Beside(lambda: outcome_of(move_house))
    with transaction.atomic():
        list(Appointment.objects.select_for_update(no_key=True))
        renaming.start()
        renaming.join(20)

    assert renaming.result == BUSY
    assert Location.objects.filter(name="Harbour").exists()


def outcome_of(change: Callable[[], int]) -> int | str:
    try:
        return change()
    except BusyError as busy:
        return str(busy)
