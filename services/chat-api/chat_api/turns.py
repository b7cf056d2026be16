"""The states of a turn as a pure table: what may happen to it, and what follows. See
docs/architecture.md."""

from typing import Literal

from warren.contracts.chat import TurnState

Act = Literal["start", "finish", "park", "wait", "cancel", "resume", "answer", "dismiss", "restore"]

_NEXT: dict[TurnState, dict[Act, TurnState]] = {
    "queued": {"start": "running", "cancel": "cancelled"},
    "running": {"finish": "done", "park": "parked", "wait": "waiting", "cancel": "cancelled"},
    # It ends when the last draft is decided; a draft that nobody wants leaves nothing to say.
    "waiting": {
        "resume": "running",
        "finish": "done",
        "dismiss": "dismissed",
        "cancel": "cancelled",
    },
    # A parked turn may still end well: a reply overtook its letter, or a second copy of the same
    # run did better. Resuming it raises the run, so only the current run's outcomes get here.
    "parked": {
        "resume": "running",
        "answer": "answered",
        "dismiss": "dismissed",
        "finish": "done",
        "cancel": "cancelled",
    },
    "done": {},
    "cancelled": {},
    "answered": {},
    "dismissed": {"restore": "parked"},
}


def after(state: TurnState, act: Act) -> TurnState | None:
    """Return the state that follows, or None when the act is not possible in this state."""
    return _NEXT[state].get(act)


def accepts(state: TurnState, turn_run: int, run: int) -> bool:
    """Whether the gate takes a result of this run: the run is current, the turn has not ended."""
    return run == turn_run and state in ("running", "parked")
