"""An HTTP client that connects to the address that was checked, and to no other. Called by Http.

The name is resolved once; if one of its addresses is not safe, none is used. There is no second
look-up that could answer otherwise (DNS rebinding), no proxy, no redirect, no connection kept for
another name on the same address. TLS still asks for the certificate of the name.
"""

import asyncio
import os
import socket
import ssl
from functools import cache

import httpx2

from warren.step.allowed_hosts import Origin, check_allowed, refusal
from warren.step.errors import Permanent

CONNECT_SECONDS = 5.0  # for each of its addresses
MAX_ADDRESSES = 4  # of a host that has many
_LIMITS = httpx2.Limits(max_connections=1, max_keepalive_connections=0)


class Pinned(httpx2.AsyncHTTPTransport):
    """Sends one request to a checked address of an allowed host. Raises Permanent else."""

    def __init__(self) -> None:
        super().__init__(verify=_certificates(), trust_env=False, limits=_LIMITS)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send the request. The url that counts is the one that httpx is about to connect to."""
        url = request.url
        host = url.raw_host.decode("ascii").strip("[]").rstrip(".").lower()
        origin = Origin(url.scheme, host, url.port or (443 if url.scheme == "https" else 80))
        check_allowed(origin, os.environ)
        *others, last = await safe_addresses(origin)
        for address in others:
            try:
                return await self._send(request, origin, address)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue  # nothing was sent: the host may answer at its next address
        return await self._send(request, origin, last)

    async def _send(self, request: httpx2.Request, origin: Origin, address: str) -> httpx2.Response:
        pinned = httpx2.Request(
            request.method,
            request.url.copy_with(host=address),
            headers=request.headers,  # Host is among them
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": origin.host},
        )
        return await super().handle_async_request(pinned)


def client() -> httpx2.AsyncClient:
    """Return a client for one request."""
    timeout = httpx2.Timeout(None, connect=CONNECT_SECONDS)  # the whole has a limit of its own
    return httpx2.AsyncClient(
        transport=Pinned(), follow_redirects=False, trust_env=False, timeout=timeout
    )


async def safe_addresses(origin: Origin) -> list[str]:
    """Return the addresses of a host, all of them safe. Raises Permanent when one is not."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            origin.host, origin.port, type=socket.SOCK_STREAM
        )
    except (OSError, UnicodeError) as exc:
        raise httpx2.ConnectError(f"the name {origin.host} cannot be resolved") from exc
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    for address in addresses:
        why = refusal(address, origin)
        if why is not None:
            raise Permanent(f"{origin} leads to {address}, which {why}: it is not connected to")
    if not addresses:
        raise httpx2.ConnectError(f"the name {origin.host} has no address")
    return addresses[:MAX_ADDRESSES]


@cache
def _certificates() -> ssl.SSLContext:
    return httpx2.create_ssl_context()
