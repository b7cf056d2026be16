"""What fault tests share: the seed, how many rounds, a mesh for each test."""

import os
import random
import shutil
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from conftest import Vhost
from infra.native.postgres import PostgresServer
from tests.mesh import BOTS, Mesh

SEED = int(os.environ.get("WARREN_FAULT_SEED") or random.SystemRandom().randrange(10**6))
FULL = os.environ.get("WARREN_FAULTS") == "full"  # set by `make faults`

StartMesh = Callable[..., AbstractAsyncContextManager[Mesh]]


def pytest_report_header() -> str:
    """Print the seed, so that a run can be had again."""
    return f"faults: WARREN_FAULT_SEED={SEED}, {'in full' if FULL else 'in short'}"


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Randomness of its own for each test, the same again for the same WARREN_FAULT_SEED."""
    sys.stderr.write(f"WARREN_FAULT_SEED={SEED}\n")  # shown when the test fails
    return random.Random(f"{SEED} {request.node.name}")


@pytest.fixture
def rounds() -> Callable[[int, int], int]:
    """Return a function that chooses: rounds(in short, in full)."""
    return lambda short, full: full if FULL else short


@pytest.fixture
def start_mesh(tmp_path: Path, vhost: Vhost, postgres: PostgresServer) -> StartMesh:
    """Return a function that starts a mesh: `async with start_mesh(runners=2) as mesh`."""
    bots = tmp_path / "bots"
    shutil.copytree(BOTS, bots)

    def start(**how: Any) -> AbstractAsyncContextManager[Mesh]:
        return Mesh.running(tmp_path, vhost, postgres, bots, **how)

    return start
