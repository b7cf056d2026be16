"""How fast a client may send frames: a bucket that fills at the allowed rate."""

import time
from collections.abc import Callable

from gateway_ws.close import Close
from warren.contracts.frames import CloseCode

BURST_SECONDS = 4.0  # frames of so many seconds may come at once


class Pace:
    """Counts one socket's frames."""

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._clock = clock
        self._full = max(1.0, per_second * BURST_SECONDS)
        self._left = self._full
        self._at = clock()

    def count(self) -> None:
        """Take one frame. Raises Close when the client is too fast."""
        now = self._clock()
        self._left = min(self._full, self._left + (now - self._at) * self._per_second)
        self._at = now
        if self._left < 1:
            raise Close(CloseCode.TOO_FAST)
        self._left -= 1
