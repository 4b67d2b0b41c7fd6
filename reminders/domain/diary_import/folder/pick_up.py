"""The watched folder: files that another program puts there are imported by themselves.

A file in a sub-folder is read with the mapping of that name; one on top with the mapping remembered
for its header, else by the names of its columns. It ends in `done` or `failed`, there with the
reasons beside it. Where only an answer is missing, the file also waits for a manager (`waiting`),
and the rest of the diary stays as it was.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile
from pathlib import Path, PurePath

from django.contrib.auth.models import User
from django.core.mail import send_mail
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from reminders.domain.common.locks import AdvisoryLock
from reminders.domain.common.turns import GoOn, for_ever
from reminders.domain.diary_import.asking.missing import questions_of
from reminders.domain.diary_import.asking.options import GivenAnswers
from reminders.domain.diary_import.asking.unattended import get_ready, options_for
from reminders.domain.diary_import.asking.waiting import follow, keep_waiting
from reminders.domain.diary_import.asking.words import without_examples
from reminders.domain.diary_import.folder.files import FoundFile, Place, Tree, open_tree
from reminders.domain.diary_import.pipeline import (
    Options,
    import_file,
    options_with_mapping,
    remembered_mapping,
)
from reminders.domain.diary_import.problems import ImportRefused, refuse
from reminders.domain.diary_import.questions import Question, QuestionsOpen
from reminders.domain.diary_import.read.files.sources import Source, open_file, printable
from reminders.domain.diary_import.read.files.tables import open_table
from reminders.domain.diary_import.read.header.columns import recognised
from reminders.domain.diary_import.write.sites import country_of
from reminders.domain.rights.roles import ADMINISTRATOR, MANAGER
from reminders.models import Import

logger = logging.getLogger(__name__)
WORKING, DONE, FAILED = OURS = "working", "done", "failed"
ENDINGS = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".ics"})
SETTLED = 5
"""Seconds without a change after which a file is complete."""
MOST_TRIES = 3
"""How often a file is taken up whose worker dies each time."""
FAULT = "A fault of the program stopped this. Nothing was changed. Please tell an administrator."
WAITS = "Answer it in the browser: the file waits there, on a card of the inbox."
_STAMP = "%Y%m%dT%H%M%S.%f%z"
# Once the mapping stood there, too; now it is a folder inside, as a name as long as names may be
# has no room.
_TAKEN_UP = re.compile(r"(\d{8}T\d{6}\.\d{6}[+-]\d{4})~(\d+)(?:~(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _File:
    """A file to be imported, and the sub-folder that names its mapping, "" for none in particular.

    `since`: when it was first taken up (UTC), and `tries`: how often. They stand in the name of its
    folder in `working`, so that whoever finds it there later knows them.
    """

    found: FoundFile
    mapping: str
    since: datetime
    tries: int = 0


def pick_up_files(folder: str | Path, *, now: datetime, go_on: GoOn = for_ever) -> int:
    """Import the new files of the folder, the oldest first; return how many were dealt with.

    One worker at a time: files of one diary must not overtake each other. Raises OSError when the
    folder itself can't be used; whatever is the matter with one file or sub-folder holds up no
    other.
    """
    top = Path(folder)
    with _alone() as alone:
        if not alone:
            return 0
        with suppress(
            FileExistsError
        ):  # a file in its place is told as no folder, when it is opened
            top.mkdir(parents=True)
        with open_tree(top) as tree:
            for name in (WORKING, DONE, FAILED):
                tree.make(name)
            found = sorted([*_left_over(tree), *_new_files(tree, now=now)], key=_age)
            files = takewhile(lambda _: go_on(), found)
            return sum(_take_up(file, tree, now=now) for file in files)


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether no other worker is at the folder. A worker that dies lets go: its connection
    closes.
    """
    # On a connection of its own: the lock ends with its transaction, and imports commit theirs.
    beside = connection.copy()
    try:
        beside.set_autocommit(False)
        with beside.cursor() as cursor:
            # Idle for as long as the imports take: cut off, a second worker would begin.
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute(
                "SELECT pg_try_advisory_xact_lock(%s)", [AdvisoryLock.IMPORT_FOLDER.value]
            )
            yield (cursor.fetchone() or (False,))[0]
    finally:
        with suppress(DatabaseError):
            beside.rollback()
        beside.close()


