"""What beat and changes start: each task fetches, calls one domain function and notes how it
went.
"""

from __future__ import annotations

from datetime import timedelta
from threading import BoundedSemaphore

from celery import shared_task
from django.conf import settings

from reminders.domain import diary_import
from reminders.domain.backup import package
from reminders.domain.backup.catch_up import catch_up_if_asked
from reminders.domain.backup.programs import BackupError
from reminders.domain.common.database_clock import now
from reminders.domain.common.enqueue import enqueue_now
from reminders.domain.common.turns import is_stopping
from reminders.domain.consent import blocklist_sync
from reminders.domain.consent.emails import keep_addresses
from reminders.domain.diary.likely_pairs import keep_pairs
from reminders.domain.diary_import.kept_columns import any_since, columns_of_birth, columns_of_email
from reminders.domain.missed.automatic import note_missed
from reminders.domain.operations import alerts, disk_room, outside
from reminders.domain.operations.periodic_tasks import (
    BACKUP_FAILED,
    FOLDER_ERROR,
    HEARTBEAT,
    RunOutcome,
    last_success,
    recorded_run,
)
from reminders.domain.operations.promise import keep_days
from reminders.domain.pages import statistics
from reminders.domain.person_data.erase import finish_waiting
from reminders.domain.planning.plan import plan_future
from reminders.domain.recalls.find import find_due
from reminders.domain.replies import receive
from reminders.domain.retention.run import forget_what_is_due
from reminders.domain.roads.email.road import EmailRoad
from reminders.domain.roads.road import work_off
from reminders.domain.roads.whatsapp.client import conversation_api, is_on
from reminders.domain.roads.whatsapp.road import WhatsAppRoad
from reminders.domain.sending import circuit_breaker
from reminders.domain.sending.after_restore.hold import stands_still
from reminders.domain.sending.calls import answering
from reminders.domain.sending.client import messages_api
from reminders.domain.sending.expire import expire as expire_overdue
from reminders.domain.sending.poll_status import check_overdue
from reminders.domain.sending.reconcile import reconcile as reconcile_unknown
from reminders.domain.sending.send import WORKERS, is_a_lot, send_due
from reminders.domain.sending.withdraw_at_provider import withdraw_stale
from reminders.domain.setup import jobs, locations
from reminders.domain.sooner.ring import work_off_slots
from reminders.domain.telling.cards import open_cards_for_untold
from reminders.domain.trail.check import go_on_checking
from reminders.domain.trail.seal import seal_waiting
from reminders.domain.whole_day import carry_out as many
from reminders.task_kinds import A_MINUTE, AS_LONG_AS_IT_TAKES, background, urgent

SENDERS = BoundedSemaphore(WORKERS)


@shared_task(ignore_result=True)
def send(hands: int = 0) -> None:
    """Hand over what is due; where that is a lot, start more hands first.

    The only task that many run at a time. One that finds enough runs under way changes nothing:
    they take up whatever comes to be due. After a minute a run ends and starts the next one.
    """
    # Not waiting for a place: it would hold a thread, and those under way take up what is due.
    if is_stopping() or stands_still("send") or not SENDERS.acquire(blocking=False):
        return
    try:
        with recorded_run("send", at_most=A_MINUTE) as outcome:
            # Only the first one starts others: each of those would start as many again.
            if hands == 0 and is_a_lot(now=now()):
                for hand in range(1, WORKERS):
                    enqueue_now("send", hand)
            outcome.count = send_due(messages_api(), clock=now, go_on=outcome.may_go_on).total
    finally:
        SENDERS.release()
    # After the place is free again, so that the next run does not find all of them taken.
    if outcome.cut_short:
        enqueue_now("send", hands)


@background(asks_provider=True)
def withdraw(outcome: RunOutcome) -> None:
    """Cancel at the provider what no longer holds."""
    while settled := withdraw_stale(messages_api(), clock=now, go_on=outcome.may_go_on):
        outcome.count += settled


@background(asks_provider=True)
def reconcile(outcome: RunOutcome) -> None:
    """Find out what became of texts whose outcome is unknown."""
    while settled := reconcile_unknown(messages_api(), clock=now, go_on=outcome.may_go_on).settled:
        outcome.count += settled
        if not outcome.may_go_on():
            break


