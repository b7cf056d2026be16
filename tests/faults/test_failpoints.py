"""Kill at each loss window of the path of a message: after each confirm, before each mark and ack.

A process that has died in one window is started again to die in the next, under traffic; at the end
each question has exactly one answer and the ledger is clean. In full: 50 deaths of each.
"""

import random
from collections.abc import Callable, Iterator
from itertools import cycle, islice

import pytest

from infra.native.postgres import PostgresServer
from infra.native.rabbitmq import RabbitNode
from tests.faults.load import dies, loaded, start_again
from tests.ledger import violations
from tests.mesh import Mesh, shared_mesh

RUNNER = [
    "runner.before_outcome",
    "runner.after_outcome",
    "runner.before_next",
    "runner.after_next",
    "runner.before_dead",
]
CHAT = [
    "chat.before_commit",
    "chat.after_commit",
    "gate.before_commit",
    "gate.after_commit",
    "letters.before_commit",
    "letters.after_commit",
]
RELAY = ["relay.before_publish", "relay.before_mark"]
DEATHS = 50  # of each of the three, in full


@pytest.fixture(scope="module")
def mesh(
    tmp_path_factory: pytest.TempPathFactory, broker_node: RabbitNode, postgres: PostgresServer
) -> Iterator[Mesh]:
    """One mesh with one runner for all windows."""
    with shared_mesh(tmp_path_factory.mktemp("faults"), broker_node, postgres) as made:
        yield made


@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("victim", "windows"),
    [("runner0", RUNNER), ("chat", CHAT), ("chat", RELAY)],
    ids=["runner", "chat-api", "relay"],
)
async def test_killed_in_every_loss_window_costs_and_doubles_nothing(
    mesh: Mesh,
    chance: random.Random,
    rounds: Callable[[int, int], int],
    victim: str,
    windows: list[str],
):
    service = mesh.services[victim]
    async with loaded(mesh, chance, breaking=0.3):
        service.kill()
        for window in islice(cycle(windows), rounds(len(windows), DEATHS)):
            start_again(service, f"{window}={chance.randint(1, 4)}")
            await dies(service)
        start_again(service)

    assert await violations(mesh) == []
