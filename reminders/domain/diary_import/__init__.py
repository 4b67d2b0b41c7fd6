"""Bring a diary's export in: read, check, match, apply, take back.

One module per step; `pipeline` puts them in order. The names below are what the rest of the product
uses.
"""

from reminders.domain.diary_import.background import work_off_imports
from reminders.domain.diary_import.folder.pick_up import pick_up_files
from reminders.domain.diary_import.pipeline import (
    ImportOutcome,
    Options,
    import_file,
    options_with_mapping,
)
from reminders.domain.diary_import.problems import (
    DatesUnclear,
    ImportProblem,
    ImportRefused,
    NeedsConfirmation,
)
from reminders.domain.diary_import.read.files.sources import Source, open_path, open_stream

__all__ = [
    "DatesUnclear",
    "ImportOutcome",
    "ImportProblem",
    "ImportRefused",
    "NeedsConfirmation",
    "Options",
    "Source",
    "import_file",
    "open_path",
    "open_stream",
    "options_with_mapping",
    "pick_up_files",
    "work_off_imports",
]
