import asyncio
import json
from typing import Any

import pytest

from warren.step.errors import MAX_RAW_CHARS, BadAnswer, BrokenStep, Permanent, Retryable
from warren.step.kinds.gpt import Gpt
from warren.step.run_step import run_step

CHATML = [{"role": "user", "name": "ana", "content": "hello"}]


def answer(body: bytes | str, status: str = "200 OK", *headers: str, kind: str = "json") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + (
        body if isinstance(body, bytes) else body.encode()
    )


def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    told = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "tiny"}
    return "data: " + json.dumps({**told, "choices": [choice], **more}) + "\n\n"


def stream(*chunks: str, end: str = "data: [DONE]\n\n") -> bytes:
    return answer("".join(chunks) + end, kind="text/event-stream")


def refused(status: str, message: str, *headers: str, **error: Any) -> bytes:
    return answer(
        json.dumps({"error": {"message": message, **error}}),
        status,
        *headers,
        kind="application/json",
    )


async def ask(config: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    step = Gpt(config or {"model": "gpt-4"}, "daisy", "think")
    return await run_step(step, {"chatml": CHATML}, timeout_seconds=10, **more)


async def test_the_streamed_answer_is_the_draft_and_pieces_are_emitted(server) -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    last = '{"id":"c1","object":"chat.completion.chunk","created":1,"model":"tiny","choices":[]'
    server.answers = [
        stream(
            chunk({"role": "assistant", "content": ""}),
            chunk({"content": "Hi "}),
            chunk({"content": "Ana"}),
            chunk({}, "stop"),
            f'data: {last},"usage":{json.dumps(usage)}}}\n\n',
        )
    ]
    heard: list[str] = []

    async def emit(piece: str) -> None:
        heard.append(piece)

    result = await ask(emit=emit, idempotency_key="turn/1/2")

    assert heard == ["Hi ", "Ana"]
    assert result["draft"] == {"body": "Hi Ana"}
    assert result["openai"]["usage"] == usage
    assert (result["openai"]["model"], result["openai"]["object"]) == ("tiny", "chat.completion")
    assert result["openai"]["choices"] == [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Hi Ana"},
            "finish_reason": "stop",
        }
    ]
    assert server.asked[0].headers["idempotency-key"] == "turn/1/2"


