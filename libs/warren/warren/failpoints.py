"""Named points at which a test may kill the process: FAILPOINTS="relay.before_mark=3" dies at the
third hit.

Costs one look into an empty dict when unset. Only for fault tests; production never sets the
variable.
"""

import os
import signal


def _parse(text: str) -> dict[str, int]:
    """Return hits to go by point. `a=3,b` means a at its third hit and b at its first."""
    points: dict[str, int] = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        name, _, count = part.partition("=")
        points[name] = int(count or "1")
    return points


_LEFT = _parse(os.environ.get("FAILPOINTS", ""))


def hit(name: str) -> None:
    """Die by SIGKILL when this point's count is used up; otherwise do nothing."""
    if not _LEFT or name not in _LEFT:
        return
    _LEFT[name] -= 1
    if _LEFT[name] <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
