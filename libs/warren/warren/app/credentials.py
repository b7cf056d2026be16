"""What a request carries to say who asks: `Authorization: Bearer`, else the session cookie.

One rule for chat-api and registry. A token counts more than a cookie, which browsers send unasked.
"""

from starlette.requests import HTTPConnection

from warren.contracts.inner import Credentials


def credentials_of(request: HTTPConnection, cookie_name: str) -> Credentials | None:
    """Return the bearer token or the cookie of this name; None when there is neither."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return Credentials(bearer=token.strip())
    cookie = request.cookies.get(cookie_name)
    return Credentials(cookie=cookie) if cookie else None
