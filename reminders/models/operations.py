"""What the running application knows about itself: its periodic tasks, the provider's state, work
in
the background, failed sign-ins, and figures that are computed ahead.

Kept in the database, so that any number of workers on any number of machines share it.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q

from reminders.models.people import Location, Practitioner


class TaskRun(models.Model):
    """When each periodic task last ran and how it went."""

    name = models.CharField(max_length=40, primary_key=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    succeeded_at = models.DateTimeField(null=True, blank=True)
    count = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    holder = models.CharField(
        max_length=80, blank=True, db_default="", help_text="Who has the turn now."
    )
    # A lease and no lock: a lock would hold a connection while the provider is asked.
    held_until = models.DateTimeField(
        null=True, blank=True, help_text="By the database's clock; renewed while the holder lives."
    )
    rung_again = models.BooleanField(
        db_default=False, help_text="Somebody rang while the holder had the turn."
    )

    def __str__(self) -> str:
        return self.name


class Trouble(models.Model):
    """What one program noticed and everybody should hear of; `domain.troubles` says how long it is
    shown.
    """

    code = models.CharField(max_length=20)
    place = models.CharField(
        max_length=120, blank=True, help_text="Where, such as a program and its machine."
    )
    words = models.CharField(max_length=300, blank=True)
    # A program that tells again adds to it; one row for each place, however long it lasts.
    count = models.PositiveIntegerField(default=1)
    since = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "place"], name="trouble_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.place}".strip()


class WebhookSecret(models.Model):
    """A secret that stands, or stood, in the address that the provider pushes to."""

    secret = models.CharField(max_length=200, unique=True)
    own = models.BooleanField(help_text="Made here, for where WEBHOOK_SECRET is not given.")
    used_at = models.DateTimeField(help_text="When it was last given out, to the day.")

    class Meta:
        constraints = [
            # Of two programs that start at once, both would make one, and pushes go to an unknown
            # address.
            models.UniqueConstraint(
                fields=["own"], condition=Q(own=True), name="webhook_secret_one_own"
            )
        ]

    def __str__(self) -> str:
        return f"webhook secret {self.pk}"


class ProviderState(models.Model):
    """One row: whether sending may go on, shared by all workers. `domain.brakes` decides."""

    class Brake(models.TextChoices):
        NONE = "", "Working"
        CREDENTIALS = "credentials", "The provider refuses the credentials"
        RATE = "rate", "The provider asked us to slow down"
        DOWN = "down", "The provider can't be reached"
        CAP = "cap", "The hourly limit of texts is reached"

    # Fixed at 1, and held by a constraint: a second row would be a brake that nobody sees.
    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    brake = models.CharField(max_length=12, choices=Brake, blank=True, default=Brake.NONE)
    since = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField(
        null=True, blank=True, help_text="Until then nothing is sent; then one probe."
    )
    words = models.CharField(max_length=300, blank=True)
    failures = models.PositiveIntegerField(default=0)
    answered_at = models.DateTimeField(
        null=True, blank=True, help_text="The provider's last good answer."
    )
    accepted_at = models.DateTimeField(null=True, blank=True, help_text="The last accepted text.")
    alerted: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    probe_at = models.DateTimeField(
        null=True, blank=True, help_text="Where nobody asks it anything, not before this time."
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="provider_state_one_row")]

    def __str__(self) -> str:
        return self.get_brake_display()


class Job(models.Model):
    """Long work in the background that a page watches: worked off in steps, taken over when a
    worker dies.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    kind = models.CharField(max_length=40)
    params: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    # The last appointment's id: a worker that takes over goes on behind it.
    cursor = models.BigIntegerField(default=0)
    result: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    words = models.CharField(max_length=300, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(state__in=["waiting", "running"]),
                name="job_to_do",
            )
        ]

    def __str__(self) -> str:
        return self.kind


class FirstLogin(models.Model):
    """A link that lets its holder make the first administrator, once; of its token only a digest is
    kept.
    """

    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Until {self.expires_at:%Y-%m-%d %H:%M} UTC"


class SignInCount(models.Model):
    """How often signing in failed for one name, one address, or both, since the window opened.

    The key is a digest: neither names nor addresses are kept. Rows that ran out are swept by later
    ones.
    """

    key = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField()
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.failures} until {self.until:%H:%M}"


class RoleSignIn(models.Model):
    """What an administrator chose for how a role signs in; without a row the role's rights
    decide.
    """

    role = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="sign_in")
    second_factor = models.BooleanField(help_text="Whether a password alone is not enough.")

    def __str__(self) -> str:
        return f"{self.role}: {'two steps' if self.second_factor else 'password'}"


class SignInLink(models.Model):
    """A link by which a user chooses a password, once; of its token only a digest is kept.

    One that an administrator made, and one that the user asked for: the second must not void the
    first,
    since anybody can type a name.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    asked_for = models.BooleanField(help_text="By the user, and sent by e-mail.")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "asked_for"], name="sign_in_link_latest")
        ]

    def __str__(self) -> str:
        return f"Until {self.expires_at:%Y-%m-%d %H:%M} UTC"


class KnownDevice(models.Model):
    """A browser that a user signed in with; of its cookie only a digest is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=80)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="known_device_once")]

    def __str__(self) -> str:
        return self.name


class StaffSession(AbstractBaseSession):
    """A session of somebody who signs in. Its key here is a digest of the one in the browser's
    cookie.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField(
        help_text="To the minute; what a page looks up by itself is none."
    )
    device = models.CharField(max_length=80, blank=True)
    address = models.CharField(max_length=60, blank=True)

    @classmethod
    def get_session_store_class(cls) -> type[Any]:
        """What reads and writes these rows."""
        from reminders.sessions import SessionStore  # it stands on this module

        return SessionStore

    def __str__(self) -> str:
        return f"{self.device} since {self.started_at:%Y-%m-%d %H:%M} UTC"


class DailyStatistics(models.Model):
    """Counts about the appointments of one local day. `domain.statistics` writes them again, never
    adds.
    """

    location = models.ForeignKey(Location, on_delete=models.CASCADE, db_index=False)
    practitioner = models.ForeignKey(
        Practitioner, on_delete=models.CASCADE, null=True, blank=True, db_index=False
    )
    day = models.DateField()
    appointments = models.PositiveIntegerField(default=0, help_text="Without the cancelled ones.")
    confirmed = models.PositiveIntegerField(default=0)
    declined = models.PositiveIntegerField(default=0)
    declined_late = models.PositiveIntegerField("of these too late", default=0)
    arrived = models.PositiveIntegerField(default=0)
    no_show = models.PositiveIntegerField("did not come", default=0)
    cancelled = models.PositiveIntegerField(default=0)
    texts = models.PositiveIntegerField(default=0)
    delivered = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField("not delivered", default=0)
    computed_at = models.DateTimeField()

    class Meta:
        verbose_name = "daily figures"
        verbose_name_plural = "daily figures"
        ordering = ["day", "location", "practitioner"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "location", "practitioner"],
                # With NULLs alike: the figures without a practitioner are one row as well.
                name="day_figure_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"
