"""Tell people what is wrong: a banner on every staff page, and an e-mail to administrators.

Each trouble has its words in one table. An e-mail goes once when a trouble begins and once when it
is over; without SMTP settings there are only the banners.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event

from django.conf import settings
from django.core.mail import mail_admins
from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import Max

from reminders.domain.common import database_clock
from reminders.domain.common.connections import release_connection
from reminders.domain.operations import outside
from reminders.domain.operations.alert_words import WORDS, Level
from reminders.domain.operations.health import Pulse, take_pulse
from reminders.models import InboxItem, ProviderState

logger = logging.getLogger(__name__)

Known = dict[str, dict[str, str | bool | int]]
"""Of each trouble, since when it is there and whether it was told of; of an emergency the newest
card, too.
"""


@dataclass(frozen=True, slots=True)
class Banner:
    """One line on top of the staff pages: how bad, what is wrong, what follows or what to do."""

    code: str
    level: Level
    title: str
    words: str


UNSAVED = frozenset({"disk", "read_only", "database"})
"""Troubles with which nothing can be written down."""
AT_ONCE = frozenset({"emergency"})
"""What is told at once, however short it lasts."""
QUIET_FOR = timedelta(minutes=3)
SETTLED = "This has settled by itself or was put right."
LOOK_EVERY = 60.0
"""Seconds between two looks of `watch`."""


def banners(now: datetime, pulse: Pulse | None = None) -> list[Banner]:
    """What everybody should know now, the worst first. `now` is UTC."""
    pulse = pulse or take_pulse(now=now)
    codes = pulse.troubles(now=now)
    # Where nothing can be saved the banners say so, and one more question might hang as well.
    if UNSAVED.isdisjoint(codes) and _emergency_waits():
        codes.append("emergency")
    found = [_banner(code, pulse.details.get(code, "")) for code in codes]
    return sorted(found, key=lambda banner: banner.level != "danger")


def _emergency_waits() -> bool:
    """Not a trouble of the application's, so its health is the same; but everybody should know."""
    return InboxItem.objects.filter(kind=InboxItem.Kind.EMERGENCY, done_at=None).exists()


def _tell_of_another_emergency(known: Known, *, now: datetime) -> None:
    """Have an emergency told again where another one has come while the first still waits: that
    somebody was told of one is no reason to be silent about the next.
    """
    cards = InboxItem.objects.filter(kind=InboxItem.Kind.EMERGENCY, done_at=None)
    newest = cards.aggregate(newest=Max("pk"))["newest"]
    if newest is None:
        return
    entry = known.setdefault("emergency", {"since": now.isoformat(), "told": False})
    if newest > int(entry.get("newest", 0)):
        entry.update(told=False, newest=newest)


def _banner(code: str, details: str = "") -> Banner:
    level, title, words = WORDS[code]
    return Banner(code, level, title, f"{details}. {words}" if details else words)


def alert_administrators(*, now: datetime) -> int:
    """Write to the administrators about troubles that have begun or ended; return how many e-mails
    went.

    A trouble is told of once it has lasted three minutes, so that a restart alarms nobody. Where
    nothing can be written down, `watch` tells.
    """
    current = {banner.code: banner for banner in banners(now)}
    # What was told could not be kept: each process would write the same e-mail every minute.
    if UNSAVED & current.keys():
        return 0
    with transaction.atomic():
        # The row may be missing on a new site; of two who make it, one is ignored.
        ProviderState.objects.bulk_create([ProviderState(pk=1)], ignore_conflicts=True)
        state = ProviderState.objects.select_for_update().get(pk=1)
        known: Known = dict(state.alerted)
        _tell_of_another_emergency(known, now=now)
        begun, ended = _compare(known, current, now=now)
        state.alerted = known
        state.save(update_fields=["alerted"])
    lost = [banner.code for banner in begun if not _tell(banner, now=now)]
    # After the transaction: the mail server may take long, and the row is that of sending.
    if lost:
        _tell_again(lost)
    for code in ended:
        _tell(_banner(code), now=now, over=True)
    return len(begun) + len(ended) - len(lost)


def watch(stop: Event) -> None:
    """Look after the alerts every minute until `stop`, from a thread of the web site.

    The ring does the same, but nobody could tell through it that the bells are silent.
    """
    # In this thread's memory: what nothing can be written down about cannot be remembered
    # elsewhere.
    remembered: Known = {}
    while not stop.wait(LOOK_EVERY):
        try:
            alert_unsaved(remembered, now=database_clock.now())
            alert_administrators(now=database_clock.now())
        except Exception as error:  # whatever it is, the next minute may be better
            logger.warning("The alerts could not be looked after: %s", type(error).__name__)
        finally:
            release_connection()


def alert_unsaved(remembered: Known, *, now: datetime) -> int:
    """Write about a database that is away or takes no writes, by this process's own memory of what
    was told.

    Returns how many e-mails went.
    """
    try:
        found = [banner for banner in banners(now) if banner.code in UNSAVED]
    # Then there is nothing to ask, and this itself is the trouble.
    except (DatabaseError, InterfaceError):
        found = [_banner("database")]
    begun, ended = _compare(remembered, {banner.code: banner for banner in found}, now=now)
    for banner in begun:
        # A mail server that is away as well is tried again with the next look.
        remembered[banner.code]["told"] = _tell(banner, now=now)
    for code in ended:
        _tell(_banner(code), now=now, over=True)
    return len(begun) + len(ended)


def _tell_again(codes: Sequence[str]) -> None:
    """The mail server did not take these: they are still to be told."""
    with transaction.atomic():
        state = ProviderState.objects.select_for_update().get(pk=1)
        for code in codes:
            if code in state.alerted:
                state.alerted[code]["told"] = False
        state.save(update_fields=["alerted"])


def _compare(
    known: Known, current: dict[str, Banner], *, now: datetime
) -> tuple[list[Banner], list[str]]:
    """Bring `known` up to date; return the troubles to tell of and those that are over."""
    begun = []
    for code, banner in current.items():
        entry = known.setdefault(code, {"since": now.isoformat(), "told": False})
        lasts = now - datetime.fromisoformat(str(entry["since"])) >= QUIET_FOR
        if not entry["told"] and (lasts or code in AT_ONCE):
            entry["told"] = True
            # Marked before it is written: of two processes that look at the same time one writes.
            begun.append(banner)
    # Of what lasted too short to be told, the end is not told either.
    over = [code for code in known if code not in current]
    ended = [code for code in over if known.pop(code)["told"] and code in WORDS]
    return begun, ended


def _tell(banner: Banner, *, now: datetime, over: bool = False) -> bool:
    """Tell of a trouble, or of its end, by all ways there are; whether one of them took it."""
    title = f"Over: {banner.title}" if over else banner.title
    words = SETTLED if over else banner.words
    written = bool(settings.ADMINS) and _write(title, words)
    posted = outside.tell(
        banner.code, level=banner.level, title=title, words=words, over=over, now=now
    )
    # Who has neither wants none, and is not told again and again.
    return written or posted or not (settings.ADMINS or settings.OUTSIDE.webhook_url)


def _write(subject: str, words: str) -> bool:
    """Whether the e-mail is on its way."""
    where = f"\n\n{settings.PUBLIC_URL}" if settings.PUBLIC_URL else ""
    try:
        mail_admins(subject, words + where)
    # smtplib's errors are OSErrors; none of them may end the loop that watches.
    except OSError as error:
        logger.warning(
            "An e-mail to the administrators could not be sent: %s", type(error).__name__
        )
        return False
    return True
