"""What every list of the administration shares: cheap counting, no needless queries, and looking only."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db import connection, transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from unfold.admin import ModelAdmin

from reminders.domain.history import Actor
from reminders.domain.jobs import in_words
from reminders.domain.rules import BusyError
from reminders.models import Job, Location
from reminders.templatetags.pages import at_zone

MANY = 20_000


class CheapPaginator(Paginator):  # type: ignore[type-arg]  # has no parameter when it runs
    """Counts a whole large table by the database's own estimate: an exact count would read all of it."""

    @cached_property
    def count(self) -> int:
        """How many rows there are; about so many where a large table is shown unfiltered."""
        rows: Any = self.object_list  # a QuerySet wherever the administration uses this
        if not rows.query.where:
            about = _estimate(rows.model)
            if about > MANY:
                return about
        return int(rows.count())


def _estimate(model: type[Model]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [model._meta.db_table]
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0


class StaffAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold has no types
    """A list that stays quick with millions of rows."""

    show_full_result_count = False
    paginator = CheapPaginator
    list_per_page = 50
    list_max_show_all = 200
    list_filter_submit = False
    compressed_fields = True
    warn_unsaved_form = True

    def actor(self, request: HttpRequest) -> Actor:
        """Whom the history names."""
        return Actor.staff(request.user.pk if isinstance(request.user, User) else None)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """As Django's; where rules can't be changed at this moment, say so and show the form again."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except BusyError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(request.get_full_path())

    def tell(self, request: HttpRequest, job: Job | None) -> None:
        """Say after the save what planning anew came to, or that it goes on in the background."""
        if job is None:
            return

        def say() -> None:
            job.refresh_from_db()
            done = job.state == Job.State.DONE
            background = "The coming texts are being planned anew; see “Background work”."
            messages.info(request, in_words(job) if done else background)

        # The job is worked off after the commit, before this.
        transaction.on_commit(say)


class LookOnly(StaffAdmin):
    """A list to look at: nothing is added, changed or deleted here."""

    actions = None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may see or change this elsewhere."""
        app, name = self.opts.app_label, self.opts.model_name
        return request.user.has_perm(f"{app}.view_{name}")

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Nothing is changed here, so the history is the record itself."""
        return HttpResponseRedirect("../change/")


def shown(at: datetime | None, place: Location | None = None) -> str:
    """An instant on a location's clock, else in the installation's time zone."""
    return at_zone(at, place or timezone.get_current_timezone_name()) if at else ""


def utc(at: datetime | None) -> str:
    """An instant in UTC to the second, for looking into troubles."""
    return f"{at.astimezone(ZoneInfo('UTC')):%Y-%m-%d %H:%M:%S} UTC" if at else ""
