"""Free ports for private servers: used by `make up`'s checks and by the test fixtures.

Everything stays below 32768, where the kernel's ephemeral range begins: a listener above it can
lose its port to an outgoing connection.
"""

import random
import socket

LOWEST = 20_000
EPHEMERAL_BEGINS = 32_768
RESERVED = range(26_700, 26_800)  # what `make up` uses by default; tests must never collide with it


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Tell whether nobody listens on the port. A connection that lingers does not count."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def answers(port: int, host: str = "127.0.0.1") -> bool:
    """Tell whether something accepts connections on the port."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def free_block(size: int = 1) -> int:
    """Return the first of `size` neighbouring free ports, chosen at random.

    Nothing is reserved: whoever asks must bind soon. Raises OSError when no block is found.
    """
    for _ in range(500):
        first = random.randrange(LOWEST, EPHEMERAL_BEGINS - size)
        block = range(first, first + size)
        if any(port in RESERVED for port in block):
            continue
        if all(is_free(port) for port in block):
            return first
    raise OSError(f"no {size} free ports side by side between {LOWEST} and {EPHEMERAL_BEGINS}")