async def test_config_and_chatml_reach_the_server(server) -> None:
    server.answers = [stream(chunk({"content": "x"}, "stop"))]
    config = {
        "model": "m",
        "temperature": 0,
        "max_tokens": 9,
        "stop": ["a"],
        "response_format": {"type": "json_object"},
    }

    await ask(config)

    assert server.asked[0].body == {
        **config,
        "messages": CHATML,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert server.asked[0].headers["authorization"] == "Bearer none"
    assert "idempotency-key" not in server.asked[0].headers


async def test_a_server_that_does_not_stream_is_understood(server) -> None:
    whole = {"choices": [{"message": {"role": "assistant", "content": "Hi"}}], "usage": {"a": 1}}
    server.answers = [answer(json.dumps(whole), kind="application/json; charset=utf-8")]

    result = await ask()

    assert (result["draft"]["body"], result["openai"]) == ("Hi", whole)


async def test_draft_keeps_what_draft_wrote(server) -> None:
    server.answers = [stream(chunk({"content": "Hi"}, "stop"))]
    payload = {"chatml": CHATML, "draft": {"user": "daisy", "recipient": "ana", "body": ""}}

    result = await run_step(Gpt({}, "daisy", "think"), payload, timeout_seconds=10)

    assert result["draft"] == {"user": "daisy", "recipient": "ana", "body": "Hi"}


@pytest.mark.parametrize(
    ("given", "text", "wait"),
    [
        (refused("429 Too Many", "slow down", "Retry-After: 17"), "answered 429: slow down", 17.0),
        (refused("429 Too Many", "slow down"), "answered 429: slow down", None),
        (refused("500 Oops", "it broke"), "answered 500: it broke", None),
        (refused("503 Busy", "busy", "Retry-After: 0.5"), "answered 503: busy", 0.5),
        (refused("408 Late", "late"), "answered 408", None),
        (refused("425 Early", "early"), "answered 425", None),
        (answer("<html>gateway</html>", "502 Bad Gateway"), "502: <html>gateway</html>", None),
        (None, "the model server did not answer", None),
        (stream(chunk({"content": "Hi"}), end=""), "stopped in the middle", None),
        (
            stream(
                chunk({"content": "Hi"}), 'data: {"error": {"message": "oom", "code": 500}}\n\n'
            ),
            "broke off: oom",
            None,
        ),
        (
            answer(
                "5\r\ndata:\r\n", "200 OK", "Transfer-Encoding: chunked", kind="text/event-stream"
            ),
            "",
            None,
        ),
    ],
)
async def test_what_may_pass_is_retried(
    server, given: bytes, text: str, wait: float | None
) -> None:
    server.answers = [given]

    with pytest.raises(Retryable) as caught:
        await ask()

    assert text in str(caught.value)
    assert caught.value.retry_after == wait
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (refused("400 Bad", "too long"), "answered 400: too long"),
        (refused("401 No", "bad key"), "answered 401: bad key"),
        (refused("404 No", "no such model"), "answered 404: no such model"),
        (refused("400 Bad", "x" * 2000), "x" * 200),
        (stream(chunk({"refusal": "I will not"}, "stop")), "refused to answer: I will not"),
        (stream('data: {"error": {"message": "bad", "code": 400}}\n\n'), "broke off: bad"),
    ],
)
async def test_what_will_not_pass_is_permanent_and_never_a_reply(
    server, given: bytes, text: str
) -> None:
    server.answers = [given]

    with pytest.raises(Permanent) as caught:
        await ask()

    assert text in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("given", "text", "raw"),
    [
        (stream(chunk({"content": ""}, "stop")), "an empty answer (finish_reason: stop)", '"tiny"'),
        (stream(chunk({"content": " \n"}, "length")), "(finish_reason: length)", '" \\n"'),
        (stream("data: words\n\n"), "not JSON", "words"),
        (answer("<html>hello</html>", kind="text/html"), "not JSON", "<html>hello</html>"),
        (answer("{}", kind="application/json"), "not as the chat API does", "{}"),
        (answer("[1]", kind="application/json"), "not as the chat API does", "[1]"),
        (answer("{", kind="application/json"), "not JSON", "{"),
        (answer("hello", kind="text/plain"), "not as the chat API does", ""),
        (answer("x" * 1_000_000, kind="application/json"), "not JSON", "x" * MAX_RAW_CHARS),
    ],
)
async def test_an_answer_that_cannot_be_used_is_kept_as_it_came(
    server, given: bytes, text: str, raw: str
) -> None:
    server.answers = [given]

    with pytest.raises(BadAnswer) as caught:
        await ask()

    assert text in str(caught.value)
    assert len(str(caught.value)) < 400, "letters group by this text: the answer is not in it"
    notes = "".join(getattr(caught.value, "__notes__", ()))
    assert raw in notes
    assert len(notes) < MAX_RAW_CHARS + 200
    assert len(server.asked) == 1


async def test_nobody_listens_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")

    with pytest.raises(Retryable, match="the model server did not answer"):
        await ask()


async def test_without_a_server_or_key_it_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    with pytest.raises(Permanent, match="set OPENAI_API_KEY or OPENAI_BASE_URL"):
        await ask()


async def test_without_chatml_it_says_what_to_do() -> None:
    with pytest.raises(Permanent, match="put Format before Gpt"):
        await run_step(Gpt(), {"messages": []}, timeout_seconds=5)


async def test_being_cancelled_closes_the_stream(server) -> None:
    server.gate = asyncio.Event()
    server.answers = [stream(chunk({"content": "Hi"}), end="")]
    heard = asyncio.Event()

    async def emit(_: str) -> None:
        heard.set()

    task = asyncio.ensure_future(ask(emit=emit))
    await asyncio.wait_for(heard.wait(), 5)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    server.gate.set()


def test_a_wrong_config_is_told() -> None:
    with pytest.raises(BrokenStep, match=r"config\.temperature"):
        Gpt({"temperature": 9}, "daisy", "think")


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("", "api.openai.com"),
        ("https://models.example.com/v1", "models.example.com"),
        ("http://127.0.0.1:26740/v1", "127.0.0.1:26740"),
    ],
)
def test_it_says_whom_it_asks(monkeypatch: pytest.MonkeyPatch, address: str, host: str) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", address)
    assert Gpt().hosts == (host,)


def test_it_says_which_model_it_thinks_with() -> None:
    assert Gpt({"model": "tiny"}).activity == "thinking with tiny"
    assert (Gpt().activity, Gpt.concurrency) == ("thinking with gpt-4", 4)
