"""Everything around runners in a test: a vhost, a registry double, chat-api's queues drained."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from warren.broker.batches import BatchConsumer
from warren.broker.connection import Broker, connect
from warren.broker.declare import declare_kind
from warren.broker.delivery import Delivery
from warren.broker.publisher import Outgoing, Publisher
from warren.broker.topology import CHAT_OUTCOMES, DEAD_LETTERS
from warren.contracts.base import JsonObject
from warren.contracts.failure import Failure
from warren.contracts.names import kind_of
from warren.contracts.outcome import Outcome
from warren.contracts.registry import Revision
from warren.contracts.slip import StepCommand
from warren.step.loader import BUILTINS
from warren.testing.commands import as_outgoing
from warren.testing.registry_double import RegistryDouble, revision_of
from warren.testing.runner_process import RunnerProcess

WAIT_SECONDS = 30.0


@dataclass
class RunnerMesh:
    """What a test works with. `outcomes` and `letters` fill as they arrive, acked."""

    url: Callable[[str], str]
    ports: Callable[[], int]
    registry: RegistryDouble
    folder: Path
    setup: Broker
    chat: Broker
    outcomes: list[Delivery] = field(default_factory=lambda: [])
    letters: list[Delivery] = field(default_factory=lambda: [])
    runners: list[RunnerProcess] = field(default_factory=lambda: [])

    def __post_init__(self) -> None:
        self._publisher = Publisher(self.chat, "chat-api")

    async def bot(
        self,
        *classes: str | JsonObject,
        source: str = "",
        name: str = "tester",
        queues: bool = True,
    ) -> Revision:
        """Publish a bot: its revision in the registry, its queues on the broker."""
        steps = [each if isinstance(each, dict) else {"class": each} for each in classes]
        own = {each["class"] for each in steps} - set(BUILTINS)
        made = revision_of(name, steps, dict.fromkeys(own, source))
        for each in steps if queues else ():
            await self.queue(kind_of(each["class"]))
        return self.registry.add(made)

    async def queue(self, kind: str) -> None:
        """Declare a kind's queue as the registry."""
        await declare_kind(self.setup, kind)

    async def publish(self, message: Outgoing) -> None:
        """Publish as chat-api."""
        await self._publisher.publish(message)

    async def ask(self, command: StepCommand, **changes: Any) -> None:
        """Publish a command as chat-api; changes override the message's fields."""
        await self.publish(as_outgoing(command, **changes))

    async def runner(self, *, kinds: int = 1, **environment: str) -> RunnerProcess:
        """Start a runner; return it when it is ready and consumes so many kinds."""
        runner = self.start(**environment)
        await until(lambda: runner.is_serving(kinds), "a ready runner", self.logs)
        return runner

    def start(self, **environment: str) -> RunnerProcess:
        """Start a runner without waiting for it."""
        started = RunnerProcess.start(
            self.url("runner"), self.registry.url, self.folder, self.ports(), environment
        )
        self.runners.append(started)
        return started

    async def outcome(self, count: int = 1) -> list[Outcome]:
        """Return the outcomes when there are that many."""
        await until(lambda: len(self.outcomes) >= count, f"{count} outcomes", self.logs)
        return [Outcome.model_validate_json(each.body) for each in self.outcomes]

    async def letter(self, count: int = 1) -> list[Failure]:
        """Return the letters of runners when there are that many."""
        await self.unread_letter(count)
        return [Failure.model_validate_json(each.body) for each in self.letters]

    async def unread_letter(self, count: int) -> None:
        """Return when that many messages have come to the dead letters, whatever they are."""
        await until(lambda: len(self.letters) >= count, f"{count} letters", self.logs)

    def logs(self) -> str:
        """Return the ends of all runners' logs."""
        return "\n".join(each.text[-3000:] for each in self.runners)


async def until(
    condition: Callable[[], bool], what: str, more: Callable[[], str] = lambda: ""
) -> None:
    """Return when condition() holds. Raises AssertionError after WAIT_SECONDS."""
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            while not condition():
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"waited in vain for {what}\n{more()}") from None


@asynccontextmanager
async def runner_mesh(
    url: Callable[[str], str], ports: Callable[[], int], registry: RegistryDouble, folder: Path
) -> AsyncGenerator[RunnerMesh]:
    """Open a mesh. url gives an account's AMQP address, ports a free port."""
    async with (
        connect(url("chat"), "chat-api") as chat,
        connect(url("registry"), "registry") as setup,
    ):
        mesh = RunnerMesh(url, ports, registry, folder, setup, chat)
        async with asyncio.TaskGroup() as tasks:
            drains = [
                tasks.create_task(_drain(chat, CHAT_OUTCOMES, mesh.outcomes)),
                tasks.create_task(_drain(chat, DEAD_LETTERS, mesh.letters)),
            ]
            try:
                yield mesh
            finally:
                for each in mesh.runners:
                    if each.alive:
                        each.kill()
                for drain in drains:
                    drain.cancel()


async def _drain(broker: Broker, queue: str, into: list[Delivery]) -> None:
    async def take(batch: Sequence[Delivery]) -> None:
        into.extend(batch)

    with suppress(asyncio.CancelledError):
        await BatchConsumer(broker, queue, take).run()
