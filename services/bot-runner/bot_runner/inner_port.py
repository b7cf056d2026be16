"""The inner port of a runner: replicas on one machine each take the first free one."""

import socket
from contextlib import suppress

from bot_runner.settings import INNER_PORTS


def bind_first_free(host: str, first: int, count: int = INNER_PORTS) -> socket.socket:
    """Return a bound socket. Raises OSError when none of the ports is free."""
    for port in range(first, first + count):
        sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            sock.bind((host, port))
            sock.listen()  # bound is not enough: another with SO_REUSEADDR could bind it too
            return sock
        sock.close()
    raise OSError(f"no free port from {first} to {first + count - 1}: set INNER_PORT")
