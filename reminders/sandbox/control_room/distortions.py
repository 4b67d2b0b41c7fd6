"""What each ordered fault does to a request or to the answer it would have had.

`INSTEAD` acts in place of the real work, `AFTERWARDS` on the answer of work that was done.
"""

import json
import uuid
from collections.abc import Callable
from typing import NoReturn

from reminders.sandbox.control_room.faults import Fault, Faults
from reminders.sandbox.http import Response, SandboxRequest, answered, failed, refused
from reminders.sandbox.provider_api.records import Json

Instead = Callable[[Faults, Fault, SandboxRequest], Response]
Afterwards = Callable[[Faults, Fault, SandboxRequest, Response], Response]


def _close(request: SandboxRequest, *, reset: bool = False) -> NoReturn:
    request.environ["sandbox.close"](reset=reset)
    # Never reached in waitress, which ends the task above; a caller without it must not go on.
    raise ConnectionError("The connection was closed by order.")


def _hang(faults: Faults, fault: Fault, request: SandboxRequest) -> NoReturn:
    faults.hang(fault)
    _close(request)


def _reset(faults: Faults, fault: Fault, request: SandboxRequest) -> NoReturn:
    _close(request, reset=True)


def _wait_header(fault: Fault, default: float | None) -> tuple[tuple[str, str], ...]:
    seconds = default if fault.seconds is None else fault.seconds
    return () if seconds is None else (("Retry-After", f"{seconds:g}"),)


def _naming(faults: Faults, fault: Fault, request: SandboxRequest) -> Response:
    return refused(
        [f"/messages/{index}/content: Content was refused by order" for index in fault.indexes]
    )


INSTEAD: dict[str, Instead] = {
    "hang": _hang,
    "reset_after_receiving": _reset,
    "error_500_before": lambda faults, fault, request: failed(500, "Internal server error"),
    "401": lambda faults, fault, request: failed(401, "Invalid authentication credentials"),
    "403": lambda faults, fault, request: failed(
        403, "This feature has not been enabled in your account."
    ),
    "429": lambda faults, fault, request: failed(
        429, "Too many requests", *_wait_header(fault, None)
    ),
    "503": lambda faults, fault, request: failed(
        503, "Service unavailable", *_wait_header(fault, None)
    ),
    "retry_after": lambda faults, fault, request: failed(
        429, "Too many requests", *_wait_header(fault, 1)
    ),
    "400_naming": _naming,
    "400_unreadable": lambda faults, fault, request: refused(
        ["Something about this request is wrong."]
    ),
}


def _messages_changed(change: Callable[[list[Json]], list[Json]]) -> Afterwards:
    def distort(
        faults: Faults, fault: Fault, request: SandboxRequest, response: Response
    ) -> Response:
        # Only a real acceptance can be distorted: a refusal is told as it is.
        body = json.loads(response.body) if response.status == 202 and response.body else None
        if not isinstance(body, dict) or "messages" not in body:
            return response
        return answered(202, {"messages": change(body["messages"])})

    return distort


def _stranger() -> Json:
    return {
        "message_id": str(uuid.uuid4()),
        "status": "queued",
        "content": "A message nobody sent",
        "destination_number": "+447700900999",
        "format": "SMS",
        "delivery_report": False,
        "metadata": {"message": str(uuid.uuid4())},
    }


def _hang_after(
    faults: Faults, fault: Fault, request: SandboxRequest, response: Response
) -> NoReturn:
    _hang(faults, fault, request)


def _drop(faults: Faults, fault: Fault, request: SandboxRequest, response: Response) -> NoReturn:
    _close(request)


AFTERWARDS: dict[str, Afterwards] = {
    "hang_after_accepting": _hang_after,
    "drop_response_after_accepting": _drop,
    "error_500_after_accepting": lambda faults, fault, request, response: failed(
        500, "Internal server error"
    ),
    "unreadable_202": lambda faults, fault, request, response: Response(
        202, b'{"messages": [{"message_id'
    ),
    "fewer": _messages_changed(lambda messages: messages[:-1]),
    "more": _messages_changed(lambda messages: [*messages, _stranger()]),
    "reordered": _messages_changed(lambda messages: messages[::-1]),
    "foreign": _messages_changed(lambda messages: [_stranger(), *messages[1:]]),
}
