"""`make logs [s=chat-api]`: follow one log, or all of them."""

import os
import sys

from infra.native.plan import read_plan
from infra.native.say import stop


def main(name: str) -> None:
    """Hand over to tail. Ends the command when there is no such log."""
    folder = read_plan().logs
    logs = sorted(folder.glob("*.log"))
    chosen = [log for log in logs if not name or log.stem == name]
    if not chosen:
        known = ", ".join(log.stem for log in logs) or "none yet: start with make up"
        stop(f"There is no log of {name or 'anything'}. There are: {known}")
    os.execvp("tail", ["tail", "-n", "100", "-F", *map(str, chosen)])


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
