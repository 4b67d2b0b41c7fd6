"""Settings of who watches the product from outside: metrics, logs, alerts and the heartbeat."""

from __future__ import annotations

from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import NamedTuple

from config.environment import Environment

SHORTEST_TOKEN = 16
Network = IPv4Network | IPv6Network


class Metrics(NamedTuple):
    """Who may read `/metrics`: whoever knows the token, and these networks. Nobody without both."""

    token: str
    networks: tuple[Network, ...]


class Outside(NamedTuple):
    """Where to call while all is well, and where to tell that it is not."""

    heartbeat_url: str
    webhook_url: str
    webhook_secret: str


def metrics(env: Environment) -> Metrics:
    """METRICS_TOKEN and METRICS_NETWORKS."""
    token = env.pattern(
        "METRICS_TOKEN",
        "",
        regex=rf"[A-Za-z0-9._~+/=-]{{{SHORTEST_TOKEN},200}}",
        takes=f"{SHORTEST_TOKEN} to 200 letters, digits or signs of . _ ~ + / = -",
        secret=True,
    )
    found = []
    for written in env.words("METRICS_NETWORKS"):
        try:
            found.append(ip_network(written, strict=False))
        except ValueError:
            env.refuse(
                "METRICS_NETWORKS takes addresses and networks separated by commas, such as "
                "10.0.0.0/24."
            )
    return Metrics(token, tuple(found))


def telemetry(env: Environment) -> str:
    """OTEL_EXPORTER_OTLP_ENDPOINT: where traces go; blank where nobody asked for them."""
    collector = env.web_address("OTEL_EXPORTER_OTLP_ENDPOINT")
    if collector and not (find_spec("opentelemetry") and find_spec("opentelemetry.sdk")):
        env.refuse(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, and the packages that it takes are missing: "
            "pip install '.[telemetry]'"
        )
    return collector


def outside(env: Environment) -> Outside:
    """HEARTBEAT_URL, ALERT_WEBHOOK_URL and ALERT_WEBHOOK_SECRET."""
    heartbeat, url = env.web_address("HEARTBEAT_URL"), env.web_address("ALERT_WEBHOOK_URL")
    secret = env.secret("ALERT_WEBHOOK_SECRET")
    if url and not secret:
        env.refuse(
            "ALERT_WEBHOOK_SECRET is required with ALERT_WEBHOOK_URL: a long random text, by which "
            "the receiver tells our alerts from a stranger's."
        )
    return Outside(heartbeat, url, secret)
