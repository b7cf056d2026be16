"""The hosts that bot files may reach: HTTP_STEP_HOSTS, and which of their addresses are safe. Pure.

    HTTP_STEP_HOSTS=api.example.com,files.example.com:8443,10.1.2.3,http://printer.lan:8080

An entry means https and port 443 unless it says otherwise. A name may lead to public addresses
only; a private one is reached by its literal address, or as `http://` with a private name.
Used by the step Http before it connects, and by its lint.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from warren.step.errors import Permanent

VARIABLE = "HTTP_STEP_HOSTS"
_AUTHORITY = re.compile(
    r"(?:(?P<scheme>https?)://)?(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(?::(?P<port>[0-9]{1,5}))?/?"
)
_URL = re.compile(_AUTHORITY.pattern.removesuffix("/?") + r"(?:[/?][^\s#\\]*)?")
_PORTS = {"https": 443, "http": 80}
_PRIVATE_NAME = re.compile(r"[^.]+|.*\.(localhost|local|internal|lan|home\.arpa|test)")
_SERVICES = IPv4Network(
    "192.0.0.0/24"
)  # a cloud's metadata lives there; Python 3.11 calls it public
_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"), IPv6Network("::/96"))


@dataclass(frozen=True)
class Origin:
    """Scheme, host and port of an address, or of an entry of the list."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        """Return it as an entry of the list."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{'http://' if self.scheme == 'http' else ''}{host}{port}"


def origin_of(url: str) -> Origin | None:
    """Return where a url of a bot file leads, or None when it is none: no user, no tokens there."""
    return _origin(url) if _URL.fullmatch(url) and "://" in url.partition("?")[0] else None


@lru_cache(maxsize=16)
def parse(entries: str) -> tuple[Origin, ...]:
    """Return the list. Raises Permanent that names the entry that cannot be read."""
    found: list[Origin] = []
    for entry in filter(None, (each.strip() for each in entries.split(","))):
        origin = _origin(entry) if _AUTHORITY.fullmatch(entry) else None
        if origin is None:
            raise Permanent(
                f"{VARIABLE} has an entry that is no host: {entry!r}; for example api.example.com"
            )
        found.append(origin)
    return tuple(found)


def check_allowed(origin: Origin, environment: Mapping[str, str]) -> None:
    """Return when the deployment allows origin. Raises Permanent that says how to allow it."""
    entries = environment.get(VARIABLE, "")
    if origin in parse(entries):
        return
    wanted = ",".join(part for part in (entries.strip(" ,"), str(origin)) if part)
    raise Permanent(
        f"bots may not ask {origin}: it is not among the allowed hosts. Whoever runs Warren allows"
        f" it by {VARIABLE}={wanted} and a restart"
    )


def refusal(address: str, origin: Origin) -> str | None:
    """Return why an address of an allowed origin is not to be connected to, or None: it is safe."""
    ip = ip_address(address)
    literal = _literal(origin.host)
    if literal is not None:
        return None if ip == literal else "is not the address that is allowed"
    if isinstance(ip, IPv6Address) and (
        ip.ipv4_mapped or ip.sixtofour or ip.teredo or any(ip in net for net in _TRANSLATED)
    ):
        return "hides another address in itself"
    if ip.is_link_local or ip.is_multicast or ip.is_unspecified or ip.is_reserved:
        return "is link-local, multicast or reserved"
    private_name = origin.scheme == "http" and _PRIVATE_NAME.fullmatch(origin.host)
    if private_name and (ip.is_private or ip.is_loopback):
        return None
    return None if ip.is_global and ip not in _SERVICES else "is private"


def _origin(text: str) -> Origin | None:
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or parts.scheme not in _PORTS:
        return None
    return Origin(parts.scheme, host.rstrip("."), port or _PORTS[parts.scheme])


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
