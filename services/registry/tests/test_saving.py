"""Saving over HTTP, on real servers: checked, conditional, published at once, and told by whom."""

import asyncio
import errno
import os
import time
from pathlib import Path

import httpx2
import pytest

from services.registry.tests.conftest import Heard, Registry, Start, write_bot
from warren.contracts.registry import etag_of

YAML = "application/yaml"


def text_of(name: str = "echo", history: int = 3, more: str = "") -> str:
    return f"name: {name}\nhistory: {history}\nsteps:\n  - class: Draft\n{more}"


async def put(
    registry: Registry, text: str | bytes, *, name: str = "echo", media: str = YAML, **headers: str
) -> httpx2.Response:
    """Save as the operator; if_match="a" becomes `If-Match: a`."""
    sent = {key.replace("_", "-"): value for key, value in headers.items()}
    own = {"content-type": media, "authorization": "Bearer ola"}
    return await registry.public.put(f"/bots/{name}", content=text, headers=own | sent)


def quoted(text: str) -> str:
    return f'"{etag_of(text)}"'


def files(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.glob("*.y*ml")}


async def history(registry: Registry, name: str = "echo") -> list[tuple[int, str | None, str]]:
    items = (await registry.public.get(f"/bots/{name}/revisions")).json()["items"]
    return [(one["number"], one["by"], one["note"]) for one in items]


async def test_a_save_is_written_and_published_within_two_seconds(
    start: Start, folder: Path, heard: Heard
):
    write_bot(folder)
    async with start() as registry:
        await heard.until(lambda one: len(one.cards()) == 1)
        read = await registry.public.get("/bots/echo")
        text = "# why\n" + text_of(history=4)
        saved = time.monotonic()
        done = await put(registry, text, if_match=read.headers["etag"])
        await heard.until(lambda one: len(one.cards()) == 2)

        assert time.monotonic() - saved < 2
        again = await registry.public.get("/bots/echo")
        told = await history(registry)
    assert (done.status_code, done.json()["number"], done.json()["yaml"]) == (200, 2, text)
    assert (folder / "echo.yaml").read_text() == text
    assert again.headers["etag"] == done.headers["etag"] == quoted(text)
    assert told == [(2, "ola", ""), (1, None, "")]
    assert heard.events[-1][1]["history"] == 4


async def test_a_new_bot_is_made_and_the_watcher_publishes_it_no_second_time(
    start: Start, folder: Path, heard: Heard
):
    async with start() as registry:
        made = await put(registry, text_of("newbie"), name="newbie", if_none_match="*")
        twice = await put(registry, text_of("newbie", 9), name="newbie", if_none_match="*")
        await heard.until(lambda one: len(one.cards()) == 1)
        await asyncio.sleep(2.5)
    assert (made.status_code, made.json()["file"]) == (201, "newbie.yaml")
    assert (twice.status_code, "already" in twice.json()["detail"]) == (412, True)
    assert (folder / "newbie.yaml").read_text() == text_of("newbie")
    assert heard.cards() == [("newbie", 1, False)]


async def test_a_bot_keeps_the_path_of_its_file(start: Start, folder: Path, heard: Heard):
    write_bot(folder, path="a strange name.yml")
    async with start() as registry:
        await heard.until(lambda one: len(one.cards()) == 1)
        before = (folder / "a strange name.yml").read_text()
        done = await put(registry, text_of(history=7), if_match=quoted(before))
    assert (done.status_code, done.json()["file"]) == (200, "a strange name.yml")
    assert list(files(folder)) == ["a strange name.yml"]


