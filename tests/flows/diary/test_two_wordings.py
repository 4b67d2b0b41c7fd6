"""A manager wonders whether friendlier words help: half of the patients get them, then all."""

from datetime import datetime, timedelta
from decimal import Decimal

from reminders.domain.common.audit import SYSTEM
from reminders.domain.pages.figures.cost import costs
from reminders.domain.pages.figures.daily import compute_texts
from reminders.domain.pages.figures.periods import Period
from reminders.domain.pages.figures.trials import trial_figures
from reminders.domain.setup.prices import Price, save_prices
from reminders.domain.setup.trials import Aim, begin_trial, keep_wording
from reminders.domain.wording.halves import in_second_half
from reminders.models import Appointment, Message, ReminderRule, TrialText
from tests.flows.conftest import Clinic

FRIENDLY = "Hi {first_name}, we look forward to {date} at {time}, {location}. Reply Y or N."
PHONES = [f"+4477009004{number:02}" for number in range(4)]


def book(clinic: Clinic, day: str, *, start: int) -> None:
    """Four patients on a day, an hour each."""
    clinic.diary(
        *(
            f"{start + number},Ann {number},{phone},{day},{9 + number}:00"
            for number, phone in enumerate(PHONES)
        )
    )


def friendly(clinic: Clinic) -> set[str]:
    """The phones whose last question was in the friendly words."""
    return {
        phone
        for phone in PHONES
        if any(words.startswith("Hi Ann, we look") for _, words in clinic.texts(phone)[-2:])
    }


def test_half_of_the_patients_get_the_second_wording_then_everybody(clinic: Clinic) -> None:
    # Monday noon. The rule asks the day before; a second wording is tried.
    rule = ReminderRule.objects.get(kind="confirmation")
    save_prices({"GB": Price(Decimal("0.05"), "GBP")}, by=SYSTEM, now=clinic.world.now)
    trial = begin_trial(
        rule, language="en", second=FRIENDLY, aim=Aim(10, 25), by=SYSTEM, now=clinic.world.now
    )
    book(clinic, "2026-03-04", start=1)
    clinic.wait_until(datetime.fromisoformat("2026-03-03T18:00+00:00"))

    # By Tuesday evening all were asked, one half in the new words; those answer.
    new = friendly(clinic)
    assert new == {
        visit.contact.phone
        for visit in Appointment.objects.select_related("contact")
        if in_second_half(visit.uuid, trial=trial.pk)
    }
    for phone in new:
        clinic.hear("Y", phone=phone)

    # After the visits the page counts, and does not yet say which is better.
    clinic.wait_until(datetime.fromisoformat("2026-03-04T18:00+00:00"))
    found = trial_figures(trial, location_ids=None, now=clinic.world.now)
    assert (found.second.sent, found.second.confirmed.part) == (len(new), len(new))
    assert (found.first.sent, found.first.confirmed.part) == (len(PHONES) - len(new), 0)
    assert found.words.startswith("Not yet")

    # The provider billed each text, and the price is the manager's.
    days = Period(trial.started_at.date(), clinic.world.now.date())
    compute_texts(days.first, days.last, now=clinic.world.now)
    [spent] = costs([days], [clinic.place])
    assert spent.billed == spent.texts > 4
    assert spent.sums == (("GBP", Decimal("0.05") * spent.units),)

    # The manager keeps the new words all the same: from now on everybody gets them.
    keep_wording(trial, second=True, by=SYSTEM, now=clinic.world.now)
    told = TrialText.objects.count()
    book(clinic, "2026-03-06", start=101)
    clinic.wait_until(clinic.world.now + timedelta(hours=26))
    asked = Message.objects.filter(appointment__external_id__startswith="10", asks="yes_no")
    assert asked.count() == 4
    assert {text.text.startswith("Hi Ann, we look") for text in asked} == {True}
    assert TrialText.objects.count() == told
