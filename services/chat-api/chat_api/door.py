"""The door: which turn may start now. Pure decisions; `doorway.py` reads what they need.

One running turn per (conversation, bot). A bot's `concurrency` bounds its running turns over all
conversations. Messages that come meanwhile join the next turn (`merge`) or wait for their own.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

WhileBusy = Literal["merge", "queue"]


@dataclass(frozen=True)
class Start:
    """The turn starts at once."""


@dataclass(frozen=True)
class Wait:
    """A new turn waits behind the door."""


@dataclass(frozen=True)
class Join:
    """The message is answered by a turn that waits already."""

    turn_id: UUID


Decision = Start | Wait | Join


@dataclass(frozen=True)
class Doorway:
    """What stands before a bot's door in one conversation. waiting: its youngest queued turn."""

    door_held: bool
    waiting: UUID | None
    running: int
    concurrency: int

    @property
    def open(self) -> bool:
        """Whether a turn may start: nobody holds the door and the bot has a slot."""
        return not self.door_held and self.running < self.concurrency


def for_new_message(doorway: Doorway, while_busy: WhileBusy) -> Decision:
    """Decide what a new message does at the door. Nobody overtakes a turn that waits."""
    if doorway.waiting is not None:
        return Join(doorway.waiting) if while_busy == "merge" else Wait()
    return Start() if doorway.open else Wait()


def may_go_on_here(doorway: Doorway, waits_elsewhere_longer: bool) -> bool:
    """Decide whether the next turn of this conversation takes the slot that was just freed.

    Not when a turn of the same bot in another conversation has waited longer for a slot.
    """
    return doorway.open and not waits_elsewhere_longer
