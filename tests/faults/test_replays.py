"""Replays on a whole mesh: many at once, twice clicked, killed in the middle, raced by a person."""

import asyncio
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from tests.faults.conftest import StartMesh
from tests.faults.letters import Broken, add_bot, broken
from tests.faults.load import start_again
from tests.ledger import violations
from tests.mesh import Mesh
from tests.person import Person

Rounds = Callable[[int, int], int]
MOST_BEFORE_A_HALT = 6


def warren(mesh: Mesh, folder: Path, *arguments: str, given: str = "") -> tuple[int, str]:
    """Run the command line against the mesh; return its exit code and what it said."""
    environment = {**os.environ, "XDG_CONFIG_HOME": str(folder)}
    environment["WARREN_URL"] = mesh.api.removesuffix("/api/v1")
    done = subprocess.run(
        [sys.executable, "-m", "warren.cli.main", *arguments],
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        timeout=300,
    )
    return done.returncode, done.stdout + done.stderr


async def assert_answered_once(made: Broken) -> None:
    for room in made.same:
        assert len(await made.answers(room)) == 1
    for room in made.other:
        assert await made.answers(room) == []
    assert {one["status"] for one in await made.letters(made.group)} == {"resolved"}
    assert {one["status"] for one in await made.letters(made.other_group)} == {"open"}


@pytest.mark.timeout(900)
async def test_a_group_is_replayed_once_its_cause_is_gone_whatever_dies_meanwhile(
    start_mesh: StartMesh, tmp_path: Path, rounds: Rounds, chance: random.Random
):
    gone = add_bot(tmp_path)
    async with start_mesh(runners=2) as mesh, Person.signed_up(mesh) as ana:
        same = rounds(55, 1000)
        made = await broken(mesh, ana, gone, same, rounds(5, 50))
        signed_in = warren(mesh, tmp_path, "login", ana.name, given="correct horse 9\n")
        assert signed_in[0] == 0, signed_in[1]

        command = ("dead-letters", "replay", "--group", made.group, "--status", "open", "--yes")
        code, told = await asyncio.to_thread(warren, mesh, tmp_path, *command)

        assert (code, "halted" in told) == (1, True), told
        letters = await made.letters(made.group)
        assert 1 <= sum(one["failures"] > 1 for one in letters) <= MOST_BEFORE_A_HALT
        assert {one["status"] for one in letters} == {"open"}

        gone.touch()
        jobs = [await made.replay(pace=rounds(20, 100)) for _ in range(2)]
        chat = mesh.services["chat"]
        for part in range(rounds(1, 3)):
            while (await made.job(jobs[0]))["resolved"] < (part + 1) * same // 5:
                await asyncio.sleep(0.05)
            chat.kill()
            start_again(chat)
            await chat.wait_ready()
        ended = [await made.ended(job) for job in jobs]

        assert [one["state"] for one in ended] == ["done", "done"]
        assert sum(one["resolved"] for one in ended) == same
        assert sum(one["failed_again"] for one in ended) == 0
        await assert_answered_once(made)
        assert await violations(mesh) == []


@pytest.mark.timeout(600)
async def test_a_human_answer_that_races_a_replay_is_the_only_one_or_refused(
    start_mesh: StartMesh, tmp_path: Path, rounds: Rounds, chance: random.Random
):
    gone = add_bot(tmp_path)
    async with start_mesh(runners=2) as mesh, Person.signed_up(mesh) as ana:
        made = await broken(mesh, ana, gone, rounds(20, 200), 1)
        gone.touch()
        letters = await made.letters(made.group)

        async def act(letter: str, verb: str, body: dict) -> int:
            await asyncio.sleep(chance.uniform(0, 0.02))
            url = f"{mesh.api}/dead-letters/{letter}/{verb}"
            return (await ana.http.post(url, json=body)).status_code

        won = {"replay": 0, "finish": 0}
        for one in letters:
            codes = await asyncio.gather(
                act(one["id"], "replay", {}),
                act(one["id"], "finish", {"reply": {"body": "by hand"}}),
            )
            assert sorted(codes) == [200, 409]
            won["replay" if codes[0] == 200 else "finish"] += 1
        for room in made.same:
            await ana.answers(room, 1, 60)
        await asyncio.sleep(1)

        assert min(won.values()) > 0, won
        said = [await made.answers(room) for room in made.same]
        assert [len(one) for one in said] == [1] * len(said)
        assert sum(one == ["by hand"] for one in said) == won["finish"]
        again = [await act(one["id"], "replay", {}) for one in letters]
        assert set(again) == {409}
        assert await violations(mesh) == []


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_an_act_cut_by_a_kill_is_done_whole_or_not_at_all(
    start_mesh: StartMesh, tmp_path: Path, rounds: Rounds, chance: random.Random
):
    gone = add_bot(tmp_path)
    acts = rounds(2, 10)
    async with start_mesh() as mesh, Person.signed_up(mesh) as ana:
        made = await broken(mesh, ana, gone, acts, 1)
        gone.touch()
        chat = mesh.services["chat"]
        for number, one in enumerate(await made.letters(made.group)):
            window = ("repair.after_commit", "repair.before_commit")[number % 2]
            chat.kill()
            start_again(chat, window)
            await chat.wait_ready()
            url = f"{mesh.api}/dead-letters/{one['id']}/replay"
            with pytest.raises(httpx2.TransportError):
                await ana.http.post(url, json={})
            start_again(chat)
            await chat.wait_ready()
            again = (await ana.http.post(url, json={})).status_code
            assert again == (409 if window == "repair.after_commit" else 200)
        for room in made.same:
            await ana.answers(room, 1, 60)
        await asyncio.sleep(1)

        await assert_answered_once(made)
        assert await violations(mesh) == []
