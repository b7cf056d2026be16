"""Every bot that is shipped really answers, through the language model of a machine without a key.

People do what the bots wait for: they approve drafts and fill in forms. Atlas asks a service on the
internet and nobody else: it ends in a letter that says which setting allows it.
"""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from conftest import Vhost
from infra.native.model import ensure
from infra.native.plan import read_plan
from infra.native.ports import free_block
from infra.native.postgres import PostgresServer
from tests.mesh import ROOT, Mesh
from tests.person import Person

SHIPPED = ROOT / "bot_config"
SECONDS = 240.0  # for one answer: two small models' worth of prompt on two cores
START_SECONDS = 60.0

FORMS: dict[str, Any] = {"integer": 3, "number": 3, "boolean": True, "string": "in short"}


@contextmanager
def local_model(folder: Path) -> Iterator[str]:
    """The model that `make up` serves, on a port of its own; its address."""
    port = free_block(1)
    path = ensure(read_plan().values, print)
    with (folder / "model.log").open("wb") as out:
        command = [sys.executable, "-m", "infra.native.local_llm", str(path), "--port", str(port)]
        process = subprocess.Popen(command, stdout=out, stderr=out, cwd=ROOT)
        try:
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()
            process.wait(20)


async def until_it_serves(url: str) -> None:
    async with httpx2.AsyncClient(timeout=2) as http:
        for _ in range(int(START_SECONDS / 0.5)):
            try:
                if (await http.get(f"{url}/models")).status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            await asyncio.sleep(0.5)
    raise AssertionError("the local model does not start")


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_every_shipped_bot_answers_through_the_local_model(
    tmp_path: Path, vhost: Vhost, postgres: PostgresServer
):
    folder = tmp_path / "bots"
    shutil.copytree(SHIPPED, folder)
    files = [yaml.safe_load(one.read_text()) for one in sorted(folder.glob("*.yaml"))]
    with local_model(tmp_path) as url:
        await until_it_serves(url)
        async with (
            Mesh.running(tmp_path, vhost, postgres, folder, runners=0) as mesh,
            Person.signed_up(mesh) as ana,
            Person.signed_up(mesh, "ben") as ben,
        ):
            mesh.add_runner({"OPENAI_BASE_URL": url})
            said = {
                one["name"]: await answer_of(ana, one)
                for one in files
                if one["name"] != "atlas" and one.get(True, one.get("on")) != "dead_letter"
            }
            refused = await letter_of(ana, "atlas", "Kyoto")
            explained = await the_mechanic(ana)
            sent = await ben.call("GET", "/conversations")

    assert all(body.strip() for body in said.values()), said
    assert "HTTP_STEP_HOSTS" in refused
    assert "Proposal:" in explained
    assert sent["items"], "Postie's message never came to Ben"


async def answer_of(ana: Person, bot: dict[str, Any]) -> str:
    """Write the bot's first starter to it; do what it waits for; return its answer."""
    place = await ana.talk_to(bot["name"])
    starters = bot.get("persona", {}).get("starters") or ["Hello"]
    text = "hello" if bot["name"] == "stumble" else starters[0]
    await ana.write(place, text)
    for _ in range(int(SECONDS / 0.25)):
        await decide(ana)
        found = [one for one in await ana.messages(place) if one["author_kind"] == "bot"]
        waits = await ana.call("GET", "/drafts?status=waiting")
        if found and not waits["items"]:
            return found[-1]["body"]
        await asyncio.sleep(0.25)
    raise AssertionError(f"{bot['name']} does not answer\n{ana.mesh.logs(['runner0'])}")


async def decide(ana: Person) -> None:
    """Approve what waits for approval, fill in what is asked. Ana is the first: an operator."""
    for draft in (await ana.call("GET", "/drafts?status=waiting"))["items"]:
        if draft["mine"]:
            await ana.call("POST", f"/drafts/{draft['id']}/approve", {})
    for question in (await ana.call("GET", "/questions?status=waiting"))["items"]:
        fields = question["form"]["properties"]
        filled = {
            name: (one.get("enum") or [FORMS[one["type"]]])[0] for name, one in fields.items()
        }
        await ana.call("POST", f"/questions/{question['id']}/answer", {"answer": filled})


async def letter_of(ana: Person, bot: str, text: str) -> str:
    """Write to a bot that fails; return what its letter says."""
    await ana.write(await ana.talk_to(bot), text)
    for _ in range(int(SECONDS / 0.25)):
        page = await ana.call("GET", f"/dead-letters?bot={bot}")
        if page["items"]:
            return page["items"][0]["error_text"]
        await asyncio.sleep(0.25)
    raise AssertionError(f"{bot} did not fail\n{ana.mesh.logs(['runner0'])}")


async def the_mechanic(ana: Person) -> str:
    """Return what the mechanic says of Atlas' letter, once it is approved."""
    for _ in range(int(SECONDS / 0.25)):
        drafts = (await ana.call("GET", "/drafts?status=waiting"))["items"]
        for draft in drafts:
            if draft["bot"] == "mechanic":
                await ana.call("POST", f"/drafts/{draft['id']}/approve", {})
                return draft["body"]
        await asyncio.sleep(0.25)
    raise AssertionError(f"no word of the mechanic\n{ana.mesh.logs(['chat', 'runner0'])}")
