import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from warren.cli.load import load
from warren.contracts.registry import Revision
from warren.step.catalogue import Catalogue, read_catalogue
from warren.step.fuzz import Broken, fuzz
from warren.step.odd_messages import TEXTS, odd_cases

SHIPPED = sorted((Path(__file__).parents[4] / "bot_config").glob("*.yaml"))
CASES = 120  # of each bot; `make fuzz` throws 1,000
FRAGILE = """\
from warren.step import Step

class Fragile(Step):
    async def process(self, payload):
        {body}
        return payload
"""
BOT = "name: fragile\nsteps: [{class: Draft}, {class: Fragile}, {class: Reply}]\n"


async def revision_of(folder: Path, body: str) -> Revision:
    (folder / "fragile.py").write_text(FRAGILE.format(body=body))
    (folder / "fragile.yaml").write_text(BOT)
    found = load(folder / "fragile.yaml", await read_catalogue(folder)).revision
    assert found is not None
    return found


async def broken(revision: Revision, cases: int = 120) -> list[Broken]:
    return [one async for one in fuzz(revision, cases, seed=1) if one is not None]


async def test_a_step_that_cannot_do_without_words_is_found_and_the_case_is_small(
    tmp_path: Path,
) -> None:
    revision = await revision_of(tmp_path, "payload['messages'][-1]['body'].split()[0]")

    found = await broken(revision)

    assert {one.error for one in found} == {"IndexError: list index out of range"}
    assert all(len(one.case.messages) == 1 for one in found)
    assert min(len(one.case.messages[-1]["body"]) for one in found) == 0


async def test_a_fault_that_warren_names_is_no_break(tmp_path: Path) -> None:
    body = "from warren.step.errors import Permanent; raise Permanent('I answer nobody')"

    assert await broken(await revision_of(tmp_path, body)) == []


async def test_a_payload_that_is_no_json_is_a_break(tmp_path: Path) -> None:
    (one, *_) = await broken(await revision_of(tmp_path, "payload['x'] = float('nan')"), cases=3)

    assert one.error.startswith("BadOutput")


def test_the_same_seed_gives_the_same_cases_of_every_kind() -> None:
    first, second = odd_cases("bot", 50, seed=7), odd_cases("bot", 50, seed=7)

    assert first == second
    assert first != odd_cases("bot", 50, seed=8)
    assert {one.kind for one in first} == set(TEXTS)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return asyncio.run(read_catalogue(SHIPPED[0].parent))


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
async def test_every_shipped_bot_survives(file: Path, catalogue: Catalogue) -> None:
    revision = load(file, catalogue).revision
    assert revision is not None
    assert revision.created_at <= datetime.now(UTC)

    assert await broken(revision, cases=CASES) == []
