"""Diary files: how their columns are read, what was found in them, what became of each row."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from reminders.models.people import Location


class ImportMapping(models.Model):
    """Which column means what, remembered by the file's header."""

    name = models.CharField(max_length=80, unique=True)
    header = models.CharField(
        max_length=64, blank=True, db_index=True, help_text="A digest of the header row."
    )
    columns: models.JSONField[Any, Any] = models.JSONField(
        default=dict, help_text="Header cell to field."
    )
    date_format = models.CharField(max_length=40, blank=True)
    location = models.ForeignKey(Location, on_delete=models.SET_NULL, null=True, blank=True)
    diary = models.CharField(max_length=60, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class TaughtAnswer(models.Model):
    """What somebody once said of a column or of a value in it, for the next files of the diary.

    `header` and `value` are folded, so that case, accents and blanks do not matter; both are "" for
    what concerns a whole file. `layout` tells for which columns it was taught: a column of that
    name
    in another program's file may be something else. One without a location holds at all of them.
    """

    layout = models.CharField(
        max_length=64, blank=True, help_text="A digest of all columns' names, in any order."
    )
    diary = models.CharField(max_length=60, blank=True)
    location = models.ForeignKey(Location, on_delete=models.CASCADE, null=True, blank=True)
    about = models.CharField(max_length=10)
    header = models.CharField(max_length=200, blank=True)
    value = models.CharField(max_length=200, blank=True)
    meaning = models.CharField(max_length=100, blank=True)
    shown = models.CharField(
        max_length=400, blank=True, help_text="The column and value as the file wrote them."
    )
    columns = models.TextField(blank=True, help_text="The names of all columns of the file.")
    taught_at = models.DateTimeField()
    taught_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["diary", "header", "value"]
        constraints = [
            models.UniqueConstraint(
                fields=["diary", "location", "layout", "about", "header", "value"],
                # Without it, an answer for all locations could be taught twice: NULL differs from
                # NULL.
                nulls_distinct=False,
                name="answer_taught_once",
            )
        ]

    def __str__(self) -> str:
        return self.shown or self.header


class Import(models.Model):
    """One file, from upload to outcome. Applied whole or not at all."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", "Uploaded"
        CHECKING = "checking", "Being checked"
        READY = "ready", "Waiting for your go"
        QUEUED = "queued", "Waiting its turn"
        APPLYING = "applying", "Being imported"
        APPLIED = "applied", "Imported"
        REFUSED = "refused", "Nothing imported"
        UNDOING = "undoing", "Being taken back"
        UNDONE = "undone", "Taken back"

    class Gone(models.TextChoices):
        KEEP = "keep", "Keep"
        CANCEL = "cancel", "Cancel"

    filename = models.CharField(max_length=255)
    source = models.CharField(
        max_length=10, default="command", help_text="browser, folder or command"
    )
    digest = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    location = models.ForeignKey(
        Location,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        help_text="For rows that name none.",
    )
    mapping: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    mapping_name = models.CharField(max_length=80, blank=True)
    header = ArrayField(models.TextField(), default=list, blank=True)
    date_format = models.CharField(max_length=40, blank=True)
    diary = models.CharField(max_length=60, blank=True)
    gone = models.CharField(max_length=6, choices=Gone, default=Gone.KEEP)
    answers: models.JSONField[Any, Any] = models.JSONField(
        default=list, blank=True, help_text="What was answered for this file, beside its columns."
    )
    counts: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    problems: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    progress = models.PositiveSmallIntegerField(default=0, help_text="Percent.")
    words = models.CharField(
        max_length=300, blank=True, help_text="What it is doing, or why it was refused."
    )
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    applied_at = models.DateTimeField(null=True, blank=True)
    forgotten_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when its rows are no longer kept."
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(state__in=["checking", "queued", "applying", "undoing"]),
                name="import_to_do",
            ),
        ]

    def __str__(self) -> str:
        return self.filename


class ImportPart(models.Model):
    """A piece of an uploaded file, kept until the file is imported or refused: any worker may take
    it up.
    """

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="parts", db_index=False)
    position = models.PositiveIntegerField()
    # In the database and not on a disk: the worker may be another machine than the web site.
    data = models.BinaryField()

    class Meta:
        ordering = ["of", "position"]
        constraints = [models.UniqueConstraint(fields=["of", "position"], name="import_part_once")]

    def __str__(self) -> str:
        return f"Part {self.position}"


class ImportRow(models.Model):
    """One row of a file as it was written, and what became of it."""

    class Outcome(models.TextChoices):
        NEW = "new", "New"
        CHANGED = "changed", "Changed"
        UNCHANGED = "unchanged", "Unchanged"
        GONE = "gone", "Gone from the file"
        ERROR = "error", "Error"

    # Written in the transaction of its import; a check for each row takes a tenth of the time.
    of = models.ForeignKey(
        Import, on_delete=models.CASCADE, related_name="rows", db_index=False, db_constraint=False
    )
    number = models.PositiveIntegerField(help_text="As in the spreadsheet; the header is row 1.")
    cells = ArrayField(models.TextField(), default=list)
    outcome = models.CharField(max_length=9, choices=Outcome)
    cannot_be_reminded = models.CharField(max_length=40, blank=True)
    column = models.CharField(max_length=100, blank=True)
    words = models.TextField(blank=True)
    appointment_id = models.BigIntegerField(null=True, blank=True)
    before: models.JSONField[Any, Any] = models.JSONField(
        null=True, blank=True, help_text="Old values, where changed."
    )

    class Meta:
        ordering = ["of", "number"]
        constraints = [
            models.UniqueConstraint(fields=["of", "number", "outcome"], name="import_row_once")
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.get_outcome_display()}"
