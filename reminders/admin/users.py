"""Users, their roles and the locations they may see.

Who may give what is `domain.granting`'s; here it is asked for rows and choices, and once more at
the end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.forms import ModelMultipleChoiceField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from unfold.admin import StackedInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from reminders.admin.base import StaffAdmin, scope
from reminders.domain.common.access import Scope
from reminders.domain.setup.colleagues import granting
from reminders.domain.setup.colleagues.granting import Before, GrantError
from reminders.domain.signing_in import proof
from reminders.models import StaffProfile

admin.site.unregister(User)
admin.site.unregister(Group)
# Second factors and ties to sign-in services hold secrets, and have pages of their own.
admin.site.unregister([Authenticator, EmailAddress, SocialAccount, SocialApp, SocialToken])
BEFORE = "rights_before"
"""Where a request keeps what held before it changes rights."""
OURS = ("reminders", "auth", "django_celery_beat")


class RightsAdmin(StaffAdmin):
    """A list whose changes give or take rights; one that may not be is refused in words."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        # An open browser at the front desk must not be enough to make oneself an administrator.
        prove(request)
        return self._in_words(request, super().changeform_view, object_id, form_url, extra_context)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        prove(request)
        return self._in_words(request, super().delete_view, object_id, extra_context)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """As for every list; its actions may delete."""
        if request.method == "POST":
            prove(request)
        return self._in_words(request, super().changelist_view, extra_context)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """All is written now, in the transaction of the form: look at what it came to."""
        # Roles and locations are many-to-many: they are written here, after the user itself.
        super().save_related(request, form, formsets, change)
        saved = form.instance if isinstance(form.instance, User) else None
        granting.check_change(getattr(request, BEFORE), user=saved)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Not the last administrator, nor what makes them one."""
        self.delete_queryset(request, self.model._default_manager.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """All or none: the rights that are left are checked before the deletion holds."""
        with transaction.atomic():
            # Deleted first and asked then: only so is it certain what is left; the error takes it
            # all back.
            queryset.delete()
            granting.check_change(getattr(request, BEFORE))

    def _in_words(self, request: HttpRequest, view: Callable[..., Any], *given: Any) -> Any:
        if request.method == "POST":
            # Before anything is written: afterwards one would be judged by rights given to oneself.
            setattr(request, BEFORE, Before.change_by(signed_in(request)))
        try:
            return view(request, *given)
        except GrantError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(request.get_full_path())


def prove(request: HttpRequest) -> None:
    """Whoever changes rights has shown a short while ago who they are. Raises ProofNeeded."""
    proof.require(request.session, now=timezone.now(), sent=request.method == "POST")


def signed_in(request: HttpRequest) -> User:
    """The user of this request."""
    return scope(request).user


class ProfileInline(StackedInline):
    """Which locations they may see."""

    model = StaffProfile
    fields = ("all_locations", "locations")
    autocomplete_fields = ("locations",)
    # Without a profile a user sees nothing, and the next sign-in makes an empty one.
    can_delete = False
    verbose_name = verbose_name_plural = "What they may see"

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """All locations are given by who sees them all."""
        return () if scope(request).may_change_at(None) else ("all_locations",)

    def has_add_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Not for oneself: nobody gives themselves locations."""
        return bool(super().has_add_permission(request, obj)) and obj != request.user

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Not for oneself: nobody changes what they may see."""
        return bool(super().has_change_permission(request, obj)) and obj != request.user

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only what one sees oneself."""
        # Also what is checked: an id that is not offered is refused by the form, not only hidden.
        kwargs["queryset"] = granting.grantable_locations(signed_in(request))
        return super().formfield_for_manytomany(db_field, request, **kwargs)


@admin.register(User)
class StaffUserAdmin(UserAdmin, RightsAdmin):  # type: ignore[misc]  # both bases set the same names
    """People who sign in."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    inlines = (ProfileInline,)
    list_display = ("username", "full_name", "roles", "is_active", "last_login")
    list_filter = ("groups", "is_active")
    filter_horizontal = ()
    search_fields = ("username", "first_name", "last_name", "email")
    readonly_fields = ("last_login", "date_joined")
    # Without is_superuser, is_staff and single permissions: rights come by roles alone.
    fieldsets = (
        (None, {"fields": ("username", "password", "is_active")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Role", {"fields": ("groups",)}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("username", "password1", "password2", "groups")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """With their roles, for the list."""
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="Name")
    def full_name(self, row: User) -> str:
        return row.get_full_name()

    @admin.display(description="Role")
    def roles(self, row: User) -> str:
        """What they may do, in a word."""
        names = ["Owner"] if row.is_superuser else []
        return ", ".join(names + [group.name.capitalize() for group in row.groups.all()])

    def within(self, theirs: Scope) -> Q:
        """Those who see no location that the user does not see."""
        return theirs.seen_users()

    def is_theirs(self, request: HttpRequest, obj: User | None) -> bool:
        """Nobody changes a user who may do more than they, or elsewhere."""
        return obj is None or granting.may_change_user(signed_in(request), obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody: whoever did something stays somebody. They are switched off instead."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Nobody gives themselves a role, or switches themselves off."""
        own = ("groups", "is_active") if obj == request.user else ()
        return (*self.readonly_fields, *own)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only roles that allow nothing but what one may do oneself."""
        if db_field.name == "groups":
            kwargs["queryset"] = granting.grantable_roles(signed_in(request))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        """One's own password takes the old one, so it has a page of its own."""
        # The form of the administration asks for no old password: an open browser would be enough.
        if id == str(request.user.pk):
            return HttpResponseRedirect(reverse("password_change"))
        prove(request)
        return super().user_change_password(request, id, form_url)

    def get_inline_instances(self, request: HttpRequest, obj: User | None = None) -> list[Any]:
        """Locations are chosen once the user is there."""
        return super().get_inline_instances(request, obj) if obj else []


@admin.register(Group)
class RoleAdmin(GroupAdmin, RightsAdmin):  # type: ignore[misc]  # Unfold has no types
    """Roles: what may be done. Start from the three that come with the product."""

    list_display = ("name", "members")
    filter_horizontal = ("permissions",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        """With their members, for the list."""
        return super().get_queryset(request).prefetch_related("user_set")

    @admin.display(description="Members")
    def members(self, row: Group) -> str:
        """How many users have this role."""
        return str(len(row.user_set.all()))

    def is_theirs(self, request: HttpRequest, obj: Group | None) -> bool:
        """A role holds for all locations; nobody changes one that they have or that exceeds their
        own.
        """
        everywhere = scope(request).may_change_at(None)
        return everywhere and (obj is None or granting.may_change_role(signed_in(request), obj))

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any
    ) -> Any:
        """Offer only what means something here, and what one may do oneself."""
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if (
            request
            and db_field.name == "permissions"
            and isinstance(field, ModelMultipleChoiceField)
        ):
            rows: Any = field.queryset  # permissions, in the only field of that name
            theirs = granting.grantable_permissions(signed_in(request))
            field.queryset = rows.filter(
                content_type__app_label__in=OURS, pk__in=theirs.values("pk")
            )
        return field
