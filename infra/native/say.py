"""What the commands tell the person at the terminal: one line a fact, no logging machinery."""

import sys


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def step(line: str) -> None:
    """Print what begins now, as one item of a list."""
    say(f"  · {line}")


def stop(line: str) -> None:
    """End the command as failed, with the reason on standard error."""
    sys.exit(f"\n{line}")
