"""Two wordings of a rule: which visit gets which, what ends a trial, and what may be said of it."""

import uuid
from datetime import date, time, timedelta

import pytest

from reminders.domain.common.audit import SYSTEM
from reminders.domain.pages.figures.chance import Share, Verdict
from reminders.domain.pages.figures.trials import Half, TrialFigures, trial_figures
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.sending.claiming.due import claim_due
from reminders.domain.setup.trials import Aim, TrialError, aims, begin_trial, keep_wording
from reminders.domain.setup.wordings import (
    WordingKey,
    WordingRefusedError,
    reset_wording,
    save_wording,
    standing,
)
from reminders.domain.wording.halves import in_second_half
from reminders.models import AuditEntry, Message, Reply, TrialText, WordingTrial
from tests.factories import (
    NOON,
    make_appointment,
    make_confirmation_rule,
    make_contact,
    make_location,
    make_message,
    make_reminder_rule,
)

pytestmark = pytest.mark.django_db
SECOND = "Dear {first_name}, {location} on {date} at {time}. Reply Y or N."
GERMAN = "Hallo {first_name}, {location}: {date} {time}. J oder N?"
AIM = Aim(10, 25)


def begin(rule, *, language="en", second=SECOND, aim=AIM):
    return begin_trial(rule, language=language, second=second, aim=aim, by=SYSTEM, now=NOON)


def claim():
    claim_due(now=NOON, ahead=timedelta(days=1), limit=100, hold=timedelta(minutes=2))


def text_all(rule, *, count=12, **values):
    """So many visits tomorrow, each with a text of this rule handed over."""
    place = make_location()
    visits = [
        make_appointment(
            day=date(2026, 3, 3), at=time(13), location=place, contact=make_contact(**values)
        )
        for _ in range(count)
    ]
    plan_appointments([visit.pk for visit in visits], now=NOON)
    claim()
    return visits


def test_each_visit_gets_the_wording_of_its_half():
    rule = make_confirmation_rule()
    trial = begin(rule)
    visits = text_all(rule, count=30)

    texts = Message.objects.in_bulk([row.pk for row in Message.objects.all()])
    halves = {texts[row.message_id].appointment_id: row.second for row in TrialText.objects.all()}

    assert halves == {visit.pk: in_second_half(visit.uuid, trial=trial.pk) for visit in visits}
    assert set(halves.values()) == {True, False}
    for text in texts.values():
        assert text.text.startswith("Dear Ann") is halves[text.appointment_id]


def test_about_half_of_all_visits_are_in_the_second_half_and_stay_there():
    ids = [uuid.UUID(int=number) for number in range(4_000)]

    halves = [in_second_half(one, trial=1) for one in ids]

    assert 1_850 < sum(halves) < 2_150
    assert halves == [in_second_half(one, trial=1) for one in ids]
    assert halves != [in_second_half(one, trial=2) for one in ids]


NOT_TRIED = {
    "another language": {"language": "de"},
    "a voice call": {"channel": "voice", "phone_kind": "landline"},
}


@pytest.mark.parametrize("patient", NOT_TRIED.values(), ids=NOT_TRIED.keys())
def test_what_has_other_words_is_in_no_trial(patient):
    rule = make_confirmation_rule()
    begin(rule)

    text_all(rule, count=4, **patient)

    assert Message.objects.count() == 4
    assert not TrialText.objects.exists()


def test_a_family_s_text_is_in_no_trial():
    rule, place, phone = make_confirmation_rule(), make_location(), "+447700900123"
    begin(rule)
    visits = [
        make_appointment(
            day=date(2026, 3, 3),
            at=time(13),
            location=place,
            contact=make_contact(first_name=name, phone=phone),
        )
        for name in ("Ann", "Ben")
    ]
    plan_appointments([visit.pk for visit in visits], now=NOON)
    claim()

    assert (Message.objects.count(), TrialText.objects.count()) == (1, 0)


def test_another_rule_is_in_no_trial():
    begin(make_confirmation_rule(name="Elsewhere", location=make_location()))
    rule = make_confirmation_rule()

    text_all(rule, count=3)

    assert not TrialText.objects.exists()


REFUSED = [
    # what reads as the first, what no wording may be
    (None, TrialError, "read the same"),
    ("", WordingRefusedError, "."),
    ("Hello {nobody}", WordingRefusedError, "nobody"),
    ("Text CANCEL to cancel. {date} {time}", WordingRefusedError, "CANCEL"),
]


@pytest.mark.parametrize(("second", "error", "words"), REFUSED)
def test_what_is_no_second_wording_is_refused(second, error, words):
    rule = make_confirmation_rule()
    first = standing(WordingKey("confirmation", "en", rule_id=rule.pk)).text

    with pytest.raises(error, match=words):
        begin(rule, second=f" {first}\n" if second is None else second)
    assert not WordingTrial.objects.exists()


def test_one_trial_at_a_time_in_a_language():
    rule = make_confirmation_rule()
    begin(rule)
    begin(rule, language="de", second=GERMAN)

    with pytest.raises(TrialError, match="already"):
        begin(rule)


def test_a_wording_that_is_changed_in_the_middle_ends_the_trial():
    rule = make_confirmation_rule()
    trial, german = begin(rule), begin(rule, language="de", second=GERMAN)
    kept = standing(WordingKey("confirmation", "en")).text

    # As it was: nothing has changed for anybody.
    save_wording(WordingKey("confirmation", "en"), kept, by=SYSTEM, now=NOON)
    trial.refresh_from_db()
    assert trial.ended_at is None

    save_wording(WordingKey("confirmation", "en"), f"{kept} Thanks.", by=SYSTEM, now=NOON)
    trial.refresh_from_db()
    german.refresh_from_db()
    assert (trial.outcome, trial.ended_at, german.ended_at) == ("changed", NOON, None)


