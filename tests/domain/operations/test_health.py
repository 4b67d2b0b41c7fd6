"""What `status`, the banners and the e-mails say: the truth, and no longer than it is true."""

import smtplib
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from pytest_django import Settings

from reminders.domain.common.troubles import tell
from reminders.domain.operations.alert_words import WORDS
from reminders.domain.operations.alerts import alert_administrators, banners, watch
from reminders.domain.operations.health import status_report, take_pulse
from reminders.domain.operations.periodic_tasks import HEARTBEAT, note
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.sending.circuit_breaker import provider_answered, provider_failed
from reminders.models import CallHealth, InboxItem, Message, ProviderState, Reminder, Reply, TaskRun
from reminders.provider import CredentialsRefused, MessagesApiError, OutcomeUnknown, SlowDown
from tests import factories as make
from tests.factories import NOON
from tests.programs import wait_until

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ringing() -> None:
    """Bells that went by a moment ago."""
    for name in (HEARTBEAT, "replies"):
        note(name, started=NOON)
    TaskRun.objects.update(succeeded_at=NOON)


def troubles(after: timedelta = timedelta()) -> list[str]:
    if after:
        TaskRun.objects.update(succeeded_at=NOON + after)
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
    Reply.objects.create(
        provider_id="r", phone="+447700900001", text="Y", received_at=at, stored_at=at
    )


def silent_beat() -> None:
    TaskRun.objects.filter(pk=HEARTBEAT).update(succeeded_at=NOON - timedelta(seconds=61))


def not_polled() -> None:
    TaskRun.objects.filter(pk="replies").update(succeeded_at=NOON - timedelta(minutes=11))


def not_withdrawn() -> None:
    at = NOON - timedelta(seconds=61)
    make.make_message(state="accepted", provider_id="m-1", cancel_requested_at=at)
    note("withdraw", started=NOON)


def not_withdrawn_for_long_while_others_are() -> None:
    at = NOON - timedelta(minutes=16)
    make.make_message(state="accepted", provider_id="m-1", cancel_requested_at=at)
    note("withdraw", started=NOON, count=5)


def folder_is_gone() -> None:
    TaskRun.objects.create(
        name="folder", finished_at=NOON, error="folder: Permission denied (/srv/diary)"
    )


def fault_in_a_ring() -> None:
    TaskRun.objects.create(name="tidy", finished_at=NOON, error="ValueError")


def ring_that_hangs() -> None:
    began, until = NOON - timedelta(minutes=46), NOON + timedelta(seconds=20)
    TaskRun.objects.create(name="folder", started_at=began, held_until=until, holder="x")


def pushed_to_an_old_address() -> None:
    tell("pushes", count=3, now=NOON - timedelta(hours=1))


def wrong_clock() -> None:
    tell("clock", place="worker on a", words="worker on a: 4 minutes ahead", now=NOON)


def pushed_with_a_wrong_signature() -> None:
    tell("signatures", count=2, now=NOON - timedelta(minutes=5))


def disk_nearly_full() -> None:
    tell("room", place="a /srv", words="a, /srv: 120 MB left", now=NOON)


def not_answering() -> None:
    CallHealth.objects.create(
        call="replies",
        failed_at=NOON,
        failing_since=NOON - timedelta(seconds=10),
        failures=3,
        how="no_answer",
    )


def refusing_the_key_while_nothing_is_due() -> None:
    CallHealth.objects.create(
        call="replies", failed_at=NOON, failing_since=NOON, failures=2, how="credentials"
    )


