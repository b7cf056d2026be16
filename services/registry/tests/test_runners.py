"""Heartbeats: who lives, what is served, and what is told when that changes."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.registry.tests.conftest import Heard, Registry, Start, write_bot


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


async def test_strangers_hear_nothing(start: Start, folder: Path):
    async with start() as registry:
        registry.public.cookies.clear()
        for path in ("/bots", "/step-kinds", "/runners"):
            answer = await registry.public.get(path)
            assert (answer.status_code, answer.json()["status"]) == (401, 401)
        token = await registry.public.get("/bots", headers={"Authorization": "Bearer good"})
        registry.inner.headers["Authorization"] = "Bearer wrong"
        inner = await registry.inner.get("/inner/bots")
    assert (token.status_code, inner.status_code) == (200, 401)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b'{"yaml": 3}', 422),
        (b'{"yaml": "x", "more": 1}', 422),
        (b'{"yaml": "' + b"x" * 2_000_000 + b'"}', 413),
        (b'{"yaml": "name: a\\u0000b"}', 200),
    ],
)
async def test_bad_input_is_told_as_a_problem(start: Start, body: bytes, status: int):
    async with start() as registry:
        answer = await registry.public.post(
            "/bots/lint", content=body, headers={"Content-Type": "application/json"}
        )
        again = await registry.public.get("/bots")
    assert answer.status_code == status
    if status == 200:
        assert not answer.json()["ok"]
    else:
        assert answer.headers["content-type"] == "application/problem+json"
    assert again.status_code == 200


async def test_a_runner_is_told_of_kinds_that_no_bot_uses_any_more(
    start: Start, folder: Path, heard: Heard
):
    write_bot(folder, steps="Draft Reply")
    async with start() as registry:
        await heard.until(lambda one: len(one.cards()) == 1)
        write_bot(folder, steps="Draft")
        await heard.until(lambda one: len(one.cards()) == 2)
        kinds = await say(registry, "one", "draft")
        await asyncio.sleep(0)
    assert kinds == ["draft", "reply"], "turns in flight finish on the revision they began with"
