"""What the provider does of its own accord: it obeys STOP, and waits for the hours of social
sending.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from reminders.sandbox.control_room.settings import Settings

SOCIAL_FROM, SOCIAL_TO = 8, 18
OPT_OUT_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"})
OPT_IN_WORDS = frozenset({"START", "UNSTOP"})
OPTED_OUT = (
    "You have opted out and will receive no more texts from this sender. "
    "Reply START to receive them again."
)
OPTED_IN = "You will receive texts from this sender again. Reply STOP to opt out."


def sociable(moment: float, settings: Settings) -> float:
    """The moment itself, or where the account wants social sending, the next one from 8 to 18."""
    if not settings.social_sending:
        return moment
    local = datetime.fromtimestamp(moment, UTC).astimezone(ZoneInfo(settings.account_timezone))
    if SOCIAL_FROM <= local.hour < SOCIAL_TO:
        return moment
    day = local if local.hour < SOCIAL_FROM else local + timedelta(days=1)
    return day.replace(hour=SOCIAL_FROM, minute=0, second=0, microsecond=0).timestamp()
