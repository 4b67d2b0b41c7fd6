"""A page as people read it."""

from django.http import HttpResponse


def as_read(response: HttpResponse) -> str:
    """The page's markup with every run of white space as one space, as a browser shows it."""
    return " ".join(response.content.decode().split())
