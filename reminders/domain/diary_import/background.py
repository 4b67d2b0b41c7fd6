"""Check and apply uploaded files in the background, with visible progress.

Who works on a file holds its lock until the transaction ends, so a worker that dies lets go by
itself: as an import is one transaction, another begins it again at once. A file whose location is
busy with another import waits in the queue, never in a worker. What was confirmed in the preview is
what is applied, or the preview comes again and says what changed.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import OperationalError, connection, transaction

from reminders.domain.common.locks import AdvisoryLock, retry_import
from reminders.domain.common.turns import GoOn, for_ever, is_stopping
from reminders.domain.diary_import.asking.head import mapping_with, said_of_columns
from reminders.domain.diary_import.asking.missing import questions_of
from reminders.domain.diary_import.asking.stored import answers_of
from reminders.domain.diary_import.asking.waiting import IMPORTED, settle_cards
from reminders.domain.diary_import.pipeline import (
    ImportOutcome,
    Options,
    Progress,
    keep_mistakes,
    prepared_import,
    write,
)
from reminders.domain.diary_import.preview import keep_preview, keep_refusal
from reminders.domain.diary_import.problems import ImportRefused, NeedsConfirmation
from reminders.domain.diary_import.questions import Answers
from reminders.domain.diary_import.undo import take_back
from reminders.domain.diary_import.uploads import (
    forget_old_files,
    only_locations,
    open_import,
    remember_answers,
    remember_mapping,
)
from reminders.domain.diary_import.write.sites import SitesBusyError
from reminders.domain.diary_import.write.summary import texts_at_once
from reminders.models import Import, ImportPart, ImportRow

logger = logging.getLogger(__name__)
State = Import.State
TO_DO = (State.CHECKING, State.QUEUED, State.APPLYING, State.UNDOING)
IN_LINE = "Waiting for another import of the same location"


class _ThrownAwayError(Exception):
    """Somebody threw the file away while it was checked."""


class _StoppedError(Exception):
    """The worker was told to stop."""


def _until_stopped(tell: Progress) -> Progress:
    """Tell of progress, and end there when the worker is told to stop: the file's changes are
    undone.
    """

    def go_on(percent: int, words: str) -> None:
        if is_stopping():
            raise _StoppedError
        tell(percent, words)

    return go_on


def work_off_imports(*, now: datetime, go_on: GoOn = for_ever) -> int:
    """Check and apply what waits, the oldest first; return how many files were worked on.

    A worker that is told to stop in the middle of a file leaves it to another, who begins it again.
    """
    worked, passed_over = 0, set[int]()
    while (pk := _next(passed_over)) is not None:
        passed_over.add(pk)
        if _work(pk, now=now):
            worked += 1
            passed_over = {pk}  # what waited for this one's location may go on now
        if not go_on():
            break
    forget_old_files(now=now)
    return worked


def _next(passed_over: set[int]) -> int | None:
    waiting = Import.objects.filter(state__in=TO_DO).exclude(pk__in=passed_over)
    return waiting.order_by("created_at", "pk").values_list("pk", flat=True).first()


def _work(pk: int, *, now: datetime) -> bool:
    """Work on one file; False when another worker does, or it has to wait."""
    with ProgressWriter(pk) as progress, transaction.atomic():
        row = _hold(pk)
        if row is None or not progress.begin(row):
            return False
        try:
            _step(row, _until_stopped(progress.tell), now=now)
        # Not waited for: the thread is better used for a file of another location.
        except SitesBusyError:
            Import.objects.filter(pk=pk).update(words=IN_LINE, progress=0)
            return False
        except ImportRefused as refused:
            _refuse(row, refused)
        except _StoppedError:
            logger.info("Import %s is left to another worker.", pk)
            return False
        except _ThrownAwayError:
            logger.info("Import %s was thrown away.", pk)
        except OperationalError:
            raise  # the database is away or busy: the lock is freed and the next round begins again
        except Exception as error:
            logger.error("Import %s stopped: %s", pk, type(error).__name__)
            _stop(row)
    return True


def _hold(pk: int) -> Import | None:
    """The import, if it still waits and no other worker holds it; ours until the transaction
    ends.
    """
    # No row lock: the page reads and throws away the import's row while a worker is at it.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s, %s)",
            [AdvisoryLock.IMPORTED_FILE.value, pk % 2**31],
        )
        held = (cursor.fetchone() or (False,))[0]
    return Import.objects.filter(pk=pk, state__in=TO_DO).first() if held else None


@retry_import
def _step(row: Import, tell: Progress, *, now: datetime) -> None:
    """One transaction within that of the lock: undone alone when the file is refused."""
    with transaction.atomic():
        if row.state == State.UNDOING:
            take_back(row, now=now, progress=tell)
        elif row.state == State.CHECKING:
            _check(row, tell, now=now)
        else:
            _apply(row, tell, now=now)


def _stop(row: Import) -> None:
    """A fault of the program must not come back every few minutes."""
    # An undo that stopped leaves the import as it was: applied.
    stopped = State.APPLIED if row.state == State.UNDOING else State.REFUSED
    words = (
        "A fault of the program stopped this. Nothing was changed. Please tell an administrator."
    )
    Import.objects.filter(pk=row.pk).update(state=stopped, words=words, progress=0)


def options_of(row: Import) -> Options:
    """How the file of an import is to be read, as it was chosen."""
    answers = Answers.of(answers_of(row))
    return Options(
        location=row.location.name if row.location else "",
        mapping=mapping_with(row.mapping, answers, row.header),
        mapping_name=row.mapping_name,
        date_format=row.date_format or answers.date_format,
        answers=replace(answers, columns=said_of_columns(answers)),
        diary=row.diary,
        gone=row.gone,
        only_locations=only_locations(row),
        confirmed=bool(row.counts.get("confirmed")),
        wait=False,
        source=row.source,
        created_by_id=row.created_by_id,
    )


def _check(row: Import, tell: Progress, *, now: datetime) -> None:
    reading = replace(options_of(row), gone=Import.Gone.KEEP)
    with (
        open_import(row) as source,
        prepared_import(source, reading, now=now, look=True, progress=tell) as outcome,
    ):
        keep_preview(row, outcome, now=now)
        keep_mistakes(row, outcome)
    _ready(row, outcome, words="")


def _ready(row: Import, outcome: ImportOutcome, *, words: str) -> None:
    # Only now: whoever throws the file away must not wait for the minutes of its check.
    if not Import.objects.select_for_update().filter(pk=row.pk).exists():
        raise _ThrownAwayError
    row.state, row.progress, row.words = State.READY, 100, words
    row.counts, row.date_format = outcome.counts.as_json(), outcome.date_format
    row.problems = [{"warning": True, "message": warning} for warning in outcome.warnings]
    row.save(update_fields=["state", "progress", "words", "counts", "date_format", "problems"])


def _apply(row: Import, tell: Progress, *, now: datetime) -> None:
    options = options_of(row)
    seen, teach = row.counts.get("fingerprint", ""), row.counts.get("remember", True)
    with open_import(row) as source:
        with prepared_import(source, options, now=now, progress=tell) as outcome:
            if outcome.counts.fingerprint != seen or outcome.counts.gone != row.counts.get("gone"):
                words = _what_changed(row.counts, outcome)
                keep_preview(row, outcome, now=now)
                keep_mistakes(row, outcome)
                _ready(row, outcome, words=words)
                return
            ImportRow.objects.filter(of=row).delete()
            outcome.counts.at_once = texts_at_once(now=now)
            write(row, outcome, now=now, progress=tell)
        remember_mapping(row, now=now)
        if teach:
            remember_answers(row, now=now)
        ImportPart.objects.filter(of=row).delete()
        settle_cards([row.pk], IMPORTED, by_id=row.created_by_id, now=now)


def _what_changed(before: dict[str, Any], outcome: ImportOutcome) -> str:
    now_ = outcome.counts.as_json()
    words = {"new": "new", "changed": "changed", "unchanged": "unchanged", "gone": "gone"}
    differences = [
        f"{now_[name]:,} {word} instead of {before.get(name, 0):,}"
        for name, word in words.items()
        if now_[name] != before.get(name, 0)
    ]
    what = ", ".join(differences) or "the old values of some rows"
    return (
        f"The diary changed since the preview ({what}). Nothing was imported: please look again."[
            :300
        ]
    )


def _refuse(row: Import, refused: ImportRefused) -> None:
    row.progress, row.words = 0, ""
    if isinstance(refused, NeedsConfirmation):
        row.state, row.words = State.READY, refused.problems[0].message[:300]
    elif questions := questions_of(refused):
        row.state = State.UPLOADED
        row.problems = [question.as_stored() for question in questions]
    else:
        row.state = State.REFUSED
        keep_refusal(row, refused)
    if Import.objects.filter(pk=row.pk).exists():
        row.save(update_fields=["state", "words", "problems", "counts", "progress"])


class ProgressWriter:
    """Writes progress over a connection of its own, because the import's is in the middle of a
    transaction.

    Within somebody's transaction, as a test's, nobody would see it, and the import's own connection
    is busy copying rows: then nothing is told.
    """

    def __init__(self, import_id: int, *, every: float = 0.5) -> None:
        self._import_id = import_id
        self._every = every
        self._last = time.monotonic()
        # Under the alias of its own, Django's hooks for new connections would not find it.
        self._alone = connection.in_atomic_block
        self._connection = connection if self._alone else connection.copy()

    def __enter__(self) -> ProgressWriter:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._alone:
            self._connection.close()

    def begin(self, row: Import) -> bool:
        """Show that the work has begun; False when the file was thrown away a moment ago."""
        was, row.state = row.state, State.APPLYING if row.state == State.QUEUED else row.state
        return bool(self._write(_BEGIN, [row.state, self._import_id, was]))

    def tell(self, percent: int, words: str) -> None:
        """Note how far the work is, at most twice a second."""
        moment = time.monotonic()
        if not self._alone and moment - self._last >= self._every:
            self._last = moment
            self._write(_TELL, [min(percent, 99), words, self._import_id])

    def _write(self, statement: str, given: list[str | int]) -> int:
        # By a connection that the ORM does not know: what it writes is seen at once, and not with
        # the import's transaction.
        with self._connection.cursor() as cursor:
            cursor.execute(statement, given)
            return int(cursor.rowcount)


_BEGIN = "UPDATE reminders_import SET state = %s WHERE id = %s AND state = %s"
_TELL = "UPDATE reminders_import SET progress = %s, words = %s WHERE id = %s"
