"""Which of two wordings a visit's text gets while a rule tries both.

The split goes by the visit's own random id and the trial's, never by the person: a visit keeps its
half when it is moved, and nobody's name or number decides. Texts of families and voice calls are
left out: they have wordings of their own.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from reminders.domain.common.audit import Actor, record
from reminders.domain.common.wording_catalogue import Words
from reminders.domain.wording import Template, compile_wording, known_language
from reminders.domain.wording.halves import in_second_half
from reminders.models import TrialText, WordingTrial

Outcome = WordingTrial.Outcome


class Tried(NamedTuple):
    """The half that a text belongs to, and the words of that half."""

    trial_id: int
    second: bool
    template: Template


class OpenTrials(NamedTuple):
    """What is being tried, by rule and language: the trial's id and its second wording."""

    trials: dict[tuple[int, str], tuple[int, str]]

    @classmethod
    def load(cls) -> OpenTrials:
        """Read them after the wordings: a trial that ended in between is then not there."""
        rows = WordingTrial.objects.filter(ended_at=None)
        return cls(
            {
                (rule, language): (pk, second)
                for pk, rule, language, second in rows.values_list(
                    "pk", "rule_id", "language", "second"
                )
            }
        )

    def choose(self, visit: uuid.UUID, rule_id: int, words: Words) -> Tried | None:
        """The half of this visit; None where nothing is tried on it."""
        found = self.trials.get((rule_id, known_language(words.language)))
        if found is None:
            return None
        trial_id, second = found
        if in_second_half(visit, trial=trial_id):
            return Tried(trial_id, True, compile_wording(second))
        return Tried(trial_id, False, words.template)


def note_tried(texts: Iterable[tuple[uuid.UUID, Tried | None]]) -> None:
    """Write down which texts belong to a trial, in the transaction that writes the texts."""
    rows = [
        TrialText(message_id=message_id, trial_id=tried.trial_id, second=tried.second)
        for message_id, tried in texts
        if tried
    ]
    if rows:
        TrialText.objects.bulk_create(rows)


def end_trial(trial: WordingTrial, outcome: Outcome, *, by: Actor, now: datetime) -> bool:
    """End a trial with its line of history; False if somebody has ended it meanwhile."""
    ended = WordingTrial.objects.filter(pk=trial.pk, ended_at=None).update(
        ended_at=now, ended_by_id=by.user_id, outcome=outcome
    )
    if ended:
        details = {"trial": trial.pk, "rule": trial.rule_id, "outcome": str(outcome)}
        record("trial_ended", by=by, now=now, details=details)
    return bool(ended)
