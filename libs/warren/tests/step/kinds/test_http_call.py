"""Http against a server on loopback: what it sends, what it refuses, what it never tells."""

import asyncio
import gzip
import json
import socket
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from warren.step.errors import BadAnswer, BrokenStep, Permanent, Retryable
from warren.step.hosts import host_of
from warren.step.kinds.http_call import Http
from warren.step.run_step import run_step

Payload = Callable[..., dict[str, Any]]
KEY = "WARREN_BOT_KEY"
SECRET = 'hush/"ä hush'


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


# Secrets


async def test_a_secret_is_sent_and_seen_nowhere(
    site, payload: Payload, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "hush-hush+1/2"
    monkeypatch.setenv(KEY, secret)
    site.answers = [answer(json.dumps({"you": {secret: [f"sent {secret}", "hush-hush%2B1%2F2"]}}))]

    result = await call(
        payload("x"),
        url=site.url + "/?key=${WARREN_BOT_KEY}",
        headers={"Authorization": "Bearer ${WARREN_BOT_KEY}"},
        secrets=[KEY],
    )

    assert site.asked[0].headers["authorization"] == f"Bearer {secret}"
    assert site.asked[0].line == "GET /?key=hush-hush%2B1%2F2 HTTP/1.1"
    hidden = "${WARREN_BOT_KEY}"
    assert result["http"]["body"] == {"you": {hidden: [f"sent {hidden}", hidden]}}


@pytest.mark.parametrize(
    "given",
    [
        answer(f"bad key {SECRET}", "401 No", kind="text/plain"),
        answer(f"busy {SECRET}", "503 No", kind="text/plain"),
        answer("", "302 Found", "Location: /?key=hush%2F%22%C3%A4%20hush"),
        answer("{" + json.dumps(SECRET)),
        None,
        b"nonsense",
    ],
)
async def test_no_error_tells_a_secret(
    site, payload: Payload, monkeypatch: pytest.MonkeyPatch, given: bytes | None
) -> None:
    monkeypatch.setenv(KEY, SECRET)
    site.answers = [given]

    with pytest.raises((Permanent, Retryable)) as caught:
        await call(
            payload("x"),
            method="POST",
            url=site.url + "/?key=${WARREN_BOT_KEY}",
            body={"key": "${WARREN_BOT_KEY}"},
            secrets=[KEY],
        )

    told = "".join(traceback.format_exception(caught.value))
    assert site.asked[0].body == {"key": SECRET}
    assert "hush" not in told
    assert "hush" not in str(caught.value)


async def test_a_person_cannot_ask_for_a_secret_by_its_name(
    site, payload: Payload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, SECRET)
    site.answers = [answer()]

    await call(
        payload("${WARREN_BOT_KEY} {draft.body}", draft={"body": "no"}),
        method="POST",
        url=site.url,
        body="{messages.-1.body}",
        secrets=[KEY],
    )

    assert site.asked[0].body == "${WARREN_BOT_KEY} {draft.body}"


@pytest.mark.parametrize(
    ("value", "secrets", "said"),
    [
        (None, [KEY], "the secret WARREN_BOT_KEY is not set in the bot-runners' environment"),
        ("", [KEY], "is not set"),
        ("a\nb", [KEY], "has a line break or control character in it"),
        ("hush", [], "`secrets` does not list it"),
    ],
)
async def test_a_secret_that_cannot_be_used_is_named(
    site,
    payload: Payload,
    monkeypatch: pytest.MonkeyPatch,
    value: str | None,
    secrets: list[str],
    said: str,
) -> None:
    if value is not None:
        monkeypatch.setenv(KEY, value)
    with pytest.raises(Permanent, match=said):
        await call(payload("x"), url=site.url + "/${WARREN_BOT_KEY}", secrets=secrets)
    assert site.asked == []


def test_only_variables_made_for_bots_are_secrets() -> None:
    with pytest.raises(BrokenStep, match=r"config\.secrets"):
        Http({"url": "https://a.com", "secrets": ["OPENAI_API_KEY"]}, "daisy")


# Where it connects to


def resolver(*answers: list[str]) -> Callable[..., Any]:
    """Return a getaddrinfo that answers otherwise each time, and counts."""
    left = list(answers)

    def look_up(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        look_up.asked.append(host)  # type: ignore[attr-defined]
        found = left.pop(0) if len(left) > 1 else left[0]
        families = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(families[":" in each], socket.SOCK_STREAM, 6, "", (each, port)) for each in found]

    look_up.asked = []  # type: ignore[attr-defined]
    return look_up


async def test_a_name_that_changes_its_answer_is_resolved_once(
    site, payload: Payload, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = site.url.rsplit(":", 1)[1]
    elsewhere: list[str] = []

    async def evil(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        elsewhere.append("asked")
        writer.close()

    other = await asyncio.start_server(evil, "127.0.0.2", int(port))
    look_up = resolver(["127.0.0.1"], ["127.0.0.2"])
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setenv("HTTP_STEP_HOSTS", f"http://rebind.internal:{port}")
    site.answers = [answer()]

    await call(payload("x"), url=f"http://rebind.internal:{port}/a")

    assert site.asked[0].headers["host"] == f"rebind.internal:{port}"
    assert (look_up.asked, elsewhere) == (["rebind.internal"], [])  # type: ignore[attr-defined]
    other.close()
    await other.wait_closed()


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::ffff:127.0.0.1"], ["169.254.169.254"]],
)
async def test_a_public_name_that_leads_inside_is_not_connected_to(
    site, payload: Payload, monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    port = site.url.rsplit(":", 1)[1]
    monkeypatch.setattr(socket, "getaddrinfo", resolver(addresses))
    monkeypatch.setenv("HTTP_STEP_HOSTS", f"api.example.com:{port},http://api.example.com:{port}")

    for scheme in ("http", "https"):
        with pytest.raises(Permanent, match="it is not connected to"):
            await call(payload("x"), url=f"{scheme}://api.example.com:{port}/")

    assert site.asked == []


async def test_a_second_address_is_tried_when_the_first_is_deaf(
    site, payload: Payload, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = site.url.rsplit(":", 1)[1]
    monkeypatch.setattr(socket, "getaddrinfo", resolver(["127.0.0.9", "127.0.0.1"]))
    monkeypatch.setenv("HTTP_STEP_HOSTS", f"http://two.internal:{port}")
    site.answers = [answer()]

    await call(payload("x"), method="POST", url=f"http://two.internal:{port}/", body={"a": "whole"})

    assert [each.body for each in site.asked] == [{"a": "whole"}]


async def test_a_name_that_nobody_knows_may_be_known_later(
    payload: Payload, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: Any, **__: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    monkeypatch.setenv("HTTP_STEP_HOSTS", "api.example.com")

    with pytest.raises(Retryable, match=r"api\.example\.com did not answer") as caught:
        await call(payload("x"), url="https://api.example.com/")
    assert host_of(caught.value) == "api.example.com"


async def test_no_proxy_of_the_environment_is_used(
    site, payload: Payload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    site.answers = [answer()]

    await call(payload("x"), url=site.url)

    assert len(site.asked) == 1


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
