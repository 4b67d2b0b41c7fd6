"""Forget files of the watched folder that were dealt with: those in `done` and `failed`, once old.

Files that wait, or that somebody is at work on, are never touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from reminders.domain.common.turns import GoOn, for_ever
from reminders.domain.diary_import.folder.files import FoundFile, Tree, open_tree
from reminders.domain.diary_import.folder.pick_up import DONE, FAILED


def old_files(folder: str | Path, *, before: datetime) -> int:
    """How many files were dealt with and last written before this moment; 0 without a folder."""
    try:
        with open_tree(Path(folder)) as tree:
            return sum(1 for _ in _old(tree, before=before))
    except OSError:
        return 0


def forget_old(folder: str | Path, *, before: datetime, go_on: GoOn = for_ever) -> int:
    """Delete those files; return how many. Raises OSError where the folder can't be used."""
    count = 0
    with open_tree(Path(folder)) as tree:
        # Listed to the end first: a folder that changes while it is read may leave names out.
        for file in list(_old(tree, before=before)):
            tree.remove(file)
            count += 1
            if not go_on():
                break
    return count


def _old(tree: Tree, *, before: datetime) -> Iterator[FoundFile]:
    # Since it was written, not since it came: moving a file leaves its time as it was.
    until = before.timestamp()
    for top in (DONE, FAILED):
        if top in tree.folders():
            places = [(top,), *((top, name) for name in tree.folders(top))]
            for place in places:
                yield from (file for file in tree.files(*place) if file.changed_at < until)
