"""A request that takes too long is answered at once, whatever its work does."""

import asyncio
import time
from contextlib import suppress

import httpx2
import pytest
from starlette.responses import PlainTextResponse

from chat_api.patience import Patience


def client(app, seconds=0.1):
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(Patience(app, seconds)), base_url="http://t"
    )


async def test_work_that_does_not_let_go_is_not_waited_for():
    let_go = asyncio.Event()

    async def stubborn(scope, receive, send):
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        await let_go.wait()
        await PlainTextResponse("too late")(scope, receive, send)

    began = time.monotonic()
    async with client(stubborn) as http:
        answer = await http.get("/")
    let_go.set()
    await asyncio.sleep(0)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert time.monotonic() - began < 5


async def test_a_quick_answer_passes_and_an_error_too():
    async def quick(scope, receive, send):
        if scope["path"] == "/error":
            raise KeyError("ours")
        await PlainTextResponse("fine")(scope, receive, send)

    async with client(quick) as http:
        assert (await http.get("/")).text == "fine"
        with pytest.raises(KeyError):
            await http.get("/error")
