"""Short ways to send a text to the sandbox and to look at what came of it."""

from typing import Any

import httpx

ANN = "+447700900123"


def text(**fields: Any) -> dict[str, Any]:
    return {"content": "Hi Ann", "destination_number": ANN, "delivery_report": True, **fields}


def send(client: httpx.Client, *messages: dict[str, Any]) -> list[dict[str, Any]]:
    response = client.post("/v1/messages", json={"messages": list(messages)})
    assert response.status_code == 202, response.text
    return response.json()["messages"]


def statuses(client: httpx.Client) -> list[tuple[str, str]]:
    reports = client.get("/v1/delivery_reports").json()["delivery_reports"]
    return [(report["status"], report["error_code"]) for report in reports]


def detail(client: httpx.Client, **fields: Any) -> dict[str, Any]:
    question = {"start_date": "2026-01-01T00:00:00Z", "end_date": "2027-01-01T00:00:00Z", **fields}
    response = client.post("/v2-preview/reporting/messages/detail", json=question)
    assert response.status_code == 200, response.text
    return response.json()
