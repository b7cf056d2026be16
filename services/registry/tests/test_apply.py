"""Applying a scan: what a newer reading of the folder knows better is left alone."""

from collections.abc import AsyncGenerator
from pathlib import Path

import orjson
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from registry import views
from registry.apply import apply
from registry.cards import card_of
from registry.scan import Scan, scan
from registry.tables import bot, revision
from services.registry.tests.conftest import SCRIPTS, write_bot
from warren.db.engine import engine_of
from warren.db.migrate import upgrade

STEP = "from warren.step import Step\n\n\nclass Shout(Step):\n    '''{}'''\n"


@pytest.fixture
async def engine(database: str) -> AsyncGenerator[AsyncEngine]:
    upgrade(database, SCRIPTS)
    async with engine_of(database) as made:
        yield made


async def once(engine: AsyncEngine, folder: Path, found: Scan | None = None) -> list[tuple]:
    """Scan, unless given, and apply; return what is to be told: name, number, removed."""
    applied = await apply(engine, folder, found or await scan(folder, None))
    cards = [orjson.loads(row.message.body) for row in applied.rows]
    return [(one["name"], one["number"], one["removed"]) for one in cards]


async def status(engine: AsyncEngine, name: str) -> tuple[str, int] | None:
    async with engine.connect() as connection:
        found = await views.one_bot(connection, name)
    return (found.status, found.number) if found else None


async def test_an_older_reading_of_a_file_is_not_published(engine: AsyncEngine, folder: Path):
    write_bot(folder)
    old = await scan(folder, None)
    write_bot(folder, history=9)
    assert await once(engine, folder) == [("echo", 1, False)]

    applied = await apply(engine, folder, old)

    assert (applied.rows, applied.outdated) == ([], True)
    assert await status(engine, "echo") == ("serving", 1)


async def test_a_bot_younger_than_the_reading_is_not_removed(engine: AsyncEngine, folder: Path):
    write_bot(folder)
    old = await scan(folder, None)
    write_bot(folder, "younger")
    await once(engine, folder)

    assert await once(engine, folder, old) == []
    assert await status(engine, "younger") == ("serving", 1)


async def test_a_removed_file_is_not_brought_back_by_an_older_reading(
    engine: AsyncEngine, folder: Path
):
    write_bot(folder)
    old = await scan(folder, None)
    await once(engine, folder, old)
    (folder / "echo.yaml").unlink()
    assert await once(engine, folder) == [("echo", 2, True)]

    assert await once(engine, folder, old) == []
    assert await status(engine, "echo") == ("removed", 2)


async def test_nothing_is_applied_that_rests_on_older_step_files(engine: AsyncEngine, folder: Path):
    write_bot(folder, steps="Shout")
    step = folder / "steps" / "shout.py"
    step.write_text(STEP.format("one"))
    old = await scan(folder, None)
    await once(engine, folder, old)
    step.write_text(STEP.format("two"))
    assert await once(engine, folder) == [("echo", 2, False)]

    applied = await apply(engine, folder, old)

    assert (applied.rows, applied.outdated) == ([], True)


async def test_a_bot_renamed_in_its_file_is_another_bot(engine: AsyncEngine, folder: Path):
    write_bot(folder)
    await once(engine, folder)
    write_bot(folder, "hello", path="echo.yaml")

    assert await once(engine, folder) == [("hello", 1, False), ("echo", 2, True)]


async def test_a_bot_that_comes_back_broken_is_published_when_it_is_mended(
    engine: AsyncEngine, folder: Path
):
    write_bot(folder)
    await once(engine, folder)
    (folder / "echo.yaml").unlink()
    await once(engine, folder)
    (folder / "echo.yaml").write_text("name: echo\nstepz: []\n")
    assert await once(engine, folder) == []
    assert await status(engine, "echo") == ("broken", 2)
    write_bot(folder)

    assert await once(engine, folder) == [("echo", 3, False)]


async def test_a_file_that_was_never_good_leaves_no_trace(engine: AsyncEngine, folder: Path):
    (folder / "echo.yaml").write_text("name: echo\nstepz: []\n")
    await once(engine, folder)
    assert await status(engine, "echo") == ("broken", 0)
    (folder / "echo.yaml").unlink()

    assert await once(engine, folder) == []
    assert await status(engine, "echo") is None


async def test_a_text_with_nul_is_kept_and_stops_nobody(engine: AsyncEngine, folder: Path):
    (folder / "bad.yaml").write_bytes(b"name: bad\npersona: a\0b\n")
    write_bot(folder)

    assert await once(engine, folder) == [("echo", 1, False)]
    assert await status(engine, "bad") == ("broken", 0)
    async with engine.connect() as connection:
        shown = await views.one_bot(connection, "bad")
        before = (await connection.execute(select(bot.c.text))).all()
    assert shown
    assert shown.yaml == "name: bad\npersona: a\N{SYMBOL FOR NULL}b\n"
    assert before


async def test_what_the_database_refuses_of_one_bot_is_undone_alone(
    engine: AsyncEngine, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    write_bot(folder, "one")
    write_bot(folder, "two")

    def refused(file, digest, number, at):
        if file.name == "one":
            raise ValueError("surrogates not allowed")
        return card_of(file, digest, number, at)

    monkeypatch.setattr("registry.publish.card_of", refused)

    assert await once(engine, folder) == [("two", 1, False)]
    async with engine.connect() as connection:
        kept = (await connection.execute(select(revision.c.name))).scalars().all()
    assert kept == ["two"]


async def test_a_comment_changes_the_shown_text_and_no_number(engine: AsyncEngine, folder: Path):
    write_bot(folder)
    await once(engine, folder)
    text = "# a comment\n" + (folder / "echo.yaml").read_text()
    (folder / "echo.yaml").write_text(text)

    assert await once(engine, folder) == []
    async with engine.connect() as connection:
        shown = await views.one_bot(connection, "echo")
    assert shown
    assert (shown.yaml, shown.number) == (text, 1)
