"""Kill at each loss window of the path of a message: after each confirm, before each mark and ack.

One mesh for all of them; after every kill each question has exactly one answer and the ledger is
clean.
"""

import asyncio
from collections.abc import Iterator

import pytest

from infra.native.postgres import PostgresServer
from infra.native.rabbitmq import RabbitNode
from tests.ledger import violations
from tests.mesh import Mesh, Service, shared_mesh
from tests.person import Person

QUESTIONS = 4
RUNNER_WINDOWS = [
    "runner.before_outcome",
    "runner.after_outcome",
    "runner.before_next",
    "runner.after_next",
]
CHAT_WINDOWS = [
    "chat.before_commit",
    "chat.after_commit",
    "relay.before_publish",
    "relay.before_mark",
    "gate.before_commit",
    "gate.after_commit",
]


@pytest.fixture(scope="module")
def mesh(
    tmp_path_factory: pytest.TempPathFactory, broker_node: RabbitNode, postgres: PostgresServer
) -> Iterator[Mesh]:
    """One mesh with one runner for all windows."""
    with shared_mesh(tmp_path_factory.mktemp("faults"), broker_node, postgres) as made:
        yield made


async def dies(service: Service) -> None:
    """Return when the process has killed itself."""
    async with asyncio.timeout(30):
        while service.alive():
            await asyncio.sleep(0.02)


async def ask(person: Person) -> list[str]:
    """Write the questions, each in a conversation of its own; return the conversations."""
    rooms = [await person.talk_to("oracle", title=f"room {n}") for n in range(QUESTIONS)]
    await asyncio.gather(
        *(person.write(room, f"@oracle what of {n}?") for n, room in enumerate(rooms))
    )
    return rooms


async def all_answered_once(person: Person, rooms: list[str]) -> None:
    for number, room in enumerate(rooms):
        (answer,) = await person.answers(room, 1, 60)
        assert answer["body"].endswith(f"what of {number}?")
    await asyncio.sleep(0.5)
    for room in rooms:
        assert len(await person.messages(room)) == 2, "no answer came twice"


@pytest.mark.parametrize("window", RUNNER_WINDOWS)
async def test_a_runner_killed_in_a_loss_window_costs_and_doubles_nothing(mesh: Mesh, window: str):
    for runner in mesh.runners:
        runner.kill()
    doomed = mesh.add_runner({"FAILPOINTS": f"{window}=2"})
    async with Person.signed_up(mesh) as ana:
        rooms = await ask(ana)
        await dies(doomed)
        mesh.add_runner()
        await all_answered_once(ana, rooms)
    assert await violations(mesh) == []


@pytest.mark.parametrize("window", CHAT_WINDOWS)
async def test_chat_api_killed_in_a_loss_window_costs_and_doubles_nothing(mesh: Mesh, window: str):
    chat = mesh.services["chat"]
    async with Person.signed_up(mesh) as ana:
        rooms = [await ana.talk_to("oracle", title=f"room {n}") for n in range(QUESTIONS)]
        chat.kill()
        chat.start({"FAILPOINTS": f"{window}=2"})
        await chat.wait_ready()
        writing = asyncio.gather(
            *(ana.write(room, f"@oracle what of {n}?") for n, room in enumerate(rooms))
        )
        await dies(chat)
        chat.start()
        await chat.wait_ready()
        await writing
        await all_answered_once(ana, rooms)
    assert await violations(mesh) == []
