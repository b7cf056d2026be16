"""Bad input through the whole mesh: each gets a problem that says what to do, and nothing else
suffers."""

import asyncio
from uuid import uuid4

import httpx2
import pytest

from tests.mesh import Mesh
from tests.person import Person

JSON = {"Content-Type": "application/json"}


def key() -> dict[str, str]:
    return JSON | {"Idempotency-Key": str(uuid4())}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"body": "half', 400),
        (b'{"body": "' + b"x" * 10_000_000 + b'"}', 413),
        (b'{"body": "a\\u0000b"}', 422),
        (b'{"body": "a\\ud800b"}', (400, 422)),
        (b'{"body": "' + b"x" * 100_000 + b'"}', 422),
        (b'{"body": "\xff\xfe"}', 400),
        (b'{"body": ""}', 422),
        (b'{"body": "  \\n "}', 422),
        (b'{"body": 7}', 422),
        (b'{"body": "x", "author": "somebody"}', 422),
        (b"[" * 5000, 400),
    ],
    ids=lambda value: str(value)[:24] if isinstance(value, bytes) else None,
)
async def test_a_bad_message_is_told_and_the_next_one_is_taken(mesh: Mesh, body, status):
    async with Person.signed_up(mesh) as ana:
        conversation = await ana.talk_to("oracle")
        path = f"{mesh.api}/conversations/{conversation}/messages"

        answer = await ana.http.post(path, content=body, headers=key())

        assert_problem(answer, status)
        await ana.write(conversation, "and now a good one")
        (reply,) = await ana.answers(conversation, 1)
    assert reply["body"].endswith("and now a good one")


async def test_strange_conversations_do_not_exist_for_strangers(mesh: Mesh):
    async with Person.signed_up(mesh) as ana, Person.signed_up(mesh) as eve:
        conversation = await ana.talk_to("oracle")
        for place in (conversation, str(uuid4()), "not-an-id", "%00"):
            path = f"{mesh.api}/conversations/{place}/messages"
            assert_problem(await eve.http.get(path), 404)
            assert_problem(await eve.http.post(path, json={"body": "x"}, headers=key()), 404)
        assert await ana.messages(conversation) == []


async def test_an_ended_session_is_told_to_sign_in_again(mesh: Mesh):
    async with Person.signed_up(mesh) as ana:
        conversation = await ana.talk_to("oracle")
        cookies = dict(ana.http.cookies)
        await ana.call("POST", "/auth/logout")
        for name, value in cookies.items():
            ana.http.cookies.set(name, value)

        answer = await ana.http.get(f"{mesh.api}/conversations/{conversation}")

    assert_problem(answer, 401)
    assert "sign in" in answer.json()["detail"].lower()


async def test_a_broken_bot_file_is_told_by_line_and_harms_nobody(mesh: Mesh):
    (mesh.bots / "broken.yaml").write_text("name: broken\nsteps:\n  - clas: Draft\n")
    async with Person.signed_up(mesh) as ana:
        conversation = await ana.talk_to("oracle")
        await ana.write(conversation, "still there?")
        await ana.answers(conversation, 1)
        found = await ana.http.get(f"{mesh.registry_api}/bots/broken")
        while found.status_code != 200:
            await asyncio.sleep(0.1)
            found = await ana.http.get(f"{mesh.registry_api}/bots/broken")
    (error, *_) = found.json()["errors"]
    assert (error["line"], error["column"]) == (3, 5)
    assert "class" in error["message"] + error["hint"]


def assert_problem(answer: httpx2.Response, status: int | tuple[int, ...]) -> None:
    """The answer is a problem+json that says enough."""
    expected = (status,) if isinstance(status, int) else status
    assert answer.status_code in expected, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert len(problem["detail"]) > 20
