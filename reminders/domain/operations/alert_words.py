"""The words of every trouble, in one table: on the pages, in `status`, in e-mails and alerts."""

from __future__ import annotations

from typing import Literal

Level = Literal["danger", "warning"]

WORDS: dict[str, tuple[Level, str, str]] = {
    "credentials": (
        "danger",
        "No texts are going out: the provider refuses our credentials.",
        "Everything stays due and goes out as soon as an administrator has "
        "entered the provider's key and secret again.",
    ),
    "held": (
        "danger",
        "A backup was restored: no texts go out until an administrator says so.",
        "What was entered after the backup is missing: please enter it, or import the diary again. "
        "Then an administrator looks under Set-up, “After a restore”.",
    ),
    "emergency": (
        "danger",
        "A patient's text may be about an emergency.",
        "It waits on top of the inbox. Call the patient now; this line goes with the card.",
    ),
    "whatsapp": (
        "warning",
        "Nothing goes out by WhatsApp.",
        "These texts go by SMS once their wait is over. An administrator should look at WhatsApp "
        "under Set-up.",
    ),
    "rate": (
        "warning",
        "The provider asked us to slow down.",
        "Texts go on by themselves shortly.",
    ),
    "down": (
        "danger",
        "The text provider can't be reached.",
        "We keep trying. Texts go out by themselves as soon as it answers.",
    ),
    "cap": (
        "warning",
        "The limit of texts per hour is reached.",
        "The others wait. If that many texts are meant, an administrator can raise the limit.",
    ),
    "due": (
        "danger",
        "Texts are due but not going out.",
        "For urgent appointments, please call. An administrator should look at the connection "
        "page.",
    ),
    "unknown": (
        "warning",
        "For some texts we don't know yet whether they were sent.",
        "They are not sent twice. See “Not sent” for who may need a call.",
    ),
    "replies": (
        "warning",
        "Patients' replies are waiting to be read by the application.",
        "They are not lost.",
    ),
    "beat": (
        "danger",
        "The application's background work has stopped.",
        "No texts leave and no replies arrive. An administrator should start the worker and "
        "the scheduler again.",
    ),
    "withdraw": (
        "danger",
        "Texts that no longer hold can't be withdrawn.",
        "Patients may get a text about a moved or cancelled visit: please call those of today. "
        "An administrator should look at the connection page; we keep trying.",
    ),
    "folder": (
        "danger",
        "The folder that diaries are imported from can't be read.",
        "Please import on the Import page meanwhile. An administrator should see that the "
        "folder named by "
        "IMPORT_FOLDER is there and that the worker may read and write in it.",
    ),
    "backup": (
        "warning",
        "The last backup could not be written.",
        "An administrator should see to it, and try with manage.py backup.",
    ),
    "pushes": (
        "warning",
        "Replies are pushed to an address that is not ours any more.",
        "They may arrive late or not at all. An administrator should compare PUBLIC_URL and "
        "WEBHOOK_SECRET with what they were; once WEBHOOK_SECRET is set to a former secret, "
        "and the web "
        "site started, that one is taken again.",
    ),
    "clock": (
        "danger",
        "The clocks of our machines differ by more than two minutes.",
        "Texts go by the database's clock. An administrator should have the time of these "
        "machines set by "
        "the network (NTP).",
    ),
    "trail": (
        "danger",
        "The trail of who did what does not hold.",
        "Somebody changed it in the database, or the key of its seals is not here. An "
        "administrator should look under Set-up, “Who did what”.",
    ),
    "ring": (
        "warning",
        "Some work in the background fails.",
        "An administrator should look at the worker's log and start the worker again.",
    ),
    "disk": (
        "danger",
        "The database has no room left on its disk: nothing can be saved.",
        "No texts leave and no replies arrive. For urgent appointments, please call. An "
        "administrator should "
        "free room on that disk at once; everything goes on by itself then.",
    ),
    "read_only": (
        "danger",
        "The database takes no changes: nothing can be saved.",
        "No texts leave and no replies arrive. For urgent appointments, please call. An "
        "administrator should "
        "see why the database is read-only: a full disk at its host, or a copy in the place of "
        "the original.",
    ),
    "database": (
        "danger",
        "The database does not answer.",
        "No texts leave and no replies arrive. An administrator should start it again, or look at "
        "DATABASE_URL.",
    ),
    "poll": (
        "warning",
        "Replies have not been fetched for a while.",
        "They wait at the provider, nothing is lost.",
    ),
    "room": (
        "warning",
        "A disk is nearly full.",
        "Once it is, files can't be taken up and backups can't be written. An administrator should "
        "free room there.",
    ),
    "signatures": (
        "warning",
        "Pushed replies are refused: their signature is not right.",
        "They are fetched instead, some seconds later. An administrator should look under “Pushed "
        "replies” on the Connection page and have a new key made.",
    ),
}
"""Each trouble by its code: how bad it is, what is wrong, and what follows or what to do."""
