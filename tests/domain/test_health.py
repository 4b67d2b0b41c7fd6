"""What `status`, the banners and the e-mails say: the truth, and no longer than it is true."""

import smtplib
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from pytest_django import Settings

from reminders.domain.alerts import alert_administrators, banners, watch
from reminders.domain.brakes import provider_answered, provider_failed
from reminders.domain.health import status_report, take_pulse
from reminders.domain.planning import plan_appointments
from reminders.domain.rings import HEARTBEAT, note
from reminders.models import Message, ProviderState, Reminder, Reply, Ring
from reminders.provider import CredentialsRefused, OutcomeUnknown, SlowDown
from tests import factories as make
from tests.factories import NOON
from tests.programs import wait_until

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ringing() -> None:
    """Bells that went by a moment ago."""
    for name in (HEARTBEAT, "replies"):
        note(name, started=NOON)
    Ring.objects.update(succeeded_at=NOON)


def troubles(after: timedelta = timedelta()) -> list[str]:
    if after:
        Ring.objects.update(succeeded_at=NOON + after)
    return take_pulse(now=NOON + after).troubles(now=NOON + after)


def test_a_quiet_site_is_healthy() -> None:
    report = status_report(now=NOON)

    assert (report["healthy"], report["troubles"], report["oldest_due_seconds"]) == (True, [], 0)
    assert report["provider"] == {"brake": "", "words": "Working"}
    assert banners(NOON) == []


def planned_an_hour_ago() -> None:
    appointment = make.make_appointment(day=NOON.date())
    make.make_confirmation_rule()
    plan_appointments([appointment.pk], now=NOON - timedelta(days=1))
    Reminder.objects.update(state="planned", reason="", due_at=NOON - timedelta(hours=1))


def waits_in_the_outbox() -> None:
    make.make_message(state="queued", scheduled_at=NOON - timedelta(hours=1), send_after=NOON)


def of_unknown_outcome() -> None:
    make.make_message(state="unknown", unknown_since=NOON - timedelta(minutes=16))


def unread_reply() -> None:
    at = NOON - timedelta(minutes=11)
    Reply.objects.create(provider_id="r", phone="+447700900001", text="Y", received_at=at, stored_at=at)


def silent_beat() -> None:
    Ring.objects.filter(pk=HEARTBEAT).update(succeeded_at=NOON - timedelta(seconds=91))


def not_polled() -> None:
    Ring.objects.filter(pk="replies").update(succeeded_at=NOON - timedelta(minutes=11))


@pytest.mark.parametrize(
    ("happens", "code"),
    [
        (planned_an_hour_ago, "due"),
        (waits_in_the_outbox, "due"),
        (of_unknown_outcome, "unknown"),
        (unread_reply, "replies"),
        (silent_beat, "beat"),
        (not_polled, "poll"),
        (lambda: provider_failed(CredentialsRefused(""), now=NOON), "credentials"),
        (lambda: provider_failed(SlowDown(60), now=NOON), "rate"),
        (lambda: [provider_failed(OutcomeUnknown(""), now=NOON) for _ in range(3)], "down"),
    ],
)
def test_each_trouble_is_told_by_status_and_by_a_banner(happens, code: str) -> None:
    happens()

    report = status_report(now=NOON)

    assert (report["healthy"], report["troubles"]) == (False, [code])
    assert [banner.code for banner in banners(NOON)] == [code]


def test_a_text_handed_over_for_later_is_not_due() -> None:
    make.make_message(state="queued", scheduled_at=NOON + timedelta(hours=1), send_after=NOON)

    assert troubles() == []


@pytest.mark.parametrize("error", [CredentialsRefused(""), SlowDown(60)])
def test_a_brake_is_released_by_a_poll_where_nothing_waits_to_be_sent(error: Exception) -> None:
    provider_failed(error, now=NOON)
    later = timedelta(seconds=61)

    provider_answered(now=NOON + later)

    assert troubles(later) == []


def test_a_brake_stays_while_a_text_waits_that_can_be_the_probe() -> None:
    make.make_message(state="queued", scheduled_at=NOON + timedelta(minutes=1), send_after=NOON)
    provider_failed(SlowDown(60), now=NOON)

    provider_answered(now=NOON + timedelta(seconds=61))

    assert ProviderState.objects.get().brake == "rate"


class TestMail:
    @pytest.fixture(autouse=True)
    def administrator(self, settings: Settings) -> None:
        settings.ADMINS = [("Admin", "admin@clinic.example")]

    def test_goes_once_when_a_trouble_has_lasted_and_once_when_it_is_over(self) -> None:
        of_unknown_outcome()
        for seconds in (0, 179, 180, 240):
            alert_administrators(now=NOON + timedelta(seconds=seconds))
        assert [letter.subject for letter in mail.outbox] == [
            "[Till Then] For some texts we don't know yet whether they were sent."
        ]
        Message.objects.all().delete()
        for seconds in (241, 260):
            alert_administrators(now=NOON + timedelta(seconds=seconds))

        assert [letter.subject for letter in mail.outbox][1:] == [
            "[Till Then] Over: For some texts we don't know yet whether they were sent."
        ]

    def test_says_nothing_of_what_heals_within_three_minutes(self) -> None:
        of_unknown_outcome()
        alert_administrators(now=NOON)
        Message.objects.all().delete()
        alert_administrators(now=NOON + timedelta(minutes=4))

        assert mail.outbox == []

    def test_is_told_again_where_the_mail_server_was_away(self, monkeypatch: pytest.MonkeyPatch) -> None:
        of_unknown_outcome()
        alert_administrators(now=NOON)
        with monkeypatch.context() as patch:
            patch.setattr(EmailBackend, "send_messages", _away)
            assert alert_administrators(now=NOON + timedelta(minutes=4)) == 0

        assert alert_administrators(now=NOON + timedelta(minutes=5)) == 1
        assert len(mail.outbox) == 1


def _away(*_: object) -> int:
    raise smtplib.SMTPServerDisconnected


@pytest.mark.django_db(transaction=True)
def test_the_web_site_writes_that_the_bells_are_silent(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ADMINS = [("Admin", "admin@clinic.example")]
    for name, value in (("LOOK_EVERY", 0.01), ("QUIET_FOR", timedelta())):
        monkeypatch.setattr(f"reminders.domain.alerts.{name}", value)
    Ring.objects.all().delete()
    stop = Event()
    watching = Thread(target=watch, args=(stop,))
    watching.start()
    try:
        assert wait_until(lambda: len(mail.outbox) >= 2, seconds=5)
    finally:
        stop.set()
        watching.join()

    assert "[Till Then] The application's clockwork has stopped." in [each.subject for each in mail.outbox]
