"""Figures of one gateway process: memory of 1000 idle sockets, time of an event to 100 of them."""

import asyncio
import time
from pathlib import Path

import pytest


def resident_mib(pid: int) -> float:
    line = next(
        one for one in Path(f"/proc/{pid}/status").read_text().splitlines() if "VmRSS" in one
    )
    return int(line.split()[1]) / 1024


@pytest.mark.long
async def test_a_thousand_idle_sockets_and_an_event_to_a_hundred(world, process):
    people = [world.chat.person(f"p{number}") for number in range(100)]
    shared = world.chat.conversation(*people)
    busy = world.chat.conversation(*people[:10])
    empty = resident_mib(process.pid)
    browsers = []
    for _ in range(10):
        browsers += await asyncio.gather(
            *(world.live(one.username, {shared: 0, busy: 0}, port=world.port) for one in people)
        )
    full = resident_mib(process.pid)
    times = []
    listening = [one for one in browsers if one.of("welcome")[0]["heads"].get(str(busy)) == 0]
    assert len(listening) == 100
    for number in range(1, 51):
        begun = time.monotonic()
        await world.say(busy)
        for browser in listening:
            await browser.until(lambda one=browser, n=number: len(one.seqs(busy)) >= n)
        times.append((time.monotonic() - begun) * 1000)
        await asyncio.sleep(0.02)
    after = resident_mib(process.pid)
    times.sort()
    print(  # noqa: T201 # figures to read: -s shows them
        f"empty {empty:.0f} MiB, 1000 sockets {full:.0f} MiB, after 50 events {after:.0f} MiB;"
        f" an event to 100 sockets: p50 {times[25]:.0f} ms, p95 {times[47]:.0f} ms"
    )
    assert after <= 150
    for browser in browsers:
        browser.socket.transport.abort()
