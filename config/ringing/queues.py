"""The two queues of rings: one for what must not wait, one for whatever may be slow.

A worker takes both unless it is told otherwise (`celery worker --queues`). Which ring is urgent
stands here alone; every other one goes to the background, also one that is new.
"""

from kombu import Queue

URGENT = "reminders"
BACKGROUND = "reminders-background"
ALL = [Queue(URGENT), Queue(BACKGROUND)]
URGENT_TASKS = ("heartbeat", "send", "apply", "expire", "whatsapp")
ROUTES = {
    **{f"reminders.tasks.{name}": {"queue": URGENT} for name in URGENT_TASKS},
    "reminders.tasks.*": {"queue": BACKGROUND},
}
