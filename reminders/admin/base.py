"""What every list of the administration shares: cheap counting, no needless queries, and looking
only.
"""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.admin import RelatedFieldListFilter
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import connection, transaction
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from unfold.admin import ModelAdmin

from reminders.domain.common.access import Scope, scope_of
from reminders.domain.common.audit import Actor
from reminders.domain.planning import handed_over
from reminders.domain.planning.rule_book import BusyError
from reminders.domain.setup.jobs import in_words
from reminders.domain.trail.write import Kind, digest, look, note
from reminders.formatting import at_zone
from reminders.models import Contact, Job, Location, ReminderRule

MANY = 20_000
SCOPE = "scope"
"""Where a request keeps what its user may see, as on the staff pages."""


class CheapPaginator(Paginator):
    """Counts a whole large table by the database's own estimate: an exact count would read all of
    it.
    """

    @cached_property
    def count(self) -> int:
        """How many rows there are; about so many where a large table is shown unfiltered."""
        rows: Any = self.object_list  # a QuerySet wherever the administration uses this
        # Only unfiltered: the estimate is of the whole table and knows nothing of a filter or a
        # scope.
        if not rows.query.where:
            about = _estimate(rows.model)
            if about > MANY:
                return about
        return int(rows.count())


def _estimate(model: type[Model]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass",
            [model._meta.db_table],
        )
        row = cursor.fetchone()
    # -1 where the table was never analysed, which counts as small: then it is counted.
    return int(row[0]) if row else 0


def scope(request: HttpRequest) -> Scope:
    """Which locations the signed-in user may see; read once for a request."""
    found = getattr(request, SCOPE, None)
    # Under the staff pages' name, so that the frame around the list does not read it once more.
    if not isinstance(found, Scope):
        if not isinstance(request.user, User):
            raise PermissionDenied
        found = scope_of(request.user)
        setattr(request, SCOPE, found)
    return found


class TheirsFilter(RelatedFieldListFilter):
    """A filter whose choices keep to the user's locations, as the list of those things does."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        """What the table's own list shows."""
        # By the other table's own list: a filter would else name locations and people of other
        # sites.
        own = model_admin.admin_site._registry.get(field.related_model)
        theirs = {"pk__in": own.get_queryset(request).order_by().values("pk")} if own else {}
        ordering = self.field_admin_ordering(field, request, model_admin)
        return field.get_choices(include_blank=False, ordering=ordering, limit_choices_to=theirs)


