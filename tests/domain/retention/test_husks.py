"""What is left of texts, replies, cards and files goes when their figures do; nothing grows for
ever.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps

from reminders.domain.retention.bounds import BOUNDED, FORGOTTEN, OTHERS
from reminders.domain.retention.run import forget_what_is_due
from reminders.domain.retention.steps import STEPS
from reminders.models import (
    Appointment,
    Contact,
    ForgettingRun,
    Import,
    InboxItem,
    LegalHold,
    Message,
    Reply,
)
from tests import factories as make
from tests.domain.retention.somebody import Somebody, make_somebody

pytestmark = pytest.mark.django_db
VISIT = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)


@pytest.fixture
def somebody() -> Somebody:
    """Their one visit was on VISIT."""
    return make_somebody(
        at=VISIT, location=make.make_location(), rule=make.make_confirmation_rule()
    )


def forget(*days: int) -> None:
    """The work of these nights, so many days after the visit."""
    for day in days:
        forget_what_is_due(now=VISIT + timedelta(days=day), pause=lambda _: None)


def left() -> dict[str, int]:
    models = (Message, Reply, InboxItem, Appointment)
    return {model.__name__: model.objects.count() for model in models}


def test_nothing_is_left_of_texts_and_replies_after_the_figures(somebody: Somebody) -> None:
    before = left()
    forget(92)
    assert left() == before

    forget(740, 741)

    assert left() == dict.fromkeys(before, 0)


def test_texts_of_somebody_on_hold_stay(somebody: Somebody) -> None:
    LegalHold.objects.create(contact=somebody.contact, reason="a claim", since=VISIT)
    theirs = Message.objects.filter(contact=somebody.contact).exclude(phone="")
    kept = set(theirs.values_list("pk", flat=True))

    forget(740, 741)

    assert set(Message.objects.values_list("pk", flat=True)) >= kept
    assert Contact.objects.get(pk=somebody.contact.pk).phone


def test_a_file_that_brought_visits_keeps_its_name_and_others_go() -> None:
    for count in (0, 3):
        Import.objects.create(
            filename=f"{count}.csv", state="applied", counts={"new": count},
            created_at=VISIT, applied_at=VISIT, forgotten_at=VISIT,
        )  # fmt: skip

    forget(740)

    assert list(Import.objects.values_list("filename", flat=True)) == ["3.csv"]


def test_notes_of_forgetting_go_as_well() -> None:
    forget(1, 740)

    assert {run.day.year for run in ForgettingRun.objects.all()} == {2028}


def test_every_table_is_forgotten_or_named_as_bounded_with_its_reason() -> None:
    """A new table wants a step of forgetting, or a reason in `retention.bounds`."""
    named = [*FORGOTTEN, *BOUNDED]
    ours = {
        model._meta.model_name
        for model in apps.get_app_config("reminders").get_models(include_auto_created=True)
    }
    others = {
        model._meta.label_lower
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label != "reminders"
    }

    assert (ours - {*named}, {*named} - ours, len(named)) == (set(), set(), len(ours))
    assert others == set(OTHERS)
    assert all({**BOUNDED, **OTHERS}.values())


def test_what_is_said_to_be_forgotten_has_a_step() -> None:
    names = {step.name for step in STEPS}

    assert {step for steps in FORGOTTEN.values() for step in steps} == names
