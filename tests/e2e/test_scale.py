"""Four runners and back to one under load: nothing is lost, the broker sees them come and go."""

import asyncio
import signal

import pytest

from tests.e2e.conftest import StartMesh
from tests.ledger import violations
from tests.mesh import Mesh, Service
from tests.person import Person

ROOMS = 8
ROUNDS = 12
FIGURES_SECONDS = 30.0  # the broker's figures lag by some 5 s


async def consumers(mesh: Mesh, queue: str) -> int:
    """Return how many consumers the broker's management counts on a queue."""
    found = await asyncio.to_thread(
        mesh.vhost.node.management, "GET", f"/api/queues/{mesh.vhost.name}/{queue}"
    )
    return found.get("consumers", 0)


async def until_consumers(mesh: Mesh, count: int) -> None:
    """Return when the broker counts so many consumers of the model's queue."""
    async with asyncio.timeout(FIGURES_SECONDS):
        while await consumers(mesh, "step.gpt") != count:
            await asyncio.sleep(0.5)


async def write_steadily(person: Person, rooms: list[str]) -> None:
    """Write a question to every room, round after round."""
    for number in range(ROUNDS):
        await asyncio.gather(*(person.write(room, f"@oracle question {number}") for room in rooms))
        await asyncio.sleep(1)


def ended(runner: Service) -> int | None:
    """Return the exit status of a runner, None while it lives."""
    return runner.process.poll() if runner.process else None


@pytest.mark.timeout(240)
async def test_scaling_up_and_down_under_load_loses_nothing(start_mesh: StartMesh):
    async with start_mesh(runners=1, model_delay=0.1) as mesh, Person.signed_up(mesh) as ana:
        rooms = [await ana.talk_to("oracle", title=f"room {n}") for n in range(ROOMS)]
        writing = asyncio.ensure_future(write_steadily(ana, rooms))
        for _ in range(3):
            mesh.add_runner()
        await until_consumers(mesh, 4)
        leaving = mesh.runners[:3]
        for runner in leaving:
            runner.signal(signal.SIGTERM)
        await until_consumers(mesh, 1)
        await writing
        for room in rooms:
            answers = await ana.answers(room, ROUNDS, 90)
            asked = [one["body"].rsplit(" ", 1)[-1] for one in answers]
            assert asked == [str(number) for number in range(ROUNDS)]
        assert [ended(runner) for runner in leaving] == [0, 0, 0], "they drained and went"
        assert await violations(mesh) == []
