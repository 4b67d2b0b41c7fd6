"""Who may do what, and where: the three roles, their permissions, and the locations a user may see.

A role is a group; what it may do is the group's permissions, which an administrator may change.
Pages ask here on the server for every request; hiding a button is courtesy, not protection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from reminders.domain.common.audit import Actor
from reminders.domain.common.visibility import Sight
from reminders.models import (
    Appointment,
    AuditEntry,
    Contact,
    InboxItem,
    Location,
    Message,
    Reply,
    StaffProfile,
    StaffSession,
)

RECEPTIONIST, MANAGER, ADMINISTRATOR = "receptionist", "manager", "administrator"

DAILY_WORK = "reminders.change_appointment"
"""The pages of the day: day sheet, call list, inbox, conversations, appointments, contacts, not
sent.
"""
IMPORT = "reminders.add_import"
RULES = "reminders.change_reminderrule"
WORDINGS = "reminders.change_wording"
STATISTICS = "reminders.view_auditentry"
CONNECTION = "reminders.change_providerstate"
USERS = "auth.change_user"
ROLES = "auth.change_group"

_EVERY = ("view", "add", "change", "delete")
_DAILY: dict[str, tuple[str, ...]] = {
    "appointment": ("view", "add", "change"),
    "contact": ("view", "add", "change"),
    "callattempt": ("view", "add", "change"),
    "inboxitem": ("view", "add", "change"),
    "suppression": ("view", "add", "change"),
    "message": ("view", "add"),
    "reminder": ("view", "change"),
    "reply": ("view", "change"),
    **dict.fromkeys(("location", "practitioner", "service", "cannedreply"), ("view",)),
}
_MANAGING: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("reminderrule", "wording", "cannedreply", "practitioner", "service"), _EVERY),
    **dict.fromkeys(("import", "importmapping", "location"), ("view", "add", "change")),
    **dict.fromkeys(("importrow", "auditentry", "deliveryreport", "job"), ("view",)),
}
_ADMINISTERING: dict[str, tuple[str, ...]] = {
    "staffprofile": _EVERY,
    "location": _EVERY,
    "providerstate": ("view", "change"),
    "taskrun": ("view",),
}
_ELSEWHERE: dict[str, dict[str, tuple[str, ...]]] = {
    "auth": {"user": _EVERY, "group": _EVERY},
    "django_celery_beat": {"periodictask": ("view", "change"), "intervalschedule": _EVERY},
}


def _codes(app: str, models: dict[str, tuple[str, ...]]) -> set[tuple[str, str]]:
    return {(app, f"{verb}_{model}") for model, verbs in models.items() for verb in verbs}


_RECEPTIONIST = _codes("reminders", _DAILY)
_MANAGER = _RECEPTIONIST | _codes("reminders", _MANAGING)
_ADMINISTRATOR = (
    _MANAGER
    | _codes("reminders", _ADMINISTERING)
    | {code for app, models in _ELSEWHERE.items() for code in _codes(app, models)}
)
PERMISSIONS: dict[str, set[tuple[str, str]]] = {
    RECEPTIONIST: _RECEPTIONIST,
    MANAGER: _MANAGER,
    ADMINISTRATOR: _ADMINISTRATOR,
}
"""For each role the permissions it starts with, as pairs of app label and code name."""


def seed_roles(**_: Any) -> None:
    """Create the roles that are missing. A role that exists keeps what an administrator made
    of it.
    """
    # By name and never again: what an administrator took from a role must not come back.
    there = set(Group.objects.filter(name__in=PERMISSIONS).values_list("name", flat=True))
    missing = PERMISSIONS.keys() - there
    if not missing:
        return
    permissions = _permissions(code for role in missing for code in PERMISSIONS[role])
    for role in sorted(missing):
        group = Group.objects.create(name=role)
        # With the first migration some apps' permissions are not there yet; they are left out.
        group.permissions.set(
            permissions[code] for code in PERMISSIONS[role] if code in permissions
        )


def _permissions(codes: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Permission]:
    names = {name for _, name in codes}
    found = Permission.objects.filter(codename__in=names).select_related("content_type")
    return {
        (permission.content_type.app_label, permission.codename): permission for permission in found
    }


@dataclass(frozen=True)
class Scope:
    """One signed-in user: what the pages remember for them and which locations they may see."""

    user: User
    profile: StaffProfile
    locations: tuple[Location, ...]
    restricted: bool

    @property
    def actor(self) -> Actor:
        """The user as lines of history name them."""
        return Actor.staff(self.user.pk)

    @cached_property
    def location_ids(self) -> frozenset[int]:
        """The ids of the locations they may see."""
        return frozenset(location.pk for location in self.locations)

    def location(self, pk: object) -> Location | None:
        """The location with this id if they may see it."""
        # Compared as text: what is remembered or sent may be a number, a text or nothing.
        return next((location for location in self.locations if str(location.pk) == str(pk)), None)

    def may(self, permission: str) -> bool:
        """Whether their role allows it; one of the names above."""
        return self.user.has_perm(permission)

    def appointments(self) -> QuerySet[Appointment]:
        """The appointments they may see."""
        everything = Appointment.objects.all()
        return (
            everything.filter(location_id__in=self.location_ids) if self.restricted else everything
        )

    def contacts(self) -> QuerySet[Contact]:
        """The contacts they may see: of their locations, and those of nobody yet."""
        return Contact.objects.filter(self._seen(Sight.contacts))

    def sees_whole(self, contact_ids: Iterable[int]) -> bool:
        """Whether nothing that hangs on these people is hidden from the user."""
        if not self.restricted:
            return True
        theirs = Q(contact__in=list(contact_ids))
        parts: tuple[tuple[type[Model], Q], ...] = (
            (Appointment, self._seen(Sight.appointments)),
            (Message, self.seen_messages()),
            (Reply, self.seen_replies()),
            (InboxItem, self.seen_cards()),
            (AuditEntry, self.seen_events()),
        )
        # Counted twice, since a condition on a blank column is neither true nor false.
        return all(
            model._default_manager.filter(theirs).count()
            == model._default_manager.filter(theirs & seen).count()
            for model, seen in parts
        )

    def seen_messages(self, prefix: str = "") -> Q:
        """A condition on messages; `prefix` leads from another table."""
        return self._seen(lambda sight: sight.messages(prefix))

    def seen_replies(self) -> Q:
        """A condition on replies: those from people, or to locations, that this user sees."""
        return self._seen(Sight.replies)

    def seen_cards(self) -> Q:
        """A condition on the inbox's cards; diaries that wait are for those who import everywhere."""
        seen = self._seen(Sight.cards)
        # A file may name patients of any location, so its card is not for those who see some only.
        everywhere = self.may(IMPORT) and not self.restricted
        return seen if everywhere else seen & ~Q(kind=InboxItem.Kind.DIARY)

    def seen_opt_outs(self) -> Q:
        """A condition on opt-outs: whose words they may read, and which they may lift."""
        return self._seen(Sight.opt_outs)

    def seen_events(self) -> Q:
        """A condition on lines of history."""
        return self._seen(Sight.events)

    def seen_users(self) -> Q:
        """A condition on those who sign in."""
        return self._seen(Sight.users)

    def _seen(self, condition: Callable[[Sight], Q]) -> Q:
        return condition(Sight(self.user.pk, self.location_ids)) if self.restricted else Q()

    def at_locations(self, field: str = "location") -> Q:
        """A condition on set-up with a location: theirs, and what holds for all."""
        if not self.restricted:
            return Q()
        return Q(**{f"{field}__in": self.location_ids}) | Q(**{f"{field}__isnull": True})

    def sees_place(self, location_id: int | None) -> bool:
        """Whether they may look at set-up of this location; None: it holds for all."""
        return location_id is None or self.may_change_at(location_id)

    def may_change_at(self, location_id: int | None) -> bool:
        """Whether they may change set-up of this location; what holds for all takes all
        locations.
        """
        return not self.restricted or location_id in self.location_ids


def scope_of(user: User) -> Scope:
    """Read what a user may see; costs at most three statements. A superuser sees every location."""
    # Made where it is missing, as for a user from the command line; it shows nothing by itself.
    profile, _ = StaffProfile.objects.get_or_create(user=user)
    active = Location.objects.filter(active=True)
    restricted = not (user.is_superuser or profile.all_locations)
    locations = active.filter(pk__in=profile.locations.values("pk")) if restricted else active
    return Scope(user=user, profile=profile, locations=tuple(locations), restricted=restricted)


def remember(profile: StaffProfile, **values: Any) -> None:
    """Keep what a page should show next time; writes only what changed."""
    # Pages remember with every look; most of the time there is nothing to write.
    if all(profile.remembered.get(name) == value for name, value in values.items()):
        return
    profile.remembered = profile.remembered | values
    profile.save(update_fields=["remembered"])


def forget_sessions() -> None:
    """Delete the sessions that have run out."""
    StaffSession.objects.filter(expire_date__lte=timezone.now()).delete()
