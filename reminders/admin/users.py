"""Users, their roles and the locations they may see."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.forms import ModelMultipleChoiceField
from django.http import HttpRequest
from unfold.admin import StackedInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from reminders.admin.base import StaffAdmin
from reminders.models import StaffProfile

admin.site.unregister(User)
admin.site.unregister(Group)
OURS = ("reminders", "auth", "django_celery_beat")


class ProfileInline(StackedInline):  # type: ignore[misc]  # Unfold has no types
    """Which locations they may see."""

    model = StaffProfile
    fields = ("locations",)
    autocomplete_fields = ("locations",)
    can_delete = False
    verbose_name_plural = "What they may see"


@admin.register(User)
class StaffUserAdmin(UserAdmin, StaffAdmin):  # type: ignore[misc, type-arg]  # Unfold has no types
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
        """First and last."""
        return row.get_full_name()

    @admin.display(description="Role")
    def roles(self, row: User) -> str:
        """What they may do, in a word."""
        names = ["Owner"] if row.is_superuser else []
        return ", ".join(names + [group.name.capitalize() for group in row.groups.all()])

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody changes a user who may do more than they."""
        return bool(super().has_change_permission(request, obj)) and not _above(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nor deletes one, nor themselves."""
        allowed = bool(super().has_delete_permission(request, obj))
        return allowed and obj != request.user and not _above(request, obj)

    def get_inline_instances(self, request: HttpRequest, obj: User | None = None) -> list[Any]:
        """Locations are chosen once the user is there."""
        return super().get_inline_instances(request, obj) if obj else []


def _above(request: HttpRequest, user: User | None) -> bool:
    asks = request.user
    return user is not None and user.is_superuser and not (isinstance(asks, User) and asks.is_superuser)


@admin.register(Group)
class RoleAdmin(GroupAdmin, StaffAdmin):  # type: ignore[misc]  # Unfold has no types
    """Roles: what may be done. Start from the three that come with the product."""

    list_display = ("name", "members")
    filter_horizontal = ("permissions",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        """With their members, for the list."""
        return super().get_queryset(request).prefetch_related("user_set")

    @admin.display(description="Members")
    def members(self, row: Group) -> str:
        """How many."""
        return str(len(row.user_set.all()))

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any
    ) -> Any:
        """Offer only what means something here."""
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name == "permissions" and isinstance(field, ModelMultipleChoiceField):
            rows: Any = field.queryset  # permissions, in the only field of that name
            field.queryset = rows.filter(content_type__app_label__in=OURS)
        return field
