"""Change rules: who gets which texts and when. What a change would do is `rule_preview`'s to show.

A change is written with its line of history and the job that plans the future again, in one
transaction; for few appointments that job is done before the caller goes on. What the provider
holds and no longer holds true is withdrawn by planning, as ever.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db import transaction

from reminders.domain.common import etags
from reminders.domain.common.audit import Actor, record
from reminders.domain.planning.rule_book import lock_rules
from reminders.domain.setup import jobs
from reminders.models import Job, Reminder, ReminderRule

TIMING = ("days_before", "at_time", "minutes_before", "weekdays_only", "quiet", "kind", "active")
WAITS = ("minutes_after", "settle_minutes")
SCOPE = ("location_id", "service_id", "practitioner_id", "patients", "missed_within_months")
POLICY = ("late", "min_notice_minutes", "cutoff_minutes", "not_if_confirmed")
PLAIN = ("name", "position", "roads", "email_copy")
COLUMNS = (*TIMING, *WAITS, *SCOPE, *POLICY, *PLAIN)


class RuleError(ValueError):
    """A change of a rule that can't be made; its text says why, for staff."""


@dataclass(frozen=True, slots=True)
class SavedRule:
    """A saved rule; `job` plans the future again, None where nothing that matters changed."""

    rule: ReminderRule
    job: Job | None


def etag(rule: ReminderRule) -> str:
    """Of what the rule says; its place among the others is no change of it."""
    return etags.etag(rule, of=COLUMNS)


def _refuse_if_changed(before: ReminderRule, seen: str) -> None:
    try:
        etags.refuse_if_changed(before, seen, of=COLUMNS)
    except etags.ChangedMeanwhileError as error:
        raise RuleError(
            "Somebody else changed this rule meanwhile. Nothing was saved: load it again."
        ) from error


def fresh(rule: ReminderRule, before: ReminderRule | None, *, now: datetime) -> None:
    """Mark the rule as known since now if it now sends at other times or to others.

    What it would have sent before that is late, and goes by its policy for late bookings; what
    happened before is not told at all. How long it waits is no reason to drop what waits.
    """
    if before is None or _differ(rule, before, (*TIMING, *SCOPE)):
        rule.changed_at = now


def save_rule(rule: ReminderRule, *, by: Actor, now: datetime, seen: str = "") -> SavedRule:
    """Write a new or changed rule and have the future planned by it.

    `seen` is the `etag` of what the form showed. Raises RuleError when somebody else changed the
    rule meanwhile, BusyError while a large import is being planned.
    """
    with transaction.atomic():
        # Before the row: a planning under way reads the rules, and would plan by half of the
        # change.
        lock_rules()
        before = (
            ReminderRule.objects.select_for_update(no_key=True).filter(pk=rule.pk).first()
            if rule.pk
            else None
        )
        if before:
            _refuse_if_changed(before, seen)
        fresh(rule, before, now=now)
        if before is None:
            rule.save(force_insert=True)
        else:
            # Named columns: a form that does not show one must not write its old value back.
            rule.save(update_fields=[*COLUMNS, "changed_at"])
        changes = _changes(rule, before)
        if changes:
            kind = "rule_changed" if before else "rule_added"
            details = {"rule": rule.pk, "name": rule.name, "changes": changes}
            record(kind, by=by, now=now, details=details)
        job = _plan(rule, before, by=by, now=now)
    return SavedRule(rule, _latest(job))


def switch_rule(rule_id: int, *, on: bool, by: Actor, now: datetime) -> SavedRule:
    """Switch a rule on or off; off, its texts are taken back and those at the provider
    withdrawn.
    """
    # No etag is compared: switching off must work whatever else was changed meanwhile.
    rule = ReminderRule.objects.get(pk=rule_id)
    rule.active = on
    return save_rule(rule, by=by, now=now)


def move_rule(rule_id: int, *, up: bool) -> None:
    """Change places with the rule above or below; the order is how staff read them."""
    with transaction.atomic():
        # All of them locked, in their order: two who move at once would else number by an old list.
        rules = list(ReminderRule.objects.select_for_update(no_key=True).order_by("position", "pk"))
        at = next(n for n, rule in enumerate(rules) if rule.pk == rule_id)
        other = at - 1 if up else at + 1
        if 0 <= other < len(rules):
            rules[at], rules[other] = rules[other], rules[at]
        for position, rule in enumerate(rules, start=1):
            rule.position = position
        ReminderRule.objects.bulk_update(rules, ["position"])


def is_used(rule: ReminderRule) -> bool:
    """Whether a text was ever planned by it: then it can be switched off, but not forgotten."""
    return Reminder.objects.filter(rule=rule).exists()


def delete_rule(rule_id: int, *, by: Actor, now: datetime) -> None:
    """Forget a rule that is off and was never used. Raises RuleError for another."""
    with transaction.atomic():
        rule = ReminderRule.objects.select_for_update().get(pk=rule_id)
        if rule.active or is_used(rule):
            raise RuleError(
                "Texts were planned by this rule. Switch it off instead; its history stays."
            )
        record("rule_deleted", by=by, now=now, details={"rule": rule.pk, "name": rule.name})
        rule.delete()


def next_position() -> int:
    """Where a new rule goes: last."""
    last = ReminderRule.objects.order_by("-position").values_list("position", flat=True).first()
    return (last or 0) + 1


def places(rule: ReminderRule, before: ReminderRule | None) -> list[int] | None:
    """The ids of the locations whose appointments the change may concern; None for all."""
    found = {one.location_id for one in (rule, before) if one is not None}
    # A rule for everywhere replaces others or stops doing so, in every location.
    return None if None in found else sorted(place for place in found if place is not None)


def _plan(
    rule: ReminderRule, before: ReminderRule | None, *, by: Actor, now: datetime
) -> Job | None:
    matters = (
        rule.active if before is None else _differ(rule, before, (*TIMING, *WAITS, *SCOPE, *POLICY))
    )
    # Off before and after: whatever else was changed sends nothing.
    if not matters or not (rule.active or (before and before.active)):
        return None
    return jobs.start(
        jobs.REPLAN, now=now, location_ids=places(rule, before), user_id=by.user_id, rule=rule.pk
    )


def _latest(job: Job | None) -> Job | None:
    if job:
        job.refresh_from_db()
    return job


def _differ(rule: ReminderRule, before: ReminderRule, columns: Iterable[str]) -> bool:
    return any(getattr(rule, column) != getattr(before, column) for column in columns)


def _changes(rule: ReminderRule, before: ReminderRule | None) -> dict[str, list[Any]]:
    """Column to old and new value, in JSON's types."""
    return {
        column: [_plain(getattr(before, column, None)), _plain(getattr(rule, column))]
        for column in COLUMNS
        if before is None or getattr(before, column) != getattr(rule, column)
    }


def _plain(value: Any) -> Any:
    return f"{value:%H:%M}" if isinstance(value, time) else value
