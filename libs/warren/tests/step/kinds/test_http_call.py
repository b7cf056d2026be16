"""Http against a server on loopback: what it sends, and the fate of each answer."""

import asyncio
import gzip
from collections.abc import Callable
from typing import Any

import pytest

from warren.step.errors import BadAnswer, BrokenStep, Permanent, Retryable
from warren.step.hosts import host_of
from warren.step.kinds.http_call import Http
from warren.step.run_step import run_step

Payload = Callable[..., dict[str, Any]]
JSON = "application/json"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n"


def answer(
    body: str | bytes = "{}", status: str = "200 OK", *headers: str, kind: str = JSON
) -> bytes:
    raw = body if isinstance(body, bytes) else body.encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", "Connection: close", *headers]
    return "\r\n".join([*lines, f"Content-Length: {len(raw)}", "", ""]).encode() + raw


async def call(given: dict[str, Any], key: str | None = None, **config: Any) -> dict[str, Any]:
    step = Http(config, "daisy", "look-up")
    return await run_step(step, given, timeout_seconds=10, idempotency_key=key)


async def test_it_asks_and_the_answer_is_json_in_http(site, payload: Payload) -> None:
    site.answers = [answer('{"sky": ["blue"]}')]
    url = site.url + "/v1/{messages.-1.user}?q={messages.-1.body}&n={draft.count}"

    result = await call(payload("rain & sun/é?", draft={"count": 3}), "turn/1/2", url=url)

    assert result["http"] == {
        "status": 200,
        "content_type": "application/json",
        "body": {"sky": ["blue"]},
    }
    assert site.asked[0].line == "GET /v1/ana?q=rain%20%26%20sun%2F%C3%A9%3F&n=3 HTTP/1.1"
    assert site.asked[0].headers["idempotency-key"] == "turn/1/2"
    assert site.asked[0].headers["host"] == site.url.removeprefix("http://")


async def test_a_body_is_filled_at_any_depth(site, payload: Payload) -> None:
    site.answers = [answer("thanks", kind="text/plain; charset=utf-8")]
    body = {"to": ["{messages.-1.user}"], "all": "{draft}", "text": "he said {messages.-1.body}"}

    result = await call(
        payload('"}{user}', draft={"a": [1]}), method="POST", url=site.url, body=body, into="a.b"
    )

    assert site.asked[0].body == {"to": ["ana"], "all": {"a": [1]}, "text": 'he said "}{user}'}
    assert result["a"]["b"]["body"] == "thanks"


async def test_a_text_is_sent_as_it_is(site, payload: Payload) -> None:
    site.answers = [answer("", "204 No Content")]

    result = await call(
        payload("x"), method="PUT", url=site.url, body='a {messages.-1.body} {"b": 1}'
    )

    assert (site.asked[0].line, site.asked[0].body) == ("PUT / HTTP/1.1", 'a x {"b": 1}')
    assert result["http"] == {"status": 204, "content_type": "application/json", "body": ""}


@pytest.mark.parametrize(
    ("status", "headers", "wait"),
    [
        ("429 Slow", ["Retry-After: 17"], 17.0),
        ("503 Busy", [], None),
        ("500 No", [], None),
        ("408 Late", [], None),
    ],
)
async def test_what_may_pass_is_tried_again_when_the_host_says(
    site, payload: Payload, status: str, headers: list[str], wait: float | None
) -> None:
    site.answers = [answer("no", status, *headers)]

    with pytest.raises(Retryable, match=f"answered {status[:3]}: no") as caught:
        await call(payload("x"), url=site.url)

    assert caught.value.retry_after == wait
    assert host_of(caught.value) == site.url.removeprefix("http://")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (answer("gone", "404 Not Found"), "answered 404: gone"),
        (
            answer("", "302 Found", "Location: http://169.254.169.254/latest"),
            "answered 302, a redirect to http://169.254.169.254/latest: redirects are not followed",
        ),
        (answer("", "304 Not Modified"), "a redirect to nowhere"),
        (answer("x" * 2000), "answered more than 1000 bytes"),
        (CHUNKED + b"x" * 1024 + b"\r\n", "answered more than 1000 bytes"),
        (answer(gzip.compress(b"x" * 100_000), "200 OK", "Content-Encoding: gzip"), "packed form"),
    ],
)
async def test_what_will_not_pass_is_permanent(
    site, payload: Payload, given: bytes, said: str
) -> None:
    site.answers = [given]
    before = payload("x")

    with pytest.raises(Permanent) as caught:
        await call(before, url=site.url, max_bytes=1000)

    assert said in str(caught.value)
    assert (len(site.asked), before) == (1, payload("x"))