def _new_files(tree: Tree, *, now: datetime) -> list[_File]:
    names = [name for name in tree.folders() if not name.startswith(".") and name not in OURS]
    return [
        _File(found, place[0] if place else "", now)
        for place in [(), *((name,) for name in names)]
        for found in _files(tree, place)
        if _is_ready(found)
    ]


def _left_over(tree: Tree) -> list[_File]:
    """Files of a worker that died, or that could not be moved away after they were imported."""
    left = []
    for name in tree.folders(WORKING):
        if told := _TAKEN_UP.fullmatch(name):
            since, tries, formerly = datetime.fromisoformat(told[1]), int(told[2]), told[3] or ""
            inner = [(WORKING, name, mapping) for mapping in tree.folders(WORKING, name)]
            for place in [(WORKING, name), *inner]:
                mapping = place[2] if len(place) > 2 else formerly
                left += [_File(found, mapping, since, tries) for found in _files(tree, place)]
    return left


def _files(tree: Tree, place: Place) -> list[FoundFile]:
    try:
        return tree.files(*place)
    except OSError as error:
        logger.warning("A sub-folder of the watched folder can't be read: %s", error.strerror)
        return []


def _age(file: _File) -> tuple[float, str]:
    return file.found.changed_at, file.found.name


def _is_ready(found: FoundFile) -> bool:
    if found.name.startswith((".", "~")) or PurePath(found.name).suffix.lower() not in ENDINGS:
        return False
    return time.time() - found.changed_at >= SETTLED


def _take_up(file: _File, tree: Tree, *, now: datetime) -> bool:
    """Everything about one file, so that whatever is the matter with it the others go on."""
    try:
        claimed = _claim(file, tree)
        return claimed is not None and _deal_with(claimed, tree, now=now)
    except (OperationalError, InterfaceError):
        # The database is away or busy, or the commit's answer got lost: the next round finds out.
        raise
    except Exception as error:  # the texts of errors may name patients, and names of files too
        why = error.strerror if isinstance(error, OSError) else type(error).__name__
        logger.error("A file of the watched folder can't be dealt with: %s", why)
        return False


def _claim(file: _File, tree: Tree) -> _File | None:
    """Move the file aside, so that its program can go on writing there; None if that took it away
    again.
    """
    tries = file.tries + 1
    place: Place = (
        WORKING,
        f"{file.since:{_STAMP}}~{tries}",
        *([file.mapping] if file.mapping else []),
    )
    # The count stands in the folder's name: one rename moves both, whenever the worker dies.
    tree.make(*place)
    try:
        return replace(file, tries=tries, found=_move(file, tree, *place))
    except FileNotFoundError:
        tree.remove_empty(*place)
        return None


def _move(file: _File, tree: Tree, *place: str) -> FoundFile:
    """Move the file, and leave no empty folder behind among those that are ours."""
    moved = tree.move(file.found, *place)
    if file.found.place[:1] == (WORKING,):
        tree.remove_empty(*file.found.place)
    return moved


def _deal_with(file: _File, tree: Tree, *, now: datetime) -> bool:
    try:
        _import(file, tree, now=now)
    except ImportRefused as refused:
        _fail(file, tree, refused, now=now)
        return True
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        logger.error("A file of the watched folder stopped: %s", type(error).__name__)
        _fail(file, tree, refuse(FAULT), now=now)
        return True
    try:
        _move(file, tree, DONE)
    except OSError as error:
        logger.warning("An imported file can't be moved to “%s”: %s", DONE, error.strerror)
        return False
    return True


def _import(file: _File, tree: Tree, *, now: datetime) -> None:
    """Import the file, unless that was done already and only the file is still here."""
    with open_file(tree.open(file.found), name=file.found.name) as source:
        if file.tries > 1 and _was_imported(source.digest(), since=file.since):
            return
        # A file that kills its worker, such as by its size, must not do so every round.
        if file.tries > MOST_TRIES:
            raise refuse(FAULT)
        options = options_for(source, _options(source, file), GivenAnswers(), now=now)
        # With the file or not at all: an older one that still waits could come in over this one.
        import_file(
            source,
            options,
            now=now,
            afterwards=lambda outcome: follow(outcome.header, options, newest=None, now=now),
        )


