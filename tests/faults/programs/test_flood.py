"""Ten thousand pushes at a real web site: replays, noise and wrong addresses among them do no
harm.
"""

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from statistics import median
from threading import local

import httpx
import pytest
from django.db import connection

from reminders.models import Message, Reply
from tests.faults.support.programs import Site, found, wait_for, wait_for_rings
from tests.faults.support.world import SEEDS, World
from tests.programs import free_port

pytestmark = pytest.mark.faults

SECRET = "a-secret-of-the-tests"
START = 60.0
PATIENTS, TIMES = (50, 8) if SEEDS == "small" else (1_000, 8)
"""Every patient answers once, and the provider pushes each answer so many times; a fifth more is
noise.
"""
AN_ANSWER_TAKES = 0.05


def pushed(message: Message) -> dict[str, object]:
    return {
        "reply_id": f"reply-{message.pk}",
        "message_id": message.provider_id,
        "metadata": {"message": str(message.pk)},
        "source_number": message.phone,
        "content": "Y",
    }


def test_a_flood_of_pushes_is_taken_once_and_pages_are_served_meanwhile(
    clinic: World, running: Site
) -> None:
    clinic.book(PATIENTS, starts_in=timedelta(hours=20))
    clinic.send()
    running.web(port := free_port(), WEBHOOK_SECRET=SECRET)
    running.worker()
    running.beat()
    wait_for_rings("heartbeat", "apply", site=running, seconds=START)
    site = f"http://127.0.0.1:{port}"
    right, wrong = (
        f"{site}/webhooks/messages/{secret}/" for secret in (SECRET, "of-somebody-else")
    )
    bodies = [pushed(message) for message in Message.objects.filter(kind="reminder")]
    posts = [(right, body, 200) for body in bodies * TIMES]
    posts += [(wrong, body, 404) for body in bodies] + [
        (right, {"nothing": "here"}, 400)
    ] * PATIENTS
    random.Random(1).shuffle(posts)
    _page(f"{site}/sign-in/")  # what a new process loads for its first page is none of the flood's

    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        flood = [pool.submit(_post, *each) for each in posts]
        pages = [_page(f"{site}/sign-in/") for _ in range(10)]
        wrongly_answered = Counter(got for one in flood if (got := one.result()))
    rate = len(posts) / (time.monotonic() - began)
    calm = [_took(right, bodies[0]) for _ in range(30)]
    wait_for(
        lambda: not Reply.objects.filter(applied_at=None).exists(), seconds=START, site=running
    )
    clinic.replies.extend(
        f"reply-{message.pk}" for message in Message.objects.filter(kind="reminder")
    )
    connection.close()
    print(  # noqa: T201  # for docs
        f"{len(posts)} posts, {rate:.0f}/s; alone {median(calm) * 1000:.1f} ms; pages "
        f"{max(pages):.2f} s"
    )

    assert wrongly_answered == {}
    assert Counter(Reply.objects.values_list("source", "outcome")) == {
        ("webhook", "confirmed"): PATIENTS
    }
    assert median(calm) < AN_ANSWER_TAKES
    assert max(pages) < 3.0
    assert found(clinic) == []


_own = local()


def _post(url: str, body: object, expected: int) -> tuple[int, int] | None:
    """What was answered instead of what was expected."""
    client = getattr(_own, "client", None) or httpx.Client(timeout=30)
    _own.client = client
    status = client.post(url, json=body).status_code
    return None if status == expected else (expected, status)


def _page(url: str) -> float:
    began = time.monotonic()
    assert httpx.get(url, timeout=30).status_code == 200
    return time.monotonic() - began


def _took(url: str, body: object) -> float:
    began = time.monotonic()
    assert _post(url, body, 200) is None
    return time.monotonic() - began
