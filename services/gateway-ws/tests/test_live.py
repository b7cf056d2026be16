"""Live events: order, holes, joined conversations, two gateways, memberships, pings."""

import asyncio
from datetime import UTC, datetime

from warren.contracts.frames import CloseCode, DeadLetterOpened
from warren.contracts.inner import SessionEnded


async def test_events_that_cross_go_out_in_order(world):
    ana = world.chat.person("ana")
    where = world.chat.conversation(ana)
    await world.gateway()
    browser = await world.live("ana", {where: 0})
    bodies = [world.chat.message(where) for _ in range(4)]
    asked = len(world.chat.asked)

    for number in (1, 0, 3, 2):
        await world.publish(bodies[number])
    await browser.until(lambda: len(browser.seqs(where)) == 4)

    assert browser.seqs(where) == [1, 2, 3, 4]
    assert len(world.chat.asked) == asked


async def test_a_lost_event_is_read_once_for_all_who_listen(world):
    ana, bo = world.chat.person("ana"), world.chat.person("bo")
    where = world.chat.conversation(ana, bo)
    await world.gateway()
    browsers = [await world.live(name, {where: 0}) for name in ("ana", "bo", "ana")]
    world.chat.message(where, "lost on the way")
    asked = len(world.chat.asked)

    await world.say(where)
    for browser in browsers:
        await browser.until(lambda one=browser: len(one.seqs(where)) == 2)

    assert [one.seqs(where) for one in browsers] == [[1, 2]] * 3
    assert len(world.chat.asked) == asked + 1


async def test_a_lost_event_that_none_follows_is_found_by_the_check(world):
    ana = world.chat.person("ana")
    where = world.chat.conversation(ana)
    await world.gateway(recheck_seconds=0.4)
    browser = await world.live("ana", {where: 0})

    world.chat.message(where, "lost on the way")
    await browser.until(lambda: browser.seqs(where) == [1])


async def test_only_operators_hear_of_dead_letters(world):
    world.chat.person("olga", operator=True)
    ana = world.chat.person("ana")
    where = world.chat.conversation(ana)
    await world.gateway()
    operator, person = await world.live("olga", {}), await world.live("ana", {where: 0})
    opened = DeadLetterOpened(
        letter=ana.id, fingerprint="f1", bot="daisy", reference="W-1", at=datetime.now(UTC)
    )

    await world.publish(opened.model_dump_json().encode(), key="letters.f1")
    await world.say(where)
    await operator.until(lambda: operator.of("dead_letter.opened"))
    await person.until(lambda: person.seqs(where) == [1])

    assert [one["reference"] for one in operator.of("dead_letter.opened")] == ["W-1"]
    assert person.of("dead_letter.opened") == []


async def test_signing_out_closes_the_sockets_of_that_session_at_once(world):
    ana = world.chat.person("ana")
    world.chat.person("bo")
    await world.gateway()
    browser, other = await world.live("ana", {}), await world.live("bo", {})
    ended = SessionEnded(user=ana.id, session=ana.session)

    await world.publish(ended.model_dump_json().encode(), key=f"session.ended.{ana.id}")

    assert await browser.close_code() == CloseCode.NO_SESSION
    assert other.socket.close_code is None


async def test_a_double_event_is_sent_once(world):
    ana = world.chat.person("ana")
    where = world.chat.conversation(ana)
    await world.gateway()
    browser = await world.live("ana", {where: 0})
    body = world.chat.message(where)

    for _ in range(3):
        await world.publish(body)
    await world.say(where)
    await browser.until(lambda: 2 in browser.seqs(where))

    assert browser.seqs(where) == [1, 2]


async def test_too_many_lost_events_are_a_reset_for_who_listens(world):
    ana = world.chat.person("ana")
    where = world.chat.conversation(ana)
    await world.gateway()
    browser = await world.live("ana", {where: 0})
    for _ in range(250):
        world.chat.message(where)

    await world.say(where)
    await browser.until(lambda: browser.of("reset"))
    await world.say(where)
    await browser.until(lambda: 252 in browser.seqs(where))

    assert browser.of("reset")[0]["head"] == 251
    assert browser.seqs(where) == [252]


async def test_two_gateways_tell_the_same(world):
    ana, bo = world.chat.person("ana"), world.chat.person("bo")
    where = world.chat.conversation(ana, bo)
    await world.gateway()
    await world.gateway()
    browsers = [await world.live("ana", {where: 0}), await world.live("bo", {where: 0}, of=1)]

    for _ in range(20):
        await world.say(where)
    for browser in browsers:
        await browser.until(lambda one=browser: len(one.seqs(where)) == 20)

    assert [one.seqs(where) for one in browsers] == [list(range(1, 21))] * 2


async def test_a_new_conversation_is_told_and_live_at_once(world):
    ana, bo = world.chat.person("ana"), world.chat.person("bo")
    world.chat.person("eve")
    await world.gateway()
    browsers = [await world.live(name) for name in ("ana", "ana", "bo")]
    stranger = await world.live("eve")

    where = await world.found(ana, bo)
    await world.say(where)
    for browser in browsers:
        await browser.until(lambda one=browser: one.seqs(where) == [1])

    assert [one.of("conversation.created")[0]["conversation"] for one in browsers] == [
        str(where)
    ] * 3
    assert len(stranger.frames) == 1


async def test_a_membership_that_ended_is_noticed_by_the_check(world):
    ana, bo = world.chat.person("ana"), world.chat.person("bo")
    where = world.chat.conversation(ana, bo)
    await world.gateway(recheck_seconds=0.3)
    leaving, staying = await world.live("ana", {where: 0}), await world.live("bo", {where: 0})

    world.chat.members[where].discard(ana.id)
    await asyncio.sleep(1)
    await world.say(where)
    await staying.until(lambda: staying.seqs(where) == [1])

    assert leaving.seqs(where) == []


async def test_a_membership_whose_event_was_lost_is_found_by_the_check(world):
    ana = world.chat.person("ana")
    await world.gateway(recheck_seconds=0.3)
    browser = await world.live("ana")

    where = world.chat.conversation(ana)
    await browser.until(lambda: any(str(where) in one["heads"] for one in browser.of("ping")))
    await world.say(where)
    await browser.until(lambda: browser.seqs(where) == [1])


async def test_pings_carry_the_heads(world):
    ana = world.chat.person("ana")
    where = world.chat.conversation(ana)
    await world.gateway(ping_seconds=0.2)
    browser = await world.live("ana", {where: 0})

    await world.say(where)
    await browser.until(lambda: len(browser.of("ping")) > 3)

    assert browser.of("ping")[-1] == {"type": "ping", "heads": {str(where): 1}}


async def test_facts_between_services_and_bad_events_reach_no_browser(world):
    ana = world.chat.person("ana")
    where = world.chat.conversation(ana)
    await world.gateway()
    browser = await world.live("ana", {where: 0})

    for key, body in {
        "bot.published.echo": b'{"type":"bot.published","conversation":"x","name":"echo"}',
        "kind.served.gpt": b"{}",
        "message.created.x": b"no json",
        "message.created.y": b"[]",
        "user.joined.z": b'{"type":"conversation.created"}',
        "turn.started.q": b'{"type":"turn.started","conversation":"%s","seq":1}'
        % str(where).encode(),
    }.items():
        await world.publish(body, key=key)
    await world.say(where)
    await browser.until(lambda: browser.seqs(where) == [1])

    assert {one["type"] for one in browser.frames} == {"welcome", "message.created"}
