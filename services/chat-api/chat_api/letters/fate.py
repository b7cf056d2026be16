"""What a letter does to its turn. Pure; the keeper asks with the turn's conversation locked."""

from typing import Literal

from chat_api.letters.facts import Facts
from chat_api.turn_rows import TurnRow

Fate = Literal["park", "open", "late", "double", "forget"]


def fate_of(row: TurnRow | None, facts: Facts) -> Fate:
    """Decide what a letter does to its turn. Pure.

    open: nobody's turn, but a person must see it. late: of another run, or the turn has gone on.
    double: a further letter of a run that is parked already. forget: lost, but heard of meanwhile.
    """
    if row is None:
        return "open"
    current = facts.run is None or facts.run == row.run
    if current and row.state == "running":
        return "park"
    if facts.reason == "lost":
        return "forget"
    return "double" if current and row.state == "parked" else "late"
