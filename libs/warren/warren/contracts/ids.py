"""Deterministic message ids: a crash between confirm and ack makes the same id again (design
§3.6)."""

from collections.abc import Sequence
from uuid import UUID, uuid5

NAMESPACE = UUID("6f1c2f5e-7d5b-5b0e-9a43-57a9d1c0a7e1")

COMMAND = "command"  # slot of the command that asks for a step
ANSWERED = "command.answered"  # of the one that goes on with what the step waited for
OUTCOME = "outcome"  # slot of the message that carries a step's replies or the end


def message_id(turn: UUID, run: int, path: Sequence[str], position: int, slot: str) -> UUID:
    """Return uuid5(turn, run, delegation path, position, slot). The same arguments give the same
    id for ever."""
    return uuid5(NAMESPACE, f"{turn}/{run}/{'>'.join(path)}/{position}/{slot}")


def step_path(path: Sequence[str], step: str) -> str:
    """Return the step's path over delegations, as it stands in UNIQUE(turn, step path, slot)."""
    return "/".join((*path, step))