@background(asks_provider=True)
def replies(outcome: RunOutcome) -> None:
    """Fetch patients' replies, act on them, confirm them."""
    # When it was asked, not when it answered: a brake pulled in between must not be let go by this.
    asked_at = now()
    outcome.count = receive.receive_replies(messages_api(), now=asked_at, go_on=outcome.may_go_on)
    circuit_breaker.provider_answered(now=now(), asked_at=asked_at)


@background(asks_provider=True)
def reports(outcome: RunOutcome) -> None:
    """Fetch delivery reports, apply them, confirm them."""
    outcome.count = receive.receive_reports(messages_api(), now=now(), go_on=outcome.may_go_on)


@urgent
def apply(outcome: RunOutcome) -> None:
    """Act on what was pushed, or stored by a worker that died before acting."""
    # Replies before reports: a patient waits for an answer, a report for nobody.
    at = now()
    outcome.count = receive.apply_waiting_replies(now=at, go_on=outcome.may_go_on)
    outcome.count += receive.apply_waiting(now=at, go_on=outcome.may_go_on)


@urgent
def whatsapp(outcome: RunOutcome) -> None:
    """Hand over texts by WhatsApp, hear what became of them, and give over to SMS."""
    road = WhatsAppRoad(conversation_api() if is_on() else None)
    outcome.count = work_off(road, clock=now, go_on=outcome.may_go_on)


@background()
def email(outcome: RunOutcome) -> None:
    """Hand over e-mails to patients, hear what became of them, and give over to SMS."""
    outcome.count = work_off(EmailRoad(), clock=now, go_on=outcome.may_go_on)


@background()
def tidy(outcome: RunOutcome) -> None:
    """Apply reports that waited for their message for long."""
    outcome.count = receive.tidy_reports(now=now(), go_on=outcome.may_go_on)


@background()
def offers(outcome: RunOutcome) -> None:
    """Take each time that became free one step further."""
    outcome.count = work_off_slots(clock=now, go_on=outcome.may_go_on)


@urgent
def expire(outcome: RunOutcome) -> None:
    """End what is past its cutoff, and have staff tell patients what no text could tell them."""
    while ended := expire_overdue(now=now()):
        outcome.count += ended
        if not outcome.may_go_on():
            break
    outcome.count += open_cards_for_untold(now=now())


@background(asks_provider=True)
def check(outcome: RunOutcome) -> None:
    """Ask about texts whose final report is overdue."""
    while moved := check_overdue(messages_api(), clock=now, go_on=outcome.may_go_on):
        outcome.count += moved


@background(at_most=AS_LONG_AS_IT_TAKES)
def plan(outcome: RunOutcome) -> None:
    """Plan the whole future again, as a safety net."""
    # First: planned by the old rules of time, texts would go out an hour off after an update.
    locations.follow_tzdata(now=now())
    outcome.count = plan_future(now=now(), on_step=lambda _id, _done: outcome.may_go_on()).written


@background(asks_provider=True)
def push_blocked(outcome: RunOutcome) -> None:
    """Tell the provider about opt-outs and opt-ins that it does not know yet."""
    outcome.count = blocklist_sync.push_suppressions(
        messages_api(), now=now(), go_on=outcome.may_go_on
    )


@background(at_most=AS_LONG_AS_IT_TAKES, asks_provider=True)
def sync_blocked(_ring: RunOutcome) -> None:
    """Bring the provider's list of blocked numbers and ours together."""
    blocklist_sync.sync_blocked_numbers(messages_api(), now=now())


@background(asks_provider=True)
def probe(outcome: RunOutcome) -> None:
    """Ask the provider whether it is there, where nothing else asks it anything."""
    outcome.count = answering.probe(messages_api(), clock=now)


@background(at_most=A_MINUTE)
def imports(outcome: RunOutcome) -> None:
    """Check and apply uploaded diaries, one after the other."""
    outcome.count = diary_import.work_off_imports(now=now(), go_on=outcome.may_go_on)


