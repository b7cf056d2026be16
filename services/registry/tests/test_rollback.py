"""Back to an earlier revision: the file means it again, and who did it is told."""

from pathlib import Path
from typing import Any

import httpx2

from services.registry.tests.conftest import Heard, Registry, Start, write_bot

SHOUT = "from warren.step import Step\n\n\nclass Shout(Step):\n    '''{}'''\n"


WRONG: list[dict[str, Any]] = [
    {}, {"number": 1, "digest": "0" * 64}, {"number": 0}, {"digest": "x"},
]  # fmt: skip
UNKNOWN: list[dict[str, Any]] = [{"number": 9}, {"digest": "0" * 64}]


async def back(registry: Registry, name: str = "echo", **body: object) -> httpx2.Response:
    """Roll back as the operator, from the file as it is."""
    now = (await registry.public.get(f"/bots/{name}")).headers.get("etag")
    which = {"If-Match": now} if now else {"If-None-Match": "*"}
    return await registry.public.post(
        f"/bots/{name}/rollback", json=body, headers={"Authorization": "Bearer ola"} | which
    )


async def items(registry: Registry) -> list[dict]:
    return (await registry.public.get("/bots/echo/revisions")).json()["items"]


async def test_a_rollback_writes_the_file_and_serves_the_very_revision(
    start: Start, folder: Path, heard: Heard
):
    write_bot(folder, history=4)
    async with start() as registry:
        await heard.until(lambda one: len(one.cards()) == 1)
        write_bot(folder, history=5)
        await heard.until(lambda one: len(one.cards()) == 2)
        done = await back(registry, number=1)
        await heard.until(lambda one: len(one.cards()) == 3)
        twice = await back(registry, number=1)
        rows = await items(registry)
        by_digest = await back(registry, digest=rows[1]["digest"])
        changed = (
            await registry.public.get(
                f"/bots/echo/revisions/{rows[2]['digest']}/diff?to={rows[1]['digest']}"
            )
        ).json()
        notes = [(one["number"], one["by"], one["note"]) for one in await items(registry)]
    assert (done.status_code, done.json()["number"]) == (200, 3)
    assert rows[0]["digest"] == rows[2]["digest"] == done.json()["revision"]
    assert (twice.status_code, by_digest.status_code) == (409, 200)
    assert notes[:2] == [(4, "ola", "rolled back to 2"), (3, "ola", "rolled back to 1")]
    assert "-history: 4\n+history: 5" in changed["diff"]
    assert (folder / "echo.yaml").read_text() == by_digest.json()["yaml"]
    assert [card["history"] for _, card in heard.events if "history" in card][:3] == [4, 5, 4]


async def test_a_broken_or_removed_file_comes_back_by_a_rollback(
    start: Start, folder: Path, heard: Heard
):
    write_bot(folder)
    async with start() as registry:
        await heard.until(lambda one: len(one.cards()) == 1)
        (folder / "echo.yaml").write_text("name: echo\nstepz: []\n")
        write_bot(folder, "other")
        await heard.until(lambda one: len(one.cards()) == 2)
        mended = await back(registry, number=1)
        (folder / "echo.yaml").unlink()
        await heard.until(lambda one: len(one.cards()) == 3)
        none = await back(registry, number=2)
        revived = await back(registry, number=1)
        rows = await items(registry)
    assert (mended.json()["status"], mended.json()["number"]) == ("serving", 1)
    assert none.status_code == 404
    assert (revived.status_code, revived.json()["number"]) == (201, 3)
    assert [(one["number"], one["note"], one["current"]) for one in rows] == [
        (3, "rolled back to 1", True),
        (2, "the file was removed", False),
        (1, "", False),
    ]
    assert rows[1]["digest"] is None


async def test_step_files_that_differ_refuse_it_by_name_and_change_nothing(
    start: Start, folder: Path, heard: Heard
):
    write_bot(folder, steps="Draft Shout")
    step = folder / "steps" / "shout.py"
    step.write_text(SHOUT.format("one"))
    async with start() as registry:
        await heard.until(lambda one: len(one.cards()) == 1)
        step.write_text(SHOUT.format("two"))
        await heard.until(lambda one: len(one.cards()) == 2)
        before = (folder / "echo.yaml").read_text()
        rows = await items(registry)
        refused = await back(registry, number=1)
        path = f"/bots/echo/revisions/{rows[1]['digest']}/diff?to={rows[0]['digest']}"
        changed = (await registry.public.get(path)).json()
        step.write_text(SHOUT.format("one"))
        await heard.until(lambda one: len(one.cards()) == 3)
        write_bot(folder, steps="Draft")
        await heard.until(lambda one: len(one.cards()) == 4)
        done = await back(registry, number=1)
    assert refused.status_code == 409
    assert "Shout was changed since" in refused.json()["detail"]
    assert "Nothing was changed" in refused.json()["detail"]
    assert before == "name: echo\nhistory: 3\nsteps:\n  - class: Draft\n  - class: Shout\n"
    assert (changed["diff"], changed["step_files"]) == (
        "",
        [{"class_name": "Shout", "change": "changed"}],
    )
    assert (done.status_code, done.json()["revision"]) == (200, rows[1]["digest"])


async def test_a_rollback_asked_wrongly_is_refused(start: Start, folder: Path, heard: Heard):
    write_bot(folder)
    async with start() as registry:
        await heard.until(lambda one: len(one.cards()) == 1)
        write_bot(folder, history=5)
        await heard.until(lambda one: len(one.cards()) == 2)
        codes = [(await back(registry, **body)).status_code for body in WRONG]
        unknown = [(await back(registry, **body)).status_code for body in UNKNOWN]
        ola = {"Authorization": "Bearer ola"}
        others = [
            await registry.public.post("/bots/echo/rollback", json={"number": 1}, headers=headers)
            for headers in ({}, ola, ola | {"If-Match": '"old"'})
        ]
        nobody = await back(registry, "nobody", number=1)
        text = (folder / "echo.yaml").read_text()
    assert codes == [422, 422, 422, 422]
    assert unknown == [404, 404]
    assert [one.status_code for one in others] == [403, 428, 412]
    assert nobody.status_code == 404
    assert "history: 5" in text