class StaffAdmin(ModelAdmin):
    """A list that stays quick with millions of rows, and keeps to the locations that its user may
    see.
    """

    place: ClassVar[str] = ""
    """Where a row's location stands, as in a filter; blank: the rows belong to no location."""
    # The count beside a search would read the whole table, whatever the paginator estimates.
    show_full_result_count = False
    paginator = CheapPaginator
    list_per_page = 50
    list_max_show_all = 200
    list_filter_submit = False
    compressed_fields = True
    warn_unsaved_form = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without what belongs to locations that the user may not see."""
        rows: QuerySet[Any] = super().get_queryset(request)
        theirs = scope(request)
        return rows.filter(self.within(theirs)) if theirs.restricted else rows

    def within(self, theirs: Scope) -> Q:
        """A condition on the rows for a user who may see some locations only."""
        return theirs.at_locations(self.place) if self.place else Q()

    def has_add_permission(self, request: HttpRequest) -> bool:
        # Without a row the question is about the list: what belongs to no location takes all
        # locations.
        return bool(super().has_add_permission(request)) and self.is_theirs(request, None)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What holds for every location is not changed by somebody who may not see them all."""
        return bool(super().has_change_permission(request, obj)) and self.is_theirs(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(super().has_delete_permission(request, obj)) and self.is_theirs(request, obj)

    def is_theirs(self, request: HttpRequest, obj: Any) -> bool:
        """Whether the user may change this row; without one, whether any of the list."""
        if not self.place or not obj:
            return bool(self.place) or scope(request).may_change_at(None)
        # Asked of the database, not of the form's object: its location may be the one being given
        # now.
        rows: QuerySet[Any] = type(obj)._default_manager.filter(pk=obj.pk)
        return scope(request).may_change_at(rows.values_list(self.place, flat=True).first())

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Filters by another table offer only what the user may see of it."""
        fields = {field.name: field for field in self.opts.get_fields()}
        return [
            (one, TheirsFilter) if one in fields and fields[one].is_relation else one
            for one in super().get_list_filter(request)
        ]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only what the user may see; where one location is theirs, one has to be named."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        theirs = scope(request)
        if field is None or not theirs.restricted:
            return field
        place = {Location: "pk", ReminderRule: "location"}.get(db_field.remote_field.model)
        if place:
            field.queryset = field.queryset.filter(**{f"{place}__in": theirs.location_ids})
            # Blank means everywhere, which is not theirs to give.
            field.required = True
        return field

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """As Django's, after a look at what was ticked."""
        # Django hands ticked ids to the database as they come; one that is no id would be an error
        # 500.
        if all(map(self._may_be_id, request.POST.getlist(ACTION_CHECKBOX_NAME))):
            found: HttpResponse | None = super().response_action(request, queryset)
            return found
        messages.warning(request, "What was chosen is not in this list. Choose again.")
        return HttpResponseRedirect(request.get_full_path())

    def _may_be_id(self, written: str) -> bool:
        try:
            self.opts.pk.clean(written, None)
        except ValidationError:
            return False
        return True

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, *_: Any) -> HttpResponse:
        # Django leads to the start of the administration; here what is not theirs is not there.
        raise Http404

    def actor(self, request: HttpRequest) -> Actor:
        """Whom the history names for what is done here."""
        return Actor.staff(request.user.pk if isinstance(request.user, User) else None)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """As Django's; a row about a patient is noted as a look at them."""
        if person := _whose(obj):
            look(person, page=self._page)
        shown: HttpResponse = super().render_change_form(
            request, context, add, change, form_url, obj
        )
        return shown

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """As Django's, noted; without its words, as every search."""
        self.note_search(search_term)
        found: tuple[QuerySet[Any], bool] = super().get_search_results(
            request, queryset, search_term
        )
        return found

    def note_search(self, words: str) -> None:
        """For lists that look up in their own way, too."""
        if words.strip():
            note(Kind.SEARCH, details={"digest": digest(words), "page": self._page})

    @property
    def _page(self) -> str:
        return f"admin {self.opts.model_name}"

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """As Django's; where rules can't be changed just now, say so and show the form again."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        # An import holds what would change here; the form is loaded again, because nothing was
        # saved.
        except BusyError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(request.get_full_path())

    def tell(self, request: HttpRequest, job: Job | None) -> None:
        """Say after the save what planning again came to, or that it goes on in the background."""
        if job is None:
            return

        def say() -> None:
            job.refresh_from_db()
            done = job.state == Job.State.DONE
            background = "The coming texts are being planned again; see “Background work”."
            messages.info(request, in_words(job) if done else background)

        # The job is worked off after the commit, before this.
        transaction.on_commit(say)

    def tell_replaced(self, request: HttpRequest, count: int) -> None:
        """Say how many texts that the provider holds already go out again with what was changed."""
        if count:
            messages.info(request, handed_over.in_words(count))


def _whose(row: Any) -> int | None:
    """Whom a row is about, if it is about a patient."""
    if isinstance(row, Contact):
        return row.pk
    visit = getattr(row, "appointment", None)
    found: int | None = getattr(row, "contact_id", None) or getattr(visit, "contact_id", None)
    return found


class LookOnly(StaffAdmin):
    """A list to look at: nothing is added, changed or deleted here."""

    actions = None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may see or change this elsewhere."""
        app, name = self.opts.app_label, self.opts.model_name
        return request.user.has_perm(f"{app}.view_{name}")

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Nothing is changed here, so the history is the record itself."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if self.get_object(request, object_id) is None:
            raise Http404
        return HttpResponseRedirect("../change/")


def shown(at: datetime | None, place: Location | None = None) -> str:
    """An instant on a location's clock, else in the installation's time zone."""
    return at_zone(at, place or timezone.get_current_timezone_name()) if at else ""


def utc(at: datetime | None) -> str:
    """An instant in UTC to the second, for looking into troubles."""
    return f"{at.astimezone(ZoneInfo('UTC')):%Y-%m-%d %H:%M:%S} UTC" if at else ""
