"""Every way in which a socket is refused or ended, code by code."""

import asyncio
import json
from uuid import UUID

import pytest
from websockets.asyncio.client import connect as open_socket
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from warren.contracts.frames import SUBPROTOCOL, CloseCode


async def test_a_cookie_with_our_origin_gets_in(world):
    ana = world.chat.person("ana")
    where = world.chat.conversation(ana)
    await world.gateway()

    browser = await world.live("ana")

    assert browser.of("welcome") == [{"type": "welcome", "user": "ana", "heads": {str(where): 0}}]


async def test_a_ticket_in_the_hello_gets_in_once(world):
    world.chat.person("ana")
    await world.gateway()

    first = await world.browser(None, origin=None)
    await first.hello(ticket="ticket-ana")
    await first.welcomed()
    second = await world.browser(None, origin=None)
    await second.hello(ticket="ticket-ana")

    assert await second.close_code() == CloseCode.NO_SESSION


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:8081"])
async def test_a_foreign_origin_is_refused_even_with_a_cookie(world, origin):
    world.chat.person("ana")
    await world.gateway()

    browser = await world.browser("ana", origin=origin)

    assert await browser.close_code() == CloseCode.FORBIDDEN
    assert browser.frames == []


async def test_without_an_origin_the_cookie_does_not_count(world):
    world.chat.person("ana")
    await world.gateway()

    browser = await world.browser("ana", origin=None)
    await browser.hello()

    assert await browser.close_code() == CloseCode.NO_SESSION


async def test_a_bad_cookie_is_told_without_waiting_for_a_hello(world):
    await world.gateway()

    browser = await world.browser("nobody")

    assert await browser.close_code() == CloseCode.NO_SESSION


async def test_no_cookie_and_no_ticket_is_no_session(world):
    await world.gateway()

    browser = await world.browser(None)
    await browser.hello()

    assert await browser.close_code() == CloseCode.NO_SESSION


async def test_who_says_no_hello_is_closed(world):
    world.chat.person("ana")
    await world.gateway(hello_seconds=0.2)

    browser = await world.browser("ana")

    assert await browser.close_code() == CloseCode.HELLO_LATE


@pytest.mark.parametrize(
    "frame",
    [
        "no json",
        "[]",
        '{"type": "shout"}',
        "{}",
        '{"type": "hello", "conversations": {"x": 1}}',
        json.dumps({"type": "hello", "conversations": {str(UUID(int=7)): -1}}),
        json.dumps({"type": "hello", "conversations": {str(UUID(int=7)): 2**60}}),
        json.dumps({"type": "hello", "conversations": {str(UUID(int=7)): 10**30}}),
        b"\xff\xfe",
        '{"type": "hello", "conversations": ' + "[" * 5000,
    ],
)
async def test_a_bad_frame_is_refused(world, frame):
    world.chat.person("ana")
    await world.gateway()

    browser = await world.browser("ana")
    await browser.socket.send(frame)

    assert await browser.close_code() == CloseCode.BAD_FRAME


async def test_a_frame_over_the_limit_is_too_big(world):
    world.chat.person("ana")
    await world.gateway()

    browser = await world.browser("ana")
    await browser.socket.send("x" * 70_000)

    assert await browser.close_code() == CloseCode.TOO_BIG


async def test_too_many_sockets_of_one_person(world):
    world.chat.person("ana")
    world.chat.person("bo")
    await world.gateway(sockets_per_user=2)

    first = await world.live("ana")
    await world.live("ana")
    third = await world.browser("ana")
    await third.hello()

    assert await third.close_code() == CloseCode.TOO_MANY_TABS
    await world.live("bo")
    await first.socket.close()
    await asyncio.sleep(0.1)
    await world.live("ana")


async def test_too_many_frames(world):
    world.chat.person("ana")
    await world.gateway(client_frames_per_second=2)

    browser = await world.browser("ana")
    for _ in range(20):
        await browser.hello()

    assert await browser.close_code() == CloseCode.TOO_FAST


async def test_while_chat_api_is_away_clients_are_asked_to_come_back(world):
    world.chat.person("ana")
    await world.gateway()
    world.chat.away = True

    browser = await world.browser("ana")

    assert await browser.close_code() == CloseCode.BUSY


async def test_a_session_that_ends_is_closed_by_the_next_check(world):
    world.chat.person("ana")
    world.chat.person("bo")
    await world.gateway(recheck_seconds=0.4)
    by_cookie, other = await world.live("ana"), await world.live("bo")
    by_ticket = await world.browser(None, origin=None)
    await by_ticket.hello(ticket="ticket-ana")
    await by_ticket.welcomed()

    world.chat.ended.add("session-ana")

    assert await by_cookie.close_code() == CloseCode.NO_SESSION
    assert await by_ticket.close_code() == CloseCode.NO_SESSION
    await asyncio.sleep(0.5)
    assert other.socket.close_code is None


async def test_a_chat_api_that_is_away_ends_no_session(world):
    world.chat.person("ana")
    await world.gateway(recheck_seconds=0.2)
    browser = await world.live("ana")

    world.chat.away = True
    await asyncio.sleep(0.7)

    assert browser.socket.close_code is None


async def test_at_the_end_every_socket_is_told_to_come_back(world):
    world.chat.person("ana")
    await world.gateway()
    live, silent = await world.live("ana"), await world.browser("ana")

    world.stops[0].set()

    assert await live.close_code(5) == CloseCode.RESTART
    assert await silent.close_code(5) == CloseCode.RESTART


async def test_a_socket_without_the_subprotocol_or_at_another_path_is_no_socket(world):
    gateway = await world.gateway()
    port = gateway._settings.http_port

    with pytest.raises(InvalidStatus, match="400"):
        await open_socket(f"ws://127.0.0.1:{port}/ws")
    with pytest.raises(InvalidStatus, match="404"):
        await open_socket(f"ws://127.0.0.1:{port}/other", subprotocols=[Subprotocol(SUBPROTOCOL)])
