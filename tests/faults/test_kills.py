"""SIGKILL at random moments under traffic: runners, chat-api (the relay lives in it), gateways."""

import asyncio
import random
import statistics
from collections.abc import Callable

import pytest

from tests.faults.conftest import StartMesh
from tests.faults.follower import followed
from tests.faults.load import Load, loaded, serves, start_again
from tests.ledger import violations
from tests.person import Person

Rounds = Callable[[int, int], int]
DEATHS = 50  # of each, in full
BACK_SECONDS = 5.0  # a client's median from a gateway's death to its welcome by the other


@pytest.mark.long
@pytest.mark.timeout(1200)
async def test_runners_killed_at_random_moments_cost_no_answer(
    start_mesh: StartMesh, chance: random.Random
):
    async with start_mesh(runners=2, model_delay=0.05) as mesh:
        async with loaded(mesh, chance, breaking=0.1):
            for runner in mesh.runners:
                await serves(runner)
            for _ in range(DEATHS):
                victim = chance.choice(mesh.runners)
                await asyncio.sleep(chance.uniform(0, 0.6))
                victim.kill()
                await serves(victim, start_again(victim))

        assert await violations(mesh) == []


@pytest.mark.long
@pytest.mark.timeout(1200)
async def test_chat_api_killed_at_random_moments_costs_no_answer(
    start_mesh: StartMesh, chance: random.Random
):
    async with start_mesh() as mesh:
        chat = mesh.services["chat"]
        async with loaded(mesh, chance, breaking=0.1):
            for _ in range(DEATHS):
                await asyncio.sleep(chance.uniform(0, 1.5))
                chat.kill()
                start_again(chat)
                await chat.wait_ready()

        assert await violations(mesh) == []


@pytest.mark.timeout(1200)
async def test_clients_of_killed_gateways_catch_up_without_a_gap(
    start_mesh: StartMesh, chance: random.Random, rounds: Rounds
):
    async with start_mesh() as mesh, Person.signed_up(mesh) as ana:
        gateways = [mesh.services["gateway"], mesh.add_gateway()]
        await gateways[1].wait_ready()
        load = await Load(ana, chance).open()
        async with followed(ana, list(load.asked), clients=4) as clients:
            async with load:
                for number in range(rounds(4, DEATHS)):
                    await asyncio.sleep(chance.uniform(0.2, 1.2))
                    victim = gateways[number % 2]
                    victim.kill()
                    await asyncio.sleep(0.2)
                    for client in clients:
                        await client.is_back()
                    start_again(victim)
                    await victim.wait_ready()
            await load.answered_once_in_order()
            for client in clients:
                await client.has_all()
            waits = [wait for client in clients for wait in client.waits]

        assert len(waits) >= len(clients), "every client must have lost its gateway"
        assert statistics.median(waits) <= BACK_SECONDS
        assert sum(client.resets for client in clients) == 0
        assert await violations(mesh) == []
