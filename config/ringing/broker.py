"""Where Kombu's Redis transport ends a worker that could go on, it is told to go on."""

from typing import Any

from kombu.transport import redis
from redis.exceptions import ResponseError


class QoS(redis.QoS):
    """What was fetched and isn't acknowledged, of a connection that may be gone for good."""

    def restore_unacked(self, client: Any = None) -> None:
        """Put it back into the queue; with the connection gone, let Redis do so in its time.

        Kombu closes a lost connection twice. The second time there is no address left to connect
        to, and looking for it ended the worker.
        """
        if self.channel.connection.client is None:
            (self._delivered or {}).clear()
            return
        super().restore_unacked(client)


def outlive_outages() -> None:
    """Set both, for every connection this process will make."""
    redis.Channel.QoS = QoS
    # A Redis that is full, can't write to its disk or is no longer the first one refuses commands.
    # That passes: a worker connects again until it is well, where by default it would end.
    redis.Transport.connection_errors += (ResponseError,)
