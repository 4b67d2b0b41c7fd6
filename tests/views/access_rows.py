"""A row of the table of addresses: how one is asked for, by whom, and about what.

A row is the address's name, how it is asked for, who may, and where it leads; `{names}` in what is
posted and in the query are filled in with things of a location.
"""

from __future__ import annotations

from dataclasses import dataclass, field

STAFF = ("receptionist", "manager", "administrator")
MANAGERS = ("manager", "administrator")
ADMINISTRATORS = ("administrator",)


@dataclass(frozen=True)
class Row:
    """One way to ask for one address. `names` is the thing in the address; blank: it names none."""

    url: str
    method: str
    roles: tuple[str, ...]
    names: str = ""
    given: dict[str, str] = field(default_factory=dict)
    query: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.url}"

    @property
    def is_of_a_place(self) -> bool:
        """Whether it is about something that belongs to one location."""
        return bool(self.names) or "{" in "".join([*self.given.values(), self.query])


def row(
    url: str, method: str, roles: tuple[str, ...], names: str = "", *, query: str = "", **given: str
) -> Row:
    """A row, what is posted as keywords."""
    return Row(url, method, roles, names, given, query)
