"""What one user may do, and where: their roles' permissions, and the locations that they may see.

A role is a group; what it may do is the group's permissions, which an administrator may change.
What each address needs stands in `rights`. It is asked for every request; hiding a button is
courtesy, not protection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from reminders.domain.common.audit import Actor
from reminders.domain.common.visibility import Sight
from reminders.domain.rights.actions import action_at, of_list
from reminders.domain.rights.permissions import ANYBODY, SEE_IMPORTS, SIGNED_IN
from reminders.domain.rights.roles import PERMISSIONS
from reminders.domain.rights.table import Action, Reach
from reminders.models import (
    Appointment,
    AuditEntry,
    Contact,
    InboxItem,
    Location,
    Message,
    Reply,
    StaffProfile,
)


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
        # By rows, which tell nobody: what every site begins with is no change of rights. With the
        # first migration some apps' permissions are not there yet; they are left out.
        Group.permissions.through.objects.bulk_create(
            Group.permissions.through(group=group, permission=permissions[code])
            for code in PERMISSIONS[role]
            if code in permissions
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
    listed: frozenset[int]
    """Those that are listed for them; whoever sees all may have some listed, too."""

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

    @cached_property
    def chosen(self) -> Location | None:
        """The location that their pages are set to; None for all that they may see.

        Until they choose, it is the one that they work at: the only one that is listed for them,
        also where they may see every other.
        """
        remembered = self.profile.remembered
        if "location" in remembered:
            # It may be one that was taken from them since.
            return self.location(remembered["location"])
        listed = [location for location in self.locations if location.pk in self.listed]
        return listed[0] if len(listed) == 1 else None

    @property
    def shown_locations(self) -> tuple[Location, ...]:
        """The locations that their pages are about: the chosen one, else all of theirs."""
        return (self.chosen,) if self.chosen else self.locations

    @property
    def narrowed_to(self) -> list[int] | None:
        """The ids of `shown_locations`, in order; None where they see everything anyway.

        Whoever sees every location sees rows without one, too, which ids would leave out.
        """
        shown = self.shown_locations
        if not self.restricted and len(shown) == len(self.locations):
            return None
        return sorted(location.pk for location in shown)

    def may(self, permission: str) -> bool:
        """Whether their role allows it; a name of `rights.permissions`."""
        return self.user.has_perm(permission)

    def admits(self, action: Action, method: str) -> bool:
        """Whether a row of the table of rights lets them in by this method."""
        needed = action.needs(method)
        if needed in (ANYBODY, SIGNED_IN):
            return True
        everywhere = action.reach is not Reach.ALL or not self.restricted
        return bool(needed) and everywhere and self.may(needed)

    def opens(self, address: str, method: str = "GET") -> bool:
        """Whether they may look at the address of this name, or by "POST" send to it."""
        action, of_table = action_at(address), of_list(address)
        if action is None or not self.admits(action, method):
            return False
        return not of_table or self.may(of_table)

    def appointments(self) -> QuerySet[Appointment]:
        """The appointments they may see."""
        everything = Appointment.objects.all()
        return (
            everything.filter(location_id__in=self.location_ids) if self.restricted else everything
        )

    def contacts(self) -> QuerySet[Contact]:
        """The contacts they may see: of their locations, and those of nobody yet; none that are
        forgotten.
        """
        return Contact.objects.filter(self._seen(Sight.contacts), forgotten_at=None)

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
        """A condition on the inbox's cards; diaries that wait are for those who see files
        everywhere.
        """
        seen = self._seen(Sight.cards)
        # A file may name patients of any location, so its card is not for those who see some only.
        everywhere = self.may(SEE_IMPORTS) and not self.restricted
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
    theirs = StaffProfile.locations.through.objects.filter(
        staffprofile=profile, location=OuterRef("pk")
    )
    # With the locations, not after them: every page would ask once more.
    found = active.annotate(listed=Exists(theirs))
    locations = tuple(found.filter(listed=True) if restricted else found)
    listed = frozenset(location.pk for location in locations if location.listed)
    return Scope(user, profile, locations, restricted, listed)


def remember(profile: StaffProfile, **values: Any) -> None:
    """Keep what a page should show next time; writes only what changed."""
    # Pages remember with every look; most of the time there is nothing to write. “All locations”
    # that was chosen is something else than nothing chosen yet.
    if values.items() <= profile.remembered.items():
        return
    profile.remembered = profile.remembered | values
    profile.save(update_fields=["remembered"])
