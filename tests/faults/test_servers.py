"""The broker and the database die, stop, come back and refuse, under traffic: nothing is lost."""

import asyncio
import random
import signal
import time
from collections.abc import Callable

import pytest

from infra.native.postgres import PostgresServer
from tests.faults.conftest import StartMesh
from tests.faults.load import loaded
from tests.faults.servers import (
    control_broker,
    kill_broker,
    start_broker,
    start_postgres,
    stop_broker,
    stop_postgres,
)
from tests.ledger import violations

Rounds = Callable[[int, int], int]
ALARM_SECONDS = 20.0
ANSWER_SECONDS = 2.0  # of the API, whatever the broker does


@pytest.mark.timeout(900)
async def test_a_broker_killed_and_restarted_loses_nothing(
    start_mesh: StartMesh, chance: random.Random, rounds: Rounds
):
    async with start_mesh(runners=2) as mesh:
        node = mesh.vhost.node
        async with loaded(mesh, chance, breaking=0.1):
            for number in range(rounds(1, 6)):
                await asyncio.sleep(chance.uniform(1, 3))
                await (stop_broker if number % 3 == 2 else kill_broker)(node)
                await start_broker(node)
            await asyncio.sleep(1)

        assert await violations(mesh) == []


@pytest.mark.timeout(900)
async def test_a_database_restarted_or_stopped_for_ten_seconds_loses_nothing(
    start_mesh: StartMesh, chance: random.Random, rounds: Rounds, postgres: PostgresServer
):
    await stop_postgres(postgres)
    await start_postgres(postgres)  # whose commits survive a crash
    async with start_mesh(runners=2) as mesh:
        async with loaded(mesh, chance, breaking=0.1):
            for number in range(rounds(2, 6)):
                await asyncio.sleep(chance.uniform(1, 2))
                await stop_postgres(postgres, signal.SIGQUIT if number % 2 else signal.SIGINT)
                away = 10 if number % 3 == 2 else 0
                await asyncio.sleep(away)
                await start_postgres(postgres)
            await asyncio.sleep(1)

        assert await violations(mesh) == []


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_a_broker_short_of_memory_makes_nobody_wait(
    start_mesh: StartMesh, chance: random.Random
):
    async with start_mesh(runners=2) as mesh:
        node = mesh.vhost.node
        async with loaded(mesh, chance, breaking=0.1) as load:
            await asyncio.sleep(1)
            try:
                await control_broker(node, "set_vm_memory_high_watermark", "absolute", "1MB")
                load.slowest = 0.0
                until = time.monotonic() + ALARM_SECONDS
                while time.monotonic() < until:
                    began = time.monotonic()
                    await load.person.call("GET", "/conversations")
                    load.slowest = max(load.slowest, time.monotonic() - began)
                    await asyncio.sleep(0.5)
                slowest = load.slowest
            finally:
                await control_broker(node, "set_vm_memory_high_watermark", "0.4")

        assert slowest <= ANSWER_SECONDS
        assert await violations(mesh) == []
