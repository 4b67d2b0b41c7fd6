"""How a file is to be read and what may be done with it: as given, as saved, as set for
everybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from django.conf import settings
from django.db.models import F, Q

from reminders.domain.diary_import.problems import refuse
from reminders.domain.diary_import.questions import Answers
from reminders.domain.diary_import.read.header.columns import header_digest
from reminders.models import Import, ImportMapping

STOP, LEAVE, ASK = "stop", "leave", "ask"
"""What becomes of a file in which single rows have mistakes."""
LEAVE_PAST = "leave_past"
"""Agreed to where visits before today are to be left out."""


@dataclass(frozen=True)
class Options:
    """How a file is to be read and what may be done. Texts are "" where nothing is said.

    `wait` for another import at work at the same location; without it SitesBusyError is raised.
    """

    location: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    mapping_name: str = ""
    date_format: str = ""
    answers: Answers = field(default_factory=Answers)
    diary: str = ""
    gone: str = Import.Gone.KEEP
    create_locations: bool = False
    only_locations: frozenset[int] | None = None
    confirmed: bool = False
    wait: bool = True
    source: str = "command"
    created_by_id: int | None = None
    errors: str = ""
    leave_past: bool = False

    @property
    def default_location(self) -> str:
        """The location for rows that name none."""
        return self.location or self.answers.location

    @property
    def order_of_dates(self) -> str:
        """How dates are written, as it was said."""
        return self.date_format or self.answers.date_format

    @property
    def on_errors(self) -> str:
        """What to do about rows with mistakes: in the browser a person is asked."""
        said = self.errors or self.answers.errors
        if said in (STOP, LEAVE):
            return said
        return ASK if self.source == "browser" else str(settings.IMPORT_ERRORS)

    @property
    def passes_over_past(self) -> bool:
        """Whether visits of days before today are left out."""
        return self.leave_past or LEAVE_PAST in self.answers.agreed


def options_with_mapping(name: str, options: Options) -> Options:
    """The same options with a saved mapping by name; what the options say themselves wins."""
    mapping = ImportMapping.objects.filter(name__iexact=name.strip()).first()
    if mapping is None:
        known = ", ".join(
            f"“{known}”" for known in ImportMapping.objects.values_list("name", flat=True)[:10]
        )
        there = f"There is {known}." if known else "None is saved yet."
        raise refuse(
            f"There is no mapping “{name[:60]}”. {there} "
            "Mappings are saved when a file is imported in the browser."
        )
    location = options.location or (mapping.location.name if mapping.location else "")
    return replace(
        options,
        mapping=dict(mapping.columns),
        mapping_name=mapping.name,
        date_format=options.date_format or mapping.date_format,
        diary=options.diary or mapping.diary,
        location=location,
    )


def remembered_mapping(header: list[str], *, here: Q | None = None) -> ImportMapping | None:
    """The mapping that was last used for files with this header, of those that meet the
    condition.
    """
    found = ImportMapping.objects.filter(here or Q(), header=header_digest(header))
    return found.order_by(F("used_at").desc(nulls_last=True)).first()
