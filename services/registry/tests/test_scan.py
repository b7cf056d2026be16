"""What a folder is found to hold: its bots, their faults, and nothing that is no bot file."""

import os
from pathlib import Path

import pytest

from registry import scan as scanning
from registry.examine import ScannedBot, without_queue
from registry.scan import Scan, scan
from services.registry.tests.conftest import write_bot

SHOUT = """from warren.step import Step


class Shout(Step):
    def process(self, payload):
        return payload
"""


def by_path(found: Scan) -> dict[str, ScannedBot]:
    return {one.path: one for one in found.bots}


def faults(one: ScannedBot) -> list[tuple[str, int, str]]:
    return [(error.file, error.line, error.message) for error in one.errors]


@pytest.fixture
def litter(folder: Path) -> None:
    """What is no bot file: links to nowhere, folders, pipes, what editors leave, foreign names."""
    (folder / "dangling.yaml").symlink_to("nowhere")
    (folder / "loop.yaml").symlink_to("loop.yaml")
    (folder / "a-folder.yaml").mkdir()
    os.mkfifo(folder / "pipe.yaml")
    os.mkfifo(folder / "steps" / "pipe.py")
    for left in (".echo.yaml.swp", ".#echo.yaml", "#echo.yaml#", "echo.yaml~", "echo.yaml.tmp"):
        (folder / left).write_text("name: left\n")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.yaml")).write_text("name: foreign\n")


@pytest.mark.usefixtures("litter")
async def test_only_files_of_bots_are_read(folder: Path):
    write_bot(folder)
    write_bot(folder, "short", path="short.yml")
    (folder / "linked.yaml").symlink_to(folder / "elsewhere")
    (folder / "elsewhere").write_text("name: linked\nsteps: [{class: Draft}]\n")

    found = await scan(folder, None)

    assert list(by_path(found)) == ["echo.yaml", "linked.yaml", "short.yml"]
    assert [one.name for one in found.bots] == ["echo", "linked", "short"]


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (b"ok: 1\n\xff\n", "one", (2, "this is not UTF-8 text")),
        (b"name: 'claimed' # why\nstepz: []\n", "claimed", (2, 'unknown key "stepz"')),
        (b"name: claimed\r\nsteps: 3\r\n", "claimed", (2, "")),
        (b"name: a\0b\n", "one", (1, "the character U+0000 may not stand in a file")),
        (b"x" * 200_000, "one", (1, "the file is over 64 KiB")),
        (b"", "one", (1, "the file is empty")),
    ],
)
async def test_a_broken_file_goes_by_the_name_that_it_claims(
    folder: Path, content: bytes, name: str, expected: tuple[int, str]
):
    (folder / "one.yaml").write_bytes(content)

    (one,) = (await scan(folder, None)).bots

    assert (one.name, one.revision) == (name, None)
    file, line, message = faults(one)[0]
    assert (file, line) == ("one.yaml", expected[0])
    assert message.startswith(expected[1])


async def test_an_unreadable_file_is_broken_not_gone(folder: Path, monkeypatch: pytest.MonkeyPatch):
    write_bot(folder)
    monkeypatch.setattr(scanning, "read_bytes", lambda _: "Permission denied")

    (one,) = (await scan(folder, None)).bots

    assert faults(one) == [("echo.yaml", 1, "this file cannot be read: Permission denied")]


async def test_the_second_file_of_a_name_is_told_of_the_first(folder: Path):
    write_bot(folder, "echo", path="a.yaml")
    write_bot(folder, "echo", path="b.yaml")
    (folder / "c.yaml").write_text("name: echo\nstepz: []\n")

    found = by_path(await scan(folder, None))

    assert found["a.yaml"].revision
    assert (found["b.yaml"].name, faults(found["b.yaml"])) == (
        "b",
        [("b.yaml", 1, "the name 'echo' is already that of a.yaml")],
    )
    assert found["c.yaml"].name == "c"


async def test_an_unknown_class_is_told_with_the_broken_file_that_would_define_it(folder: Path):
    write_bot(folder, steps="Draft Shout")
    (folder / "steps" / "loud.py").write_text(SHOUT.replace("payload):", "payload)"))
    (folder / "steps" / "other.py").write_text("class Unrelated(:\n")

    (one,) = (await scan(folder, None)).bots

    told = faults(one)
    assert told[0][:2] == ("echo.yaml", 5)
    assert 'unknown step class "Shout"' in told[0][2]
    assert [(file, line) for file, line, _ in told[1:]] == [("steps/loud.py", 5)]


async def test_a_step_file_that_failed_is_tried_again_after_a_while(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    write_bot(folder, steps="Shout")
    marker = folder / "installed"
    (folder / "steps" / "loud.py").write_text(f"assert open({str(marker)!r})\n{SHOUT}")
    first = await scan(folder, None)
    marker.write_text("now it works")

    soon = await scan(folder, first)
    monkeypatch.setattr(scanning, "DOUBT_SECONDS", -1)
    later = await scan(folder, soon)

    assert [one.bots[0].revision is not None for one in (first, soon, later)] == [
        False,
        False,
        True,
    ]


async def test_what_has_not_changed_is_not_looked_at_again(folder: Path):
    write_bot(folder)
    write_bot(folder, "other")
    before = await scan(folder, None)
    write_bot(folder, "other", history=5)

    after = await scan(folder, before)

    assert by_path(after)["echo.yaml"] is by_path(before)["echo.yaml"]
    assert by_path(after)["other.yaml"] is not by_path(before)["other.yaml"]


async def test_a_missing_folder_is_an_error_not_an_empty_one(folder: Path):
    with pytest.raises(FileNotFoundError):
        await scan(folder / "missing", None)


async def test_a_step_without_queue_breaks_its_bot_at_its_line(folder: Path):
    write_bot(folder, steps="Draft Gpt")
    (one,) = (await scan(folder, None)).bots

    broken = without_queue(one, "Gpt", "the queue step.gpt stands with other properties")

    assert broken.revision is None
    assert faults(broken) == [("echo.yaml", 5, "the queue step.gpt stands with other properties")]
