"""The answer that each address must give to each kind of person, worked out from the table of
rights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reminders.domain.rights.actions import ADMIN, action_at, of_list
from reminders.domain.rights.permissions import STATISTICS
from reminders.domain.rights.roles import starts_with
from reminders.domain.rights.table import Action, Reach
from tests.crawl.addresses import Address
from tests.views.access_rows import Row
from tests.views.access_table import EVERYWHERE

DONE = frozenset({200, 204, 302, 409, 410, 422})
"""Let in: done, elsewhere, too late, or asked with too little."""
ANY = DONE | {400, 401, 403, 404, 405, 503}
"""Whatever an address with rules of its own may answer; a server's error it must not."""
SAYS_NOTHING = frozenset({"appointment_new", "calendar_new", "many_begin", "many_late"})
"""Asked about what is not theirs: the form again, which knows nothing of it, and nothing chosen."""
Whose = Literal["own", "foreign"]


@dataclass(frozen=True)
class Who:
    """One kind of person: what they are, and at which of the two places. Without one: at both."""

    role: str
    place: str = ""

    @property
    def name(self) -> str:
        """As the test calls them."""
        return f"{self.role or 'anonymous'}{f' of {self.place}' if self.place else ''}"

    def has(self, permission: str) -> bool:
        """Whether their role starts with it."""
        return bool(permission) and starts_with(self.role, permission)


WHO = (
    Who(""),
    Who("receptionist", "Nearby"),
    Who("receptionist", "Faraway"),
    Who("manager", "Nearby"),
    Who("manager"),
    Who("administrator"),
    Who("administrator", "Nearby"),
    Who("auditor"),
    Who("auditor", "Nearby"),
    Who("help desk", "Nearby"),
)


def view_name(address: Address) -> str:
    """The address's name in the table."""
    return f"admin:{address.name}" if address.in_admin else address.name


def expected(
    who: Who, address: Address, method: str, *, row: Row | None = None, whose: Whose = "own"
) -> frozenset[int]:
    """The statuses of which one must come."""
    action = action_at(view_name(address))
    if action is None:
        return frozenset({404})
    if action.has_own_rules:
        return ANY
    if not action.needs(method):
        return frozenset({405})
    if not who.role:
        return frozenset({302})
    if action.is_own:
        return ANY - {401, 403}
    if not who.has(action.needs(method)):
        return _refused(who, action, method)
    if action.reach is Reach.ALL and who.place:
        return frozenset({403})
    if action is ADMIN:
        return _in_administration(who, address, whose)
    if whose == "foreign" and row is not None and row.names not in EVERYWHERE:
        return DONE if row.url in SAYS_NOTHING else frozenset({404})
    return DONE


def _refused(who: Who, action: Action, method: str) -> frozenset[int]:
    # The help desk begins with its own page, where signing in leads everybody to the day sheet.
    leads_on = action.address == "day_sheet" and method == "GET" and who.role == "help desk"
    return frozenset({302 if leads_on else 403})


def _in_administration(who: Who, address: Address, whose: Whose) -> frozenset[int]:
    name = view_name(address)
    needed = STATISTICS if name.endswith("dailystatistics_changelist") else of_list(name)
    if "dailystatistics" in name and not name.endswith("changelist"):
        return frozenset({200, 302, 403, 404})
    if not needed:
        return ANY
    if not who.has(needed):
        return frozenset({403})
    if whose == "foreign":
        return frozenset({403, 404})
    # A table that is only looked at refuses to be changed whatever the role; a change may be asked
    # with too little.
    return frozenset({200, 302, 403}) if not name.endswith("_changelist") else frozenset({200, 302})