def test_going_back_to_the_general_wording_ends_it_as_well():
    rule = make_confirmation_rule()
    own = WordingKey("confirmation", "en", rule_id=rule.pk)
    save_wording(own, f"{SECOND} Thanks.", by=SYSTEM, now=NOON)
    trial = begin(rule)

    reset_wording(own, by=SYSTEM, now=NOON)

    trial.refresh_from_db()
    assert trial.outcome == "changed"


@pytest.mark.parametrize("second", [True, False])
def test_the_one_that_is_kept_goes_to_everybody(second):
    rule = make_confirmation_rule()
    trial = begin(rule)
    keep_wording(trial, second=second, by=SYSTEM, now=NOON)
    text_all(rule, count=6)

    assert {text.text.startswith("Dear Ann") for text in Message.objects.all()} == {second}
    assert not TrialText.objects.exists()
    assert WordingTrial.objects.get().outcome == ("second" if second else "first")
    with pytest.raises(TrialError, match="meanwhile"):
        keep_wording(trial, second=not second, by=SYSTEM, now=NOON)
    kinds = set(AuditEntry.objects.values_list("kind", flat=True))
    assert {"trial_began", "trial_ended"} <= kinds


def test_a_trial_of_reminders_goes_by_missed_visits():
    assert [one.points for one in aims(make_reminder_rule())] == [5, 3]
    assert [one.points for one in aims(make_confirmation_rule())] == [10, 5]


def sent(trial, place, *, second, status, days=1, answer=False, **values):
    visit = make_appointment(location=place, day=NOON.date() - timedelta(days=days), status=status)
    message = make_message(
        **({"appointment": visit, "location": place, "state": "delivered"} | values)
    )
    TrialText.objects.create(trial=trial, message=message, second=second)
    if answer:
        Reply.objects.create(
            provider_id=f"r{message.pk}", message=message, phone=message.phone, text="Y",
            received_at=NOON, stored_at=NOON,
        )  # fmt: skip
    return visit


def test_visits_are_counted_by_half_once_each_and_by_location():
    rule, place, other = make_confirmation_rule(), make_location(), make_location()
    trial = begin(rule)
    visit = sent(trial, place, second=False, status="confirmed", answer=True)
    # The same visit once more, as after it was moved; what never arrived; what is cancelled.
    again = make_message(appointment=visit, location=place, state="delivered")
    TrialText.objects.create(trial=trial, message=again, second=False)
    sent(trial, place, second=False, status="no_show", state="failed")
    sent(trial, place, second=False, status="no_show")
    sent(trial, place, second=False, status="cancelled")
    sent(trial, place, second=False, status="booked", days=-3)
    sent(trial, other, second=False, status="arrived")

    found = trial_figures(trial, location_ids=[place.pk], now=NOON)

    assert found.first == Half(4, Share(1, 4), Share(1, 4), Share(1, 1), Share(1, 2))
    assert found.second == Half()
    assert trial_figures(trial, location_ids=None, now=NOON).first.sent == 5


def test_the_verdict_goes_by_the_first_visits_only():
    rule, place = make_confirmation_rule(), make_location()
    trial = begin(rule, aim=Aim(10, 2))
    for days, status in ((9, "confirmed"), (8, "confirmed"), (7, "booked"), (6, "booked")):
        sent(trial, place, second=False, status=status, days=days)

    found = trial_figures(trial, location_ids=None, now=NOON)

    assert (found.first.counts, found.told) == (Share(2, 2), 0)


def figures(first, second, *, least=100, asks=True):
    return TrialFigures(Half(counts=Share(*first)), Half(counts=Share(*second)), least, asks)


VERDICTS = [
    # not yet: nothing, one, one short on one side
    ((0, 0), (0, 0), True, None, None, "Not yet: 0 of 100 visits each."),
    ((1, 1), (0, 1), True, None, None, "Not yet: 1 of 100 visits each."),
    ((90, 100), (10, 99), True, None, None, "Not yet: 99 of 100 visits each."),
    # enough
    ((50, 100), (70, 100), True, Verdict.MORE, True, "The second wording is better: 50.0 %"),
    ((70, 100), (50, 100), True, Verdict.FEWER, False, "The first wording is better: 70.0 %"),
    ((30, 100), (10, 100), False, Verdict.FEWER, True, "The second wording is better: 30.0 % m"),
    ((10, 100), (30, 100), False, Verdict.MORE, False, "The first wording is better: 10.0 % m"),
    ((50, 100), (55, 100), True, Verdict.NO_DIFFERENCE, None, "No clear difference: 50.0 %"),
    ((0, 100), (0, 100), False, Verdict.NO_DIFFERENCE, None, "No clear difference: 0.0 %"),
    ((1, 100), (2, 100), False, Verdict.TOO_FEW, None, "No clear difference: 1.0 %"),
    ((100, 100), (100, 100), True, Verdict.NO_DIFFERENCE, None, "No clear difference: 100.0 %"),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second", "asks", "verdict", "better", "words"), VERDICTS)
def test_a_verdict_waits_for_enough_visits(first, second, asks, verdict, better, words):
    found = figures(first, second, asks=asks)

    assert (found.verdict, found.second_is_better) == (verdict, better)
    assert found.words.startswith(words)
