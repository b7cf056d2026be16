"""A runner that stands still: another takes over, and the thawed one cannot reply twice."""

import asyncio
import signal
import time

import pytest

from tests.faults.conftest import StartMesh
from tests.faults.load import serves
from tests.ledger import violations
from tests.person import Person

OVER_SECONDS = 45.0


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_a_frozen_runners_work_is_taken_over_and_said_once(start_mesh: StartMesh):
    async with start_mesh(runners=1) as mesh, Person.signed_up(mesh) as ana:
        frozen = mesh.runners[0]
        await serves(frozen)
        room = await ana.talk_to("sleeper")
        async with ana.socket() as socket:
            await ana.write(room, "sleep well")
            await socket.wait_for(lambda one: one["type"] == "turn.progress")
        frozen.signal(signal.SIGSTOP)
        began = time.monotonic()
        await serves(mesh.add_runner())

        await ana.answers(room, 1, 90)
        over = time.monotonic() - began
        frozen.signal(signal.SIGCONT)
        await asyncio.sleep(5)

        assert len(await ana.answers(room, 1)) == 1
        assert over <= OVER_SECONDS
        assert await violations(mesh) == []