async def test_nothing_is_written_when_a_save_is_refused(
    start: Start, folder: Path, heard: Heard, tmp_path: Path
):
    write_bot(folder)
    write_bot(folder, "holder", path="taken.yaml")
    (folder / "latin.yaml").write_bytes(b"name: latin\n# \xe9\n")
    outside = tmp_path / "outside.yaml"
    outside.write_text(text_of("linked"))
    (folder / "linked.yaml").symlink_to(outside)
    async with start() as registry:
        await heard.until(lambda one: len(one.cards()) == 3)
        before = files(folder)
        now = quoted(before["echo.yaml"].decode())
        good, bad = text_of(history=8), text_of(history=8, more="stepz: []\n")
        new = {"if_none_match": "*"}
        answers = [
            (428, "If-Match", await put(registry, good)),
            (412, "Somebody else changed", await put(registry, good, if_match='"0"')),
            (412, "already", await put(registry, good, **new)),
            (422, "1 fault", await put(registry, bad, if_match=now)),
            (422, "keeps its name", await put(registry, text_of("other"), if_match=now)),
            (422, "1 fault", await put(registry, b"\xff\xfe", if_match=now)),
            (422, "1 fault", await put(registry, b"", media=YAML, if_match=now)),
            (413, "64 KiB", await put(registry, b"#" * 70_000, if_match=now)),
            (415, "application/yaml", await put(registry, "{}", media="application/json", **new)),
            (412, "not there", await put(registry, text_of("no1"), name="no1", if_match=now)),
            (
                409,
                "that of the bot holder",
                await put(registry, text_of("taken"), name="taken", **new),
            ),
            (
                409,
                "cannot be shown",
                await put(registry, text_of("latin"), name="latin", if_match="*"),
            ),
            (
                409,
                "is a link to",
                await put(registry, text_of("linked", 5), name="linked", if_match="*"),
            ),
        ]
        for name in ("..%2Fescaped", "%2Ftmp%2Fx", "Bad", "x", "a.yaml", "%00", "a" * 64):
            answers.append((404, "", await put(registry, good, name=name, **new)))
        ana = await put(registry, good, if_match=now, authorization="Bearer good")
        nobody = await put(registry, good, if_match=now, authorization="Bearer bad")
        foreign = await put(registry, good, if_match=now, origin="https://elsewhere.example")
        cross = await put(registry, good, if_match=now, sec_fetch_site="cross-site")
        form = await put(registry, good, if_match=now, media="text/plain")
        after = files(folder)
        told = await history(registry)
    for status, words, answer in answers:
        assert answer.status_code == status, (answer.url, answer.text)
        assert words in answer.json()["detail"]
        assert answer.headers["content-type"] == "application/problem+json"
    fault = answers[3][2].json()["errors"][0]
    assert fault["pointer"] == "/stepz"
    assert fault["detail"].startswith("echo.yaml:5:1: unknown key")
    refused = [one.status_code for one in (ana, nobody, foreign, cross, form)]
    assert refused == [403, 401, 403, 403, 415]
    assert (after, told) == (before, [(1, None, "")])
    assert heard.cards() == [(name, 1, False) for name, *_ in heard.cards()], "nothing was told"
    assert outside.read_text() == text_of("linked")
    assert list(files(tmp_path)) == ["outside.yaml"]


async def test_a_broken_file_is_mended_by_a_save_and_kept_until_then(
    start: Start, folder: Path, heard: Heard
):
    write_bot(folder)
    broken = "name: echo\nstepz: []\n"
    async with start() as registry:
        await heard.until(lambda one: len(one.cards()) == 1)
        (folder / "echo.yaml").write_text(broken)
        async with asyncio.timeout(5):
            while (bot := await registry.public.get("/bots/echo")).json()["status"] != "broken":
                await asyncio.sleep(0.05)
        done = await put(registry, text_of(history=5), if_match=bot.headers["etag"])
    assert (bot.json()["number"], bot.headers["etag"]) == (1, quoted(broken))
    assert (done.json()["status"], done.json()["number"]) == ("serving", 2)


async def test_an_answer_that_was_lost_may_be_asked_for_again(
    start: Start, folder: Path, heard: Heard
):
    write_bot(folder)
    async with start() as registry:
        await heard.until(lambda one: len(one.cards()) == 1)
        old = quoted((folder / "echo.yaml").read_text())
        first = await put(registry, text_of(history=6), if_match=old)
        second = await put(registry, text_of(history=6), if_match=old)
        comment = await put(
            registry, "# same\n" + text_of(history=6), if_match=first.headers["etag"]
        )
        told = await history(registry)
    assert [one.status_code for one in (first, second, comment)] == [200, 200, 200]
    assert [one.json()["number"] for one in (first, second, comment)] == [2, 2, 2]
    assert (folder / "echo.yaml").read_text().startswith("# same")
    assert told == [(2, "ola", ""), (1, None, "")]


async def test_on_a_read_only_folder_a_save_says_why_and_publishes_nothing(
    start: Start, folder: Path, heard: Heard, monkeypatch: pytest.MonkeyPatch
):
    write_bot(folder)
    async with start() as registry:
        await heard.until(lambda one: len(one.cards()) == 1)
        now = quoted((folder / "echo.yaml").read_text())
        written = os.open

        def refuse(path: object, flags: int, *more: int, **other: int) -> int:
            if flags & os.O_CREAT and str(path).startswith(str(folder)):
                raise OSError(errno.EROFS, os.strerror(errno.EROFS))
            return written(path, flags, *more, **other)  # type: ignore[arg-type]

        monkeypatch.setattr("registry.writing.os.open", refuse)
        refused = await put(registry, text_of(history=8), if_match=now)
        monkeypatch.undo()
        told = await history(registry)
        done = await put(registry, text_of(history=8), if_match=now)
    assert refused.status_code == 409
    assert "Read-only file system" in refused.json()["detail"]
    assert (told, done.json()["number"]) == ([(1, None, "")], 2)


