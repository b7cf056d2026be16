"""Remember and Recall against a server on loopback that answers as the embeddings API does."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from warren.contracts.memories import MAX_TEXT_CHARS
from warren.step.errors import BadAnswer, Permanent, Retryable
from warren.step.kinds.recall import Recall
from warren.step.kinds.remember import Remember
from warren.step.memory import PassingMemory, likeness
from warren.step.run_step import run_step
from warren.step.step import Step

HORSES, NUTS = (1.0, 0.1), (0.1, 1.0)
Payload = Callable[..., dict[str, Any]]


def answer(body: Any, status: str = "200 OK") -> bytes:
    text = body if isinstance(body, str) else json.dumps(body)
    return (
        f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\n"
        f"content-length: {len(text.encode())}\r\nconnection: close\r\n\r\n{text}"
    ).encode()


def vector(*numbers: Any) -> bytes:
    data = [{"object": "embedding", "index": 0, "embedding": numbers}]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    return answer({"object": "list", "model": "m", "data": data, "usage": usage})


async def run(step: Step, given: dict[str, Any], memory: PassingMemory | None) -> dict[str, Any]:
    return await run_step(step, given, timeout_seconds=5, memory=memory)


async def kept(server: Any, memory: PassingMemory, *texts: tuple[str, tuple[float, ...]]):
    for index, (text, numbers) in enumerate(texts):
        server.answers.append(vector(*numbers))
        step = Remember({"text": text}, "memo", f"remember-{index}")
        await run(step, {"messages": []}, memory)


async def test_what_was_said_is_found_again_the_nearest_first(server: Any, payload: Payload):
    memory = PassingMemory()
    await kept(server, memory, ("Mia loves horses", HORSES), ("No nuts for me", NUTS))
    server.answers.append(vector(0.2, 0.9))

    after = await run(Recall({"at_least": 0.0}, "memo"), payload("what must I not eat?"), memory)

    assert [each["text"] for each in after["recalled"]] == ["No nuts for me", "Mia loves horses"]
    assert after["recalled"][0]["likeness"] > 0.9
    assert server.asked[-1].body["input"] == "what must I not eat?"
    assert server.asked[-1].body["model"] == "text-embedding-3-small"
    assert "chatml" not in after


@pytest.mark.parametrize(
    ("config", "found"),
    [
        ({"at_least": 0.9}, ["No nuts for me"]),
        ({"at_least": 0.0, "limit": 1}, ["No nuts for me"]),
        ({"at_least": 0.999}, []),
        ({"model": "another"}, []),
    ],
)
async def test_recall_keeps_to_its_config(
    server: Any, payload: Payload, config: dict[str, Any], found: list[str]
):
    memory = PassingMemory()
    await kept(server, memory, ("Mia loves horses", HORSES), ("No nuts for me", NUTS))
    server.answers.append(vector(0.2, 0.9))

    after = await run(Recall(config, "memo"), payload("nuts?"), memory)

    assert [each["text"] for each in after["recalled"]] == found


async def test_what_is_found_guides_the_model_a_line_each(server: Any, payload: Payload):
    memory = PassingMemory()
    await kept(server, memory, ("Mia loves\n\nhorses", HORSES))
    server.answers.append(vector(*HORSES))
    given = payload("hi", chatml=[{"role": "user", "name": "ana", "content": "hi"}])

    after = await run(Recall({"guide": "You know:\n{recalled}"}, "memo"), given, memory)

    assert [each["role"] for each in after["chatml"]] == ["system", "user"]
    assert after["chatml"][0]["content"] == "You know:\n- Mia loves horses"


async def test_nothing_found_leaves_the_conversation_as_it_is(server: Any, payload: Payload):
    server.answers.append(vector(*HORSES))

    after = await run(Recall({"guide": "You know:\n{recalled}"}), payload("hi"), PassingMemory())

    assert (after["recalled"], "chatml" in after) == ([], False)


async def test_the_same_step_keeps_one_text_however_often_it_runs(server: Any, payload: Payload):
    memory = PassingMemory()
    for body in ("one", "two"):
        server.answers.append(vector(*HORSES))
        assert (await run(Remember({}), payload(body), memory))["remembered"] == body
    server.answers.append(vector(*HORSES))

    after = await run(Recall({}), payload("?"), memory)

    assert [each["text"] for each in after["recalled"]] == ["two"]


@pytest.mark.parametrize("kind", [Remember, Recall])
async def test_a_blank_message_asks_nobody(server: Any, payload: Payload, kind: type[Step]):
    after = await run(kind({}), payload("  \n "), PassingMemory())

    assert not server.asked
    assert "remembered" not in after
    assert after.get("recalled", []) == []


@pytest.mark.parametrize("kind", [Remember, Recall])
async def test_without_a_memory_it_says_who_has_one(payload: Payload, kind: type[Step]):
    with pytest.raises(Permanent, match="there is no memory here"):
        await run(kind({}), payload("hi"), None)


async def test_a_long_text_is_cut_to_what_fits(server: Any, payload: Payload):
    memory = PassingMemory()
    server.answers.append(vector(*HORSES))

    after = await run(Remember({}), payload("x" * 9_000), memory)

    assert len(after["remembered"]) == MAX_TEXT_CHARS
    assert len(server.asked[0].body["input"]) == 1_000


async def test_a_text_too_long_for_the_server_is_halved_until_it_fits(
    server: Any, payload: Payload
):
    said = "input (1400 tokens) is too large to process. increase the physical batch size"
    error = {"error": {"code": 500, "message": said, "type": "server_error"}}
    refused = answer(error, "500 Internal Server Error")
    server.answers.extend([refused, refused, vector(*HORSES)])

    await run(Remember({}), payload("漢" * 1_000), PassingMemory())

    assert [len(each.body["input"]) for each in server.asked] == [1_000, 500, 250]


@pytest.mark.parametrize(
    ("said", "raised", "words"),
    [
        (answer({"error": {"message": "busy"}}, "503 No"), Retryable, "503: busy"),
        (answer({"error": {"message": "no such model"}}, "404 No"), Permanent, "404: no such"),
        (None, Retryable, "did not answer"),
        (vector(), BadAnswer, "no embedding"),
        (vector(0.0, 0.0), BadAnswer, "nothing but zeros"),
        (vector("a", 1.0), BadAnswer, "no embedding"),
        (answer({"data": []}), BadAnswer, "no embedding"),
        (answer({"hello": 1}), BadAnswer, "no embedding"),
        (answer("<html>"), BadAnswer, "no embedding"),
    ],
)
async def test_each_bad_answer_has_its_fate(
    server: Any, payload: Payload, said: bytes | None, raised: type[Exception], words: str
):
    server.answers.append(said)

    with pytest.raises(raised, match=words):
        await run(Recall({}), payload("hi"), PassingMemory())


@pytest.mark.parametrize(
    ("one", "other", "like"),
    [((1, 0), (2, 0), 1.0), ((1, 0), (0, 1), 0.0), ((1, 0), (-1, 0), -1.0), ((0, 0), (1, 0), 0.0),
     ((1, 0), (1, 0, 0), 0.0)],
)  # fmt: skip
def test_likeness_is_the_cosine(one: tuple[float, ...], other: tuple[float, ...], like: float):
    assert likeness(one, other) == pytest.approx(like)
