"""Who may open a socket: a pure judgement of the handshake's headers. Called by gateway.py.

A browser always says its Origin; only ours may come in, and only with it does the cookie count.
Without an Origin it is no browser, whose cookie nobody can misuse or vouch for: it needs a ticket.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from warren.app.origin import origin_of


@dataclass(frozen=True)
class Entry:
    """The handshake may go on. cookie is the session's, None when a ticket must say who it is."""

    cookie: str | None


def judge(
    origins: Sequence[str], cookies: Sequence[str], *, public_url: str, cookie_name: str
) -> Entry | None:
    """Return how the client may go on, or None when its Origin is foreign, `null` or doubtful.

    origins and cookies are the values of those headers, as often as they were sent.
    """
    if not origins:
        return Entry(cookie=None)
    if len(origins) > 1 or origins[0].lower() != origin_of(public_url):
        return None
    return Entry(cookie=find_cookie(cookies, cookie_name))


def find_cookie(headers: Sequence[str], name: str) -> str | None:
    """Return the value of a cookie, or None when it is absent or empty. The first one counts."""
    for header in headers:
        for part in header.split(";"):
            key, _, value = part.strip().partition("=")
            if key == name and value:
                return value.strip('"')
    return None
