"""Heartbeats: who lives, what is served, and what is told when that changes."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from conftest import Vhost
from services.registry.tests.conftest import Heard, Registry, Start, write_bot
from warren.broker.connection import connect
from warren.broker.publisher import Outgoing, Publisher
from warren.broker.topology import STEPS


def beat(runner: str, *kinds: str) -> dict:
    return {
        "runner": runner,
        "kinds": list(kinds),
        "serves_all": True,
        "busy": 0,
        "ready": True,
        "host": "here",
        "started_at": datetime.now(UTC).isoformat(),
    }


async def say(registry: Registry, runner: str, *kinds: str) -> list[str]:
    answer = await registry.inner.post("/inner/heartbeat", json=beat(runner, *kinds))
    assert answer.status_code == 200, answer.text
    return answer.json()["kinds"]


async def test_a_runner_learns_the_kinds_and_is_seen_until_it_says_goodbye(
    start: Start, folder: Path, heard: Heard
):
    write_bot(folder, steps="Draft Reply")
    async with start() as registry:
        await heard.until(lambda one: len(one.cards()) == 1)
        kinds = await say(registry, "one", "draft", "reply")
        await say(registry, "two", "draft")
        await heard.until(lambda one: "kind.served.reply" in one.told)
        seen = (await registry.public.get("/runners")).json()["items"]
        served = (await registry.public.get("/step-kinds")).json()["items"]
        await registry.inner.delete("/inner/heartbeat/one")
        await heard.until(lambda one: "kind.unserved.reply" in one.told)
    assert kinds == ["draft", "reply"]
    assert [one["runner"] for one in seen] == ["one", "two"]
    by_kind = {one["kind"]: one for one in served}
    assert (by_kind["draft"]["runners"], by_kind["reply"]["runners"]) == (2, 1)
    assert by_kind["draft"]["used_by"] == ["echo"]
    assert "kind.unserved.draft" not in heard.told, "another runner still serves it"


async def test_how_many_commands_wait_for_a_kind_is_told(
    start: Start, folder: Path, heard: Heard, vhost: Vhost
):
    write_bot(folder)
    async with start() as registry, connect(vhost.url("chat"), "chat-api") as broker:
        await heard.until(lambda one: len(one.cards()) == 1)
        for _ in range(3):
            await Publisher(broker, "chat-api").publish(
                Outgoing(exchange=STEPS, key="draft.echo", body=b"{}", type="t", message_id=uuid4())
            )
        waiting: dict[str, int | None] = {}
        for _ in range(100):  # the broker counts a moment later
            served = (await registry.public.get("/step-kinds")).json()["items"]
            waiting = {one["kind"]: one["waiting"] for one in served}
            if waiting["draft"] == 3:
                break
            await asyncio.sleep(0.1)
    assert (waiting["draft"], waiting["gpt"]) == (3, None)


async def test_a_runner_that_falls_silent_is_gone(
    start: Start, folder: Path, heard: Heard, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("registry.heartbeats.GONE_AFTER", timedelta(seconds=1))
    monkeypatch.setattr("registry.runners.SETTLE_SECONDS", 0.2)
    write_bot(folder)
    async with start() as registry:
        await heard.until(lambda one: len(one.cards()) == 1)
        await say(registry, "one", "draft")
        await heard.until(lambda one: "kind.served.draft" in one.told)
        await heard.until(lambda one: "kind.unserved.draft" in one.told)
        assert (await registry.public.get("/runners")).json()["items"] == []


async def test_a_runner_is_told_of_kinds_that_no_bot_uses_any_more(
    start: Start, folder: Path, heard: Heard
):
    write_bot(folder, steps="Draft Reply")
    async with start() as registry:
        await heard.until(lambda one: len(one.cards()) == 1)
        write_bot(folder, steps="Draft")
        await heard.until(lambda one: len(one.cards()) == 2)
        kinds = await say(registry, "one", "draft")
    assert kinds == ["draft", "reply"], "turns in flight finish on the revision they began with"


async def test_silence_proves_nothing_while_the_registry_was_away(
    start: Start, folder: Path, heard: Heard, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("registry.runners.SETTLE_SECONDS", 0.1)
    write_bot(folder)
    async with start() as registry:
        await heard.until(lambda one: len(one.cards()) == 1)
        await say(registry, "one", "draft")
        await heard.until(lambda one: "kind.served.draft" in one.told)
    monkeypatch.setattr("registry.heartbeats.GONE_AFTER", timedelta(seconds=1.5))
    await asyncio.sleep(1.6)
    async with start() as registry:
        assert (await registry.public.get("/runners")).json()["items"] == []
        await asyncio.sleep(0.3)
        patient = heard.told
        await heard.until(lambda one: "kind.unserved.draft" in one.told)
    assert "kind.unserved.draft" not in patient


async def test_a_beat_with_strange_kinds_is_refused(start: Start):
    async with start() as registry:
        for kind in ("a\0b", "Draft", "a.b", "", "x" * 41):
            answer = await registry.inner.post("/inner/heartbeat", json=beat("one", kind))
            assert answer.status_code == 422, kind