async def test_an_endless_answer_is_cut_while_it_comes(site, payload: Payload) -> None:
    site.gate = asyncio.Event()  # it never ends by itself
    site.answers = [b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + b"x" * 70_000]

    with pytest.raises(Permanent, match="answered more than 65536 bytes"):
        await asyncio.wait_for(call(payload("x"), url=site.url), 5)
    site.gate.set()


async def test_a_host_that_is_too_slow_is_asked_again_later(site, payload: Payload) -> None:
    site.gate = asyncio.Event()
    site.answers = [b"HTTP/1.1 200 OK\r\n"]

    with pytest.raises(Retryable, match=r"did not answer within 0\.3 s") as caught:
        await call(payload("x"), url=site.url, timeout_seconds=0.3)

    assert host_of(caught.value) == site.url.removeprefix("http://")
    site.gate.set()


async def test_a_broken_connection_is_tried_again(site, payload: Payload) -> None:
    site.answers = [None]
    with pytest.raises(Retryable, match="did not answer") as caught:
        await call(payload("x"), url=site.url)
    assert host_of(caught.value) == site.url.removeprefix("http://")


async def test_json_that_is_none_is_a_bad_answer_kept_as_it_came(site, payload: Payload) -> None:
    site.answers = [answer("{oops")]
    with pytest.raises(BadAnswer, match="not JSON") as caught:
        await call(payload("x"), url=site.url)
    assert "{oops" in "".join(getattr(caught.value, "__notes__", ()))


async def test_without_a_list_nothing_is_allowed(
    site, payload: Payload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HTTP_STEP_HOSTS")
    with pytest.raises(Permanent, match=f"allows it by HTTP_STEP_HOSTS={site.url} and a restart"):
        await call(payload("x"), url=site.url)
    assert site.asked == []


@pytest.mark.parametrize("value", ["..", "."])
async def test_a_value_cannot_change_the_path(site, payload: Payload, value: str) -> None:
    with pytest.raises(Permanent, match="to another path"):
        await call(payload(value), url=site.url + "/users/{messages.-1.body}/notes")
    assert site.asked == []


async def test_a_value_that_looks_like_a_path_stays_one_part(site, payload: Payload) -> None:
    site.answers = [answer()]
    await call(payload("../../admin?a#b"), url=site.url + "/users/{messages.-1.body}")
    assert site.asked[0].line == "GET /users/..%2F..%2Fadmin%3Fa%23b HTTP/1.1"


async def test_a_value_cannot_end_a_header(site, payload: Payload) -> None:
    with pytest.raises(Permanent, match="fits no header"):
        await call(payload("a\r\nX-Evil: 1"), url=site.url, headers={"X-A": "{messages.-1.body}"})
    assert site.asked == []


async def test_a_path_that_the_payload_has_not_is_told(site, payload: Payload) -> None:
    with pytest.raises(Permanent, match=r"the payload has no `label.x` \(there is no `label`\)"):
        await call(payload("x"), url=site.url + "/{label.x}")


@pytest.mark.parametrize(
    "config",
    [
        {"url": "https://allowed.com@127.0.0.1/"},
        {"url": "https://{draft.body}/"},
        {"url": "ftp://a.com"},
        {"url": "https://a.com", "headers": {"Host": "b.com"}},
        {"url": "https://a.com", "headers": {"a b": "c"}},
        {"url": "https://a.com", "method": "DELETE"},
        {"url": "https://a.com", "max_bytes": 10**9},
    ],
)
def test_a_config_that_cannot_be_right_is_refused(config: dict[str, Any]) -> None:
    with pytest.raises(BrokenStep):
        Http(config, "daisy")


def test_it_says_whom_it_asks_and_what_its_keys_mean() -> None:
    step = Http({"url": "https://api.example.com/v1?q={draft.body}"}, "daisy")
    assert (step.hosts, step.activity) == (("api.example.com",), "asking api.example.com")
    fields = Http.Config.model_fields.values()
    assert all(each.description and each.examples for each in fields)
