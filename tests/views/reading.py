"""A page as people read it."""

from typing import Protocol


class Page(Protocol):
    """What Django's test client answers, in so far as it is read here."""

    @property
    def content(self) -> bytes: ...


def as_read(response: Page) -> str:
    """The page's markup with every run of white space as one space, as a browser shows it."""
    return " ".join(response.content.decode().split())
