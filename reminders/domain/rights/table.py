"""The table of rights: one row for each address of the site. An address without a row is closed.

`reminders.views.door.rights` asks it for every request, pages for what they offer, and
`rights.document` writes it out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from reminders.domain.rights.permissions import ANYBODY, SIGNED_IN

LOOKING = ("GET", "HEAD")


class Reach(Enum):
    """For which locations a row holds."""

    THEIRS = "their locations"
    """What belongs to another location is a page that is not there."""
    ALL = "all locations"
    """It concerns every location, so it takes somebody who may see every location."""
    NONE = "no location"


@dataclass(frozen=True, slots=True)
class Action:
    """One address: what a look at it takes, and what sending something to it takes."""

    address: str
    words: str
    look: str = ""
    """A permission; blank: the address shows no page."""
    send: str = ""
    """A permission; blank: nothing can be sent to it."""
    changes: bool = True
    """Whether what is sent changes anything; a search does not."""
    reach: Reach = Reach.THEIRS

    @property
    def methods(self) -> list[str]:
        """How it may be asked for."""
        return [*(LOOKING if self.look else ()), *(("POST",) if self.send else ())]

    def needs(self, method: str) -> str:
        """The permission for a request by this method; blank: it is not answered."""
        if method in LOOKING:
            return self.look
        return self.send if method == "POST" else ""

    @property
    def has_own_rules(self) -> bool:
        """Whether the page behind it decides by itself whom it serves, and how."""
        return self.look == self.send == ANYBODY

    @property
    def is_own(self) -> bool:
        """Whether it is only about the one who asks, whatever their role."""
        return {self.look, self.send} <= {ANYBODY, SIGNED_IN, ""}


def page(address: str, look: str, words: str, reach: Reach = Reach.THEIRS) -> Action:
    """A row of an address that is only looked at."""
    return Action(address, words, look=look, changes=False, reach=reach)


def act(address: str, send: str, words: str, reach: Reach = Reach.THEIRS) -> Action:
    """A row of an address that changes something."""
    return Action(address, words, send=send, reach=reach)


def form(address: str, look: str, send: str, words: str, reach: Reach = Reach.THEIRS) -> Action:
    """A row of a page that shows a form and takes it."""
    return Action(address, words, look=look, send=send, reach=reach)


def search(address: str, need: str, words: str, *, shown: bool = True) -> Action:
    """A row of what is sent and changes nothing: names that are looked for stand in no address.

    `shown`: the address is a page as well.
    """
    return Action(address, words, look=need if shown else "", send=need, changes=False)


def own(address: str, words: str) -> Action:
    """A row of somebody's own sign-in."""
    return Action(address, words, look=SIGNED_IN, send=SIGNED_IN, reach=Reach.NONE)


def outside(address: str, words: str) -> Action:
    """A row of an address for strangers and machines, with rules of its own."""
    return Action(address, words, look=ANYBODY, send=ANYBODY, reach=Reach.NONE)


def by_address(rows: Iterable[Action]) -> dict[str, Action]:
    """The rows by their addresses. Raises ValueError for an address with two."""
    found: dict[str, Action] = {}
    for row in rows:
        if row.address in found:
            raise ValueError(row.address)
        found[row.address] = row
    return found
