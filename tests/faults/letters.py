"""Letters made on purpose: a bot whose step fails until its cause is gone, asked in many rooms."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from tests.mesh import Mesh
from tests.person import Person

STEP = '''
from pathlib import Path
from warren.step import Step


class Mend(Step):
    """Fail in one of two ways until the file is there."""

    async def process(self, payload):
        body = payload["messages"][-1]["body"]
        if not Path(self.config.file).exists():
            if "other" in body:
                raise KeyError("another cause")
            raise ValueError("the cause is there")
        payload["draft"]["body"] = f"mended {body}"
        return payload
'''
BOT = """
name: mender
steps:
  - class: Draft
  - class: Mend
    config: {{file: {file}}}
  - class: Reply
"""
AT_ONCE = 8  # requests under way
LETTER_SECONDS = 400.0


@dataclass
class Broken:
    """Rooms in each of which one question failed. same failed alike, other in another way."""

    mesh: Mesh
    person: Person
    cause_gone: Path
    same: list[str]
    other: list[str]
    group: str
    other_group: str

    async def letters(self, group: str) -> list[dict[str, Any]]:
        """Return every letter of a group."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            query = f"?group={group}&limit=100" + (f"&cursor={cursor}" if cursor else "")
            page = await self.person.call("GET", f"/dead-letters{query}")
            found += page["items"]
            cursor = page["next_cursor"]
            if not cursor:
                return found

    async def answers(self, room: str) -> list[str]:
        """Return what was said in a room's name of the bot."""
        return [
            one["body"] for one in await self.person.messages(room) if one["author_kind"] == "bot"
        ]

    async def replay(self, **more: Any) -> str:
        """Start a bulk replay of the group; return its id."""
        ask = {"filter": {"group": self.group, "status": ["open"]}, **more}
        return (await self.person.call("POST", "/dead-letters/replays", ask))["id"]

    async def job(self, job: str) -> dict[str, Any]:
        """Return a job as it stands, waiting for a server that starts anew."""
        until = time.monotonic() + 60
        while True:
            try:
                return await self.person.call("GET", f"/dead-letters/replays/{job}")
            except (httpx2.TransportError, AssertionError):
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(0.2)

    async def ended(self, job: str) -> dict[str, Any]:
        """Return the job when it does no more."""
        until = time.monotonic() + LETTER_SECONDS
        while time.monotonic() < until:
            found = await self.job(job)
            if found["state"] != "running":
                return found
            await asyncio.sleep(0.2)
        raise AssertionError(f"still running: {await self.job(job)}\n{self.mesh.logs(['chat'])}")


def add_bot(folder: Path) -> Path:
    """Write the bot; return the file whose presence mends it."""
    (folder / "bots" / "steps" / "Mend.py").write_text(STEP)
    gone = folder / "cause_is_gone"
    (folder / "bots" / "mender.yaml").write_text(BOT.format(file=gone))
    return gone


async def broken(mesh: Mesh, person: Person, gone: Path, same: int, other: int) -> Broken:
    """Ask until so many letters lie open in two groups."""
    limit = asyncio.Semaphore(AT_ONCE)

    async def ask(number: int) -> str:
        async with limit:
            room = await person.talk_to("mender", title=f"room {number}")
            way = "other" if number >= same else "same"
            await person.write(room, f"@mender {way} {number}")
            return room

    rooms = await asyncio.gather(*(ask(number) for number in range(same + other)))
    until = time.monotonic() + LETTER_SECONDS
    found: list[dict[str, Any]] = []
    while time.monotonic() < until:
        page = await person.call("GET", "/dead-letters/groups?status=open")
        found = sorted(page["items"], key=lambda one: -one["open"])
        if [one["open"] for one in found] == sorted([same, other], reverse=True):
            break
        await asyncio.sleep(0.3)
    else:
        raise AssertionError(f"no two groups: {found}\n{mesh.logs()}")
    by_kind = {one["error_type"].rpartition(".")[2]: one["fingerprint"] for one in found}
    return Broken(
        mesh,
        person,
        gone,
        rooms[:same],
        rooms[same:],
        by_kind["ValueError"],
        by_kind["KeyError"],
    )
