"""What bots remember, asked of chat-api's inner port: where Remember and Recall look here."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID, uuid5

from pydantic import ValidationError

from warren.app.inner_client import InnerClient, Refusal
from warren.contracts.base import Message
from warren.contracts.ids import NAMESPACE, step_path
from warren.contracts.memories import MemoryQuery, NewMemory, Recalled, Remembered
from warren.contracts.slip import StepCommand
from warren.errors import NotFound, PartAway, Permanent, Retryable, Unauthenticated
from warren.step.passing import may_pass

CHAT_API = "chat-api"


class Whose(Protocol):
    """The turn whose asker it is about, and the bot that runs the step: a command says both."""

    @property
    def turn_id(self) -> UUID: ...
    @property
    def run(self) -> int: ...
    @property
    def bot(self) -> str: ...
    @property
    def path(self) -> tuple[str, ...]: ...


class MemoryAccess(Message):
    """How a child process reaches chat-api, for one turn. Only kinds of ours are given it."""

    url: str
    service_token: str
    turn_id: UUID
    run: int
    bot: str
    path: tuple[str, ...]


class Memories:
    """This runner's way to what bots remember. Close it in the lifespan."""

    def __init__(self, url: str, service_token: str) -> None:
        self._url = url
        self._token = service_token
        self._client = InnerClient(url, service_token)

    def of(self, command: StepCommand) -> "ChatMemory":
        """Return what a command's step may see: within a delegation the child bot's memories."""
        return ChatMemory(self._client, command)

    def access(self, command: StepCommand) -> MemoryAccess:
        """Return the same for a child process."""
        return MemoryAccess(
            url=self._url,
            service_token=self._token,
            turn_id=command.turn_id,
            run=command.run,
            bot=command.bot,
            path=command.path,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()


def memory_of(access: MemoryAccess | None) -> "ChatMemory | None":
    """Return the memory that a child process was given access to; it closes it."""
    if access is None:
        return None
    return ChatMemory(InnerClient(access.url, access.service_token), access)


class ChatMemory:
    """The memories of one turn's asker and one bot. Keeps nothing itself."""

    def __init__(self, client: InnerClient, whose: Whose) -> None:
        self._client = client
        self._whose = whose

    async def remember(self, key: str, text: str, model: str, vector: Sequence[float]) -> None:
        """Keep a text. A replay with the same key in the same turn writes over it.

        Raises PartAway while chat-api does not answer, Permanent when it refuses.
        """
        of = self._whose
        kept = str(uuid5(NAMESPACE, f"{of.turn_id}/{step_path(of.path, key)}"))
        memory = NewMemory(
            turn_id=of.turn_id,
            run=of.run,
            bot=of.bot,
            key=kept,
            text=text,
            model=model,
            vector=tuple(vector),
        )
        await self._ask("/inner/memories", memory)

    async def recall(
        self, model: str, vector: Sequence[float], limit: int, at_least: float
    ) -> tuple[Remembered, ...]:
        """Return the nearest texts, best first. Raises as remember() does."""
        of = self._whose
        query = MemoryQuery(
            turn_id=of.turn_id,
            run=of.run,
            bot=of.bot,
            model=model,
            vector=tuple(vector),
            limit=limit,
            at_least=at_least,
        )
        answer = await self._ask("/inner/memories/search", query)
        try:
            return Recalled.model_validate_json(answer).items
        except ValidationError as error:
            raise PartAway(CHAT_API, "it answered something else") from error

    async def close(self) -> None:
        """Close the connections: for who has a client of its own."""
        await self._client.close()

    async def _ask(self, path: str, body: NewMemory | MemoryQuery) -> bytes:
        try:
            return (await self._client.send("POST", path, body)).content
        except Refusal as error:
            if error.status < 500 and not may_pass(error.status):
                raise Permanent(f"chat-api keeps no memory of this: HTTP {error.status}") from error
            raise PartAway(CHAT_API, f"HTTP {error.status}") from error
        except (Retryable, NotFound, Unauthenticated) as error:
            raise PartAway(CHAT_API, type(error).__name__) from error
