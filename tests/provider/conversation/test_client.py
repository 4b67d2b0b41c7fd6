"""Our client of the Conversation API: what it asks, by the documented shapes, and the sandbox."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from reminders.provider import CredentialsRefused, NotReceived, OutcomeUnknown, Refused, SlowDown
from reminders.provider.conversation import (
    ConversationApi,
    Hosts,
    ListedTemplate,
    NewTemplate,
    WhatsAppMessage,
    read_whatsapp_status,
)
from reminders.sandbox import Sandbox
from reminders.sandbox.conversation_api.callbacks import signed

MESSAGE = WhatsAppMessage(
    "+447700900123",
    "rem-7f3c",
    template="visit_reminder_v1",
    language="en_GB",
    parameters=["Amina", "Tue 8 Dec, 09:40"],
    payloads=["v1:7f3c:yes", "v1:7f3c:no"],
)
TEMPLATE = NewTemplate(
    "visit_reminder_v1",
    "en_GB",
    "Hello {{1}}, we expect you on {{2}} at Harbour Clinic.",
    ["Amina", "Tue 8 Dec, 09:40"],
    ["I will come", "I can't come"],
    900,
)


def answering(*answers: httpx.Response | Exception) -> tuple[ConversationApi, list[httpx.Request]]:
    """A client whose calls get these answers, and what it asked."""
    asked: list[httpx.Request] = []
    left = iter(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        found = next(left)
        if isinstance(found, Exception):
            raise found
        return found

    api = ConversationApi(
        hosts=Hosts.of_region("eu"),
        project="p-1",
        app="01KAPP",
        key="key",
        secret="secret",
        transport=httpx.MockTransport(answer),
    )
    return api, asked


def test_a_template_goes_as_documented() -> None:
    client, requests = answering(httpx.Response(200, json={"message_id": "01KMSG"}))

    assert client.send(MESSAGE, token="t") == "01KMSG"

    (request,) = requests
    assert str(request.url) == (
        "https://eu.conversation.api.sinch.com/v1/projects/p-1/messages:send"
    )
    assert request.headers["Authorization"] == "Bearer t"
    assert json.loads(request.content) == {
        "app_id": "01KAPP",
        "recipient": {
            "identified_by": {
                "channel_identities": [{"channel": "WHATSAPP", "identity": "+447700900123"}]
            }
        },
        "message": {
            "template_message": {
                "channel_template": {
                    "WHATSAPP": {
                        "template_id": "visit_reminder_v1",
                        "language_code": "en_GB",
                        "parameters": {
                            "body[1]text": "Amina",
                            "body[2]text": "Tue 8 Dec, 09:40",
                            "button[0]quick_reply[1]payload": "v1:7f3c:yes",
                            "button[1]quick_reply[1]payload": "v1:7f3c:no",
                        },
                    }
                }
            }
        },
        "message_metadata": "rem-7f3c",
        "correlation_id": "rem-7f3c",
        "message_content_type": "CONTENT_NOTIFICATION",
    }


def test_free_text_and_a_token_go_as_documented() -> None:
    assert WhatsAppMessage("+447700900123", "r", text="Thanks").as_json("a")["message"] == {
        "text_message": {"text": "Thanks"}
    }
    client, requests = answering(
        httpx.Response(200, json={"access_token": "t", "token_type": "b", "expires_in": 3600})
    )

    assert client.new_token().seconds == 3600

    assert str(requests[0].url) == "https://auth.sinch.com/oauth2/token"
    assert requests[0].content == b"grant_type=client_credentials"
    assert requests[0].headers["Authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.ConnectError("no"), NotReceived),
        (httpx.ReadTimeout("late"), OutcomeUnknown),
        (httpx.Response(200, text="<html>"), OutcomeUnknown),
        (httpx.Response(200, json={}), OutcomeUnknown),
        (httpx.Response(200, json={"message_id": 5}), OutcomeUnknown),
        (httpx.Response(500, json={"error": {"code": 500}}), OutcomeUnknown),
        (httpx.Response(302, headers={"Location": "/"}), OutcomeUnknown),
        (httpx.Response(400, json={"error": {"code": 400, "message": "no"}}), Refused),
        (httpx.Response(401, json={"error": {"code": 401}}), CredentialsRefused),
        (httpx.Response(403, json={"error": {"code": 403}}), CredentialsRefused),
        (httpx.Response(429, json={"error": {"code": 429}}), SlowDown),
    ],
)
def test_every_fault_says_what_may_be_done_next(
    answer: httpx.Response | Exception, error: type[Exception]
) -> None:
    client, _ = answering(answer)

    with pytest.raises(error):
        client.send(MESSAGE, token="t")


@pytest.mark.parametrize(
    ("status", "reason", "state"),
    [
        ("QUEUED_ON_CHANNEL", "", "submitted"),
        ("DELIVERED", "", "delivered"),
        ("READ", "", "delivered"),
        ("SWITCHING_CHANNEL", "", "enroute"),
        ("FAILED", "RECIPIENT_NOT_REACHABLE", "failed"),
        ("FAILED", "DELIVERY_TIMED_OUT", "expired"),
        ("FAILED", "CHANNEL_REJECT", "rejected"),
        ("FAILED", "SOMETHING_NEW", "failed"),
        ("FAILED", "", "failed"),
        ("SOMETHING_NEW", "", "enroute"),
    ],
)
def test_statuses(status: str, reason: str, state: str) -> None:
    verdict = read_whatsapp_status(status, reason)
    assert (str(verdict.state), bool(verdict.words)) == (state, True)


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[ConversationApi]:
    """Our client, talking to the sandbox."""
    with ConversationApi(
        hosts=Hosts.all_at(sandbox.url),
        project="p-1",
        app="a",
        key=sandbox.key,
        secret=sandbox.secret,
        timeout=3,
    ) as found:
        yield found


def test_the_sandbox_takes_what_the_client_hands_over(
    client: ConversationApi, sandbox: Sandbox
) -> None:
    token = client.new_token().value
    client.register(TEMPLATE, token=token)
    assert client.templates(token=token) == [
        ListedTemplate(
            "visit_reminder_v1",
            "en_GB",
            "APPROVED",
            TEMPLATE.body,
            ("I will come", "I can't come"),
            900,
        )
    ]
    with pytest.raises(Refused):
        client.register(TEMPLATE, token=token)

    found = client.send(MESSAGE, token=token)

    text = sandbox.whatsapp.texts[found]
    assert text.words == "Hello Amina, we expect you on Tue 8 Dec, 09:40 at Harbour Clinic."
    assert text.buttons == [("I will come", "v1:7f3c:yes"), ("I can't come", "v1:7f3c:no")]
    assert [
        one["message_delivery_report"]["status"] for one in sandbox.whatsapp.callbacks.kept
    ] == [
        "QUEUED_ON_CHANNEL",
        "DELIVERED",
    ]


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (WhatsAppMessage("+447700900123", "r", text="Hello"), "OUTSIDE_ALLOWED_SENDING_WINDOW"),
        (
            WhatsAppMessage("+447700900123", "r", template="none", language="en_GB"),
            "TEMPLATE_NOT_FOUND",
        ),
        (
            WhatsAppMessage("+447700900123", "r", template="visit_reminder_v1", language="en_GB"),
            "TEMPLATE_INSUFFICIENT_PARAMETERS",
        ),
    ],
)
def test_the_sandbox_fails_what_whatsapp_would(
    client: ConversationApi, sandbox: Sandbox, message: WhatsAppMessage, reason: str
) -> None:
    token = client.new_token().value
    client.register(TEMPLATE, token=token)

    found = client.send(message, token=token)

    assert (sandbox.whatsapp.texts[found].status, sandbox.whatsapp.texts[found].reason) == (
        "FAILED",
        reason,
    )


def test_the_sandbox_wants_a_token_that_holds(client: ConversationApi, sandbox: Sandbox) -> None:
    token = client.new_token().value
    sandbox.advance(3_601)

    for wrong in ("made up", token):
        with pytest.raises(CredentialsRefused):
            client.send(MESSAGE, token=wrong)


def test_the_sandbox_signs_as_the_documents_say() -> None:
    found = signed({"app_id": "01KTESTAPP"}, at=1796025600)
    assert found.headers["x-sinch-webhook-signature-timestamp"] == "1796025600"
