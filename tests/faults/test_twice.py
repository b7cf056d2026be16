"""Every message of every service is delivered twice, also to two runners at the same moment, and
some of them late: nothing shows twice.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable

import pytest

from tests.faults.conftest import StartMesh
from tests.faults.load import loaded, serves
from tests.ledger import violations


@pytest.mark.timeout(300)
async def test_everything_delivered_twice_shows_once(
    start_mesh: StartMesh, chance: random.Random, rounds: Callable[[int, int], int]
):
    launcher = ("tests.twice",)
    async with start_mesh(runners=2, model_delay=0.3, launcher=launcher) as mesh:
        for runner in mesh.runners:
            await serves(runner)
        async with loaded(mesh, chance, breaking=0.2) as load:
            await asyncio.sleep(rounds(4, 60))
        await asyncio.sleep(4)  # the late copies

        assert await violations(mesh) == []
        calls = defaultdict(list)
        for call in mesh.model.calls:
            calls[call.key].append(call.asker)
        asked = sum(load.asked.values())
        assert len(calls) == asked, "each question is one step, so one key"
        assert len(mesh.model.calls) > asked, "steps did run twice"
        both = [key for key, askers in calls.items() if len(set(askers)) > 1]
        assert both, "two runners did work on the same step"
