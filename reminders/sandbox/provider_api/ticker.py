"""A thread that moves an account on by itself."""

import threading

from reminders.sandbox.provider_api.account import Account


class Ticker:
    """Moves the account on while nobody asks, so that pushes and answers come by themselves."""

    def __init__(self, account: Account, *, every: float = 0.1) -> None:
        self._account = account
        self._every = every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sandbox-ticker", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(self._every):
            self._account.advance()

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        self._thread.join(timeout=2)
