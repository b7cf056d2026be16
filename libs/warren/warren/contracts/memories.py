"""What bots remember of people: asked of chat-api's inner port by runners, and by each person of
what is remembered of them."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from warren.contracts.base import Message, UtcTime, View

MAX_MEMORIES = 5_000  # per user and bot; the oldest are forgotten first
MAX_TEXT_CHARS = 2_000
MAX_DIMENSIONS = 4_096

Vector = Annotated[tuple[float, ...], Field(min_length=1, max_length=MAX_DIMENSIONS)]


class NewMemory(Message):
    """Remember a text for the asker of a turn. key makes it the same memory when asked twice.

    vector is the text's embedding, model the name of what made it: only vectors of one model are
    compared. bot is the bot that runs the step: the turn's own, or one that it delegates to.
    """

    turn_id: UUID
    run: int
    bot: str
    key: Annotated[str, Field(min_length=1, max_length=200)]
    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT_CHARS)]
    model: Annotated[str, Field(min_length=1, max_length=200)]
    vector: Vector


class MemoryQuery(Message):
    """The memories of the asker of a turn that are nearest to a vector, best first."""

    turn_id: UUID
    run: int
    bot: str
    model: Annotated[str, Field(min_length=1, max_length=200)]
    vector: Vector
    limit: Annotated[int, Field(ge=1, le=50)] = 5
    at_least: Annotated[float, Field(ge=-1, le=1)] = 0.0


class Remembered(Message):
    """A memory that was found. likeness is the cosine, -1 to 1."""

    id: UUID
    text: str
    likeness: float
    at: UtcTime


class Recalled(Message):
    """The answer to MemoryQuery."""

    items: tuple[Remembered, ...]


class MemoryView(View):
    """What a bot remembers of the reader. turn_id is where it came from."""

    id: UUID
    bot: str
    text: str
    turn_id: UUID | None
    at: UtcTime