@background(at_most=A_MINUTE)
def folder(outcome: RunOutcome) -> None:
    """Import new files of the watched folder, if there is one."""
    if settings.IMPORT_FOLDER:
        try:
            outcome.count = diary_import.pick_up_files(
                settings.IMPORT_FOLDER, now=now(), go_on=outcome.may_go_on
            )
        # Noted, not raised: the health page tells of it by these words, and the next round tries.
        except OSError as error:
            outcome.error = f"{FOLDER_ERROR}{error.strerror} ({settings.IMPORT_FOLDER})"


@background(at_most=A_MINUTE, name="jobs")
def work_off_jobs(outcome: RunOutcome) -> None:
    """Go on with long work in the background, for about a minute."""
    # Many visits first: somebody waits for them, and the texts about them wait a moment only.
    outcome.count = many.work_off(
        clock=now, until=now() + timedelta(seconds=A_MINUTE / 2), go_on=outcome.may_go_on
    )
    outcome.count += jobs.work_off(
        clock=now, at_most=timedelta(seconds=A_MINUTE), go_on=outcome.may_go_on
    )


@background(at_most=AS_LONG_AS_IT_TAKES)
def figures(outcome: RunOutcome) -> None:
    """Compute the figures of the last days for the statistics; once a day those of the whole
    year.
    """
    outcome.count = statistics.keep_figures(now=now(), go_on=outcome.may_go_on)


@background()
def missed(outcome: RunOutcome) -> None:
    """Note who did not come, where a location wants that."""
    outcome.count = note_missed(clock=now, go_on=outcome.may_go_on)


@background(at_most=A_MINUTE)
def promise(outcome: RunOutcome) -> None:
    """Count how many texts were handed over in time, by day."""
    outcome.count = keep_days(now=now())


@background(at_most=AS_LONG_AS_IT_TAKES)
def pairs(outcome: RunOutcome) -> None:
    """Look for two entries that may be one person, once contacts have changed; take over the
    addresses of new files before.
    """
    columns, last = columns_of_birth(), last_success("pairs")
    if any_since(last):
        keep_addresses(columns_of_email(), now=now())
    outcome.count = keep_pairs(columns, last=last, today=now().date())


@background()
def recalls(outcome: RunOutcome) -> None:
    """Find patients who have come to be due for a visit."""
    outcome.count = find_due(now=now())


@background(at_most=A_MINUTE)
def forget(outcome: RunOutcome) -> None:
    """Forget what is older than it may be kept, and those who wish to be forgotten."""
    at = now()
    # Wishes first: somebody waits for them, and for what is old nobody does.
    outcome.count = finish_waiting(now=at, go_on=outcome.may_go_on)
    outcome.count += forget_what_is_due(now=at, go_on=outcome.may_go_on)


@background()
def trail(outcome: RunOutcome) -> None:
    """Seal what was added to the trail, and go on with the check of its chain."""
    at = now()
    outcome.count = seal_waiting(now=at, go_on=outcome.may_go_on)
    if outcome.may_go_on():
        go_on_checking(now=at, go_on=outcome.may_go_on)


@background(at_most=A_MINUTE, asks_provider=True)
def catch_up(outcome: RunOutcome) -> None:
    """After a restore, take over what the provider has had since the backup."""
    outcome.count = catch_up_if_asked(messages_api(), clock=now, go_on=outcome.may_go_on)


@background(at_most=AS_LONG_AS_IT_TAKES)
def backup(outcome: RunOutcome) -> None:
    """Write a backup, where a folder for backups is set."""
    try:
        outcome.count = int(package.write_if_asked(now=now()) is not None)
    # Noted, not raised: the health page tells of it by these words, and the next round tries.
    except BackupError as error:
        outcome.error = f"{BACKUP_FAILED}{error}"


@background()
def alert(outcome: RunOutcome) -> None:
    """Tell administrators about troubles that began or ended."""
    disk_room.tell_of_scarce_ones(now=now())
    outcome.count = alerts.alert_administrators(now=now())


@background()
def sign_of_life(outcome: RunOutcome) -> None:
    """Call HEARTBEAT_URL while all is well."""
    outcome.count = outside.ping(now=now())


@shared_task(ignore_result=True)
def heartbeat() -> None:
    """Show that beat rings, the broker carries and a worker listens."""
    with recorded_run(HEARTBEAT):
        pass
