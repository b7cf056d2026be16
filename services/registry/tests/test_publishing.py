"""From a saved file to a publication, on real servers: quickly, once, and never held up by
another's fault."""

import asyncio
import time
from pathlib import Path

import aio_pika
import pytest

from conftest import Vhost
from services.registry.tests.conftest import Heard, Start, write_bot

SHOUT = """from warren.step import Step


class Shout(Step):
    def process(self, payload):
        return payload
"""


async def test_a_saved_bot_is_published_within_two_seconds(
    start: Start, folder: Path, heard: Heard
):
    write_bot(folder)
    async with start() as registry:
        await heard.until(lambda one: one.cards() == [("echo", 1, False)])
        saved = time.monotonic()
        write_bot(folder, history=4)
        await heard.until(lambda one: len(one.cards()) == 2)

        assert time.monotonic() - saved < 2
        bot = (await registry.public.get("/bots/echo")).json()
    assert (bot["status"], bot["number"]) == ("serving", 2)
    assert heard.events[-1][1]["history"] == 4


async def test_what_means_the_same_is_not_published_again(start: Start, folder: Path, heard: Heard):
    write_bot(folder)
    async with start():
        await heard.until(lambda one: len(one.cards()) == 1)
        (folder / "echo.yaml").write_text(
            "# a comment\nhistory:   3\nname: echo\nsteps: [{class: Draft}]\n"
        )
        await asyncio.sleep(1.5)
    assert len(heard.cards()) == 1


async def test_the_queue_of_a_kind_stands_before_its_bot_is_told_of(
    start: Start, folder: Path, heard: Heard, vhost: Vhost
):
    write_bot(folder, steps="Draft Gpt Reply")
    async with start():
        await heard.until(lambda one: len(one.cards()) == 1)
        async with await aio_pika.connect(vhost.url("admin")) as connection:
            channel = await connection.channel()
            for kind in ("draft", "gpt", "reply"):
                await channel.declare_queue(f"step.{kind}", passive=True)
            steps = await channel.get_exchange("warren.steps", ensure=False)
            await steps.publish(aio_pika.Message(b"{}"), "gpt.echo", mandatory=True)


async def test_a_broken_file_keeps_the_last_good_revision_and_stops_nobody(
    start: Start, folder: Path, heard: Heard
):
    write_bot(folder)
    async with start() as registry:
        await heard.until(lambda one: len(one.cards()) == 1)
        (folder / "echo.yaml").write_text("name: echo\nstepz: []\n")
        write_bot(folder, "other")
        await heard.until(lambda one: len(one.cards()) == 2)
        bot = (await registry.public.get("/bots/echo")).json()
        inner = (await registry.inner.get("/inner/bots")).json()

        assert (bot["status"], bot["number"]) == ("broken", 1)
        assert (bot["errors"][0]["line"], bot["errors"][0]["column"]) == (2, 1)
        assert "steps" in bot["errors"][0]["hint"] + bot["errors"][0]["message"]
        assert {one["name"] for one in inner} == {"echo", "other"}

        write_bot(folder)
        async with asyncio.timeout(5):
            while (await registry.public.get("/bots/echo")).json()["status"] != "serving":
                await asyncio.sleep(0.05)
    assert heard.cards() == [("echo", 1, False), ("other", 1, False)], "the same revision serves on"


async def test_a_removed_bot_is_told_and_may_come_back(start: Start, folder: Path, heard: Heard):
    write_bot(folder)
    async with start() as registry:
        await heard.until(lambda one: len(one.cards()) == 1)
        (folder / "echo.yaml").unlink()
        await heard.until(lambda one: len(one.cards()) == 2)
        listed = (await registry.public.get("/bots")).json()["items"]
        write_bot(folder)
        await heard.until(lambda one: len(one.cards()) == 3)
    assert listed == []
    assert heard.cards() == [("echo", 1, False), ("echo", 2, True), ("echo", 3, False)]


async def test_a_changed_step_file_makes_a_new_revision_of_its_bots(
    start: Start, folder: Path, heard: Heard
):
    write_bot(folder, steps="Draft Shout")
    step = folder / "steps" / "Shout.py"
    async with start() as registry:
        async with asyncio.timeout(5):
            while not (bot := (await registry.public.get("/bots/echo")).json()).get("errors"):
                await asyncio.sleep(0.05)
        assert "Shout" in bot["errors"][0]["message"]

        text = SHOUT
        step.write_text(text)
        await heard.until(lambda one: len(one.cards()) == 1)
        step.write_text(text + "# changed\n")
        await heard.until(lambda one: len(one.cards()) == 2)
        digests = [card["revision"] for _, card in heard.events if card.get("name") == "echo"]
        sources = [
            (await registry.inner.get(f"/inner/revisions/{digest}")).json()["sources"][0]["source"]
            for digest in digests
        ]
    assert sources == [text, text + "# changed\n"]


async def test_two_registries_agree(start: Start, folder: Path, heard: Heard):
    for number in range(6):
        write_bot(folder, f"bot{number}")
    async with start(), start():
        await heard.until(lambda one: len(one.cards()) >= 6)
        for history in range(4, 9):
            write_bot(folder, "bot0", history=history)
            await asyncio.sleep(0.3)
        await asyncio.sleep(1.5)
    cards = heard.cards()
    assert len(cards) == len(set(cards)), "no number is given twice"
    own = [number for name, number, _ in cards if name == "bot0"]
    assert own == sorted(own)
    assert [one["history"] for key, one in heard.events if one.get("name") == "bot0"][-1] == 8


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe not text", "UTF-8"),
        (b"name: big\n# " + b"x" * 70_000, "64"),
        (b"a: &x 1\nb: *x\n", "anchor"),
    ],
)
async def test_a_file_that_cannot_be_read_is_told_and_harms_nobody(
    start: Start, folder: Path, heard: Heard, content: bytes, words: str
):
    (folder / "strange.yaml").write_bytes(content)
    (folder / ".#echo.yaml").symlink_to("nowhere")
    (folder / "folder.yaml").mkdir()
    write_bot(folder)
    async with start() as registry:
        await heard.until(lambda one: one.cards() == [("echo", 1, False)])
        bots = (await registry.public.get("/bots")).json()["items"]
    assert [one["file"] for one in bots if one["status"] == "serving"] == ["echo.yaml"]
    (bot,) = [one for one in bots if one["status"] == "broken"]
    assert bot["file"] == "strange.yaml"
    assert any(words in error["message"] + error["hint"] for error in bot["errors"]), bot["errors"]


async def test_two_files_with_one_name_are_told_apart(start: Start, folder: Path, heard: Heard):
    write_bot(folder)
    write_bot(folder, "echo", path="second.yaml", history=9)
    async with start() as registry:
        await heard.until(lambda one: len(one.cards()) == 1)
        second = (await registry.public.get("/bots/second")).json()
    assert "echo.yaml" in second["errors"][0]["message"]
    assert heard.events[-1][1]["history"] == 3
