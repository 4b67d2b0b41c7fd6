"""Changes of users and rights, noted however they come about: by a page, a command, a service.

Django tells of them by signals; who makes them is known by the `visitor`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save

from reminders.domain.trail.write import Kind, note
from reminders.models import StaffProfile

_BEFORE = "_before_this_save"
_WATCHED: dict[type[Any], dict[str, tuple[Kind, str, str]]] = {
    User: {
        "is_active": (Kind.USER, "switched on", "switched off"),
        "is_superuser": (Kind.RIGHTS, "made an owner", "no owner any more"),
    },
    StaffProfile: {
        "all_locations": (Kind.RIGHTS, "given all locations", "no longer given all locations")
    },
}


def listen() -> None:
    """Hear of every change from now on."""
    for model in _WATCHED:
        pre_save.connect(_remember, sender=model, dispatch_uid=f"trail.before.{model.__name__}")
        post_save.connect(_compare, sender=model, dispatch_uid=f"trail.after.{model.__name__}")
    for through, changed in (
        (User.groups.through, _roles_changed),
        (User.user_permissions.through, _own_rights_changed),
        (Group.permissions.through, _role_changed),
        (StaffProfile.locations.through, _locations_changed),
    ):
        m2m_changed.connect(changed, sender=through, dispatch_uid=f"trail.{changed.__name__}")
    post_delete.connect(_role_deleted, sender=Group, dispatch_uid="trail.role_deleted")


def _remember(sender: type[Any], instance: Any, update_fields: Any, raw: bool, **_: Any) -> None:
    columns = _WATCHED[sender].keys()
    # Signing in saves when that was, and pages what they remember: neither costs a look here.
    watched = columns if update_fields is None else columns & set(update_fields)
    known = bool(instance.pk and watched and not raw)
    rows = sender._default_manager.filter(pk=instance.pk).values(*watched)
    before = (rows.first() or {}) if known else {}
    # Django keeps the plain words until the save is over; a hash made anew has none.
    if sender is User and instance.pk and instance._password is not None:
        before["password"] = None
    setattr(instance, _BEFORE, before)


def _compare(sender: type[Any], instance: Any, created: bool, raw: bool, **_: Any) -> None:
    before = instance.__dict__.pop(_BEFORE, {})
    about = {"user": instance.pk if sender is User else instance.user_id}
    if raw:
        return
    if created and sender is User:
        note(Kind.USER, details={"change": "added", **about})
    for name, (kind, on, off) in _WATCHED[sender].items():
        is_on = bool(getattr(instance, name))
        was_on = before.get(name, is_on) if not created else name == "is_active"
        if is_on != was_on:
            note(kind, details={"change": on if is_on else off, **about})
    if "password" in before:
        note(Kind.PASSWORD, details={"change": "new password", **about})


def _roles_changed(**told: Any) -> None:
    _note_sets(told, one="user", many="role")


def _own_rights_changed(**told: Any) -> None:
    _note_sets(told, one="user", many="right", codes=True)


def _role_changed(**told: Any) -> None:
    _note_sets(told, one="role", many="right", codes=True)


def _locations_changed(instance: Any, **told: Any) -> None:
    _note_sets({**told, "instance": instance}, one="user", many="location")


def _note_sets(told: dict[str, Any], *, one: str, many: str, codes: bool = False) -> None:
    """A signal about a relation: which ones were added to a thing, or taken from it."""
    action, instance, others = told["action"], told["instance"], told["pk_set"]
    if action == "pre_clear":
        # All go; which these were can be asked only now.
        others = set(_others(told).values_list("pk", flat=True))
    if action not in ("post_add", "post_remove", "pre_clear") or not others:
        return
    how = "added" if action == "post_add" else "removed"
    about = instance.user_id if isinstance(instance, StaffProfile) else instance.pk
    if told["reverse"]:
        one, many = many, one
    values = _codes(others) if codes and not told["reverse"] else sorted(others)
    note(Kind.RIGHTS, details={one: about, how: values, "of": f"{many}s"})


def _others(told: dict[str, Any]) -> Any:  # Any: rows of the other table
    name = f"{told['instance']._meta.model_name}"
    through = told["sender"]._default_manager.filter(**{name: told["instance"].pk})
    found = f"{told['model']._meta.model_name}_id"
    return told["model"]._default_manager.filter(pk__in=through.values(found))


def _codes(permissions: Collection[int]) -> list[str]:
    rows = Permission.objects.filter(pk__in=permissions).order_by("codename")
    return list(rows.values_list("codename", flat=True))


def _role_deleted(instance: Group, **_: Any) -> None:
    note(Kind.RIGHTS, details={"role": instance.pk, "change": "role deleted"})
