"""A bot is edited 20 times while turns are in flight: each turn keeps to the revision that it began
with, from its first step to its reply. 200 turns in the long suite, 40 else."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.mesh import Mesh
from tests.person import Person

EDITS = 20
STEPS = ("draft", "gate", "template", "reply")
SIDE_BY_SIDE = 8  # requests at once
BOT = """\
name: mayfly
listens: all
concurrency: 400
steps:
  - class: Draft
  - {class: Gate, config: {file: FILE}}
  - {class: Template, config: {template: "EDITION"}}
  - class: Reply
"""
GATE = '''\
import asyncio
from pathlib import Path

from warren.step import Step


class Gate(Step):
    """Wait until a file is there: so long, the turn is in flight."""

    concurrency = 400

    async def process(self, payload):
        while not Path(self.config.file).exists():
            await asyncio.sleep(0.2)
        return payload
'''


async def save(person: Person, gate: Path, edition: int) -> str:
    """Save the bot so that it answers with `edition N`; return the revision's digest."""
    answer = await person.http.put(
        f"{person.mesh.registry_api}/bots/mayfly",
        content=BOT.replace("FILE", str(gate)).replace("EDITION", f"edition {edition}"),
        headers={
            "content-type": "application/yaml",
            **({"if-match": "*"} if edition else {"if-none-match": "*"}),
        },
    )
    assert answer.is_success, answer.text
    return answer.json()["revision"]


async def side_by_side(work: Any, items: list[Any]) -> list[Any]:
    """Return what `work` makes of each item, a few at a time."""
    limit = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(item: Any) -> Any:
        async with limit:
            return await work(item)

    return await asyncio.gather(*(one(item) for item in items))


@pytest.mark.parametrize("turns", [40, pytest.param(200, marks=pytest.mark.long)])
async def test_a_turn_runs_to_its_end_on_the_revision_that_it_began_with(
    start_mesh, tmp_path, turns
):
    (tmp_path / "bots" / "steps" / "gate.py").write_text(GATE)
    gate = tmp_path / "open"
    async with start_mesh() as mesh, Person.signed_up(mesh) as ola:
        editions = {await save(ola, gate, 0): "edition 0"}
        titles = [f"no {number}" for number in range(turns)]
        talks = await side_by_side(lambda title: ola.talk_to("mayfly", title=title), titles)

        each = turns // EDITS
        for edition in range(1, EDITS + 1):  # some turns begin, the bot is edited, some begin…
            begin = talks[(edition - 1) * each : edition * each]
            await side_by_side(lambda talk: ola.write(talk, "which edition are you?"), begin)
            editions[await save(ola, gate, edition)] = f"edition {edition}"
        waiting = await side_by_side(ola.messages, talks)
        gate.touch()

        found = await side_by_side(lambda talk: answer_in(ola, talk), talks)
        published = await publications(ola, mesh)

    assert all(len(each) == 1 for each in waiting), "all were in flight at the last edit"
    assert published == list(editions), "each edit was published, none was left out"
    for reply, trace in found:
        revision = trace["turn"]["revision"]
        steps = [(one["step"], one["revision"], one["outcome"]) for one in trace["log"]]
        assert steps == [(step, revision, "done") for step in STEPS]
        assert (reply, trace["turn"]["state"]) == (editions[revision], "done")
    begun_on = Counter(reply for reply, _ in found)
    assert len(begun_on) > EDITS // 2, "turns began on many revisions"


async def answer_in(person: Person, conversation: str) -> tuple[str, dict[str, Any]]:
    """Return the bot's reply in a conversation, and the trace of the turn that made it."""
    (reply,) = await person.answers(conversation, 1)
    return reply["body"], await person.call("GET", f"/turns/{reply['turn_id']}/trace")


async def publications(person: Person, mesh: Mesh) -> list[str]:
    """Return the digests that were published, the oldest first."""
    answer = await person.http.get(f"{mesh.registry_api}/bots/mayfly/revisions?limit=100")
    return [one["digest"] for one in reversed(answer.json()["items"])]
