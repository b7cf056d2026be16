"""A mesh for each test that asks for one, with a copy of the bots in tests/e2e/bots that the test
may change."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from conftest import Vhost
from infra.native.postgres import PostgresServer
from infra.native.rabbitmq import RabbitNode
from tests.mesh import BOTS, Mesh, shared_mesh

StartMesh = Callable[..., AbstractAsyncContextManager[Mesh]]


@pytest.fixture
def start_mesh(tmp_path: Path, vhost: Vhost, postgres: PostgresServer) -> StartMesh:
    """Return a function that starts a mesh: `async with start_mesh(runners=2) as mesh`."""
    bots = tmp_path / "bots"
    shutil.copytree(BOTS, bots)

    def start(*, runners: int = 1, model_delay: float = 0.0) -> AbstractAsyncContextManager[Mesh]:
        return Mesh.running(
            tmp_path, vhost, postgres, bots, runners=runners, model_delay=model_delay
        )

    return start


@pytest.fixture(scope="module")
def mesh(
    tmp_path_factory: pytest.TempPathFactory, broker_node: RabbitNode, postgres: PostgresServer
) -> Iterator[Mesh]:
    """A mesh with one runner for all tests of a module that break nothing."""
    with shared_mesh(tmp_path_factory.mktemp("mesh"), broker_node, postgres) as made:
        yield made
