"""Who may ask what, and what bad input is told: always problem+json, and nothing else suffers."""

import json
from pathlib import Path

from services.registry.tests.conftest import Heard, Start, write_bot

GOOD = "name: a-bot\nsteps:\n  - class: Draft\n"
DIGEST = "0" * 64

LINT = [
    (b"{", 400),
    (b"\xff\xfe", 400),
    (b"[]", 422),
    (b'{"yaml": 3}', 422),
    (b'{"yaml": "x", "more": 1}', 422),
    (b'{"yaml": "\\ud800"}', 422),
    (b'{"yaml": "' + b"x" * 300_000 + b'"}', 422),
    (b'{"yaml": "' + b"x" * 10_000_000 + b'"}', 413),
]
PATHS = [
    ("GET", "/bots/nobody", 404),
    ("GET", "/bots/%00", 404),
    ("GET", "/bots/%ff%fe", 404),
    ("GET", f"/bots/echo/revisions/{DIGEST}", 404),
    ("GET", "/bots/echo/revisions/%00", 404),
    ("GET", "/bots/echo/revisions/'; drop table bot; --", 404),
    ("PUT", "/bots/echo", 403),
    ("DELETE", "/bots/echo", 405),
    ("GET", "/bots/nobody/revisions", 404),
    ("GET", "/bots/%00/revisions", 404),
    ("GET", "/bots/echo/revisions?cursor=x", 400),
    ("GET", "/bots/echo/revisions?cursor=9999999999", 400),
    ("GET", "/bots/echo/revisions?limit=0", 422),
    ("GET", f"/bots/echo/revisions/{DIGEST}/diff", 422),
    ("GET", f"/bots/echo/revisions/{DIGEST}/diff?to={DIGEST}", 404),
    ("GET", "/nothing", 404),
    ("GET", "/bots/", 404),
]


async def test_strangers_hear_nothing(start: Start, folder: Path):
    write_bot(folder)
    async with start() as registry:
        registry.public.cookies.clear()
        asked = ("/bots", "/bots/echo", f"/bots/echo/revisions/{DIGEST}", "/step-kinds", "/runners")
        for path in asked:
            answer = await registry.public.get(path)
            assert (answer.status_code, answer.json()["status"]) == (401, 401), path
        lint = await registry.public.post("/bots/lint", json={"yaml": GOOD})
        wrong = await registry.public.get("/bots", headers={"Authorization": "Bearer bad"})
        token = await registry.public.get("/bots", headers={"Authorization": "Bearer good"})
        registry.inner.headers["Authorization"] = "Bearer wrong"
        inner = await registry.inner.get("/inner/bots")
    assert [one.status_code for one in (lint, wrong, token, inner)] == [401, 401, 200, 401]


async def test_bad_input_is_told_as_a_problem(start: Start, folder: Path, heard: Heard):
    write_bot(folder)
    async with start() as registry:
        await heard.until(lambda one: len(one.cards()) == 1)
        answers = [
            (
                await registry.public.post(
                    "/bots/lint", content=body, headers={"Content-Type": "application/json"}
                ),
                status,
            )
            for body, status in LINT
        ]
        answers += [
            (await registry.public.request(method, path), status) for method, path, status in PATHS
        ]
        for answer, status in answers:
            assert answer.status_code == status, (answer.url, answer.text)
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["detail"]
        form = await registry.public.post("/bots/lint", data={"yaml": GOOD})
        foreign = await registry.public.post(
            "/bots/lint", json={"yaml": GOOD}, headers={"Origin": "https://elsewhere.example"}
        )
        assert (form.status_code, foreign.status_code) == (415, 403)
        assert (await registry.public.get("/bots")).status_code == 200


async def test_lint_answers_what_the_folder_would_say(start: Start):
    async with start() as registry:
        good = await registry.public.post("/bots/lint", json={"yaml": GOOD})
        bad = await registry.public.post("/bots/lint", json={"yaml": GOOD.replace("Draft", "Drft")})
        nul = await registry.public.post(
            "/bots/lint",
            content=json.dumps({"yaml": "name: a\0b"}),
            headers={"Content-Type": "application/json"},
        )
    assert good.json() == {"ok": True, "errors": []}
    (error,) = bad.json()["errors"]
    assert (error["line"], error["hint"]) == (3, 'did you mean "Draft"?')
    assert nul.json()["ok"] is False


async def test_a_revision_is_served_for_ever_and_only_under_its_bot(
    start: Start, folder: Path, heard: Heard
):
    write_bot(folder)
    async with start() as registry:
        await heard.until(lambda one: len(one.cards()) == 1)
        digest = heard.events[-1][1]["revision"]
        write_bot(folder, history=7)
        await heard.until(lambda one: len(one.cards()) == 2)
        (folder / "echo.yaml").unlink()
        await heard.until(lambda one: len(one.cards()) == 3)
        public = await registry.public.get(f"/bots/echo/revisions/{digest}")
        other = await registry.public.get(f"/bots/other/revisions/{digest}")
        inner = await registry.inner.get(f"/inner/revisions/{digest}")
        cards = (await registry.inner.get("/inner/bots")).json()
        spec = await registry.public.get("/bots/openapi.json")
    assert public.json() == inner.json()
    assert public.json()["bot"]["history"] == 3
    assert other.status_code == 404
    assert [(one["name"], one["number"], one["removed"]) for one in cards] == [("echo", 3, True)]
    assert "/api/v1/bots/lint" in spec.json()["paths"]
