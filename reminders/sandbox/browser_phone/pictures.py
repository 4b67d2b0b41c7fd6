"""Pictures that a phone sends, as the page hands them over: a data: URL of a few kinds."""

import base64
import binascii
import re

LARGEST = 1_000_000
"""Bytes; carriers take hardly more."""
# No SVG: it may hold a script, and is shown from the phone's own address.
_PICTURE = re.compile(r"data:(image/(?:png|jpeg|gif|webp));base64,([A-Za-z0-9+/]+={0,2})")


def read_picture(written: object) -> tuple[str, bytes] | None:
    """Its kind and its bytes; None for what is no picture that a phone may send."""
    found = _PICTURE.fullmatch(written) if isinstance(written, str) else None
    if found is None:
        return None
    try:
        content = base64.b64decode(found[2], validate=True)
    except binascii.Error:
        return None
    return (found[1], content) if len(content) <= LARGEST else None
