"""Check and apply uploaded files in the background: one at a time for each claim, with visible progress.

A claim expires when its worker dies; as an import is one transaction, another begins it anew. What was
confirmed in the preview is what is applied, or the preview comes again and says what changed.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import Q

from reminders.domain.access import scope_of
from reminders.domain.csv_import.preview import keep_preview, keep_refusal
from reminders.domain.csv_import.problems import DatesUnclear, ImportRefused, NeedsConfirmation
from reminders.domain.csv_import.running import Options, Outcome, Progress, staged, write
from reminders.domain.csv_import.undo import take_back
from reminders.domain.csv_import.uploads import forget_old_files, open_import, remember_mapping
from reminders.models import Import, ImportPart, ImportRow

logger = logging.getLogger(__name__)
State = Import.State
TO_DO = (State.CHECKING, State.QUEUED, State.APPLYING, State.UNDOING)
HOLD = timedelta(minutes=5)


def work_off_imports(*, now: datetime) -> int:
    """Check and apply what waits, the oldest first; return how many files were worked on."""
    worked = 0
    while (row := _claim(now=now)) is not None:
        _work(row, now=now)
        worked += 1
    forget_old_files(now=now)
    return worked


def _claim(*, now: datetime) -> Import | None:
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    with transaction.atomic():
        row = (
            Import.objects.filter(free, state__in=TO_DO)
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("created_at", "pk")
            .first()
        )
        if row is None:
            return None
        if row.state == State.QUEUED:
            row.state = State.APPLYING
        row.claimed_until = now + HOLD
        row.save(update_fields=["state", "claimed_until"])
    return row


def _work(row: Import, *, now: datetime) -> None:
    with ProgressWriter(row.pk, now=now) as progress:
        try:
            if row.state == State.UNDOING:
                take_back(row, now=now)
            elif row.state == State.CHECKING:
                _check(row, progress.tell, now=now)
            else:
                _apply(row, progress.tell, now=now)
        except ImportRefused as refused:
            _refuse(row, refused, now=now)
        except OperationalError:
            raise  # the database is away or busy: the claim runs out and another worker begins anew
        except Exception as error:
            logger.error("Import %s stopped: %s", row.pk, type(error).__name__)  # noqa: TRY400 -- the text may name patients
            _stop(row)


def _stop(row: Import) -> None:
    """A fault of the program must not come back every few minutes."""
    stopped = State.APPLIED if row.state == State.UNDOING else State.REFUSED
    words = "A fault of the program stopped this. Nothing was changed. Please tell an administrator."
    Import.objects.filter(pk=row.pk).update(state=stopped, words=words, claimed_until=None, progress=0)


def options_of(row: Import) -> Options:
    """How the file of an import is to be read, as it was chosen."""
    scope = scope_of(row.created_by) if row.created_by else None
    return Options(
        location=row.location.name if row.location else "",
        mapping=dict(row.mapping),
        mapping_name=row.mapping_name,
        date_format=row.date_format,
        diary=row.diary,
        gone=row.gone,
        only_locations=scope.location_ids if scope and scope.restricted else None,
        confirmed=bool(row.counts.get("confirmed")),
        source=row.source,
        created_by_id=row.created_by_id,
    )


def _check(row: Import, tell: Progress, *, now: datetime) -> None:
    options = options_of(row)
    reading = Options(**(options.__dict__ | {"gone": Import.Gone.KEEP}))
    with transaction.atomic(), open_import(row) as source:
        with staged(source, reading, now=now, progress=tell) as outcome:
            keep_preview(row, outcome, now=now)
        _ready(row, outcome, words="")


def _ready(row: Import, outcome: Outcome, *, words: str) -> None:
    row.state, row.progress, row.words, row.claimed_until = State.READY, 100, words, None
    row.counts, row.date_format = outcome.counts.as_json(), outcome.date_format
    row.problems = [{"warning": True, "message": warning} for warning in outcome.warnings]
    row.save(
        update_fields=["state", "progress", "words", "claimed_until", "counts", "date_format", "problems"]
    )


def _apply(row: Import, tell: Progress, *, now: datetime) -> None:
    options = options_of(row)
    seen = row.counts.get("fingerprint", "")
    with transaction.atomic(), open_import(row) as source:
        with staged(source, options, now=now, progress=tell) as outcome:
            if outcome.counts.fingerprint != seen or outcome.counts.gone != row.counts.get("gone"):
                words = _what_changed(row.counts, outcome)
                keep_preview(row, outcome, now=now)
                _ready(row, outcome, words=words)
                return
            ImportRow.objects.filter(of=row).delete()
            outcome.counts.at_once = int(row.counts.get("at_once", 0))
            write(row, outcome, now=now, progress=tell)
        remember_mapping(row, now=now)
        ImportPart.objects.filter(of=row).delete()


def _what_changed(before: dict[str, Any], outcome: Outcome) -> str:
    now_ = outcome.counts.as_json()
    words = {"new": "new", "changed": "changed", "unchanged": "unchanged", "gone": "gone"}
    differences = [
        f"{now_[name]:,} {word} instead of {before.get(name, 0):,}"
        for name, word in words.items()
        if now_[name] != before.get(name, 0)
    ]
    what = ", ".join(differences) or "the old values of some rows"
    return f"The diary changed since the preview ({what}). Nothing was imported: please look again."[:300]


def _refuse(row: Import, refused: ImportRefused, *, now: datetime) -> None:
    with transaction.atomic():
        row.claimed_until, row.progress = None, 0
        if isinstance(refused, NeedsConfirmation):
            row.state, row.words = State.READY, refused.problems[0].message[:300]
        elif isinstance(refused, DatesUnclear):
            row.state, row.words = State.UPLOADED, ""
            row.problems = [
                {"ask": "dates", "message": refused.problems[0].message, "readings": refused.readings}
            ]
        else:
            row.state, row.words = State.REFUSED, ""
            keep_refusal(row, refused)
        row.save(update_fields=["state", "words", "problems", "counts", "claimed_until", "progress"])


class ProgressWriter:
    """Writes progress over a connection of its own, because the import's is in the middle of a transaction.

    Each note also holds the claim a little longer.
    """

    def __init__(self, import_id: int, *, now: datetime, every: float = 0.5) -> None:
        self._import_id = import_id
        self._now = now
        self._every = every
        self._started = self._last = time.monotonic()
        self._connection = connection.copy("progress") if _is_open() else None

    def __enter__(self) -> ProgressWriter:
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection is not None:
            self._connection.close()

    def tell(self, percent: int, words: str) -> None:
        """Note how far the work is, at most twice a second."""
        moment = time.monotonic()
        if self._connection is None or moment - self._last < self._every:
            return
        self._last = moment
        until = self._now + timedelta(seconds=moment - self._started) + HOLD
        with self._connection.cursor() as cursor:
            cursor.execute(
                "UPDATE reminders_import SET progress = %s, words = %s, claimed_until = %s WHERE id = %s",
                [min(percent, 99), words, until, self._import_id],
            )


def _is_open() -> bool:
    """Within a transaction the claim itself is not visible to others yet, so there is nothing to tell."""
    return not connection.in_atomic_block
