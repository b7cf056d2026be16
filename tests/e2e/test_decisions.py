"""What waits for a person, through the whole mesh: it survives every process, is decided once, and
nothing of it is seen before."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.e2e.conftest import StartMesh
from tests.ledger import violations
from tests.mesh import Mesh
from tests.person import Person
from warren.broker.connection import connect
from warren.broker.publisher import Outgoing, Publisher
from warren.broker.topology import PROGRESS
from warren.contracts.frames import PROGRESS as PROGRESS_TYPE
from warren.contracts.frames import TurnDelta

EACH = 10

BOTS = {
    "letter": """
name: letter
steps:
  - class: Draft
  - class: Template
    config: {template: "Dear {{ user }}, {{ messages[-1].body }}"}
  - class: Approve
  - class: Reply
""",
    "planner": """
name: planner
steps:
  - class: Draft
  - class: AskHuman
    config: {question: "How many days?", to: asker, form: {days: {type: integer}}}
  - class: Template
    config: {template: "{{ answer.days }} days it is."}
  - class: Reply
""",
    "clerk": """
name: clerk
reply: draft
steps:
  - class: Draft
  - class: Nap
    config: {seconds: 2}
  - class: Template
    config: {template: "I suggest: {{ messages[-1].body }}"}
  - class: Reply
""",
    "chief": """
name: chief
steps:
  - class: Draft
  - class: Delegate
    config: {bot: planner, ask: "plan this: {content}"}
  - class: Template
    config: {template: "My planner says: {{ delegated.replies[0].body }}"}
  - class: Reply
""",
}


def add_bots(folder: Path) -> None:
    for name, text in BOTS.items():
        (folder / "bots" / f"{name}.yaml").write_text(text)


async def restart_everything(mesh: Mesh) -> None:
    """Kill every process, as a power cut would, and start them again."""
    for service in mesh.services.values():
        service.kill()
    for name in ("chat", "registry", "gateway"):
        mesh.services[name].start()
    for name in ("chat", "registry", "gateway"):
        await mesh.services[name].wait_ready()
    mesh.services["runner0"].start()


async def waiting(person: Person, what: str, count: int) -> list[dict[str, Any]]:
    """Return the drafts or questions that wait, when there are so many."""
    page: dict[str, Any] = {"items": []}
    for _ in range(300):
        page = await person.call("GET", f"/{what}?status=waiting&limit=100")
        if len(page["items"]) >= count:
            return page["items"]
        await asyncio.sleep(0.1)
    raise AssertionError(f"{len(page['items'])} of {count} {what}\n{person.mesh.logs()}")


@pytest.mark.timeout(300)
async def test_ten_drafts_and_ten_questions_outlive_every_service_and_are_decided_once(
    start_mesh: StartMesh, tmp_path: Path
):
    add_bots(tmp_path)
    async with start_mesh(runners=1) as mesh, Person.signed_up(mesh) as ana:
        places = [await ana.talk_to("letter", title=f"letter {n}") for n in range(EACH)]
        places += [await ana.talk_to("planner", title=f"plan {n}") for n in range(EACH)]
        for number, place in enumerate(places):
            bot = "letter" if number < EACH else "planner"
            await ana.write(place, f"@{bot} case {number}")
        await waiting(ana, "drafts", EACH)
        await waiting(ana, "questions", EACH)

        await restart_everything(mesh)
        drafts = await waiting(ana, "drafts", EACH)
        questions = await waiting(ana, "questions", EACH)
        codes = await asyncio.gather(
            *(decide(ana, f"/drafts/{one['id']}/approve", {}) for one in drafts * 2),
            *(
                decide(ana, f"/questions/{one['id']}/answer", {"answer": {"days": 7}})
                for one in questions * 2
            ),
        )

        assert sorted(codes) == [200] * EACH * 2 + [409] * EACH * 2
        for number, place in enumerate(places):
            (said,) = await ana.answers(place, 1)
            body = f"Dear {ana.name}, @letter case {number}" if number < EACH else "7 days it is."
            assert said["body"] == body
            assert said["approved_by"] == (ana.name if number < EACH else None)
        assert await violations(mesh) == []


async def decide(person: Person, path: str, body: dict[str, Any]) -> int:
    answer = await person.http.post(person.mesh.api + path, json=body)
    return answer.status_code


@pytest.mark.timeout(200)
async def test_a_bot_goes_on_with_what_another_asked_a_person(
    start_mesh: StartMesh, tmp_path: Path
):
    add_bots(tmp_path)
    async with start_mesh(runners=2) as mesh, Person.signed_up(mesh) as ana:
        place = await ana.talk_to("chief")
        await ana.write(place, "a week in May")
        (question,) = await waiting(ana, "questions", 1)
        await ana.call("POST", f"/questions/{question['id']}/answer", {"answer": {"days": 5}})

        (said,) = await ana.answers(place, 1)
        trace = await ana.call("GET", f"/turns/{said['turn_id']}/trace")

        assert said["body"] == "My planner says: 5 days it is."
        assert [entry["path"] for entry in trace["log"]].count(["delegate"]) == 5
        assert await violations(mesh) == []


@pytest.mark.timeout(200)
async def test_no_word_of_a_draft_bot_reaches_a_socket_before_it_is_approved(
    start_mesh: StartMesh, tmp_path: Path
):
    add_bots(tmp_path)
    async with start_mesh(runners=1) as mesh, Person.signed_up(mesh) as ana:
        place = await ana.talk_to("clerk")
        async with ana.socket(**{place: 0}) as socket:
            await ana.write(place, "lunch at noon")
            started = await socket.wait_for(lambda frame: frame["type"] == "turn.started")
            await whisper(mesh, place, started, "Psst! Lunch!")
            created = await socket.wait_for(lambda frame: frame["type"] == "draft.created")
            (draft,) = await waiting(ana, "drafts", 1)
            before = str(socket.frames)
            await ana.call("POST", f"/drafts/{draft['id']}/approve", {})
            decided = await socket.wait_for(lambda frame: frame["type"] == "draft.decided")
            told = await socket.wait_for(
                lambda frame: (
                    frame["type"] == "message.created" and frame["message"]["author_kind"] == "bot"
                )
            )

        assert started["stream"] is False
        assert "turn.delta" not in before
        assert "I suggest" not in before
        assert "Psst" not in before
        assert (created["asked"], decided["status"]) == ("an operator", "approved")
        assert told["message"]["body"] == "I suggest: lunch at noon"
        assert await violations(mesh) == []


async def whisper(mesh: Mesh, place: str, started: dict[str, Any], text: str) -> None:
    """Publish text in the making, as a runner that keeps to no rule."""
    delta = TurnDelta(
        conversation=UUID(place), turn_id=UUID(started["turn_id"]), run=started["run"],
        step="think", attempt=1, index=0, text=text,
    )  # fmt: skip
    async with connect(mesh.vhost.url("runner"), "bot-runner") as broker:
        await Publisher(broker, "bot-runner").publish(
            Outgoing(
                exchange=PROGRESS,
                key=f"turn.delta.{place}",
                body=delta.model_dump_json().encode(),
                type=PROGRESS_TYPE,
                message_id=uuid4(),
                mandatory=False,
            )
        )
