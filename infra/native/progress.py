"""A progress bar for long downloads: redrawn on a terminal, a line now and then in a log."""

import sys
import time

WIDTH = 30


class Progress:
    """Counts bytes towards a total and shows it on standard error."""

    def __init__(self, total: int, done: int = 0) -> None:
        self.total = total
        self.done = done
        self.on_terminal = sys.stderr.isatty()
        self._next = 0.0

    def add(self, size: int) -> None:
        """Count more bytes."""
        self.done += size
        now = time.monotonic()
        finished = self.done >= self.total
        if now >= self._next or finished:
            self._next = now + (0.2 if self.on_terminal else 5.0)
            end = "\n" if finished or not self.on_terminal else ""
            sys.stderr.write(("\r" if self.on_terminal else "") + bar(self.done, self.total) + end)
            sys.stderr.flush()
            if finished:
                self._next = float("inf")


def bar(done: int, total: int) -> str:
    """Return the bar as text, for example `  [#####.....] 50 %  245 of 491 MB`."""
    share = min(1.0, done / total) if total else 1.0
    filled = round(share * WIDTH)
    drawn = "#" * filled + "." * (WIDTH - filled)
    return f"  [{drawn}] {share:4.0%}  {done // 1_000_000} of {total // 1_000_000} MB"
