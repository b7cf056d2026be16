"""Where Http connects to: the address that was checked, of an allowed host, and no other."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest

from warren.step.errors import Permanent, Retryable
from warren.step.hosts import host_of
from warren.step.kinds.http_call import Http
from warren.step.run_step import run_step

Payload = Callable[..., dict[str, Any]]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nhi"


async def call(given: dict[str, Any], key: str | None = None, **config: Any) -> dict[str, Any]:
    step = Http(config, "daisy", "look-up")
    return await run_step(step, given, timeout_seconds=10, idempotency_key=key)


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
    site.answers = [OK]

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
    site.answers = [OK]

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
    site.answers = [OK]

    await call(payload("x"), url=site.url)

    assert len(site.asked) == 1