@pytest.mark.parametrize(
    ("happens", "code"),
    [
        (pushed_with_a_wrong_signature, "signatures"),
        (disk_nearly_full, "room"),
        (not_answering, "down"),
        (refusing_the_key_while_nothing_is_due, "credentials"),
        (not_withdrawn, "withdraw"),
        (not_withdrawn_for_long_while_others_are, "withdraw"),
        (folder_is_gone, "folder"),
        (fault_in_a_ring, "ring"),
        (ring_that_hangs, "ring"),
        (pushed_to_an_old_address, "pushes"),
        (wrong_clock, "clock"),
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


def withdrawing_a_whole_diary() -> None:
    at = NOON - timedelta(minutes=10)
    make.make_message(state="accepted", provider_id="m-1", cancel_requested_at=at)
    note("withdraw", started=NOON, count=200)


def withdrawn_before_anybody_knew_of_it() -> None:
    at = NOON - timedelta(minutes=10)
    make.make_message(state="unknown", unknown_since=NOON, cancel_requested_at=at)


def provider_away_at_a_daily_ring() -> None:
    TaskRun.objects.create(
        name="sync_blocked", finished_at=NOON, error="NotReceived: connection refused"
    )


def database_away_at_a_rare_ring() -> None:
    TaskRun.objects.create(name="plan", finished_at=NOON, error="OperationalError")


def old_news() -> None:
    tell("pushes", now=NOON - timedelta(hours=7))
    tell("clock", place="worker on b", words="4 minutes ahead", now=NOON - timedelta(minutes=3))


@pytest.mark.parametrize(
    "happens",
    [
        withdrawing_a_whole_diary,
        withdrawn_before_anybody_knew_of_it,
        provider_away_at_a_daily_ring,
        database_away_at_a_rare_ring,
        old_news,
    ],
)
def test_what_passes_by_itself_is_no_trouble(happens) -> None:
    happens()

    assert troubles() == []


def test_what_exactly_is_wrong_stands_in_status_and_banner() -> None:
    pushed_to_an_old_address()
    tell("pushes", count=2, now=NOON)

    said = "5 times since 02 March 11:00 UTC, last 02 March 12:00 UTC"
    assert status_report(now=NOON)["details"] == {"pushes": said}
    assert banners(NOON)[0].words.startswith(f"{said}. They may arrive late")


def test_every_trouble_says_what_to_do() -> None:
    assert {code for code, (_, title, words) in WORDS.items() if not (title and words)} == set()


def test_a_text_handed_over_for_later_is_not_due() -> None:
    make.make_message(state="queued", scheduled_at=NOON + timedelta(hours=1), send_after=NOON)

    assert troubles() == []


@pytest.mark.parametrize("error", [CredentialsRefused(""), SlowDown(60)])
def test_a_brake_is_released_by_a_poll_where_nothing_waits_to_be_sent(
    error: MessagesApiError,
) -> None:
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

    def test_is_told_again_where_the_mail_server_was_away(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        of_unknown_outcome()
        alert_administrators(now=NOON)
        with monkeypatch.context() as patch:
            patch.setattr(EmailBackend, "send_messages", _away)
            assert alert_administrators(now=NOON + timedelta(minutes=4)) == 0

        assert alert_administrators(now=NOON + timedelta(minutes=5)) == 1
        assert len(mail.outbox) == 1

    def test_each_emergency_is_told_though_another_still_waits(self) -> None:
        told = []
        for minute in range(3):
            if minute != 1:
                InboxItem.objects.create(kind=InboxItem.Kind.EMERGENCY, opened_at=NOON)
            told.append(alert_administrators(now=NOON + timedelta(minutes=minute)))

        assert told == [1, 0, 1]
        assert {letter.subject for letter in mail.outbox} == {
            "[Till Then] A patient's text may be about an emergency."
        }


def _away(*_: object) -> int:
    raise smtplib.SMTPServerDisconnected


@pytest.mark.django_db(transaction=True)
def test_the_web_site_writes_that_the_bells_are_silent(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ADMINS = [("Admin", "admin@clinic.example")]
    for name, value in (("LOOK_EVERY", 0.01), ("QUIET_FOR", timedelta())):
        monkeypatch.setattr(f"reminders.domain.operations.alerts.{name}", value)
    TaskRun.objects.all().delete()
    stop = Event()
    watching = Thread(target=watch, args=(stop,))
    watching.start()
    try:
        assert wait_until(lambda: len(mail.outbox) >= 2, seconds=5)
    finally:
        stop.set()
        watching.join()

    assert "[Till Then] The application's background work has stopped." in [
        each.subject for each in mail.outbox
    ]


@pytest.mark.parametrize(
    ("hours", "folder", "told"),
    [(47, "/srv/backups", []), (49, "/srv/backups", ["backup"]), (49, None, [])],
)
def test_a_backup_that_is_too_old_is_told_of(
    hours: int, folder: str | None, told: list[str], settings: Settings
) -> None:
    settings.BACKUP_FOLDER, settings.BACKUP_EVERY_HOURS = folder, 24
    note("backup", started=NOON)
    TaskRun.objects.filter(pk="backup").update(succeeded_at=NOON - timedelta(hours=hours))

    assert troubles() == told
