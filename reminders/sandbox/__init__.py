"""An imitation of the provider's Messages API, with a phone in the browser.

Stands alone: a WSGI program that imports nothing else of the product. Which URL the product talks
to decides.
"""

from reminders.sandbox.application import KEY, SECRET, Sandbox

__all__ = ["KEY", "SECRET", "Sandbox"]