async def test_twenty_edits_by_file_and_api_have_a_row_each(
    start: Start, folder: Path, heard: Heard
):
    write_bot(folder)
    async with start() as registry:
        await heard.until(lambda one: len(one.cards()) == 1)
        for edit in range(1, 21):
            if edit % 5 == 0:  # by hand
                (folder / "echo.yaml").write_text(text_of(history=edit + 10))
                wanted = edit + 1
                await heard.until(lambda one, wanted=wanted: len(one.cards()) == wanted)
                continue
            now = quoted((folder / "echo.yaml").read_text())
            done = await put(registry, text_of(history=edit + 10), if_match=now)
            assert (done.status_code, done.json()["number"]) == (200, edit + 1), done.text
        first = (await registry.public.get("/bots/echo/revisions?limit=15")).json()
        rest = (
            await registry.public.get(f"/bots/echo/revisions?cursor={first['next_cursor']}")
        ).json()
        items = first["items"] + rest["items"]
        kept = [
            (await registry.public.get(f"/bots/echo/revisions/{one['digest']}")).json()
            for one in items
        ]
        await heard.until(lambda one: len(one.cards()) == 21)
    assert rest["next_cursor"] is None
    assert [one["number"] for one in items] == list(range(21, 0, -1))
    assert [one["current"] for one in items] == [True] + [False] * 20
    hands = [one["number"] for one in items if one["by"] is None]
    assert (hands, {one["by"] for one in items}) == ([21, 16, 11, 6, 1], {"ola", None})
    assert [one["bot"]["history"] for one in kept] == [*range(30, 10, -1), 3]
    assert [number for _, number, _ in heard.cards()] == list(range(1, 22))


async def test_of_many_saves_of_one_state_exactly_one_wins_over_two_registries(
    start: Start, folder: Path, heard: Heard
):
    write_bot(folder)
    async with start() as one, start() as other:
        await heard.until(lambda all_: len(all_.cards()) >= 1)
        for turn in range(1, 4):
            now = quoted((folder / "echo.yaml").read_text())
            texts = [text_of(history=turn * 10 + each) for each in range(8)]
            answers = await asyncio.gather(
                *(put((one, other)[n % 2], text, if_match=now) for n, text in enumerate(texts))
            )
            codes = sorted(answer.status_code for answer in answers)
            assert codes == [200, *[412] * 7], codes
            winner = next(n for n, answer in enumerate(answers) if answer.status_code == 200)
            assert (folder / "echo.yaml").read_text() == texts[winner]
            views = [(await each.public.get("/bots/echo")).json() for each in (one, other)]
            assert views[0] == views[1]
            assert (views[0]["yaml"], views[0]["number"]) == (texts[winner], turn + 1)
        await asyncio.sleep(2.5)  # both have looked again
        told = [await history(each) for each in (one, other)]
    assert told[0] == told[1] == [(4, "ola", ""), (3, "ola", ""), (2, "ola", ""), (1, None, "")]
    assert sorted(heard.cards()) == [("echo", number, False) for number in (1, 2, 3, 4)]


async def test_a_bots_page_says_what_it_reaches_and_who_changed_it_last(
    start: Start, folder: Path, heard: Heard
):
    write_bot(folder)
    own = "from warren.step import Step\n\nclass Shout(Step):\n    pass\n"
    (folder / "steps" / "shout.py").write_text(own)
    reaching = text_of(more="  - class: Gpt\n  - class: Shout\n")
    async with start() as registry:
        await heard.until(lambda one: len(one.cards()) == 1)
        before = (await registry.public.get("/bots/echo")).json()
        saved = (await put(registry, reaching, if_match="*")).json()
        (folder / "echo.yaml").write_text("name: echo\nsteps: []\n")
        async with asyncio.timeout(10):
            while True:
                (listed,) = (await registry.public.get("/bots")).json()["items"]
                if listed["status"] == "broken":
                    break
                await asyncio.sleep(0.05)

    nothing = {"hosts": [], "model": False, "bots": [], "asks_approval": False, "custom_code": []}
    assert (before["reaches"], before["last_change"]["by"]) == (nothing, None)
    assert saved["reaches"] == nothing | {"model": True, "custom_code": ["Shout"]}
    assert saved["last_change"]["by"] == "ola"
    assert saved["last_change"]["at"] == saved["published_at"]
    # the file is broken now: the last good revision serves, and is what is told of
    assert [listed[key] for key in ("reaches", "last_change", "remembers")] == [
        saved["reaches"], saved["last_change"], False
    ]  # fmt: skip
