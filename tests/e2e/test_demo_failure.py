"""`make demo-failure` against real processes: all five accidents end as they should."""

import asyncio
from pathlib import Path

import pytest

from conftest import Vhost
from infra.demo_failure import ALL_SECONDS, Failed, run
from infra.native.postgres import PostgresServer
from tests.ledger import violations
from tests.mesh import ROOT, Mesh


async def keep_one_runner(mesh: Mesh) -> None:
    """Start a runner for each that ends, as the supervisor does."""
    while True:
        if not any(one.alive() for one in mesh.runners):
            mesh.add_runner()
        await asyncio.sleep(0.2)


@pytest.mark.timeout(200)
async def test_all_five_ways_come_to_their_end(
    tmp_path: Path, vhost: Vhost, postgres: PostgresServer
):
    told: list[str] = []
    people = tmp_path / "people.json"
    async with Mesh.running(tmp_path, vhost, postgres, ROOT / "bot_config") as mesh:
        keeping = asyncio.ensure_future(keep_one_runner(mesh))
        url = mesh.api.removesuffix("/api/v1")

        first = await asyncio.to_thread(run, url, people, told.append, ALL_SECONDS)
        keeping.cancel()
        broken = await violations(mesh)

    assert first, "\n".join(told)
    table = next(one for one in told if "WHAT HAPPENED" in one)
    rows = {line.split("  ")[0].strip(): line for line in table.strip().splitlines()}
    assert "ValueError: you asked for an exception" in rows["exception"]
    assert "kept safe after 2 tries: StepTimeout" in rows["timeout"]
    assert "BadOutput" in rows["bad output"]
    assert "SIGSEGV" in rows["crash"]
    assert "It worked at attempt 2" in rows["flaky"]
    assert all("W-" in rows[word] for word in ("exception", "timeout", "bad output", "crash"))
    assert "W-" not in rows["flaky"]
    assert any("/dead-letters" in one for one in told)
    assert any("dead-letters list" in one for one in told)
    assert people.stat().st_mode & 0o077 == 0
    assert broken == []


def test_without_a_warren_it_says_what_to_do(tmp_path: Path):
    with pytest.raises(Failed, match="Start Warren with `make up`"):
        run("http://127.0.0.1:9", tmp_path / "people.json", lambda _: None)
