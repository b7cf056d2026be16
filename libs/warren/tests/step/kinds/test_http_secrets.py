"""Http's secrets: sent where the file says, and seen nowhere else."""

import json
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from warren.step.errors import BrokenStep, Permanent, Retryable
from warren.step.kinds.http_call import Http
from warren.step.run_step import run_step

Payload = Callable[..., dict[str, Any]]
KEY = "WARREN_BOT_KEY"
SECRET = 'hush/"ä hush'
JSON = "application/json"


def answer(
    body: str | bytes = "{}", status: str = "200 OK", *headers: str, kind: str = JSON
) -> bytes:
    raw = body if isinstance(body, bytes) else body.encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", "Connection: close", *headers]
    return "\r\n".join([*lines, f"Content-Length: {len(raw)}", "", ""]).encode() + raw


async def call(given: dict[str, Any], key: str | None = None, **config: Any) -> dict[str, Any]:
    step = Http(config, "daisy", "look-up")
    return await run_step(step, given, timeout_seconds=10, idempotency_key=key)


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
