"""Goes round the whole site as one kind of person, and notes what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any

from django.contrib import admin
from django.db import transaction
from django.test import Client

from reminders.domain.common.access import Scope, scope_of
from reminders.models import Import, ProviderState
from reminders.views.door.rights import START
from tests.crawl.addresses import Address, addresses
from tests.crawl.expected import Who, Whose, expected, view_name
from tests.crawl.offers import offers
from tests.crawl.worlds import World, furnish, make_world, somebody_of
from tests.views.access_rows import Row
from tests.views.access_table import TABLE

METHODS = ("GET", "POST")
ADDRESSES = addresses()
SLOW = {"readyz"}
"""Asks the broker, whoever comes; its own tests do."""
TABLES = {
    f"{model._meta.app_label}_{model._meta.model_name}": model for model in admin.site._registry
}
SECRET = "md5$"
"""How a stored password begins here; no page shows one, to nobody."""


class Rounds:
    """One kind of person. Of the administration's pages, one of so many is asked for."""

    def __init__(self, who: Who, *, one_of: int = 1) -> None:
        self.one_of, self.met = one_of, len(who.name)
        self.who, self.asked, self.wrong = who, 0, list[str]()
        shared = furnish()
        ProviderState.objects.get_or_create(pk=1)
        self.worlds = {
            name: make_world(name, user=somebody_of(role="manager"))
            for name in ("Nearby", "Faraway")
        }
        for world in self.worlds.values():
            world.rows |= shared
        self.client = Client()
        self.scope = self._sign_in()
        self.signed_in = {name: one.value for name, one in self.client.cookies.items()}

    def _sign_in(self) -> Scope | None:
        if not self.who.role:
            return None
        places = (self.worlds[self.who.place].place,) if self.who.place else ()
        user = somebody_of(*places, role=self.who.role)
        # What is uploaded belongs to who did, so each has theirs.
        Import.objects.filter(pk=self.own.there["upload"]).update(created_by=user)
        self.client.force_login(user)
        return scope_of(user)

    @property
    def own(self) -> World:
        return self.worlds[self.who.place or "Nearby"]

    @property
    def foreign(self) -> World:
        return next(world for world in self.worlds.values() if world is not self.own)

    def go(self) -> None:
        """Ask everything."""
        for address, method, whose in self._questions():
            for row in _rows(address, method):
                if whose == "own" or self._is_of_a_place(address, row):
                    self._ask(address, method, row, whose)

    def _questions(self) -> Iterator[tuple[Address, str, Whose]]:
        sides: tuple[Whose, ...] = ("own", "foreign") if self.who.place else ("own",)
        for address in ADDRESSES:
            if address.name in SLOW or self._passes_over(address):
                continue
            for method in METHODS:
                for whose in sides:
                    yield address, method, whose

    def _is_of_a_place(self, address: Address, row: Row | None) -> bool:
        if row is not None:
            return row.is_of_a_place
        if address.in_admin:
            row_there = self.foreign.rows.get(_table(address))
            return bool(address.arguments) and row_there in self.foreign.of_place
        return bool(address.arguments)

    def _passes_over(self, address: Address) -> bool:
        self.met += address.in_admin
        return address.in_admin and self.met % self.one_of != 0

    def _ask(self, address: Address, method: str, row: Row | None, whose: Whose) -> None:
        world = self.own if whose == "own" else self.foreign
        where = address.route.format(*_arguments(address, row, world))
        given = {
            name: text.format(**world.there) for name, text in (row.given if row else {}).items()
        }
        query = f"?{row.query.format(**world.there)}" if row and row.query else ""
        allowed = expected(self.who, address, method, row=row, whose=whose)
        # A refusal is the same page wherever it comes; as htmx reads it, it is not drawn each time.
        headers = {"HX-Request": "true"} if allowed == {403} else {}
        self.asked += 1
        self.client.cookies = SimpleCookie(self.signed_in)  # signing out is for one request, too
        with transaction.atomic():
            ask = getattr(self.client, method.lower())
            answer: Any = ask(where + query, given, headers=headers)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            transaction.set_rollback(True)
        shown = f"{self.who.name}: {method} {where}{query} ({view_name(address)}, {whose})"
        if answer.status_code not in allowed:
            self.wrong.append(f"{shown}: {answer.status_code}, not {sorted(allowed)}")
        if not self.who.role and allowed == {302} and "/sign-in/" not in answer.headers["Location"]:
            self.wrong.append(f"{shown}: leads to {answer.headers['Location']}")
        self._look(shown, where, body.decode(errors="replace"), answer)

    def _look(self, shown: str, where: str, page: str, answer: Any) -> None:
        if self.who.place or not self.who.role:
            hidden = self.foreign.signs if self.who.place else self.own.signs + self.foreign.signs
            leaked = [sign for sign in hidden if sign in page]
            if leaked:
                self.wrong.append(f"{shown}: tells {leaked}")
        if SECRET in page:
            self.wrong.append(f"{shown}: tells a stored password")
        if self.scope is None or answer.status_code != 200 or where.startswith("/admin/"):
            return
        for method, name in offers(page, of=where):
            # The start page leads everybody on to their own.
            if name != START and not self.scope.opens(name, method):
                self.wrong.append(f"{shown}: offers {method} {name}")


def _rows(address: Address, method: str) -> list[Row | None]:
    given = [row for row in TABLE if row.url == address.name and row.method == method]
    return [*given] if given and not address.in_admin else [None]


def _arguments(address: Address, row: Row | None, world: World) -> list[object]:
    if row is not None and row.names:
        return [world.there[row.names]]
    thing = next((one.names for one in TABLE if one.url == address.name and one.names), "")
    if thing and not address.in_admin:
        return [world.there[thing]]
    found = world.rows.get(_table(address)) if address.in_admin else None
    return [found.pk if found else 1] * address.arguments


def _table(address: Address) -> Any:
    parts = address.route.strip("/").split("/")
    return TABLES.get("_".join(parts[1:3]))
