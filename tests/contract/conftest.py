"""A client of ours whose wire ends in one prepared answer."""

from collections.abc import Callable

import httpx
import pytest

from reminders.provider import MessagesApi

Asked = list[httpx.Request]
Answering = Callable[[int, object], tuple[MessagesApi, Asked]]


@pytest.fixture
def answering() -> Answering:
    """A client whose wire ends in one prepared answer, and the requests it made."""

    def build(status: int, body: object) -> tuple[MessagesApi, Asked]:
        asked: Asked = []

        def respond(request: httpx.Request) -> httpx.Response:
            asked.append(request)
            return httpx.Response(status, json=body) if body is not None else httpx.Response(status)

        api = MessagesApi(
            base_url="https://messages.example",
            key="k",
            secret="s",
            transport=httpx.MockTransport(respond),
        )
        return api, asked

    return build
