"""The command line against a real registry: push, history, rollback, as an operator would."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.registry.tests.conftest import Heard, Registry, Start, write_bot


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder of the author's own, away from the registry's."""
    (tmp_path / "desk").mkdir()
    return tmp_path / "desk"


async def bots(registry: Registry, desk: Path, *arguments: object) -> tuple[int, str, str]:
    """Return exit code, stdout and stderr of `warren bots …`."""
    url = str(registry.public.base_url).removesuffix("/").removesuffix("/api/v1")
    own = {"WARREN_URL": url, "WARREN_TOKEN": "ola", "XDG_CONFIG_HOME": str(desk)}
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "warren.cli.main", "bots", *map(str, arguments)],
        env={**os.environ, **own},
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


async def test_from_a_desk_to_the_folder_and_back(
    start: Start, folder: Path, desk: Path, heard: Heard
):
    write_bot(desk, history=1)
    async with start() as registry:
        tried = await bots(registry, desk, "push", desk / "echo.yaml", "--dry-run")
        unsaved = (folder / "echo.yaml").exists()
        made = await bots(registry, desk, "push", desk / "echo.yaml")
        write_bot(desk, history=2)
        changed = await bots(registry, desk, "push", desk / "echo.yaml", "--json")
        back = await bots(registry, desk, "rollback", "echo", 1, "--yes")
        listed = await bots(registry, desk, "history", "echo")
        shown = await bots(registry, desk, "history", "echo", "--diff", 2)
        (desk / "echo.yaml").write_text("name: echo\nstepz: []\n")
        wrong = await bots(registry, desk, "push", desk / "echo.yaml")
        await heard.until(lambda one: len(one.cards()) == 3)
    assert (tried[0], "a new bot would be made" in tried[1], unsaved) == (0, True, False), tried
    assert (made[0], "echo is number 1 now" in made[1]) == (0, True), made
    assert (changed[0], json.loads(changed[1])["number"]) == (0, 2), changed
    assert (back[0], "echo is number 3 now" in back[1]) == (0, True), back
    lines = listed[1].splitlines()
    assert lines[0].endswith("ola  rolled back to 1  serves now"), listed
    assert [line.split()[0] for line in lines] == ["3", "2", "1"]
    assert "-history: 1\n+history: 2" in shown[1], shown
    assert (wrong[0], "Nothing was sent" in wrong[2]) == (1, True), wrong
    assert (folder / "echo.yaml").read_text().startswith("name: echo\nhistory: 1\n")
