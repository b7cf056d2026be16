"""Saves while something else happens: step files change, the broker or the database goes away."""

import asyncio
from pathlib import Path

import pytest

from infra.native.postgres import PostgresServer
from registry.examine import examine
from registry.kinds import Kinds
from registry.writing import Staged
from services.registry.tests.conftest import Heard, Start, write_bot
from services.registry.tests.test_saving import history, put, quoted, text_of
from warren.errors import BrokerUnavailable

SHOUT = "from warren.step import Step\n\n\nclass Shout(Step):\n    '''{}'''\n"


async def test_a_step_file_saved_meanwhile_is_the_one_that_is_published(
    start: Start, folder: Path, heard: Heard, monkeypatch: pytest.MonkeyPatch
):
    write_bot(folder)
    step = folder / "steps" / "shout.py"
    step.write_text(SHOUT.format("one"))

    def saved_meanwhile(*given: object):
        found = examine(*given)  # type: ignore[arg-type]
        step.write_text(SHOUT.format("two"))
        return found

    async with start() as registry:
        await heard.until(lambda one: len(one.cards()) == 1)
        monkeypatch.setattr("registry.saving.examine", saved_meanwhile)
        monkeypatch.setattr("registry.watching.RESCAN_SECONDS", 60)
        now = quoted((folder / "echo.yaml").read_text())
        done = await put(registry, text_of(more="  - class: Shout\n"), if_match=now)
        digest = done.json()["revision"]
        kept = (await registry.public.get(f"/bots/echo/revisions/{digest}")).json()
    assert (done.status_code, done.json()["number"]) == (200, 2)
    assert [one["source"] for one in kept["sources"]] == [SHOUT.format("two")]


async def test_without_a_broker_nothing_is_written(
    start: Start, folder: Path, heard: Heard, monkeypatch: pytest.MonkeyPatch
):
    write_bot(folder)

    async def away(*_: object) -> dict[str, str]:
        raise BrokerUnavailable("gone")

    async with start() as registry:
        await heard.until(lambda one: len(one.cards()) == 1)
        before = (folder / "echo.yaml").read_text()
        monkeypatch.setattr(Kinds, "declare", away)
        refused = await put(registry, text_of(history=9), if_match=quoted(before))
    assert (refused.status_code, "RabbitMQ" in refused.json()["detail"]) == (503, True)
    assert refused.headers["retry-after"] == "5"
    assert (folder / "echo.yaml").read_text() == before


async def test_a_database_that_goes_between_file_and_commit_is_told_and_made_good(
    start: Start,
    folder: Path,
    heard: Heard,
    postgres: PostgresServer,
    database: str,
    monkeypatch: pytest.MonkeyPatch,
):
    name = database.rsplit("/", 1)[1].split("?")[0]
    write_bot(folder)
    placed = Staged.put

    def put_and_lose(staged: Staged) -> None:
        placed(staged)
        postgres.sql(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        )

    async with start() as registry:
        await heard.until(lambda one: len(one.cards()) == 1)
        now = quoted((folder / "echo.yaml").read_text())
        monkeypatch.setattr(Staged, "put", put_and_lose)
        answer = await put(registry, text_of(history=9), if_match=now)
        await heard.until(lambda one: len(one.cards()) == 2, seconds=10)
        told = await history(registry)
    assert (answer.status_code, "The file was saved" in answer.json()["detail"]) == (503, True)
    assert heard.events[-1][1]["history"] == 9
    assert told == [(2, None, ""), (1, None, "")]


async def test_a_folder_that_is_away_is_told(
    start: Start, folder: Path, heard: Heard, monkeypatch: pytest.MonkeyPatch
):
    write_bot(folder)
    async with start() as registry:
        await heard.until(lambda one: len(one.cards()) == 1)
        now = quoted((folder / "echo.yaml").read_text())
        await asyncio.to_thread(folder.rename, folder.with_name("moved"))
        answer = await put(registry, text_of(history=9), if_match=now)
        await asyncio.to_thread(folder.with_name("moved").rename, folder)
    assert (answer.status_code, "cannot be read" in answer.json()["detail"]) == (503, True)
    assert "history: 3" in (folder / "echo.yaml").read_text()
