"""Asks every address for everything odd, as one user; each request is undone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from http.cookies import SimpleCookie
from itertools import chain, product
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import got_request_exception
from django.db import transaction
from django.test import Client
from django.utils import timezone

from reminders.models import Message, ProviderState
from tests.admin.test_pages import fill
from tests.crawl.addresses import Address, addresses, names_asked, names_of_list
from tests.crawl.hostile import CHARSETS, COOKIES, HEADERS, VALUES, encoded, exchanged, form
from tests.factories import make_location, make_user
from tests.views.access_table import TABLE
from tests.views.access_things import things

FORM = "application/x-www-form-urlencoded"
ADDRESSES = addresses()
WHO = ("anonymous", "receptionist", "limited manager", "manager", "administrator")
METHODS = ("get", "post")
ALL = list(VALUES.values())
TURN = 5
Request = tuple[str, str, dict[str, Any]]


class Crawler:
    """Asks as one user, and undoes what each request did. `crashes` tells what went wrong, `asked`
    counts.
    """

    def __init__(self, who: str) -> None:
        self.who, self.asked, self.crashes, self._raised = who, 0, list[str](), ""
        self.met, self.one_of = WHO.index(who), 1
        place = make_location()
        role, limits = ("manager", (place,)) if who == "limited manager" else (who, ())
        user = make_user(group="" if who == "anonymous" else role, locations=limits)
        self.client = Client(raise_request_exception=False)
        if who != "anonymous":
            self.client.force_login(user)
        self.signed_in = {name: one.value for name, one in self.client.cookies.items()}
        self.there = things(place, user=user)
        fill(1)
        due = timezone.now() + timedelta(days=8)
        Message.objects.update(scheduled_at=due, expires_at=due, check_after=due)
        ProviderState.objects.get_or_create(pk=1)
        got_request_exception.connect(self._note)

    def stop(self) -> None:
        """Listen no more."""
        got_request_exception.disconnect(self._note)

    def _note(self, **_: object) -> None:
        error = sys.exc_info()[1]
        self._raised = f"{type(error).__name__}: {error}"[:200]

    def ask(self, method: str, address: str, **more: Any) -> None:
        """One request; only what answers 500 is remembered."""
        self.asked += 1
        self.client.cookies = SimpleCookie(self.signed_in)  # signing out is for one request, too
        with transaction.atomic():
            response = self._answer(method, address, **more)
            if response.status_code >= 500 and not address.startswith("/readyz"):
                shown = f"{method} {address[:120]} {str(more)[:300]}"
                self.crashes.append(f"{response.status_code} {shown} as {self.who}: {self._raised}")
            elif response.streaming:
                b"".join(response.streaming_content)
            transaction.set_rollback(True)

    def _answer(self, method: str, address: str, **more: Any) -> Any:
        if isinstance(more.get("data"), bytes):  # as it is, whatever the type says
            return self.client.generic(method.upper(), address, more["data"], more["content_type"])
        return getattr(self.client, method)(address, **more)

    def passes_over(self) -> bool:
        """Whether the next request is left out: of `one_of` in a row, one is made."""
        self.met += 1
        return bool(self.met % self.one_of)

    def shown(self, address: str) -> dict[str, Any]:
        """What the page at this address is made of; empty where there is none for this user."""
        self.client.cookies = SimpleCookie(self.signed_in)
        context: Any = self.client.get(address).context
        return context or {}

    def real(self, address: Address) -> list[str]:
        """What the arguments of an address name in truth."""
        thing = next((row.names for row in TABLE if row.url == address.name and row.names), "")
        if address.arguments == 1 and thing:
            return [str(self.there[thing])]
        return ["1"] * address.arguments


def arguments(crawler: Crawler) -> Iterator[Request]:
    """Each value in each argument of each address."""
    for address, value in product([one for one in ADDRESSES if one.arguments], ALL):
        for method, at in product(METHODS, range(address.arguments)):
            if crawler.passes_over():
                continue
            given = crawler.real(address)
            given[at] = encoded(value)
            yield method, address.route.format(*given), {}


def queries_and_forms(crawler: Crawler) -> Iterator[Request]:
    """Every name that a page may ask for at once, each with another value at each turn."""
    ways: tuple[dict[str, str], ...] = ({}, {"HX-Request": "true"})
    turns = range(0, len(ALL), TURN)
    for address, turn, headers, method in product(ADDRESSES, turns, ways, METHODS):
        if crawler.passes_over():
            continue
        where = address.route.format(*crawler.real(address))
        given = form(names_asked(address), ALL, first=turn)
        more: dict[str, Any] = {"headers": headers}
        if method == "post":
            more |= {"data": given, "content_type": FORM}
        yield method, f"{where}?{given}", more


def one_at_a_time(crawler: Crawler) -> Iterator[Request]:
    """What a page is really asked, with one value of it exchanged."""
    for row, value in product(TABLE, ALL):
        address = next(one for one in ADDRESSES if one.name == row.url)
        sent = {name: text.format(**crawler.there) for name, text in row.given.items()}
        asked = dict(
            part.split("=") for part in row.query.format(**crawler.there).split("&") if part
        )
        where = address.route.format(*([crawler.there[row.names]] if row.names else []))
        for name in [*sent, *asked]:
            if crawler.passes_over():
                continue
            query, data = exchanged(asked, name, value), exchanged(sent, name, value)
            yield row.method.lower(), f"{where}?{query}", {"data": data, "content_type": FORM}


def forms_of_admin(crawler: Crawler) -> Iterator[Request]:
    """Every form of the administration as it is shown, with one field exchanged."""
    for address in ADDRESSES:
        if not (address.in_admin and address.name.endswith(("_add", "_change"))):
            continue
        where = address.route.format(*crawler.real(address))
        filled = _filled(crawler.shown(where))
        for name, value in product(filled, ALL):
            if crawler.passes_over():
                continue
            yield "post", where, {"data": exchanged(filled, name, value), "content_type": FORM}


def _filled(context: dict) -> dict[str, str]:
    if "adminform" not in context:
        return {}
    formsets = [one.formset.management_form for one in context["inline_admin_formsets"]]
    given: dict[str, Any] = {}
    for one in [context["adminform"].form, *formsets]:
        given |= {one.add_prefix(name): one[name].value() for name in one.fields}
    return {name: "" if value is None else str(value) for name, value in given.items()}


def lists_of_admin(crawler: Crawler) -> Iterator[Request]:
    """Every list of the administration with one odd filter, order, page, search or choice at a
    time.
    """
    for address in ADDRESSES:
        if not (address.in_admin and address.name.endswith("_changelist")):
            continue
        for name, value in product(names_of_list(address), ALL):
            if not crawler.passes_over():
                yield "get", f"{address.route}?{name}={encoded(value)}", {}
        for value in ALL:
            chosen = f"action=delete_selected&_selected_action={encoded(value)}"
            if not crawler.passes_over():
                yield "post", address.route, {"data": chosen, "content_type": FORM}


def where_things_are_shown(crawler: Crawler) -> Iterator[Request]:
    """The administration's way from a kind of thing and an id to its page, for every kind there
    is.
    """
    for kind in ContentType.objects.order_by("pk"):
        first = kind.model_class()._default_manager.first() if kind.model_class() else None
        for value in [str(first.pk) if first else "1", "1", *ALL]:
            if crawler.passes_over():
                continue
            yield "get", f"/admin/r/{kind.pk}/{encoded(value)}/", {}


def odd_ways(crawler: Crawler) -> Iterator[Request]:
    """Cookies, headers, charsets and bodies that fit nothing."""
    files = {name: SimpleUploadedFile("a\0.csv", b"\0") for name in ("file", "text", "phone", "q")}
    headers = [{"headers": one} for one in (*HEADERS, *({"Cookie": cookie} for cookie in COOKIES))]
    bodies = [{"data": body, "content_type": kind} for body, kind in _bodies()] + [{"data": files}]
    ways = [*product(METHODS, headers), *product(["post"], bodies)]
    for address, (method, more) in product(ADDRESSES, ways):
        if not crawler.passes_over():
            yield method, address.route.format(*crawler.real(address)), more


KINDS = (
    arguments,
    queries_and_forms,
    one_at_a_time,
    forms_of_admin,
    lists_of_admin,
    where_things_are_shown,
    odd_ways,
)


def _bodies() -> Iterator[tuple[bytes, str]]:
    part = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n\\ud800\xff\0\r\n--x--\r\n'
    for charset in CHARSETS:
        yield b"text=\\ud800&q=%ff", f"{FORM}; charset={charset}"
        yield part, f"multipart/form-data; boundary=x; charset={charset}"
    yield b"--x\r\nnothing", "multipart/form-data; boundary=x"
    yield b"", "multipart/form-data"
    yield b'{"a": "\\ud800", "b": ' + b"[" * 20_000, "application/json"
    yield b"&".join(b"n%d=1" % n for n in range(2_000)), FORM


def crawl(crawler: Crawler, *, one_of: int) -> None:
    """Ask everything, or evenly spread one of so many requests."""
    crawler.one_of = one_of
    for method, address, more in chain.from_iterable(kind(crawler) for kind in KINDS):
        crawler.ask(method, address, **more)
