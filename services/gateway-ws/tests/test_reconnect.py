"""The broker's connection is cut and comes back: no gap, no double, memberships too."""

import asyncio
from urllib.parse import quote


async def cut(world) -> None:
    """Close the gateway's connections from the broker's side; the list lags by up to 5 s."""
    node, name = world.vhost.node, quote(world.vhost.name, safe="")
    async with asyncio.timeout(20):
        while True:
            rows = await asyncio.to_thread(
                node.management, "GET", f"/api/vhosts/{name}/connections"
            )
            names = [row["name"] for row in rows if row.get("user") == "gateway"]
            if len(names) >= 2 * len(world.gateways):
                break
            await asyncio.sleep(0.2)
    for name in names:
        await asyncio.to_thread(node.management, "DELETE", f"/api/connections/{quote(name)}")


async def test_what_was_published_while_the_broker_was_away_comes_after_it(world):
    ana, bo = world.chat.person("ana"), world.chat.person("bo")
    where, quiet = world.chat.conversation(ana, bo), world.chat.conversation(ana, bo)
    gateway = await world.gateway()
    browsers = [await world.live(name, {where: 0, quiet: 0}) for name in ("ana", "bo")]
    await world.say(where)
    asked = len(world.chat.asked)

    await cut(world)
    async with asyncio.timeout(10):
        while gateway.feed.live:
            await asyncio.sleep(0.005)
    for _ in range(5):
        await world.say(where, "nobody listens")
    await world.say(quiet, "nobody listens, and nothing follows")
    late = world.chat.conversation(ana)
    assert await gateway.not_ready()
    browsers.append(await world.live("ana", {where: 0, quiet: 0}))
    for browser in browsers:
        await browser.until(lambda one=browser: len(one.seqs(where)) == 6 and one.seqs(quiet))
    await world.say(where)
    for browser in browsers:
        await browser.until(lambda one=browser: len(one.seqs(where)) == 7)
    await browsers[0].until(
        lambda: any(str(late) in one["heads"] for one in browsers[0].of("ping"))
    )

    assert [one.seqs(where) for one in browsers] == [[1, 2, 3, 4, 5, 6, 7]] * 3
    assert [one.seqs(quiet) for one in browsers] == [[1]] * 3
    questions = [one for one in world.chat.asked[asked:] if one.conversations]
    assert len(questions) <= 5, "a hello, and for each conversation one or two, not per socket"
    assert await gateway.not_ready() is None


async def test_a_cut_in_the_middle_of_a_stream_leaves_no_gap(world):
    ana = world.chat.person("ana")
    where = world.chat.conversation(ana)
    await world.gateway()
    browser = await world.live("ana", {where: 0})
    stop = asyncio.Event()

    async def stream() -> None:
        while not stop.is_set():
            await world.say(where)
            await asyncio.sleep(0.005)

    streaming = asyncio.ensure_future(stream())
    await cut(world)
    await asyncio.sleep(1.5)
    stop.set()
    await streaming
    total = len(world.chat.changes[where])
    await browser.until(lambda: len(browser.seqs(where)) >= total)

    assert browser.seqs(where) == list(range(1, total + 1))


async def test_missed_events_wait_for_a_chat_api_that_is_away(world, monkeypatch):
    monkeypatch.setattr("gateway_ws.repair.AGAIN_SECONDS", 0.05)
    ana = world.chat.person("ana")
    where = world.chat.conversation(ana)
    await world.gateway()
    browser = await world.live("ana", {where: 0})

    world.chat.away = True
    world.chat.message(where, "lost")
    await world.say(where)
    await asyncio.sleep(0.5)
    assert browser.seqs(where) == []
    world.chat.away = False

    await browser.until(lambda: browser.seqs(where) == [1, 2])


async def test_a_session_that_ended_does_not_keep_a_hole_from_being_read(world):
    ana, bo = world.chat.person("ana"), world.chat.person("bo")
    where = world.chat.conversation(ana, bo)
    await world.gateway()
    gone, here = await world.live("ana", {where: 0}), await world.live("bo", {where: 0})

    world.chat.ended.add("session-ana")
    world.chat.message(where, "lost")
    await world.say(where)

    await here.until(lambda: here.seqs(where) == [1, 2])
    assert await gone.close_code() == 4401
    assert gone.seqs(where) == []


async def test_fresh_queues_have_every_conversation_read_at_once(world, monkeypatch):
    monkeypatch.setattr("gateway_ws.recheck.SOON_SECONDS", 1e6)
    ana = world.chat.person("ana")
    where = world.chat.conversation(ana)
    gateway = await world.gateway()
    browser = await world.live("ana", {where: 0})
    world.chat.message(where, "nobody listened, and nothing follows")

    await gateway._on_fresh()

    await browser.until(lambda: browser.seqs(where) == [1], seconds=2)
