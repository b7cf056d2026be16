"""A message that no queue takes comes back, and the runner keeps the step until one does."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from conftest import Vhost
from infra.native.ports import free_block
from warren.testing.commands import first_command, said
from warren.testing.registry_double import RegistryDouble
from warren.testing.runner_mesh import RunnerMesh, runner_mesh, until

STEP = """
from pathlib import Path
from warren.errors import Retryable
from warren.step import Step

class Say(Step):
    async def process(self, payload):
        file = Path(self.config.file)
        file.write_text(file.read_text() + "x" if file.exists() else "x")
        match payload["messages"][-1]["body"]:
            case "dead":
                raise ValueError("for good")
            case "retry" if file.read_text() == "x":
                raise Retryable("for now")
        payload["reply"] = {"body": "said"}
        return payload
"""
PLACES = {
    "outcomes": ("warren.outcomes", "chat.outcomes", "#"),
    "dead": ("warren.dead", "dead-letters", "#"),
    "retry": ("retry.5s", "retry.5s", ""),
}


@pytest.fixture
async def mesh(vhost: Vhost, tmp_path: Path) -> AsyncIterator[RunnerMesh]:
    """A mesh with a registry double, to which runners can be started."""
    with RegistryDouble() as registry:
        async with runner_mesh(vhost.url, free_block, registry, tmp_path) as made:
            yield made


@contextmanager
def unbound(vhost: Vhost, exchange: str, queue: str, key: str) -> Iterator[None]:
    """Take the queue away from its exchange for the time of the block."""
    name = quote(vhost.name, safe="")
    path = f"/api/bindings/{name}/e/{exchange}/q/{queue}"
    vhost.node.management("DELETE", f"{path}/{quote(key, safe='') or '~'}")
    try:
        yield
    finally:
        vhost.node.management("POST", path, {"routing_key": key})


@pytest.mark.parametrize("what", PLACES)
async def test_what_comes_back_unroutable_is_sent_again(
    mesh: RunnerMesh, vhost: Vhost, tmp_path: Path, what: str
):
    file = tmp_path / "ran"
    bot = await mesh.bot({"class": "Say", "config": {"file": str(file)}}, source=STEP)
    await mesh.runner()

    with unbound(vhost, *PLACES[what]):
        await mesh.ask(first_command(bot, payload={"messages": [said(what, bot.name)]}))
        await until(file.exists, "the step to run", mesh.logs)
        await asyncio.sleep(1.5)  # the runner has published, and it came back
        assert mesh.outcomes == []
        assert mesh.letters == []

    if what == "dead":
        (letter,) = await mesh.letter()
        assert letter.error.text == "for good"
    else:
        (outcome,) = await mesh.outcome()
        assert [one.body for one in outcome.replies] == ["said"]
    assert file.read_text() == ("xx" if what == "retry" else "x"), "the step itself ran no more"
