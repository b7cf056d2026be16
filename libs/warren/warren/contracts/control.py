"""Hints to every runner, broadcast on `warren.control`: losing one costs work, never
correctness."""

from typing import Literal
from uuid import UUID

from warren.contracts.base import Message

CONTROL = "warren.control.v1"


class Control(Message):
    """Stop working on runs of this turn that are lower than `run`; the gate refuses them anyway."""

    type: Literal["cancel"] = "cancel"
    turn_id: UUID
    run: int
