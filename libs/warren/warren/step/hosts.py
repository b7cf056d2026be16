"""Which outside host an error comes from: what HTTP clients leave on their errors. Pure.

A host is written as people know it, `api.example.com`, with its port when that is unusual.
"""

from typing import Any
from urllib.parse import urlsplit

MAX_HOST_CHARS = 60  # it is shown to people and labels a metric
MAX_CHAIN = 20  # of errors that led to one another; a longer one is a loop
_USUAL_PORTS = {"http": 80, "https": 443}


def host_of(error: BaseException) -> str | None:
    """Return the host whose request ended in this error or in one that caused it, or None.

    Knows the errors of httpx, httpx2, openai, requests and aiohttp. Never raises.
    """
    at: BaseException | None = error
    for _ in range(MAX_CHAIN):
        if at is None:
            return None
        for place in ("request", "request_info"):
            host = _host_at(part(part(at, place), "url"))
            if host:
                return host
        host = _aiohttp_host(at)
        if host:
            return host
        at = at.__cause__ or at.__context__
    return None


def host_of_url(url: str) -> str | None:
    """Return the host of an address, or None when it names none."""
    try:
        parts = urlsplit(url)
        name, port = parts.hostname, parts.port
    except ValueError:
        return None
    return _named(name, port, parts.scheme) if name else None


def _host_at(url: Any) -> str | None:
    return host_of_url(str(url)) if url is not None else None


def _aiohttp_host(error: BaseException) -> str | None:
    key = part(error, "connection_key")  # of a ClientConnectorError
    name, port = getattr(key, "host", None), getattr(key, "port", None)
    if not isinstance(name, str) or not isinstance(port, int):
        return None
    return _named(name, port, "https" if getattr(key, "is_ssl", False) else "http")


def part(holder: object, name: str) -> Any:
    """Return an attribute of an error or of what it carries, None when there is none.

    Never raises: httpx does when the request was never set, and anybody's property may.
    """
    try:
        return getattr(holder, name, None)
    except Exception:  # a property of anybody's class
        return None


def _named(name: str, port: int | None, scheme: str) -> str:
    name = f"[{name}]" if ":" in name else name
    usual = port is None or port == _USUAL_PORTS.get(scheme)
    return (name if usual else f"{name}:{port}")[:MAX_HOST_CHARS]