def _was_imported(digest: str, *, since: datetime) -> bool:
    """Whether these very bytes came in since; importing them again could overwrite a newer
    file's.
    """
    return Import.objects.filter(source="folder", digest=digest, applied_at__gte=since).exists()


def _fail(file: _File, tree: Tree, refused: ImportRefused, *, now: datetime) -> None:
    """Note the refusal and move the file, both or neither; then tell of it."""
    questions = questions_of(refused)
    with transaction.atomic():
        if questions:
            row = _let_wait(file, tree, questions, now=now)
        else:
            row = _note_refusal(file, refused, now=now)
        # Last: where it fails, the note goes back, and the next round finds the file as it was.
        moved = _move(file, tree, FAILED)
    logger.warning("Import %s of the watched folder was refused.", row.pk)
    if questions:
        _tell_of_questions(row, questions)
    else:
        _tell_of_mistakes(row, len(refused.problems) + refused.more)
    lines = [problem.in_words() for problem in refused.problems]
    lines += [WAITS] if questions else []
    tree.write(moved.place, f"{moved.name}.errors.txt", "\n".join([*lines, ""]))


def _let_wait(file: _File, tree: Tree, questions: list[Question], *, now: datetime) -> Import:
    """Keep the file with its questions, so that somebody answers and goes on with that very
    file.
    """
    with open_file(tree.open(file.found), name=file.found.name) as source:
        options = _options(source, file)
        head = get_ready(source, options, GivenAnswers(), now=now).head
        return keep_waiting(
            source, options, questions, header=head.header, answers=head.answers, now=now
        )


def _options(source: Source, file: _File) -> Options:
    options, mapping = Options(source="folder"), printable(file.mapping)
    if mapping:
        return options_with_mapping(mapping, options)
    try:
        with open_table(source, country=country_of("")) as table:
            known = remembered_mapping(table.header)
    except QuestionsOpen:
        return options  # its sheet or its characters are asked about before it has a header
    return options_with_mapping(known.name, options) if known else options


def _note_refusal(file: _File, refused: ImportRefused, *, now: datetime) -> Import:
    """The outcome stands among the imports."""
    return Import.objects.create(
        filename=printable(file.found.name)[:255],
        source="folder",
        state=Import.State.REFUSED,
        mapping_name=printable(file.mapping)[:80],
        counts={"rows": refused.rows, "errors": len(refused.problems) + refused.more},
        problems=[problem.as_json() for problem in refused.problems],
        created_at=now,
    )


def _tell_of_mistakes(row: Import, errors: int) -> None:
    found = "one problem was found" if errors == 1 else f"{errors:,} problems were found"
    _tell_managers(
        "A diary was not imported",
        f"The file {row.filename} in the watched folder was not imported: {found}.\n"
        "The import page lists what to correct. Nothing in the diary was changed.\n",
    )


def _tell_of_questions(row: Import, questions: list[Question]) -> None:
    # A first row of which hardly a cell is a column's name may be a patient's.
    is_header = recognised(row.header) > 1
    asked = [without_examples(question, name_column=is_header) for question in questions]
    listed = "\n".join(f"- {words}" for words in dict.fromkeys(asked))
    _tell_managers(
        "A diary waits for an answer",
        f"The file {row.filename} in the watched folder was not imported, because it leaves "
        f"something open:\n{listed}\n"
        "A card in the inbox leads to the questions; the import then goes on with this very file. "
        "Until then the diary stays as it was.\n",
    )


def _tell_managers(subject: str, text: str) -> None:
    """Managers get an e-mail that names no patient."""
    managers = User.objects.filter(
        is_active=True, groups__name__in=[MANAGER, ADMINISTRATOR]
    ).exclude(email="")
    addresses = sorted(set(managers.values_list("email", flat=True)))
    if addresses:
        send_mail(subject, text, None, addresses, fail_silently=True)
