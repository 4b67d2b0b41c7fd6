"""Try a second wording of a rule on half of its visits, and keep one of the two in the end.

The texts are chosen when they go out (`planning.trials`); how they do is `pages.figures.trials`'.
What the provider holds already keeps its words and belongs to no trial.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db import IntegrityError, transaction

from reminders.domain.common.audit import Actor, record
from reminders.domain.pages.figures.chance import needed
from reminders.domain.planning.trials import Outcome, end_trial
from reminders.domain.setup.wordings import (
    WordingKey,
    WordingRefusedError,
    check,
    save_wording,
    standing,
)
from reminders.models import ReminderRule, WordingTrial

Kind = ReminderRule.Kind


class TrialError(ValueError):
    """A trial that can't be begun or ended so; its text says why, for staff."""


class Aim(NamedTuple):
    """How small a difference is to be found, in points of a hundred, and the visits it takes."""

    points: int
    visits: int


_BASES = {Kind.CONFIRMATION: (0.5, (10, 5)), Kind.REMINDER: (0.1, (5, 3))}
"""Without knowing better: half of all confirm, one in ten is missed."""


def aims(rule: ReminderRule) -> list[Aim]:
    """What a trial of this rule may look for, the larger difference first."""
    base, points = _BASES[Kind(rule.kind)]
    return [Aim(one, needed(base, one / 100)) for one in points]


def begin_trial(
    rule: ReminderRule, *, language: str, second: str, aim: Aim, by: Actor, now: datetime
) -> WordingTrial:
    """Try this wording beside the one that stands. Raises WordingRefusedError and TrialError."""
    place = WordingKey(rule.kind, language, rule_id=rule.pk)
    first = standing(place).text
    if errors := [one for one in check(place, second) if one.level == "error"]:
        raise WordingRefusedError(errors)
    if " ".join(second.split()) == " ".join(first.split()):
        raise TrialError("Both wordings read the same. Change a word.")
    try:
        with transaction.atomic():
            trial = WordingTrial.objects.create(
                rule=rule, language=language, first=first, second=second, least=aim.visits,
                started_at=now, started_by_id=by.user_id,
            )  # fmt: skip
            details = {"trial": trial.pk, "rule": rule.pk, "language": language}
            record("trial_began", by=by, now=now, details=details)
    # The constraint on open ones: somebody was faster, or did not look.
    except IntegrityError as error:
        raise TrialError(
            "Two wordings of this rule are being tried in this language already."
        ) from error
    return trial


def keep_wording(trial: WordingTrial, *, second: bool, by: Actor, now: datetime) -> None:
    """End a trial and send one of its wordings to everybody. Raises TrialError when it has ended
    meanwhile, WordingRefusedError where the second one may no longer be saved.
    """
    with transaction.atomic():
        if not end_trial(trial, Outcome.SECOND if second else Outcome.FIRST, by=by, now=now):
            raise TrialError("Somebody has ended this trial meanwhile. Nothing was changed.")
        if second:
            place = WordingKey(trial.rule.kind, trial.language, rule_id=trial.rule_id)
            save_wording(place, trial.second, by=by, now=now)
