"""Which way `make up` goes: Docker Compose where an engine answers, else natively.

Run by the system's Python, standard library only: `python -m infra.engine` prints the way.
"""

import shutil
import subprocess
import sys
from pathlib import Path

ANSWER_SECONDS = 10
ROOT = Path(__file__).resolve().parents[1]


def compose_answers() -> bool:
    """Tell whether a Docker engine answers and Compose v2 is there."""
    if shutil.which("docker") is None:
        return False
    for command in (["docker", "info"], ["docker", "compose", "version"]):
        try:
            done = subprocess.run(command, check=False, capture_output=True, timeout=ANSWER_SECONDS)
        except (OSError, subprocess.TimeoutExpired):
            return False
        if done.returncode != 0:
            return False
    return True


def way(native: str, running_natively: bool) -> str:
    """Return "native" or "compose". native is what the person gave as `native=`."""
    if native not in ("", "0") or running_natively:
        return "native"
    return "compose" if compose_answers() else "native"


if __name__ == "__main__":
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    running = (ROOT / ".run" / "plan.json").exists()
    sys.stdout.write(way(asked, running) + "\n")
