"""A mesh for one test: a vhost of the real broker, a registry double, runners to start."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from conftest import Vhost
from infra.native.ports import free_block
from warren.testing.registry_double import RegistryDouble
from warren.testing.runner_mesh import RunnerMesh, runner_mesh


@pytest.fixture
async def mesh(vhost: Vhost, tmp_path: Path) -> AsyncIterator[RunnerMesh]:
    """Everything around runners; runners that a test leaves behind are ended."""
    with RegistryDouble() as registry:
        async with runner_mesh(vhost.url, free_block, registry, tmp_path) as made:
            yield made
