"""Cursors of lists: opaque to who pages, the last item's place to us."""

import base64
import binascii

from warren.errors import BadRequest


def write_cursor(place: str) -> str:
    """Return a cursor for the place after which to go on."""
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> str:
    """Return the place. Raises BadRequest for what was never given out."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError) as error:
        raise bad_cursor() from error
    if "\0" in text:
        raise bad_cursor()
    return text


def bad_cursor() -> BadRequest:
    """Return the problem of a cursor that cannot be read."""
    return BadRequest(
        "Use next_cursor of the page before as it is, or leave cursor out to begin.",
        kind="bad-cursor",
    )
